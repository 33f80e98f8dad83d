"""Contract files -> the project they describe, or everything that is wrong with them.

The stages run over all files together, each as far as it can get: source and parse file by file, following the imports;
resolve and checks over all of them. A file is read once, whichever ways lead to it. Files are read through a function,
so that they may come from a commit as well as from a disk.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from soagen import source
from soagen.checks import check
from soagen.checks.protocol import ACTIONS
from soagen.diagnostics import Diagnostic, Span
from soagen.findings import Report
from soagen.model import Project
from soagen.parse import parse
from soagen.parse.tree import FileTree, Name
from soagen.resolve import Names, resolve
from soagen.source import legible


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run has come to: ``project`` is None exactly if there are findings, which are sorted by their places.

    ``known`` is what could be made out all the same, so that later stages can add findings of their own; what is wrong
    is missing from it. ``names`` answers what the names in the files stand for. ``texts`` holds what was read, by path,
    for showing the lines that findings point at.
    """

    project: Project | None
    diagnostics: tuple[Diagnostic, ...]
    known: Project
    names: Names = field(repr=False, compare=False)
    texts: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)


def _from_disk(path: str) -> bytes:
    return Path(path).read_bytes()


def load(
    paths: Sequence[str], read: Callable[[str], bytes] = _from_disk, *, built_in: frozenset[str] = ACTIONS
) -> Loaded:
    """Loads contract files and all that they import.

    ``read`` gets a path as it was given, or as an import makes it from one (``folder of the file/path``), and returns
    the file's bytes; an `OSError` or `ValueError` that it raises becomes a finding. Nothing else is raised.
    ``built_in`` are the actions that no contract may define; only the contract of these very actions does.
    """
    report = Report()
    files = _Files(read, report)
    for path in paths:
        files.add(path, None)
    files.follow()
    names = resolve([tree for tree in files.trees.values() if tree is not None], files.imports, report)
    contracts = check(names, report, built_in)
    known = Project.of({name: replace(each, text=files.texts[each.path]) for name, each in contracts.items()})
    found = tuple(sorted(report.found, key=lambda each: (each.span, each.code, each.message)))
    return Loaded(None if found else known, found, known, names, files.texts)


class _Files:
    """The files of a run, each read once, with the paths by which findings call them."""

    def __init__(self, read: Callable[[str], bytes], report: Report) -> None:
        self.read = read
        self.report = report
        self.trees: dict[str, FileTree | None] = {}
        self.texts: dict[str, str] = {}
        self.imports: dict[tuple[str, str], str] = {}
        self._known: dict[str, str] = {}
        self._waiting: list[FileTree] = []

    def add(self, path: str, imported: Name | None) -> str:
        """Reads a file unless that was done; returns the path by which it is known."""
        known = self._known.setdefault(os.path.abspath(path), path)
        if known in self.trees:
            return known
        self.trees[known] = None
        data = self._bytes(known, imported)
        if data is None:
            return known
        self.texts[known] = legible(data)
        root = source.read(data, known, self.report)
        tree = parse(root, known, self.report) if root is not None else None
        self.trees[known] = tree
        if tree is not None:
            self._waiting.append(tree)
        return known

    def follow(self) -> None:
        """Reads what the files import, and what those import."""
        for tree in self._waiting:  # grows as imports are read
            for each in tree.imports:
                if each.path is not None:
                    path = posixpath.normpath(posixpath.join(posixpath.dirname(tree.path), each.path.text))
                    self.imports[tree.path, each.alias.text] = self.add(path, each.path)

    def _bytes(self, path: str, imported: Name | None) -> bytes | None:
        at = imported.at if imported else Span(path, 1, 1, 1)
        try:
            return self.read(path)
        except FileNotFoundError:
            self.report.add("FILE_NOT_FOUND", at, f"there is no file {path}")
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
            self.report.add("FILE_UNREADABLE", at, f"{path} can't be read: {getattr(error, 'strerror', None) or error}")
        return None
