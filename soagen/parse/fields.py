"""Fields and what may stand beside a type: constraints, defaults, presence, deprecation.

In a map of fields every key is a field, also `doc` and `type`. A field is a type expression, or a map that holds one
under `type`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from soagen.model import Deprecation
from soagen.parse.scalars import date
from soagen.parse.shapes import (
    SNAKE,
    Parsing,
    Reader,
    as_map,
    as_scalar,
    as_word,
    count,
    distinct,
    flag,
    items,
    node,
    read_map,
    styled,
    text,
    wire,
    written,
)
from soagen.parse.tree import ConstraintTree, FieldTree, Name, TypeExpr
from soagen.parse.types import type_expression
from soagen.source import Entry, Map, Scalar

_CURRENCY = re.compile("[A-Z]{3}")
_BOOLEANS = frozenset(("true", "false"))


def deprecation(p: Parsing, entry: Entry) -> Deprecation | None:
    """``deprecated``: a text, or a map of `since`, `use`, `sunset` and `reason`."""
    if isinstance(entry.value, Map):
        return Deprecation(**read_map(p, entry.value, "`deprecated`", _DEPRECATION))
    scalar = as_scalar(p, entry, "a text or a map")
    if scalar is None:
        return None
    if scalar.text.lower() in _BOOLEANS:
        hint = "say why, or what to use instead"
        p.report.add("BAD_SETTING", scalar.at, "`deprecated` is a text or a map, not true or false", hint=hint)
        return None
    return Deprecation(reason=scalar.text)


def _sunset(p: Parsing, entry: Entry) -> object:
    scalar = as_scalar(p, entry, "a date")
    if scalar is None:
        return None
    value = date(scalar.text)
    if value is None:
        p.report.add("BAD_LITERAL", scalar.at, "`sunset` must be a date, such as 2026-12-31")
    return value


_DEPRECATION: Mapping[str, Reader] = {"reason": text, "since": text, "use": text, "sunset": _sunset}


def _bound(p: Parsing, entry: Entry) -> ConstraintTree | None:
    scalar = as_scalar(p, entry, "a bound")
    return None if scalar is None else ConstraintTree(Name(entry.key.text, entry.key.at), scalar, None)


def _limit(p: Parsing, entry: Entry) -> ConstraintTree | None:
    value = count(p, entry)
    return None if value is None else ConstraintTree(Name(entry.key.text, entry.key.at), entry.value, value)


def _unique(p: Parsing, entry: Entry) -> ConstraintTree | None:
    value = flag(p, entry)
    return None if value is None else ConstraintTree(Name(entry.key.text, entry.key.at), entry.value, value.value)


def _pattern(p: Parsing, entry: Entry) -> ConstraintTree | None:
    scalar = as_scalar(p, entry, "a pattern")
    return None if scalar is None else ConstraintTree(Name(entry.key.text, entry.key.at), scalar, scalar.text)


def _currencies(p: Parsing, entry: Entry) -> ConstraintTree | None:
    codes = items(p, entry, "a currency code", "a list of currency codes", as_word)
    if codes is None:
        return None
    if not codes and not getattr(entry.value, "items", ()):
        p.report.add("EMPTY_LIST", entry.value.at, "`currencies` must name at least one")
        return None
    good = []
    for code in codes:
        if _CURRENCY.fullmatch(code.text):
            good.append(Name(code.text, code.at))
        else:
            hint = f"did you mean `{code.text.upper()}`?" if _CURRENCY.fullmatch(code.text.upper()) else None
            p.report.add("BAD_SETTING", code.at, "a currency is three capital letters, such as USD", hint=hint)
    return ConstraintTree(Name(entry.key.text, entry.key.at), entry.value, distinct(p, good)) if good else None


CONSTRAINTS: Mapping[str, Reader] = {
    "min": _bound,
    "max": _bound,
    "above": _bound,
    "below": _bound,
    "min_length": _limit,
    "max_length": _limit,
    "pattern": _pattern,
    "min_items": _limit,
    "max_items": _limit,
    "unique": _unique,
    "min_entries": _limit,
    "max_entries": _limit,
    "currencies": _currencies,
}

_FIELD: Mapping[str, Reader] = {
    "type": type_expression,
    "doc": text,
    "default": node,
    "example": node,
    "required": flag,
    "sensitive": flag,
    "deprecated": deprecation,
    "wire": wire,
    **CONSTRAINTS,
}


def constraints(values: Mapping[str, object]) -> tuple[ConstraintTree, ...]:
    """The constraints among the values that were read from a map, in its order."""
    return tuple(value for value in values.values() if isinstance(value, ConstraintTree))


def place(node: Map, key: str) -> Entry:
    """The entry of a key that is known to be there."""
    return next(entry for entry in node.entries if entry.key.text == key)


def true(values: Mapping[str, object], key: str, otherwise: bool = False) -> bool:
    """A flag among the values that were read from a map."""
    value = values.get(key)
    return otherwise if value is None else bool(getattr(value, "value", otherwise))


def fields(p: Parsing, entry: Entry) -> tuple[FieldTree, ...] | None:
    """A map of fields."""
    found = as_map(p, entry, "a map of fields")
    return None if found is None else tuple(_field(p, each) for each in found.entries)


def _field(p: Parsing, entry: Entry) -> FieldTree:
    name = styled(p, entry.key, SNAKE, "a field")
    if not isinstance(entry.value, Map):
        return FieldTree(name=name, type=_short(p, entry), type_at=entry.value.at)
    values = read_map(p, entry.value, "a field", _FIELD, required=["type"])
    at = {each.key.text: each for each in entry.value.entries}
    return FieldTree(
        name=name,
        type=values.get("type"),
        type_at=at["type"].value.at if "type" in at else entry.value.at,
        constraints=constraints(values),
        default=values.get("default"),
        default_at=at["default"].key.at if "default" in at else None,
        example=values.get("example"),
        required=values.get("required"),
        wire=values.get("wire"),
        doc=values.get("doc"),
        sensitive=true(values, "sensitive"),
        deprecated=values.get("deprecated"),
    )


def _short(p: Parsing, entry: Entry) -> TypeExpr | None:
    if not written(entry.value, entry.key.at, p, "a type"):
        return None
    if isinstance(entry.value, Scalar):
        return type_expression(p, entry)
    p.report.add("WRONG_SHAPE", entry.value.at, "a field is a type, or a map with a `type`")
    return None
