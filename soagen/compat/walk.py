"""The walk over two versions of a type, side by side, to where they differ.

Types are compared by structure along the path: a type that has another name now is still compared field by field. Every
difference is noted as an edit of what holds it (a field, a definition), so that a type reached from fifty places is one
finding. Two named types are the same definition if they have the same name, or if the one is gone and the other is new;
otherwise a field changed its type, and that is one edit too, whatever the two types hold.

A walk belongs to one position. Within it a pair of definitions is visited once, so types may hold themselves. What is
to be found in a pair itself is the same for all walks of a position, but for the way there: it is looked for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from soagen.compat import constraints, named, records
from soagen.compat.changes import Changes, Key
from soagen.compat.expansions import expansions
from soagen.compat.findings import SOURCE, Axis, Finding, Findings
from soagen.compat.inclusion import Inclusion
from soagen.compat.languages import opened, takes_nil
from soagen.compat.limits import limits
from soagen.compat.notes import notes
from soagen.compat.noting import Here, Noter
from soagen.compat.positions import Meeting, Position
from soagen.compat.words import type_words
from soagen.model import (
    Alias,
    Body,
    Constraints,
    EnumType,
    Field,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Project,
    ScalarType,
    Struct,
    Type,
    Union,
)


@dataclass(frozen=True, slots=True)
class Reached:
    """Definitions that some walk has come to: by their new names, and the old names of those that were renamed."""

    new: set[Key] = field(default_factory=set)
    renamed: set[Key] = field(default_factory=set)
    looked_at: dict[tuple[Position, NamedType, NamedType], _Looked] = field(default_factory=dict)

    def add(self, old: NamedType, new: NamedType) -> None:
        """Notes that two names stand for versions of one definition."""
        self.new.add((new.contract, new.name))
        if (old.contract, old.name) != (new.contract, new.name):
            self.renamed.add((old.contract, old.name))


@dataclass(frozen=True, slots=True)
class _Step:
    """Into a pair of definitions."""

    old: NamedType
    new: NamedType
    here: Here


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was found in a pair of definitions itself, on the way that led to ``place``, and where it leads to."""

    place: str
    found: tuple[Finding, ...]
    steps: tuple[_Step, ...]


