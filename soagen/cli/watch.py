"""Seeing that files change, by looking at them: portable, and quick enough for the few hundred that a project has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

INTERVAL = 0.25  # seconds between two looks

_Stamp: TypeAlias = tuple[int, int, int] | None


def changes(watched: Callable[[], Iterable[Path]], looks: Iterable[object]) -> Iterator[list[Path]]:
    """At once, nothing; then, at each look after which something is new, gone or different, what that is.

    A look compares with the one before it, so what changes while a result is worked on is not missed. ``watched`` may
    name other files each time; one that it names for the first time counts as new.
    """
    before = _stamps(watched())
    yield []
    for _ in looks:
        now = _stamps(watched())
        changed = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
        before = now
        if changed:
            yield changed


def every(seconds: float) -> Iterator[None]:
    """One look after another, for ever."""
    while True:
        time.sleep(seconds)
        yield


def _stamps(paths: Iterable[Path]) -> dict[Path, _Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> _Stamp:
    """What changes when a file does; None if there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
