"""``soagen mock``: services that answer from the examples of their contracts, for local development.

Contracts are compiled in memory and served over Redis by the real server's loop; nothing is written. It runs until it
is interrupted.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from soagen.cli import config
from soagen.cli.problems import FOUND, OK, Problem, here, note, shown
from soagen.cli.sources import contracts
from soagen.diagnostics import render
from soagen.generate import Options, generate, names
from soagen.generate.clashes import clashes
from soagen.load import load
from soagen.model import Contract, ContractKind, Project

_PACKAGE = "soagen_mocked"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add = parser.add_argument
    add("files", nargs="*", metavar="FILES", help="contracts, folders or globs, in place of the configured sources")
    add("--redis", metavar="URL", required=True, help="for example redis://localhost:6379/0")
    add("--service", metavar="NAME", action="append", default=[], help="only this service; may be given several times")
    add("--exact", action="store_true", help="answer nothing but the very requests of the examples")
    add("--config", metavar="FILE", help="a pyproject.toml with [tool.soagen], or a soagen.yaml (default: the nearest)")


def run(options: argparse.Namespace) -> int:
    """Compiles, and serves until SIGINT or SIGTERM."""
    loaded = load([shown(path) for path in _paths(options)])
    findings = sorted([*loaded.diagnostics, *clashes(loaded.known)], key=lambda finding: finding.span)
    if findings or loaded.project is None:
        print(render(findings, loaded.texts))
        return FOUND
    services = _services(loaded.project, options.service)
    return _serve(loaded.project, services, options)


def _paths(options: argparse.Namespace) -> list[Path]:
    start = here()
    path = Path(options.config) if options.config else config.find(start)
    configured = config.Config(root=start) if path is None else config.read(path)
    sources = tuple(options.files) or configured.sources
    if not sources:
        raise Problem("no sources named: set `sources` in the configuration, or give FILES")
    return contracts(sources, start if options.files else configured.root)


def _services(project: Project, wanted: Sequence[str]) -> list[Contract]:
    services = {each.name: each for each in project if each.kind is ContractKind.SERVICE}
    unknown = [name for name in wanted if name not in services]
    if unknown or not services:
        known = ", ".join(services) or "none"
        asked = f" {', '.join(unknown)}" if unknown else ""
        raise Problem(f"there is no service{asked} in these contracts, which have {known}")
    return [services[name] for name in wanted] or list(services.values())


def _serve(project: Project, services: Sequence[Contract], options: argparse.Namespace) -> int:
    from soagen.live import mock  # only here is the runtime needed

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("soagen.server").setLevel(logging.WARNING)
    stopping = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopping.set()

    def ready() -> None:
        for each in services:
            actions = sum(1 for action in each.actions if action.examples)
            note(f"mocking {each.name}: {actions} of its {len(each.actions)} actions have examples")
        note(f"at {options.redis}, until Ctrl-C")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    modules = [f"{_PACKAGE}.{names.module(each.name)}" for each in services]
    try:
        files = generate(project, Options(package=_PACKAGE))
        mock.serve(files, modules, options.redis, exact=options.exact, stopping=stopping, ready=ready)
    except mock.SoagenError as error:
        raise Problem(str(error)) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return OK
