"""The command line of ``soagen-server``: a table, made of the settings that have an option.

What stands behind an option is not looked at here. It is checked as all settings are, together with what is said
elsewhere, so that all mistakes are told at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soagen_runtime.settings import ServerSettings
from soagen_runtime.settings.kinds import FLAG
from soagen_runtime.settings.schema import Spec, specs_of


@dataclass(frozen=True, slots=True)
class CommandLine:
    """What was given. ``options`` are settings by their dotted keys: texts, or flags."""

    target: str
    config: Path | None
    django: str | None
    print_config: bool
    options: dict[str, str | bool]


def parse(arguments: Sequence[str]) -> CommandLine:
    """The arguments, read. Ends the program where they are none of its."""
    given: dict[str, Any] = vars(_parser().parse_args(arguments))
    own = {name: given.pop(name) for name in ("target", "config", "django", "print_config")}
    return CommandLine(**own, options=given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soagen-server",
        description="Serves a service over Redis. SIGTERM and SIGINT stop it, SIGHUP replaces the workers one by one,"
        " SIGUSR1 writes every stack to stderr.",
        epilog="What is not said here is taken from SOAGEN_SERVER_... in the environment, from the file, from the"
        " settings of the class. A setting that may be left out can be turned off with none.",
    )
    parser.add_argument("target", metavar="module:Class", help="the server class, or a function that makes a server")
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="a file of TOML (default: what SOAGEN_CONFIG names)"
    )
    parser.add_argument(
        "--django",
        metavar="MODULE",
        help="the settings of the Django project that the server is a part of (default: what DJANGO_SETTINGS_MODULE"
        " names)",
    )
    parser.add_argument("--print-config", action="store_true", help="show the settings that hold, and where from; stop")
    for key, spec in specs_of(ServerSettings).items():
        if spec.option is not None:
            parser.add_argument(spec.option, dest=key, default=argparse.SUPPRESS, help=_help(spec), **_form(spec))
    return parser


def _help(spec: Spec) -> str:
    default = "" if spec.default is None or spec.default == () else f" (default: {spec.kind.show(spec.default)})"
    return f"{spec.about}{default}".replace("%", "%%")


def _form(spec: Spec) -> dict[str, Any]:
    if spec.kind is FLAG:
        return {"action": argparse.BooleanOptionalAction}
    return {"metavar": spec.metavar or spec.kind.words.removeprefix("one of ").replace(", ", "|")}
