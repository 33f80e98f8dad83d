"""Reports the names that stand for nothing, each once, with the name that was most likely meant."""

from __future__ import annotations

from collections.abc import Mapping

from soagen.findings import Report
from soagen.parse.shapes import closest
from soagen.parse.tree import AliasTree, BrokenTree, NameExpr, StructTree
from soagen.parse.types import BUILTINS
from soagen.resolve.names import Names, Unit

_ELSEWHERE: Mapping[str, str] = {
    "str": "string",
    "text": "string",
    "integer": "int",
    "int32": "int",
    "int64": "int",
    "long": "int",
    "boolean": "bool",
    "number": "float",
    "double": "float",
    "binary": "bytes",
    "dict": "map<T>",
    "map": "map<T>",
    "array": "list<T>",
    "list": "list<T>",
    "set": "list<T>` with `unique: true",
    "timestamp": "datetime",
    "timedelta": "duration",
    "amount": "money",
    "currency": "money",
}


def report_unknown(names: Names, unit: Unit, report: Report) -> None:
    """Finds every name in a unit that stands for nothing, or for something that can't stand there."""
    references = unit.tree.references
    for name in references.types:
        _look_up(names, unit, name, "types", report)
    for name in references.structs:
        _look_up_struct(names, unit, name, report)
    for name in references.bodies:
        _look_up_struct(names, unit, name, report, _BODY)
    for name in references.errors:
        _look_up(names, unit, name, "errors", report)
    for name in references.switches:
        _look_up(names, unit, name, "switches", report)
    for name in references.actions:
        _look_up(names, unit, name, "actions", report)


_CODES = {
    "types": "UNKNOWN_TYPE",
    "errors": "UNKNOWN_ERROR",
    "switches": "UNKNOWN_SWITCH",
    "actions": "UNKNOWN_ACTION",
}
_WORDS = {"types": "type", "errors": "error", "switches": "switch", "actions": "action"}


def _look_up(names: Names, unit: Unit, name: NameExpr, sort: str, report: Report) -> bool:
    if name.qualifier is not None and name.qualifier.text not in unit.imports:
        if "imports" not in unit.tree.refused:
            best = closest(name.qualifier.text, unit.imports)
            hint = (
                f"did you mean `{best}`?"
                if best
                else f"an import is written `imports: {{{name.qualifier.text}: FILE}}`"
            )
            report.add(
                "UNKNOWN_IMPORT", name.qualifier.at, f"nothing is imported as `{name.qualifier.text}`", hint=hint
            )
        return False
    home = names.home(unit, name)
    if home is None or (sort in home.tree.refused and name.name.text not in getattr(home, sort)):
        return False
    if name.name.text in getattr(home, sort):
        return True
    where = f" in `{home.key}`" if name.qualifier else ""
    message = f"there is no {_WORDS[sort]} `{name.name.text}`{where}"
    report.add(_CODES[sort], name.name.at, message, hint=_hint(unit, home, name, sort))
    return False


def _hint(unit: Unit, home: Unit, name: NameExpr, sort: str) -> str | None:
    word = name.name.text
    known: dict[str, str] = {each: each for each in getattr(home, sort)}
    if name.qualifier is None:
        for alias, imported in unit.imports.items():
            if imported is not None and word in getattr(imported, sort):
                return f"did you mean `{alias}.{word}`?"
        if sort == "types":
            known |= {builtin: builtin for builtin in BUILTINS}
            if word.lower() in _ELSEWHERE:
                return f"did you mean `{_ELSEWHERE[word.lower()]}`?"
    best = closest(word, known)
    return f"did you mean `{best}`?" if best else None


_BODY = "a body is a map of fields, the name of a struct, or `object` for any map"


def _look_up_struct(names: Names, unit: Unit, name: NameExpr, report: Report, hint: str | None = None) -> None:
    """Finds a name that stands for no struct; ``hint`` is for what is no definition of a file."""
    if str(name) in BUILTINS:
        report.add("NOT_A_STRUCT", name.name.at, f"`{name}` is no type with `fields`", hint=hint)
        return
    if not _look_up(names, unit, name, "types", report):
        return
    home = names.home(unit, name)
    tree = home.types[name.name.text] if home else None
    if tree is None or isinstance(tree, StructTree | BrokenTree):
        return
    mend = "name the struct itself" if isinstance(tree, AliasTree) else hint
    related = ((tree.name.at, "defined here"),)
    report.add("NOT_A_STRUCT", name.name.at, f"`{name}` is no type with `fields`", hint=mend, related=related)