@dataclass(slots=True)
class Walk(Noter):
    """Compares types at one position."""

    old: Project
    new: Project
    changes: Changes
    reached: Reached
    seen: set[tuple[NamedType, NamedType]] = field(default_factory=set)
    _steps: list[_Step] | None = None

    def home(self, path: str) -> str:
        """The contract that a file holds."""
        return next(each.name for project in (self.new, self.old) for each in project if each.path == path)

    def aside(self) -> Walk:
        """A walk on which nobody meets, for what differs in Python alone."""
        return Walk(Position.UNREACHED, self.found, self.old, self.new, self.changes, self.reached)

    # --- bodies

    def body(self, old: Body, new: Body, here: Here) -> None:
        """Compares two requests or two responses."""
        if self.changes.untouched_body(old, new):
            return
        if isinstance(old, ScalarType) or isinstance(new, ScalarType):
            self._described(old, new, here)
            return
        if isinstance(old, NamedType) and isinstance(new, NamedType) and self.corresponds(old, new):
            self.type(old, new, here)
            return
        if isinstance(old, NamedType) or isinstance(new, NamedType):
            self.note("type-renamed", here, f"{_body_words(old)} became {_body_words(new)}", axes=(SOURCE,))
        before, after = self.fields_of(self.old, old), self.fields_of(self.new, new)
        records.Record(self, here, self.reserved_of(old)).compare(before, after)

    def fields_of(self, project: Project, body: tuple[Field, ...] | NamedType) -> tuple[Field, ...]:
        """The fields of a request or a response."""
        if isinstance(body, tuple):
            return body
        struct = project.type(body)
        assert isinstance(struct, Struct)
        return struct.fields

    def _described(self, old: Body, new: Body, here: Here) -> None:
        """Notes that a body which was any map has fields now, or the other way round."""

        def judge(meeting: Meeting) -> str | None:
            writer, reader = meeting.written(self.old, self.new), meeting.read(self.old, self.new)
            sent, read = meeting.written(old, new), meeting.read(old, new)
            if Inclusion(writer, reader, meeting.strict).body(sent, read):
                return None
            return f"not everything that {meeting.writer} may send here is read by {meeting.reader}"

        widened = Inclusion(self.old, self.new, strict=True).body(old, new)
        narrowed = Inclusion(self.new, self.old, strict=True).body(new, old)
        rule, _ = _RETYPED[widened, narrowed]
        self.note(rule, here, f"{_body_words(old)} became {_body_words(new)}", self.judge(judge), axes=(SOURCE,))

    def reserved_of(self, body: Body) -> tuple[str, ...]:
        """The names that the old version reserved in a request or a response."""
        struct = self.old.type(body) if isinstance(body, NamedType) else None
        return struct.reserved if isinstance(struct, Struct) else ()

    # --- types

    def corresponds(self, old: NamedType, new: NamedType) -> bool:
        """Whether two names stand for versions of one definition."""
        if (old.contract, old.name) == (new.contract, new.name):
            return True
        return self.changes.is_gone(old) and self.changes.is_new(new)

    def element(self, old: Type, new: Type, here: Here) -> None:
        """Compares what a list or a map holds, of which nil may be one."""
        if isinstance(old, OptionalType) != isinstance(new, OptionalType):
            rule, words = ("nil-allowed", "may be") if isinstance(new, OptionalType) else ("nil-refused", "may not be")
            nils = takes_nil(self.old, old), takes_nil(self.new, new)

            def judge(meeting: Meeting) -> str | None:
                if meeting.written(*nils) and not meeting.read(*nils):
                    return f"{meeting.writer} may send nil, which {meeting.reader} refuses"
                return None

            self.note(rule, here, f"an element {words} nil", self.judge(judge), detail="element")
        self.type(old, new, here)

    def type(self, old: Type, new: Type, here: Here) -> None:
        """Compares two types; that they are optional is for the caller to look at."""
        old, new = _inner(old), _inner(new)
        if self.changes.untouched(old, new):
            return
        whole = old, new
        levels: list[_Level] = []
        while isinstance(old, NamedType) and isinstance(new, NamedType) and self.corresponds(old, new):
            aliases = self.old.type(old), self.new.type(new)
            if not (isinstance(aliases[0], Alias) and isinstance(aliases[1], Alias)):
                break
            levels.append(_Level((old.constraints,), (new.constraints,), here))
            here = here.into(f"{new.contract}.{new.name}", aliases[0].span, aliases[1].span)
            self._named(old, new, here)
            notes(self, aliases[0], aliases[1], here)
            old, new = _inner(aliases[0].type), _inner(aliases[1].type)
        before, after = opened(self.old, old), opened(self.new, new)
        levels.append(_Level(before.constraints, after.constraints, here))
        match before.type, after.type:
            case ScalarType(one), ScalarType(other) if one is other:
                self._constraints(before.type, levels)
            case ListType(item=one_item), ListType(item=other_item):
                self._constraints(before.type, levels)
                self.element(one_item, other_item, here.step("[]"))
            case MapType(value=one_value), MapType(value=other_value):
                self._constraints(before.type, levels)
                self.element(one_value, other_value, here.step("{}"))
            case NamedType() as one_ref, NamedType() as other_ref if self._same_definition(one_ref, other_ref):
                self._definitions(one_ref, other_ref, here)
            case _:
                self._retyped(whole, (old, new), here)

    def _same_definition(self, old: NamedType, new: NamedType) -> bool:
        return type(self.old.type(old)) is type(self.new.type(new)) and self.corresponds(old, new)

    def _constraints(self, plain: Type, levels: Sequence[_Level]) -> None:
        kind = plain.kind if isinstance(plain, ScalarType) else None
        before = limits(kind, [each for level in levels for each in level.old])
        after = limits(kind, [each for level in levels for each in level.new])
        if before != after:
            # What differs was edited where the constraints that were written differ.
            edited = next((level for level in levels if level.old != level.new), levels[-1])
            constraints.compare(self, plain, before, after, edited.here)

    def _definitions(self, old: NamedType, new: NamedType, here: Here) -> None:
        """Compares two definitions, and those that they lead to after them.

        Types may be nested deeper than Python's stack.
        """
        first = _Step(old, new, here)
        if self._steps is not None:
            self._steps.append(first)
            return
        waiting: list[_Step] = []
        self._await(waiting, first, here.place, here.place)
        while waiting:
            step = waiting.pop()
            looked = self._looked_at(step)
            for each in looked.found:
                places = tuple(step.here.place + place.removeprefix(looked.place) for place in each.places)
                self.found.add(each, places)
            for following in looked.steps:
                self._await(waiting, following, looked.place, step.here.place)

    def _await(self, waiting: list[_Step], step: _Step, was: str, is_: str) -> None:
        """Notes a step for later, unless it was taken: the way there began with one place and begins with another."""
        if (step.old, step.new) not in self.seen:
            self.seen.add((step.old, step.new))
            here = replace(step.here, place=is_ + step.here.place.removeprefix(was))
            waiting.append(replace(step, here=here))

    def _looked_at(self, step: _Step) -> _Looked:
        """What there is in a pair of definitions, looked for unless an earlier walk of this position did."""
        key = self.position, step.old, step.new
        looked = self.reached.looked_at.get(key)
        if looked is None:
            found, self.found = self.found, Findings()
            self._steps = []
            self._definition(step.old, step.new, step.here)
            looked = _Looked(step.here.place, tuple(self.found), tuple(self._steps))
            self.reached.looked_at[key] = looked
            self.found, self._steps = found, None
        return looked

    def _definition(self, old: NamedType, new: NamedType, here: Here) -> None:
        before, after = self.old.type(old), self.new.type(new)
        here = here.into(f"{new.contract}.{new.name}", before.span, after.span)
        self._named(old, new, here)
        notes(self, before, after, here)
        match before, after:
            case Struct(), Struct():
                records.Record(self, here, before.reserved).compare(before.fields, after.fields)
                expansions(self, before, after, here)
            case EnumType(), EnumType():
                named.enum(self, before, after, here)
            case Union(), Union():
                named.union(self, before, after, here)

    def _named(self, old: NamedType, new: NamedType, here: Here) -> None:
        self.reached.add(old, new)
        if old.contract != new.contract:
            everything = old.contract not in self.new.contracts
            moved = replace(here, subject=new.contract) if everything else here
            what = "the types" if everything else f"`{old.name}`"
            message = f"{what} of `{old.contract}` moved to `{new.contract}`"
            self.note("type-moved", moved, message, axes=(SOURCE,), detail=old.contract)
        if old.name != new.name:
            self.note("type-renamed", here, f"`{old.name}` is now called `{new.name}`", axes=(SOURCE,))

    # --- a type instead of another

    def _retyped(self, whole: tuple[Type, Type], written: tuple[Type, Type], here: Here) -> None:
        """Notes that one type stands where another stood: one edit, judged by all that the two types accept.

        ``whole`` are the types with all that constrains them, ``written`` what differs.
        """

        def judge(meeting: Meeting) -> str | None:
            writer, reader = meeting.written(self.old, self.new), meeting.read(self.old, self.new)
            sent, read = meeting.written(*whole), meeting.read(*whole)
            if Inclusion(writer, reader, meeting.strict).holds(sent, read):
                return None
            words = type_words(meeting.read(*written))
            return f"not everything that {meeting.writer} may send here is {words} to {meeting.reader}"

        widened = Inclusion(self.old, self.new, strict=True).holds(*whole)
        narrowed = Inclusion(self.new, self.old, strict=True).holds(whole[1], whole[0])
        rule, axes = _RETYPED[widened, narrowed]
        detail = ""
        match written:
            case NamedType() as old, NamedType() as new if self.corresponds(old, new):
                self.reached.add(old, new)
                here = here.into(f"{new.contract}.{new.name}", self.old.type(old).span, self.new.type(new).span)
            case NamedType() as old, NamedType() as new:
                detail = f"{old.contract}.{old.name}"
                here = replace(here, subject=f"{new.contract}.{new.name}")
            case _:
                pass
        message = f"{type_words(written[0])} became {type_words(written[1])}"
        self.note(rule, here, message, self.judge(judge), axes=axes, detail=detail)


# By whether the new type takes all of the old one, and the old one all of the new.
_RETYPED: dict[tuple[bool, bool], tuple[str, tuple[Axis, ...]]] = {
    (True, True): ("type-respelled", (SOURCE,)),
    (True, False): ("type-widened", ()),
    (False, True): ("type-narrowed", ()),
    (False, False): ("type-changed", ()),
}


@dataclass(frozen=True, slots=True)
class _Level:
    """The constraints that both versions write at one level of aliases."""

    old: tuple[Constraints, ...]
    new: tuple[Constraints, ...]
    here: Here


def _body_words(body: Body) -> str:
    return "fields in place" if isinstance(body, tuple) else type_words(body)


def _inner(type_: Type) -> ScalarType | ListType | MapType | NamedType:
    while isinstance(type_, OptionalType):
        type_ = type_.inner
    return type_
