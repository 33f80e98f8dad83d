"""Whether a reader takes all that a writer may write: the one definition that every verdict rests on.

`Inclusion.holds` compares a writer's strict language with a reader's, which is the strict one for a server and the
lenient one for a client. It is exact but for three things, where it says no if it can't tell: patterns (alternatives
are compared, and how long their texts are), constraints on texts that are UUIDs, and items of lists that must differ
after a change of type.

Types may hold themselves, so the relation is a greatest fixed point: a pair of types that is met again while it is
being compared is taken to hold. Nothing but conjunctions is used, so that assumption is never wrong unless the answer
is no.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from soagen.compat.languages import (
    Anything,
    Atom,
    Dictionary,
    Entry,
    Record,
    Records,
    Sequence,
    Shape,
    Text,
    body_shape,
    entries,
    shape,
    takes_nil,
)
from soagen.compat.limits import UNLIMITED, Bound, Limits
from soagen.model import Body, Kind, NamedType, OptionalType, Project, Type


@dataclass(slots=True)
class Inclusion:
    """What ``writer`` may send, held against what ``reader`` takes; ``strict`` says that the reader is a server."""

    writer: Project
    reader: Project
    strict: bool
    _assumed: set[tuple[Type | Text, Type | Text]] = field(default_factory=set)
    _waiting: list[tuple[NamedType, NamedType]] = field(default_factory=list)

    def holds(self, sent: Type | Text, read: Type | Text) -> bool:
        """Whether every value of ``sent`` is taken as a ``read``; optionals count as what they hold."""
        return self._settled(lambda: self._type(sent, read))

    def body(self, sent: Body, read: Body) -> bool:
        """The same for requests and responses."""
        return self._settled(lambda: self._shape(body_shape(self.writer, sent), body_shape(self.reader, read)))

    def record(self, sent: Record, read: Record) -> bool:
        """The same for fields."""
        return self._settled(lambda: self._record(sent, read))

    def _settled(self, question: Callable[[], bool]) -> bool:
        """The answer to a question, and to all that were put off on the way.

        Types may be nested deeper than Python's stack.
        """
        self._assumed.clear()
        self._waiting.clear()
        holds = question()
        while holds and self._waiting:
            sent, read = self._waiting.pop()
            holds = self._shape(shape(self.writer, sent), shape(self.reader, read))
        return holds

    # --- the relation

    def _type(self, sent: Type | Text, read: Type | Text) -> bool:
        sent, read = _inner(sent), _inner(read)
        if isinstance(sent, NamedType) and isinstance(read, NamedType):
            if (sent, read) not in self._assumed:
                self._assumed.add((sent, read))
                self._waiting.append((sent, read))
            return True
        return self._shape(shape(self.writer, sent), shape(self.reader, read))

    def _shape(self, sent: Shape, read: Shape) -> bool:
        match sent, read:
            case _, Anything():
                return True
            case Atom(), Atom():
                return self._atom(sent, read)
            case Text(), Text():
                return self._text(sent, read)
            case Sequence(), Sequence():
                return self._within(sent.limits, read.limits) and self._element(sent.item, read.item)
            case Dictionary(), Dictionary():
                return self._within(sent.limits, read.limits) and self._element(sent.value, read.value)
            case Records(), Records():
                return all(self._selected(each, read) for each in sent.records.values())
            case Records(), Dictionary():
                return all(self._spread(each, read) for each in sent.records.values())
            case Dictionary(), Records():
                return self._gathered(sent, read)
            case _:
                return False

    def _within(self, sent: Limits, read: Limits) -> bool:
        return not self.strict or sent.within(read)

    def _atom(self, sent: Atom, read: Atom) -> bool:
        if sent.kind is not read.kind and (sent.kind, read.kind) != (Kind.INT, Kind.FLOAT):
            return False
        # An enum of currencies or a bound in another unit can't meet here: the kinds are the same but for int and
        # float.
        return sent.limits.within(read.limits if self.strict else read.always)

    def _text(self, sent: Text, read: Text) -> bool:
        if read.uuid:
            return sent.uuid or (sent.values is not None and all(map(_is_uuid, sent.values)))
        if read.values is not None:
            if not self.strict and read.open:
                return True
            return sent.values is not None and sent.values <= read.values
        if not self.strict or read.limits == UNLIMITED:
            return True
        if sent.values is not None:
            return all(keeps(value, read.limits) for value in sent.values)
        return not sent.uuid and sent.limits.within(read.limits)

    def _element(self, sent: Type, read: Type) -> bool:
        if takes_nil(self.writer, sent) and not takes_nil(self.reader, read):
            return False
        return self._type(sent, read)

    def _record(self, sent: Record, read: Record) -> bool:
        if self.strict and not sent.keys() <= read.keys():
            return False
        for key, expected in read.items():
            given = sent.get(key)
            if given is None:
                if not expected.absent:
                    return False
            elif not self._entry(given, expected):
                return False
        return True

    def _entry(self, sent: Entry, read: Entry) -> bool:
        if (sent.absent and not read.absent) or (sent.nil and not read.nil):
            return False
        return self._type(sent.type, read.type)

    def _selected(self, sent: Record, read: Records) -> bool:
        """A record, read by the record that its tag selects."""
        if read.tag is None:
            return self._record(sent, read.records[""])
        tag = sent.get(read.tag)
        if tag is None or tag.absent or tag.nil:
            return False
        texts = shape(self.writer, tag.type)
        if not isinstance(texts, Text):
            return False
        lenient = read.open and not self.strict
        if texts.values is None and not lenient:
            return False
        selected = read.records.keys() if texts.values is None else texts.values
        for text in selected:
            if text in read.records:
                own = {key: each for key, each in read.records[text].items() if key != read.tag}
                if not self._record({key: each for key, each in sent.items() if key != read.tag}, own):
                    return False
            elif not lenient:
                return False
        return True

    def _spread(self, sent: Record, read: Dictionary) -> bool:
        """A record, read as a map."""
        if not self._within(entries(sent), read.limits):
            return False
        nil = takes_nil(self.reader, read.value)
        return all((nil or not each.nil) and self._type(each.type, read.value) for each in sent.values())

    def _gathered(self, sent: Dictionary, read: Records) -> bool:
        """A map, read as a record: any key may come, and any may be missing."""
        if self.strict or read.tag is not None:
            return False
        nil = takes_nil(self.writer, sent.value)
        return all(
            each.absent and (each.nil or not nil) and self._type(sent.value, each.type)
            for each in read.records[""].values()
        )


def _inner(type_: Type | Text) -> Type | Text:
    return type_.inner if isinstance(type_, OptionalType) else type_


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def keeps(text: str, limits: Limits) -> bool:
    """Whether a text keeps to the limits of a string."""
    size = Bound(len(text))
    return limits.size.holds(size.number) and all(
        re.compile(pattern, re.ASCII).fullmatch(text) for pattern in limits.patterns
    )
