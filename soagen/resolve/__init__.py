"""The trees of all files -> what each name in them stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soagen.findings import Report
from soagen.parse.tree import FileTree
from soagen.resolve.files import report_circles, units_of
from soagen.resolve.names import POISON, Names, Unit
from soagen.resolve.references import report_unknown

__all__ = ["POISON", "Names", "Unit", "resolve"]


def resolve(trees: Sequence[FileTree], imports: Mapping[tuple[str, str], str], report: Report) -> Names:
    """Joins the files by their imports (``(path, alias) -> path``) and reports every name that stands for nothing."""
    units = units_of(trees, report)
    by_path = {unit.tree.path: unit for unit in units}
    for unit in units:
        for imported in unit.tree.imports:
            target = imports.get((unit.tree.path, imported.alias.text))
            unit.imports[imported.alias.text] = by_path.get(target) if target is not None else None
    report_circles(units, report)
    names = Names(units)
    for unit in units:
        report_unknown(names, unit, report)
    return names
