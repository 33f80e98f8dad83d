"""The files of a run among each other: their names, and the circles of their imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from soagen.findings import Report
from soagen.model import ContractKind
from soagen.parse.shapes import SNAKE
from soagen.parse.tree import FileTree, ImportTree, Name
from soagen.resolve.circles import circles
from soagen.resolve.names import Unit

SUFFIX = ".soa.yaml"


def units_of(trees: Sequence[FileTree], report: Report) -> list[Unit]:
    """A unit for each tree, not yet joined by imports; two of one name are found at both places."""
    named: defaultdict[str, list[Name]] = defaultdict(list)
    for tree in trees:
        if tree.name is not None:
            _check_file_name(tree, tree.name, report)
            named[tree.name.text].append(tree.name)
    units = []
    for tree in trees:
        same = named[tree.name.text] if tree.name else []
        if tree.name is not None and len(same) > 1:
            others = tuple((other.at, "and here") for other in same if other is not tree.name)
            message = f"the name `{tree.name.text}` is given to {len(same)} contracts, also in {others[0][0].path}"
            report.add("DUPLICATE_CONTRACT", tree.name.at, message, related=others)
        units.append(Unit(tree, tree.name.text if tree.name and len(same) == 1 else f"the contract in {tree.path}"))
    return units


def _check_file_name(tree: FileTree, name: Name, report: Report) -> None:
    wanted = name.text + SUFFIX
    actual = PurePosixPath(tree.path.replace("\\", "/")).name
    if tree.kind is ContractKind.SERVICE and actual != wanted and SNAKE.fullmatch(name.text):
        message = f"the file of the service `{name.text}` must be called {wanted}, not {actual}"
        report.add("WRONG_FILE_NAME", name.at, message)


def report_circles(units: Sequence[Unit], report: Report) -> None:
    """Finds each import that closes a circle, and shows the circle."""
    for circle, imported in circles(units, _imports):
        paths = " -> ".join(unit.tree.path for unit in circle)
        at = imported.path.at if imported.path else imported.alias.at
        hint = "move what both need into a package of its own"
        report.add("CIRCULAR_IMPORT", at, f"imports go round in a circle: {paths}", hint=hint)


def _imports(unit: Unit) -> Iterator[tuple[Unit, ImportTree]]:
    for imported in unit.tree.imports:
        target = unit.imports.get(imported.alias.text)
        if target is not None:
            yield target, imported
