"""``--reload``: runs the server as a process of its own and starts it anew whenever a Python file below the working
directory changes.

For development only. It looks twice a second, which costs little and works on every file system.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

EVERY: Final = 0.5
"""Seconds between two looks."""

_SKIPPED = frozenset({"__pycache__", "node_modules", ".git", ".venv", "venv"})

log = logging.getLogger("soagen.server")


def run_reloading(arguments: Sequence[str], folder: Path) -> int:
    """Runs ``soagen-server`` with ``arguments``, again and again, until it is told to stop; returns its last exit
    code.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    command = [sys.executable, "-m", "soagen_runtime.server.cli", *arguments]
    seen = snapshot(folder)
    process = subprocess.Popen(command)
    while not stopping.wait(EVERY):
        present = snapshot(folder)
        if present != seen:
            log.info("%s changed: starting anew", ", ".join(sorted(map(str, changed(seen, present)))))
            seen = present
            process.terminate()
            process.wait()
            process = subprocess.Popen(command)
    process.terminate()
    return process.wait()


def snapshot(folder: Path) -> dict[Path, int]:
    """When each Python file below a folder was last written, in nanoseconds."""
    found: dict[Path, int] = {}
    for path in folder.rglob("*.py"):
        if _SKIPPED.isdisjoint(path.relative_to(folder).parts):
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:  # it went away meanwhile
                continue
    return found


def changed(before: dict[Path, int], after: dict[Path, int]) -> set[Path]:
    """The files that were written, made or removed."""
    return {path for path, _ in before.items() ^ after.items()}
