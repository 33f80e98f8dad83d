"""Constraints as written -> `Constraints`, held against the type that they stand beside.

A constraint that the type can't have is found at its key, a value that is none of the type at the value, and one that
leaves no value at all (together with the others beside it and those of the alias) at the last one that contributes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soagen.checks import bounds
from soagen.checks.currencies import CURRENCIES
from soagen.checks.patterns import PatternError, compiled
from soagen.checks.scalars import FORMS, Form, hint, integer, minor
from soagen.findings import Report
from soagen.model import NO_CONSTRAINTS, Constraints, Kind, ListType, MapType, NamedType, OptionalType, ScalarType, Type
from soagen.parse.shapes import did_you_mean
from soagen.parse.tree import ConstraintTree, EnumTree, Name
from soagen.source import Scalar

if TYPE_CHECKING:
    from soagen.checks.book import Book, Plain

_LENGTHS = frozenset(("min_length", "max_length"))
_ALLOWED: Mapping[Kind, frozenset[str]] = {
    Kind.INT: bounds.RANGE,
    Kind.FLOAT: bounds.RANGE,
    Kind.DECIMAL: bounds.RANGE,
    Kind.DATE: bounds.RANGE,
    Kind.TIME: bounds.RANGE,
    Kind.DATETIME: bounds.RANGE,
    Kind.LOCAL_DATETIME: bounds.RANGE,
    Kind.DURATION: bounds.RANGE,
    Kind.MONEY: bounds.RANGE | {"currencies"},
    Kind.STRING: _LENGTHS | {"pattern"},
    Kind.BYTES: _LENGTHS,
}
_LIST = frozenset(("min_items", "max_items", "unique"))
_MAP = frozenset(("min_entries", "max_entries"))


def _float_bound(text: str) -> object:
    """An int where one is written: messages show a bound as it is written, ``60`` or ``60.0``."""
    value = integer(text)
    return FORMS[Kind.FLOAT].read(text) if value is None else value


_BOUNDS: Mapping[Kind, Form] = {
    **FORMS,
    Kind.FLOAT: FORMS[Kind.FLOAT]._replace(read=_float_bound),
    Kind.MONEY: Form(minor, "a whole number of minor units, such as 1250"),
}


def read_constraints(book: Book, plain: Plain, trees: Sequence[ConstraintTree]) -> Constraints:
    """The constraints beside a type; what is wrong with them is reported, and left out."""
    allowed = _allowed(plain.type)
    values: dict[str, Any] = {}
    for tree in trees:
        if tree.key.text not in allowed:
            words = ", ".join(f"`{key}`" for key in _ORDER if key in allowed)
            has = f"it can have {words}" if words else "it can have none"
            message = f"{_describe(plain.type)} has no `{tree.key.text}`"
            book.report.add("CONSTRAINT_UNFIT", tree.key.at, message, hint=has)
            continue
        value = _value(tree, plain.type, book.report)
        if value is not None:
            values[tree.key.text] = value
    constraints = Constraints(**values)
    _check_possible(book, plain, constraints, [tree for tree in trees if tree.key.text in values])
    return constraints


_ORDER = (*sorted(bounds.RANGE), *sorted(_LENGTHS), "pattern", *sorted(_LIST), *sorted(_MAP), "currencies")


def _allowed(type_: Type) -> frozenset[str]:
    match type_:
        case ScalarType(kind):
            return _ALLOWED.get(kind, frozenset())
        case ListType():
            return _LIST
        case MapType():
            return _MAP
        case _:
            return frozenset()


def _describe(type_: Type) -> str:
    match type_:
        case ScalarType(kind):
            return f"`{kind.value}`"
        case ListType():
            return "a list"
        case MapType():
            return "a map"
        case _:
            return f"`{getattr(type_, 'name', 'the type')}`"


def _value(tree: ConstraintTree, type_: Type, report: Report) -> object:
    if tree.key.text in bounds.RANGE and isinstance(type_, ScalarType) and isinstance(tree.node, Scalar):
        return _bound(tree.key.text, tree.node, type_.kind, report)
    if tree.key.text == "pattern" and isinstance(tree.node, Scalar):
        return _pattern(tree.node, report)
    if isinstance(tree.value, tuple):
        return _currencies(tree.value, report)
    return tree.value


def _bound(key: str, node: Scalar, kind: Kind, report: Report) -> object:
    form = _BOUNDS[kind]
    value = form.read(node.text)
    if isinstance(value, float) and not math.isfinite(value):
        report.add("BAD_LITERAL", node.at, f"`{key}` must be a finite number")
        return None
    if value is None:
        mend = None if kind is Kind.MONEY else hint(kind, node.text)
        report.add("BAD_LITERAL", node.at, f"`{key}` must be {form.words}", hint=mend)
    return value


def _pattern(node: Scalar, report: Report) -> str | None:
    try:
        compiled(node.text)
    except PatternError as error:
        at = node.part(error.position, error.position + 1)
        report.add("BAD_PATTERN", at, f"this pattern is refused: {error}")
        return None
    return node.text


def _currencies(codes: Sequence[Name], report: Report) -> tuple[str, ...] | None:
    unknown = [code for code in codes if code.text not in CURRENCIES]
    for code in unknown:
        hint = did_you_mean(code.text, CURRENCIES)
        report.add("UNKNOWN_CURRENCY", code.at, f"there is no currency `{code.text}`", hint=hint)
    return None if unknown else tuple(code.text for code in codes)


def _check_possible(book: Book, plain: Plain, own: Constraints, trees: Sequence[ConstraintTree]) -> None:
    for group in bounds.GROUPS:
        last = next((tree for tree in reversed(trees) if tree.key.text in group), None)
        if last is None or _impossible(book, plain.type, group, plain.constraints):
            continue
        if _impossible(book, plain.type, group, (*plain.constraints, own)):
            others = [f"`{tree.key.text}`" for tree in trees if tree.key.text in group and tree is not last]
            inherited = " and what the alias demands" if _groups_in(plain.constraints, group) else ""
            against = f" together with {' and '.join(others)}" if others else ""
            message = f"no value can keep to `{last.key.text}`{against}{inherited}"
            book.report.add("CONSTRAINT_IMPOSSIBLE", last.node.at, message)


def _groups_in(constraints: Sequence[Constraints], group: frozenset[str]) -> bool:
    return any(getattr(each, key) != getattr(NO_CONSTRAINTS, key) for each in constraints for key in group)


def _impossible(book: Book, type_: Type, group: frozenset[str], together: Sequence[Constraints]) -> bool:
    if "min" in group:
        return isinstance(type_, ScalarType) and bounds.range_impossible(type_.kind, together)
    if "currencies" in group:
        return bounds.currencies_impossible(together)
    low, high = sorted(group - {"unique", "pattern"}, reverse=True)
    most = None
    if isinstance(type_, ListType) and any(each.unique for each in together):
        most = _different_values(book, type_.item)
    return bounds.sizes_impossible(together, low, high, most)


def _different_values(book: Book, item: Type) -> int | None:
    """How many different values a type has, where that is a small number."""
    nil = isinstance(item, OptionalType)
    plain = book.plain(item.inner if isinstance(item, OptionalType) else item).type
    if isinstance(plain, ScalarType) and plain.kind is Kind.BOOL:
        return 2 + nil
    definition = book.definition(plain) if isinstance(plain, NamedType) else None
    return len(definition.values) + nil if isinstance(definition, EnumTree) else None
