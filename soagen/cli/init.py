"""``soagen init``: a project that builds and runs, copied from ``templates/project``.

In its files (``*.tmpl``, so that no tool takes them for what they will be) ``$name`` and its like are filled in; in
their paths, ``NAME``. Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

from soagen import __version__, resources
from soagen.cli.problems import OK, Problem, here, refused, shown

# Names that a package at the top of a project would hide from the project itself.
_TAKEN = frozenset(sys.stdlib_module_names) | {
    *("call", "currint", "msgpack", "pytest", "redis", "schemas", "soagen", "soagen_runtime", "tests")
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where to (default: here)")
    parser.add_argument("--name", help="what the service and its package are called (default: as the folder)")


def run(options: argparse.Namespace) -> int:
    """Writes the project and says how to go on."""
    folder = Path(options.folder)
    name = _name(options.name, folder)
    files = dict(_files(name))
    there = [f"{shown(folder / path)} exists already" for path in files if (folder / path).exists()]
    if there:
        raise Problem(*there, "nothing was written: a new project needs a place of its own")
    for path, text in files.items():
        _write(folder / path, text)
    print(f"made {shown(folder)}: {', '.join(sorted(files))}")
    print("now:" + (f" cd {shown(folder)} &&" if options.folder != "." else "") + " soagen build && python call.py")
    return OK


def _name(given: str | None, folder: Path) -> str:
    name = given or re.sub(r"\W+", "_", (here() / folder).resolve().name.strip(" .-_").lower())
    way_out = "" if given else ": choose another with --name"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise Problem(f'"{name}" is no name for a service, which is snake_case and no keyword{way_out}')
    if name in _TAKEN:
        raise Problem(f'a package called "{name}" would hide another of that name{way_out}')
    return name


def _files(name: str) -> Iterator[tuple[str, str]]:
    words = {"name": name, "class": "".join(map(str.capitalize, name.split("_"))), "version": __version__}
    top = resources.folder("templates") / "project"
    for path in sorted(top.rglob("*.tmpl")):
        target = path.relative_to(top).as_posix().removesuffix(".tmpl").replace("NAME", name)
        yield target, Template(path.read_text("utf-8")).substitute(words)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise refused("write", path, error) from error
