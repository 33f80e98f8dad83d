"""``soagen import-pysoa``: the contract of a PySOA service, from what the service tells of itself.

Its class is asked in a process of its own, by the interpreter that has PySOA: what importing it prints, leaves behind
or breaks stays there. Nothing is overwritten unless that is asked for. What the contract could not say is told, and
is no failure; the contract is compiled before it is written.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from soagen import pysoa
from soagen.cli.problems import FOUND, OK, Problem, note, refused, shown
from soagen.cli.sources import SUFFIX
from soagen.diagnostics import render
from soagen.generate.clashes import clashes
from soagen.load import load
from soagen.parse.shapes import UPPER

_PATIENCE = 120  # seconds that importing a service may take
_TARGET = re.compile(r"\w+(\.\w+)*:\w+(\.\w+)*")
_SWITCH = re.compile(rf"({UPPER.pattern})=([0-9]+)")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("server", nargs="?", metavar="module:Server", help="the service's server class")
    parser.add_argument("--python", metavar="PATH", help="the interpreter that has PySOA (default: this one)")
    parser.add_argument("--redis", metavar="URL", help="instead of a class: ask the servers that run at this Redis")
    parser.add_argument("--file", metavar="FILE", help="instead of a class: a saved answer of `introspect`, in JSON")
    parser.add_argument("--service", metavar="NAME", help="what the service is called; needed with --redis and --file")
    parser.add_argument(
        "--switch", metavar="NAME=ID", action="append", default=[], help="the name of a switch; repeatable"
    )
    parser.add_argument(
        "--ignore-extra-keys",
        action="store_true",
        help="make structs of dictionaries that allow more keys than they list",
    )
    parser.add_argument("--out", metavar="PATH", default=".", help="a folder or a file, or - (default: here)")
    parser.add_argument("--force", action="store_true", help="overwrite the contract if there is one")


def run(options: argparse.Namespace) -> int:
    """Asks, translates, compiles and writes."""
    switches = _switches(options.switch)
    answer = _answer(options)
    name = _name(options, answer)
    try:
        service = pysoa.read(answer, name, switches, ignore_extra_keys=options.ignore_extra_keys)
    except pysoa.NoAnswer as error:
        raise Problem(f"this can't be imported: {error}") from error
    text, losses = pysoa.write(service)
    file = f"{service.name}{SUFFIX}"
    _put(options, file, text)
    for loss in losses:
        note(f"lost: {loss}")
    return _compiled(file, text)


def _switches(given: list[str]) -> dict[int, str]:
    found = {}
    for each in given:
        match = _SWITCH.fullmatch(each)
        if match is None:
            raise Problem(f"--switch {each}: a switch is given as NAME=ID, such as DYNAMIC_PRICING=12")
        found[int(match[2])] = match[1]
    return found


def _name(options: argparse.Namespace, answer: Any) -> str:
    name = options.service or (answer.get("service") if isinstance(answer, dict) else None)
    if not name:
        raise Problem("PySOA's answer does not say what the service is called: give its name with --service")
    return str(name)


# --- asking


def _answer(options: argparse.Namespace) -> Any:
    ways = {_from_class: options.server, _from_redis: options.redis, _from_file: options.file}
    given = [way for way, value in ways.items() if value is not None]
    if len(given) != 1:
        raise Problem("say what to import: a server class as module:Server, or --redis, or --file with a saved answer")
    return given[0](options)


def _from_redis(options: argparse.Namespace) -> Any:
    if not options.service:
        raise Problem("which service is it? Give its name with --service")
    from soagen.live.introspection import NoIntrospection, introspect  # only what runs wants the runtime

    try:
        return introspect(options.service, options.redis)
    except NoIntrospection as error:
        raise Problem(str(error)) from error


def _from_file(options: argparse.Namespace) -> Any:
    path = Path(options.file)
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise refused("read", path, error) from error
    except (ValueError, RecursionError) as error:
        raise Problem(f"{shown(path)} is no JSON: {error}") from error


def _from_class(options: argparse.Namespace) -> Any:
    """What the probe answers. `Problem` in its words, or in the last ones of what broke it."""
    if not _TARGET.fullmatch(options.server):
        raise Problem(f"{options.server}: a server class is given as module:Server, such as orders.server:OrdersServer")
    python = options.python or sys.executable
    program = Path(pysoa.__file__).with_name("probe.py").read_bytes()
    try:
        ended = subprocess.run(
            [python, "-", options.server], input=program, capture_output=True, timeout=_PATIENCE, check=False
        )
    except OSError as error:
        raise refused("run", Path(python), error) from error
    except subprocess.TimeoutExpired as error:
        raise Problem(f"importing {options.server} has taken more than {_PATIENCE} s") from error
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {ended.returncode}"]
        raise Problem(f"{options.server} can't be asked: {said[-1]}")
    answer = json.loads(ended.stdout)
    if "problem" in answer:
        hint = "" if options.python else "; with --python another interpreter can be asked"
        raise Problem(answer["problem"] + hint)
    return answer


# --- writing


def _put(options: argparse.Namespace, name: str, text: str) -> None:
    if options.out == "-":
        sys.stdout.write(text)
        return
    path = Path(options.out)
    if path.is_dir() or not path.name.endswith(SUFFIX):
        path /= name
    elif path.name != name:
        raise Problem(f"{shown(path)}: the file of a service is called after it: {name}")
    if path.exists() and not options.force:
        raise Problem(f"{shown(path)} exists already: --force overwrites it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise refused("write", path, error) from error
    print(f"wrote {shown(path)}")


def _compiled(name: str, text: str) -> int:
    """Compiles what was written; what it finds is left for the hand of whoever imports."""
    loaded = load([name], lambda path: text.encode())
    found = [*loaded.diagnostics, *clashes(loaded.known)]
    if not found:
        return OK
    note("the contract needs your hand before it can be built:")
    print(render(found, loaded.texts), file=sys.stderr)
    return FOUND
