"""What stops a command before, or beside, its work: a sentence for a person and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OK, FOUND, WRONG = 0, 1, 2


class Problem(Exception):
    """Wrong usage, a wrong configuration, or a file system that says no. Each line is a whole sentence."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def complain(problem: Problem) -> None:
    """Says what stands in the way."""
    for line in problem.lines:
        note(line)


def note(line: str) -> None:
    """Says something that is no result, where it does not get between the results."""
    print(f"soagen: {line}", file=sys.stderr, flush=True)


def here() -> Path:
    """The current directory. `Problem` if somebody has removed it."""
    try:
        return Path.cwd()
    except OSError as error:
        raise Problem("the current directory is not there any more") from error


def refused(action: str, path: Path, error: OSError) -> Problem:
    """The problem that ``error`` is: ``refused("write", path, error)`` says that it can't be written, and why."""
    reason = error.strerror or str(error)
    return Problem(f"cannot {action} {shown(path)}: {reason[:1].lower()}{reason[1:]}")


def shown(path: Path) -> str:
    """A path as a person in this directory would write it: relative to it, unless that is the longer way."""
    try:
        return min(os.path.relpath(path), str(path.absolute()), key=len)
    except (ValueError, OSError):  # on another drive, or the current directory is gone
        return str(path)
