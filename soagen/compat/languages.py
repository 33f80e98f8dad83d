"""Types as languages: the sets of values on the wire that a type stands for.

Names, aliases and everything else that is Python's alone are gone here; what is left are a few shapes. A struct is a
set of one record, a union a set of records that differ in the text under its tag; a duration is an int within 64 bits,
an object a map of anything, an enum and a uuid are texts. A shape shows one level only: what it holds are types again,
since a type may hold itself.

A type stands for two sets. What a server accepts and a sender may send is the *strict* one: constraints hold, enums and
unions are closed, unknown keys are refused. What a client reads is the *lenient* one: none of these hold, except where
something is `closed` (``docs/language.md``, "Policy of the runtime").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from soagen.compat.limits import EVERYTHING, UNLIMITED, Bound, Limits, Range, limits, natural
from soagen.model import (
    NO_CONSTRAINTS,
    Alias,
    Body,
    Constraints,
    EnumType,
    Field,
    Kind,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    Project,
    ScalarType,
    Struct,
    Type,
    Union,
)


@dataclass(frozen=True, slots=True)
class Anything:
    """Every value, nil too."""


@dataclass(frozen=True, slots=True)
class Atom:
    """The values of one form on the wire, within limits.

    ``always`` is the range that even a lenient reader keeps to.
    """

    kind: Kind
    limits: Limits
    always: Limits = UNLIMITED


@dataclass(frozen=True, slots=True)
class Text:
    """Texts: all, those listed, or UUIDs. ``open`` says that a lenient reader takes texts that are not listed."""

    limits: Limits = UNLIMITED
    values: frozenset[str] | None = None
    open: bool = False
    uuid: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Lists of ``item``."""

    item: Type
    limits: Limits


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Maps from any text to ``value``."""

    value: Type
    limits: Limits


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a record: what may stand there, and whether it may be absent, or nil."""

    type: Type | Text
    absent: bool = False
    nil: bool = False


Record: TypeAlias = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Records:
    """Maps with fixed keys: one record, under the text ``""``, or one for each text that may stand under ``tag``."""

    records: Mapping[str, Record]
    tag: str | None = None
    open: bool = False


Shape: TypeAlias = Anything | Atom | Text | Sequence | Dictionary | Records

_ANY = ScalarType(Kind.ANY)


@dataclass(frozen=True, slots=True)
class Opened:
    """A type without its aliases, and every constraint that was met on the way, from the outside in."""

    type: Type
    constraints: tuple[Constraints, ...]


def opened(project: Project, type_: Type) -> Opened:
    """Looks through optionals and aliases."""
    found: list[Constraints] = []
    while True:
        if isinstance(type_, OptionalType):
            type_ = type_.inner
            continue
        if type_.constraints != NO_CONSTRAINTS:
            found.append(type_.constraints)
        definition = project.type(type_) if isinstance(type_, NamedType) else None
        if not isinstance(definition, Alias):
            return Opened(type_, tuple(found))
        type_ = definition.type


def takes_nil(project: Project, type_: Type) -> bool:
    """Whether nil is a value of an element of this type."""
    return isinstance(type_, OptionalType) or opened(project, type_).type == _ANY


def shape(project: Project, type_: Type | Text) -> Shape:
    """The shape of a type. That it is optional is not part of it."""
    if isinstance(type_, Text):
        return type_
    plain = opened(project, type_)
    match plain.type:
        case ScalarType(kind):
            return _scalar(kind, limits(kind, plain.constraints))
        case ListType(item):
            return Sequence(item, limits(None, plain.constraints))
        case MapType(value):
            return Dictionary(value, limits(None, plain.constraints))
        case NamedType() as ref:
            return _named(project, ref)
        case OptionalType():
            raise AssertionError("opened() looks through optionals")


def body_shape(project: Project, body: Body) -> Shape:
    """The shape of a request or a response."""
    return Records({"": record(project, body)}) if isinstance(body, tuple) else shape(project, body)


def _scalar(kind: Kind, within: Limits) -> Shape:
    match kind:
        case Kind.ANY:
            return Anything()
        case Kind.OBJECT:
            return Dictionary(_ANY, UNLIMITED)
        case Kind.STRING:
            return Text(within)
        case Kind.UUID:
            return Text(uuid=True)
        case Kind.DURATION:
            return Atom(Kind.INT, within, Limits(range=natural(Kind.DURATION)))
        case _:
            return Atom(kind, within, Limits(range=natural(kind)))


def _named(project: Project, ref: NamedType) -> Shape:
    match project.type(ref):
        case Struct(fields=fields):
            return Records({"": record(project, fields)})
        case EnumType(values=values, closed=closed):
            return Text(values=frozenset(each.value for each in values), open=not closed)
        case Union() as union:
            return Records(dict(_members(project, union)), union.tag, not union.closed)
        case Alias():
            raise AssertionError("opened() looks through aliases")


def _members(project: Project, union: Union) -> Iterator[tuple[str, Record]]:
    for member in union.members:
        struct = project.type(member.type)
        assert isinstance(struct, Struct)
        tag = Entry(Text(values=frozenset((member.tag,))))
        yield member.tag, {union.tag: tag, **record(project, struct.fields)}


def record(project: Project, fields: tuple[Field, ...]) -> Record:
    """The keys that fields are sent under."""
    return {each.wire: entry(project, each) for each in fields}


def entry(project: Project, field: Field) -> Entry:
    """What may stand under a field's key."""
    absent = field.presence in (Presence.OPTIONAL, Presence.DEFAULTED)
    nil = field.presence is not Presence.REQUIRED or takes_nil(project, field.type)
    return Entry(field.type, absent, nil)


def entries(record: Record) -> Limits:
    """How many keys a record may have, as limits of a map."""
    least = sum(not each.absent for each in record.values())
    return Limits(EVERYTHING, Range(Bound(least), Bound(len(record))))
