"""Constraints as what they accept: bounds as intervals, sizes as ranges, patterns as sets of alternatives.

Constraints of an alias and of what uses it hold together, so a `Limits` is made of several `Constraints`. It is a
normal form: ``above: 0`` and ``min: 1`` on an int are one bound, a bound that the type has anyway is none, and
``unique`` on a list of at most one item says nothing. Two ways of writing the same limits are therefore equal.

A bound is a number and a flag. Types that go in steps (all but float and decimal) are counted in whole steps, so their
bounds are always inclusive. A float or decimal that has any bound refuses NaN, which is why "no bound" is no number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from soagen.checks.widths import widths
from soagen.model import Constraints, Kind

Number: TypeAlias = int | float | Decimal

_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1)


def _moment(value: dt.datetime) -> int:
    return (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND


def _of_day(value: dt.time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


# How a bound of a stepwise type is counted, and the counts that the type itself has.
_STEPS: Mapping[Kind, tuple[Callable[[Any], int], int, int]] = {
    Kind.INT: (int, -(2**63), 2**64 - 1),
    Kind.MONEY: (int, -(2**63), 2**63 - 1),
    Kind.DATE: (dt.date.toordinal, 1, dt.date.max.toordinal()),
    Kind.TIME: (_of_day, 0, 86_400_000_000 - 1),
    Kind.DATETIME: (_moment, _moment(dt.datetime.min), _moment(dt.datetime.max)),
    Kind.LOCAL_DATETIME: (_moment, _moment(dt.datetime.min), _moment(dt.datetime.max)),
    Kind.DURATION: (lambda value: value // _MICROSECOND, -(2**63), 2**63 - 1),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of an interval; ``open`` leaves the number itself out."""

    number: Number
    open: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers between two bounds; ``None`` is no bound."""

    low: Bound | None = None
    high: Bound | None = None

    def low_within(self, other: Range) -> bool:
        """Whether ``other`` has no lower bound that this range goes below."""
        if self.low is None or other.low is None:
            return other.low is None
        if self.low.number == other.low.number:
            return self.low.open or not other.low.open
        return bool(self.low.number > other.low.number)

    def high_within(self, other: Range) -> bool:
        """Whether ``other`` has no upper bound that this range goes above."""
        if self.high is None or other.high is None:
            return other.high is None
        if self.high.number == other.high.number:
            return self.high.open or not other.high.open
        return bool(self.high.number < other.high.number)

    def within(self, other: Range) -> bool:
        """Whether every number of this range is in the other."""
        return self.low_within(other) and self.high_within(other)

    def holds(self, number: Number) -> bool:
        """Whether a number is in it."""
        return Range(Bound(number), Bound(number)).within(self)


EVERYTHING = Range()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value must keep to beyond its type. ``size`` counts characters, bytes, items or entries."""

    range: Range = EVERYTHING
    size: Range = EVERYTHING
    patterns: frozenset[str] = frozenset()
    unique: bool = False
    currencies: frozenset[str] | None = None

    @property
    def sizes(self) -> Range:
        """The sizes that values may have which keep to all of this: a pattern knows lengths of its own."""
        found = self.size
        for low, high in ((each.low, each.high) for each in map(widths, self.patterns)):
            matched = Range(Bound(low) if low else None, None if high is None else Bound(high))
            found = Range(
                found.low if found.low_within(matched) else matched.low,
                found.high if found.high_within(matched) else matched.high,
            )
        return found

    def within(self, other: Limits) -> bool:
        """Whether every value that keeps to this keeps to the other as well, as far as can be told."""
        return (
            self.range.within(other.range)
            and self.sizes.within(other.size)
            and patterns_within(self.patterns, other.patterns)
            and (self.unique or not other.unique)
            and currencies_within(self.currencies, other.currencies)
        )


UNLIMITED = Limits()


