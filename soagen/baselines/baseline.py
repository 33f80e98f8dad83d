"""What a baseline is, and what a kind of baseline may ask about the contracts of today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".soa.yaml"


class Unavailable(Exception):
    """A baseline that can't be had.

    Each line is a whole sentence; the last one says what to do, where that is known.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Sources:
    """What today's contracts are named by: folders, files or globs, relative to ``root``.

    ``configuration`` is the file that names them, if one does, and ``named_in`` finds what another version of that file
    names (None: nothing).
    """

    patterns: tuple[str, ...]
    root: Path
    configuration: Path | None
    named_in: Callable[[bytes], tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Contracts of another version: ``read`` gives the bytes of a path, of ``paths`` or as imports make them.

    ``prefix`` goes before a path, to say where it lies. ``read`` raises `FileNotFoundError` for what is not there.
    ``services`` are those of today's that it is compared with; None for all.
    """

    name: str
    prefix: str
    paths: Sequence[str]
    read: Callable[[str], bytes]
    services: frozenset[str] | None = None


def chosen(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of ``names`` (posix paths) that are contracts which ``patterns`` name.

    As files, in folders, or by globs.
    """
    matchers = [_matcher(pattern) for pattern in patterns]
    contracts = (name for name in names if name.endswith(SUFFIX))
    return sorted(name for name in contracts if any(matches(name) for matches in matchers))


def _matcher(pattern: str) -> Callable[[str], bool]:
    if pattern in ("", "."):
        return lambda name: not _hidden(name)
    glob = re.compile(_glob(pattern))

    def matches(name: str) -> bool:
        found = glob.match(name)
        # What is hidden is none of ours, unless the pattern says so.
        return found is not None and not _hidden(name[found.end() :] if _hidden(pattern) else name)

    return matches


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


# `**` stands for any folders, `*` and `?` for characters within a name. What is matched may be a folder above the file.
_GLOBS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _glob(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", pattern)
    return (
        "".join(_GLOBS.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts) + "(?:/|$)"
    )
