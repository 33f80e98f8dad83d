"""Whether constraints leave any value at all, and whether a value keeps to them.

Constraints of an alias and of what uses it hold together, so everything here works on several `Constraints` at once.
Bounds of discrete types (all but float and decimal) are compared as whole numbers, so that ``above: 5`` with
``below: 6`` is seen to be impossible.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from soagen.checks.patterns import compiled
from soagen.checks.scalars import INT_MAX, INT_MIN, MINOR_MAX, MINOR_MIN
from soagen.checks.widths import widths
from soagen.model import Constraints, Kind, Money
from soagen.parse.scalars import spelled

_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_DAY = 86_400_000_000


def _of_day(value: dt.time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _of_moment(value: dt.datetime) -> int:
    return (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND


# How a value of a discrete type is counted, and the counts that the type can have.
_STEPS: Mapping[Kind, tuple[Callable[[Any], int], int, int]] = {
    Kind.INT: (int, INT_MIN, INT_MAX),
    Kind.MONEY: (int, MINOR_MIN, MINOR_MAX),
    Kind.DATE: (dt.date.toordinal, 1, dt.date.max.toordinal()),
    Kind.TIME: (_of_day, 0, _DAY - 1),
    Kind.DATETIME: (_of_moment, _of_moment(dt.datetime.min), _of_moment(dt.datetime.max)),
    Kind.LOCAL_DATETIME: (_of_moment, _of_moment(dt.datetime.min), _of_moment(dt.datetime.max)),
    Kind.DURATION: (lambda value: value // _MICROSECOND, -(2**63), 2**63 - 1),
}

RANGE = frozenset(("min", "max", "above", "below"))
GROUPS: tuple[frozenset[str], ...] = (
    RANGE,
    frozenset(("min_length", "max_length", "pattern")),
    frozenset(("min_items", "max_items", "unique")),
    frozenset(("min_entries", "max_entries")),
    frozenset(("currencies",)),
)


def _given(together: Sequence[Constraints], name: str) -> list[Any]:
    return [value for each in together if (value := getattr(each, name)) is not None]


def range_impossible(kind: Kind, together: Sequence[Constraints]) -> bool:
    """Whether no value is within all bounds."""
    if kind in _STEPS:
        count, lowest, highest = _STEPS[kind]
        low = max([lowest, *map(count, _given(together, "min")), *(count(v) + 1 for v in _given(together, "above"))])
        high = min([highest, *map(count, _given(together, "max")), *(count(v) - 1 for v in _given(together, "below"))])
        return low > high
    lows = [(v, False) for v in _given(together, "min")] + [(v, True) for v in _given(together, "above")]
    highs = [(v, False) for v in _given(together, "max")] + [(v, True) for v in _given(together, "below")]
    return any(
        low > high or (low == high and (low_open or high_open)) for low, low_open in lows for high, high_open in highs
    )


def sizes_impossible(together: Sequence[Constraints], low: str, high: str, most: int | None = None) -> bool:
    """Whether no size is within all limits, of which ``most`` is one that the type itself has."""
    matched = [widths(pattern) for pattern in _given(together, "pattern")]
    lows = [*_given(together, low), *(each.low for each in matched)]
    highs = [*_given(together, high), most, *(each.high for each in matched)]
    highest = min((each for each in highs if each is not None), default=None)
    return highest is not None and max(lows, default=0) > highest


def currencies_impossible(together: Sequence[Constraints]) -> bool:
    """Whether no currency is allowed by all."""
    allowed = [set(each.currencies) for each in together if each.currencies]
    return bool(allowed) and not set.intersection(*allowed)


def faults(value: Any, together: Sequence[Constraints]) -> Iterator[str]:
    """What a value of the right type breaks, in words that go on after "the value"."""
    for each in together:
        yield from _range_faults(value.minor if isinstance(value, Money) else value, each)
        if isinstance(value, Money) and each.currencies and value.currency not in each.currencies:
            yield f"must be in {' or '.join(each.currencies)}"
        if isinstance(value, str | bytes):
            yield from _size_faults(
                len(value), each.min_length, each.max_length, "characters" if isinstance(value, str) else "bytes"
            )
        if isinstance(value, str) and each.pattern is not None and not compiled(each.pattern).fullmatch(value):
            yield f"does not match the pattern {each.pattern}"
        if isinstance(value, list):
            yield from _size_faults(len(value), each.min_items, each.max_items, "items")
            if each.unique and any(item in value[:index] for index, item in enumerate(value)):
                yield "holds an item twice"
        if isinstance(value, dict):
            yield from _size_faults(len(value), each.min_entries, each.max_entries, "entries")


def _range_faults(value: Any, limits: Constraints) -> Iterator[str]:
    if limits.min is not None and not value >= limits.min:
        yield f"must be at least {show(limits.min)}"
    if limits.above is not None and not value > limits.above:
        yield f"must be above {show(limits.above)}"
    if limits.max is not None and not value <= limits.max:
        yield f"must be at most {show(limits.max)}"
    if limits.below is not None and not value < limits.below:
        yield f"must be below {show(limits.below)}"


def _size_faults(size: int, low: int | None, high: int | None, what: str) -> Iterator[str]:
    if low is not None and size < low:
        yield f"has {size} {what}, and must have at least {low}"
    if high is not None and size > high:
        yield f"has {size} {what}, and must have at most {high}"


def show(value: Any) -> str:
    """A bound as text."""
    if isinstance(value, dt.timedelta):
        return spelled(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
