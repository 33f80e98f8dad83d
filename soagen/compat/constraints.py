"""What became of constraints: compared by what they accept, one end of an interval at a time.

Servers alone hold messages against constraints, so on a response nothing can fail; but what was stored under the old
ones may break the new ones, and then a server's own check refuses its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soagen.compat.findings import WARN
from soagen.compat.limits import Limits, currencies_within, patterns_within
from soagen.compat.positions import Meeting
from soagen.model import Kind, ListType, MapType, ScalarType, Type

if TYPE_CHECKING:
    from soagen.compat.noting import Here
    from soagen.compat.walk import Walk


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One thing that limits speak of: whether the old ones are within the new, and the other way round."""

    name: str
    old_within: bool
    new_within: bool

    @property
    def rule(self) -> str | None:
        """The rule that the change comes under; None if the same is accepted."""
        if self.old_within and self.new_within:
            return None
        if self.old_within:
            return "constraint-loosened"
        if self.new_within:
            return "constraint-tightened"
        return "pattern-changed" if self.name == "pattern" else "constraint-changed"


def compare(walk: Walk, plain: Type, old: Limits, new: Limits, here: Here) -> None:
    """Notes what differs between the limits of a type; ``here`` is where they are written."""
    for aspect in _aspects(plain, old, new):
        rule = aspect.rule
        if rule is None:
            continue

        def judge(meeting: Meeting, aspect: _Aspect = aspect) -> str | None:
            if not meeting.strict or meeting.written(aspect.old_within, aspect.new_within):
                return None
            return f"{meeting.writer} may send what the {aspect.name} of {meeting.reader} refuses"

        axes = (WARN,) if walk.position.answers and rule != "constraint-loosened" else ()
        message = f"the constraint {aspect.name} {_VERBS[rule]}"
        walk.note(rule, here, message, walk.judge(judge), axes=axes, detail=aspect.name)


_VERBS = {
    "constraint-loosened": "accepts more",
    "constraint-tightened": "accepts less",
    "constraint-changed": "accepts other values",
    "pattern-changed": "is another one",
}


def _aspects(plain: Type, old: Limits, new: Limits) -> Iterator[_Aspect]:
    size = _size_name(plain)
    yield _Aspect("min", old.range.low_within(new.range), new.range.low_within(old.range))
    yield _Aspect("max", old.range.high_within(new.range), new.range.high_within(old.range))
    yield _Aspect(f"min_{size}", old.sizes.low_within(new.size), new.sizes.low_within(old.size))
    yield _Aspect(f"max_{size}", old.sizes.high_within(new.size), new.sizes.high_within(old.size))
    yield _Aspect("pattern", patterns_within(old.patterns, new.patterns), patterns_within(new.patterns, old.patterns))
    yield _Aspect("unique", old.unique or not new.unique, new.unique or not old.unique)
    mine, other = old.currencies, new.currencies
    yield _Aspect("currencies", currencies_within(mine, other), currencies_within(other, mine))


def _size_name(plain: Type) -> str:
    match plain:
        case ListType():
            return "items"
        case MapType():
            return "entries"
        case ScalarType(kind):
            assert isinstance(kind, Kind)
        case _:
            pass
    return "length"