def limits(kind: Kind | None, together: Sequence[Constraints]) -> Limits:
    """The limits of a type; ``kind`` is None for lists and maps."""
    size = _sizes(together)
    some = [frozenset(each.currencies) for each in together if each.currencies]
    single = size.high is not None and size.high.number <= 1
    return Limits(
        range=_range(kind, together),
        size=size,
        patterns=frozenset(each.pattern for each in together if each.pattern is not None),
        unique=any(each.unique for each in together) and not single,
        currencies=frozenset.intersection(*some) if some else None,
    )


def natural(kind: Kind) -> Range:
    """What a type accepts without any constraint."""
    return _range(kind, ())


def _given(together: Sequence[Constraints], name: str) -> list[Any]:
    return [value for each in together if (value := getattr(each, name)) is not None]


def _range(kind: Kind | None, together: Sequence[Constraints]) -> Range:
    if kind is not None and kind in _STEPS:
        count, lowest, highest = _STEPS[kind]
        low = max([lowest, *map(count, _given(together, "min")), *(count(v) + 1 for v in _given(together, "above"))])
        high = min([highest, *map(count, _given(together, "max")), *(count(v) - 1 for v in _given(together, "below"))])
        return Range(Bound(low), Bound(high))
    lows = [(v, False) for v in _given(together, "min")] + [(v, True) for v in _given(together, "above")]
    highs = [(v, True) for v in _given(together, "max")] + [(v, False) for v in _given(together, "below")]
    low_end = max(lows, default=None)
    high_end = min(highs, default=None)
    return Range(
        None if low_end is None else Bound(*low_end),
        None if high_end is None else Bound(high_end[0], not high_end[1]),
    )


def _sizes(together: Sequence[Constraints]) -> Range:
    lows = [v for name in ("min_length", "min_items", "min_entries") for v in _given(together, name)]
    highs = [v for name in ("max_length", "max_items", "max_entries") for v in _given(together, name)]
    low = max(lows, default=0)
    return Range(Bound(low) if low else None, Bound(min(highs)) if highs else None)


def currencies_within(mine: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether the other allows all that this one does; None allows every currency."""
    return other is None or (mine is not None and mine <= other)


# --- patterns


def patterns_within(mine: frozenset[str], other: frozenset[str]) -> bool:
    """Whether whatever matches all of ``mine`` is seen to match all of ``other``.

    Only alternatives are looked at: ``a|b`` is within ``a|b|c``. Two patterns that differ otherwise are taken to differ
    in what they match.
    """
    return all(any(alternatives(m) <= alternatives(each) for m in mine) for each in other)


@lru_cache(maxsize=4096)
def alternatives(pattern: str) -> frozenset[str]:
    """The branches of a pattern's top level: ``a|b|(c|d)`` has three. One group around it all is looked through.

    Where a branch refers back to a group by its number, the branches can't be told apart: another one may shift it.
    """
    if _BACK_REFERENCE.search(pattern):
        return frozenset((pattern,))
    branches = _branches(pattern)
    if len(branches) == 1 and (inner := _unwrapped(pattern)) is not None:
        return alternatives(inner)
    return frozenset(branches)


_BACK_REFERENCE = re.compile(r"\\[1-9]")
_GROUP = re.compile(r"\((?:\?:|(?!\?))")
_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _branches(pattern: str) -> list[str]:
    branches, depth = [""], 0
    for atom in _ATOM.findall(pattern):
        depth += (atom == "(") - (atom == ")")
        if atom == "|" and depth == 0:
            branches.append("")
        else:
            branches[-1] += atom
    return branches


def _unwrapped(pattern: str) -> str | None:
    """What stands in the one group that the pattern is; nothing refers to it, and it is no condition."""
    opening = _GROUP.match(pattern)
    if opening is None:
        return None
    depth = 0
    atoms = _ATOM.findall(pattern)
    for index, atom in enumerate(atoms):
        depth += (atom == "(") - (atom == ")")
        if depth == 0:
            return pattern[opening.end() : -1] if index == len(atoms) - 1 else None
    return None
