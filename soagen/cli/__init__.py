"""The command line: a module a command; argv in, an exit code out, and the only place of the compiler that prints.

Rules. A new command is a module here with ``configure(parser)`` and ``run(options) -> int``, and a line in `COMMANDS`.
Nothing but the module of the command that was asked for is imported, so ``soagen --version`` stays quick.

Exit codes: 0, all is well; 1, there are findings, or a check failed; 2, the command line, the configuration or the file
system stand in the way. What was asked for goes to standard output, what stands in the way to standard error.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from soagen import __version__
from soagen.cli.problems import WRONG, Problem, complain

COMMANDS = {
    "build": "Compile contracts into a typed Python package.",
    "init": "Start a project that builds and runs.",
    "mock": "Serve services from the examples of their contracts.",
    "check": "Say in which order a change may be rolled out.",
    "diff": "Say what has changed, in words.",
    "rules": "List the rules of check.",
    "explain": "Explain a rule of check.",
    "import-pysoa": "Write the contract of a PySOA service.",
}

_INTERRUPTED = 130  # as a shell reports a program that SIGINT ended


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that ``argv`` (by default the process's own) names; returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a contract's text must not break a plain terminal
    try:
        options = _parser(arguments).parse_args(arguments)
        code = module_of(options.command).run(options)
        assert isinstance(code, int)
        sys.stdout.flush()
        return code
    except Problem as problem:
        complain(problem)
        return WRONG
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG


def module_of(command: str) -> ModuleType:
    """The module of a command; ``import-pysoa`` is `soagen.cli.import_pysoa`."""
    return import_module(f"{__name__}.{command.replace('-', '_')}")


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soagen",
        description="Contract-first RPC for Python: contracts in .soa.yaml files become typed clients and servers.",
        epilog="Exit codes: 0 all is well; 1 findings, or a check failed; 2 wrong usage or configuration.",
    )
    parser.add_argument("--version", action="version", version=f"soagen {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if arguments[:1] == [name]:
            module_of(name).configure(command)
    return parser
