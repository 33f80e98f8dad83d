"""Conformity's bounds as constraints of the language.

Rules: a bound that every value keeps to is left out; a bound that none of the type can stand at (``0.5`` for whole
numbers) becomes the nearest that accepts the same values. Bounds that leave no value at all are refused by the
language, so they are noted instead.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from soagen.checks.bounds import range_impossible, sizes_impossible
from soagen.checks.scalars import INT_MAX, INT_MIN, MINOR_MAX, MINOR_MIN
from soagen.model import NO_CONSTRAINTS, Bound, Constraints, Kind
from soagen.pysoa.draft import Plain
from soagen.pysoa.schema import Odd, Schema

# Conformity's names, and ours.
NAMES = {"gte": "min", "gt": "above", "lte": "max", "lt": "below"}
_LOWER = frozenset(("min", "above"))


def whole(schema: Schema, kind: Kind = Kind.INT) -> Plain:
    """An integer, or an amount in minor units."""
    lowest, highest = (MINOR_MIN, MINOR_MAX) if kind is Kind.MONEY else (INT_MIN, INT_MAX)
    bounds: dict[str, Any] = {}
    for theirs, ours in NAMES.items():
        value = schema.number(theirs)
        if value is None or _is_infinite(value):
            continue
        lower = ours in _LOWER
        exact = Fraction(value)
        if exact.denominator != 1:
            ours, limit = ("min", math.ceil(exact)) if lower else ("max", math.floor(exact))
        else:
            limit = int(exact)
        if lowest <= limit <= highest:
            bounds[ours] = (max if lower else min)(limit, bounds.get(ours, limit))
        elif (limit > highest) is lower:
            return _impossible(kind, f"{theirs} {value}")
    return _checked(kind, bounds)


def floating(schema: Schema) -> Plain:
    """A float. An int stays one: messages show a bound as it is written."""
    return _numbers(schema, Kind.FLOAT, lambda value: value if isinstance(value, int) else float(value))


def exact(schema: Schema) -> Plain:
    """A decimal."""
    return _numbers(schema, Kind.DECIMAL, lambda value: Decimal(str(value)))


def _numbers(schema: Schema, kind: Kind, read: Callable[[Any], Bound]) -> Plain:
    bounds = {}
    for theirs, ours in NAMES.items():
        value = schema.number(theirs)
        if value is not None and not _is_infinite(value):
            bounds[ours] = read(value)
    return _checked(kind, bounds)


def _is_infinite(value: float | Decimal) -> bool:
    return not math.isfinite(value)


def temporal(kind: Kind, read: Callable[[str], Bound]) -> Callable[[Schema], Plain]:
    """The reader of dates and times, whose bounds come as texts."""

    def reader(schema: Schema) -> Plain:
        bounds = {ours: text for theirs, ours in NAMES.items() if (text := schema.text(theirs))}
        try:
            return _checked(kind, {name: read(text) for name, text in bounds.items()})
        except ValueError as error:
            raise Odd(f"has a bound that is no {kind.value.replace('_', ' ')}") from error

    return reader


def moment(schema: Schema) -> Plain:
    """A datetime. Bounds show whether the service works with naive ones; without any it is taken to be aware."""
    texts = [text for theirs in NAMES if (text := schema.text(theirs))]
    return (_local if any(_is_naive(text) for text in texts) else _aware)(schema)


def _is_naive(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False  # which the reader will say


def _in_utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _without_zone(text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(text)
    if value.tzinfo is not None:
        raise ValueError(text)
    return value


def _naive_time(text: str) -> dt.time:
    value = dt.time.fromisoformat(text)
    if value.tzinfo is not None:
        raise ValueError(text)
    return value


_aware = temporal(Kind.DATETIME, _in_utc)
_local = temporal(Kind.LOCAL_DATETIME, _without_zone)
date = temporal(Kind.DATE, dt.date.fromisoformat)
time = temporal(Kind.TIME, _naive_time)


def _checked(kind: Kind, bounds: Mapping[str, Any]) -> Plain:
    constraints = Constraints(**bounds)
    if range_impossible(kind, [constraints]):
        return _impossible(kind, ", ".join(f"{name} {value}" for name, value in bounds.items()))
    return Plain(kind, constraints)


def _impossible(kind: Kind, words: str) -> Plain:
    return Plain(kind, notes=(f"PySOA's bounds leave no value at all: {words}",))


def sizes(schema: Schema, least: str, most: str) -> tuple[Constraints, tuple[str, ...]]:
    """``min_length`` and ``max_length`` under our names, and what could not be said."""
    low, high = schema.size("min_length"), schema.take("max_length")
    if high is not None and type(high) is not int:
        raise Odd("has a `max_length` that is no whole number")
    if high is not None and high < (low or 0):
        return NO_CONSTRAINTS, (f"PySOA's lengths leave no value at all: at most {high}",)
    limits: dict[str, Any] = {least: low, most: high}
    return Constraints(**limits), ()


_TIGHTEST: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(("min", "above", "min_length"), max),
    **dict.fromkeys(("max", "below", "max_length"), min),
}


def tightest(kind: Kind, one: Constraints, other: Constraints) -> Constraints | None:
    """What keeps to both, for a type that is no list and no map; None if nothing does, or if it can't be said."""
    values: dict[str, Any] = {}
    for name, choose in _TIGHTEST.items():
        given = [value for value in (getattr(one, name), getattr(other, name)) if value is not None]
        if given:
            values[name] = choose(given)
    allowed = [set(each.currencies) for each in (one, other) if each.currencies]
    codes = tuple(sorted(set.intersection(*allowed))) if allowed else ()
    together = Constraints(**values, currencies=codes)
    none_left = bool(allowed) and not codes
    if none_left or range_impossible(kind, [together]) or sizes_impossible([together], "min_length", "max_length"):
        return None
    return together
