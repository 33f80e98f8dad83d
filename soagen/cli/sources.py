"""From what a user names (folders, globs, files) to contract files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from soagen.cli.problems import Problem, refused, shown

SUFFIX = ".soa.yaml"


def contracts(sources: Iterable[str], root: Path) -> list[Path]:
    """The contract files that ``sources`` (relative to ``root``) name: each once, in the order of their names.

    A folder stands for every ``*.soa.yaml`` below it. `Problem`, for all sources at once, where one names nothing.
    """
    found: set[Path] = set()
    problems: list[str] = []
    for source in sources:
        try:
            found.update(_named(source, root))
        except Problem as problem:
            problems.extend(problem.lines)
    if problems:
        raise Problem(*problems)
    return sorted(found)


def _named(source: str, root: Path) -> list[Path]:
    path = Path(os.path.normpath(root / source))
    if path.is_dir():
        return _below(path) or _nothing(f"{shown(path)} has no contract in it: there is no *{SUFFIX}")
    if path.exists():
        return [path]
    if not glob.has_magic(source):
        return _nothing(f"{shown(path)} does not exist")
    matches = (Path(os.path.normpath(root / match)) for match in glob.glob(source, root_dir=root, recursive=True))
    files = [file for match in matches for file in (_below(match) if match.is_dir() else [match])]
    return files or _nothing(f"nothing matches {source}")


def _below(folder: Path) -> list[Path]:
    """Every contract below a folder; hidden folders are none of ours."""

    def refuse(error: OSError) -> None:
        raise refused("read", folder, error) from error

    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        named = (Path(parent, name) for name in names if name.endswith(SUFFIX) and not name.startswith("."))
        files.extend(path for path in named if not path.is_fifo())  # nobody may ever write to a pipe
    return files


def _nothing(line: str) -> list[Path]:
    raise Problem(line)
