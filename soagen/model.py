"""The resolved contract: what the rest of the compiler reads.

What is true here: every name has been looked up, every default, bound and example has been read into the Python value
that it stands for, and nothing is left open. The objects are frozen; equality ignores where something was written
(``span``) but not what was written. Names are the contract's own; Python's spelling is `generate.names`' business.

A recursive type is possible because a reference is a name (`NamedType`), looked up in the `Project`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from soagen.diagnostics import Span


class Kind(Enum):
    """The built-in types of the language, by the name they are written with."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    BYTES = "bytes"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    LOCAL_DATETIME = "local_datetime"
    DURATION = "duration"
    UUID = "uuid"
    ANY = "any"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Money:
    """A literal amount: ISO 4217 code and minor units (the compiler does not depend on currint)."""

    currency: str
    minor: int


# A bound is of the type it bounds; for money it is an int, in minor units, and for a float an int where one is written,
# since messages show a bound as it is written.
Bound: TypeAlias = int | float | Decimal | dt.date | dt.time | dt.datetime | dt.timedelta

# A literal of any type, in the shape it has in Python: structs and maps are dicts (structs by the fields' own names,
# a union as {tag: ..., ...}), lists are lists, enum values are str, uuid is uuid.UUID, money is `Money`.
Literal: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What a value must keep to beyond its type. ``None``, ``False`` and ``()`` mean: not constrained."""

    min: Bound | None = None
    max: Bound | None = None
    above: Bound | None = None
    below: Bound | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False
    min_entries: int | None = None
    max_entries: int | None = None
    currencies: tuple[str, ...] = ()


NO_CONSTRAINTS = Constraints()


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A built-in type, with what constrains it here."""

    kind: Kind
    constraints: Constraints = NO_CONSTRAINTS


@dataclass(frozen=True, slots=True)
class ListType:
    """``list<T>``; the constraints are the list's own."""

    item: Type
    constraints: Constraints = NO_CONSTRAINTS


@dataclass(frozen=True, slots=True)
class MapType:
    """``map<T>``; the constraints are the map's own."""

    value: Type
    constraints: Constraints = NO_CONSTRAINTS


@dataclass(frozen=True, slots=True)
class OptionalType:
    """``T?``. ``inner`` is never itself optional, nor an alias of something optional."""

    inner: Type


@dataclass(frozen=True, slots=True)
class NamedType:
    """A reference to a definition. ``constraints`` are those written beside it (only where it names an alias)
    and hold together with the alias' own."""

    contract: str
    name: str
    constraints: Constraints = NO_CONSTRAINTS


Type: TypeAlias = ScalarType | ListType | MapType | OptionalType | NamedType


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """``deprecated:``; a plain text becomes ``reason``."""

    reason: str | None = None
    since: str | None = None
    use: str | None = None
    sunset: dt.date | None = None


class Presence(Enum):
    """Whether a field's key must be sent, and what its absence means."""

    REQUIRED = "required"  # T: the key must be there, nil is refused
    NULLABLE = "nullable"  # T? with required: true: the key must be there, nil is a value
    OPTIONAL = "optional"  # T?: left out or nil is None
    DEFAULTED = "defaulted"  # T with a default: left out or nil is the default


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a struct, a request, a response, an error or the context. ``wire`` is the key that is sent."""

    name: str
    wire: str
    type: Type
    presence: Presence
    default: Literal = None
    doc: str | None = None
    example: Literal = None
    sensitive: bool = False
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an error, a switch or an action of a contract, by name."""

    contract: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What a client can put beside the ids in the field ``source``: the objects that ``action`` answers for them.

    ``many`` says that the field is a list of ids. ``request`` is the field of the action's request that takes ids, at
    most ``max_ids`` of them; ``response`` that of its response which holds objects of ``type``, a struct: by their ids
    if ``key`` is None, else in a list, and ``key`` is the field of an object that holds its id.
    """

    name: str
    source: str
    many: bool
    action: Ref
    request: str
    response: str
    key: str | None
    max_ids: int | None
    type: NamedType
    doc: str | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Struct:
    """A type with fields, in the order in which they are written."""

    name: str
    fields: tuple[Field, ...]
    expansions: tuple[Expansion, ...] = ()
    doc: str | None = None
    reserved: tuple[str, ...] = ()
    sensitive: bool = False
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue:
    """One value of an enum: the text that is sent."""

    value: str
    doc: str | None = None
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumType:
    """A type of fixed texts; unless ``closed``, a caller keeps a value that it does not know."""

    name: str
    values: tuple[EnumValue, ...]
    closed: bool = False
    doc: str | None = None
    reserved: tuple[str, ...] = ()
    sensitive: bool = False
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionMember:
    """One member of a union: the tag's text and the struct that it announces (``type`` names a `Struct`)."""

    tag: str
    type: NamedType
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """One of several structs, told apart by the text under the key ``tag``."""

    name: str
    members: tuple[UnionMember, ...]
    tag: str = "type"
    closed: bool = False
    doc: str | None = None
    reserved: tuple[str, ...] = ()
    sensitive: bool = False
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name for another type, which may carry constraints (they stand in ``type``). Never optional."""

    name: str
    type: Type
    doc: str | None = None
    example: Literal = None
    sensitive: bool = False
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


TypeDef: TypeAlias = Struct | EnumType | Union | Alias


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``{field}`` in an error's message, by the field's name."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDef:
    """An error that actions may answer with. ``wire`` is the code that is sent; ``message`` is a template in parts
    (`{{` already read as `{`), and is never empty: without one it is the name in words (``No such order``)."""

    name: str
    wire: str
    message: tuple[str | Placeholder, ...]
    fields: tuple[Field, ...] = ()
    caller_error: bool = True
    retryable: bool = False
    doc: str | None = None
    reserved: tuple[str, ...] = ()
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A feature flag; it travels as its id."""

    name: str
    id: int
    doc: str | None = None
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


# What a request or a response is: fields written in place, the name of a struct, or `OBJECT`.
Body: TypeAlias = tuple[Field, ...] | NamedType | ScalarType

OBJECT = ScalarType(Kind.OBJECT)
"""The body of which nothing is said but that it is a map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example of a call: the request's fields and either the response's or an error. ``error_fields`` goes with
    ``error``. All three are dicts by the fields' own names."""

    name: str
    request: dict[str, Literal]
    response: dict[str, Literal] | None = None
    error: Ref | None = None
    error_fields: dict[str, Literal] | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The contract of an action while a switch is on; what the file left out has been taken from the action."""

    switch: Ref
    request: Body
    response: Body
    errors: tuple[Ref, ...]
    doc: str | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of a service. ``response`` is ``()`` where there is none, as always with ``oneway``."""

    name: str
    wire: str
    request: Body = ()
    response: Body = ()
    errors: tuple[Ref, ...] = ()
    variants: tuple[Variant, ...] = ()
    examples: tuple[Example, ...] = ()
    timeout: dt.timedelta | None = None
    idempotent: bool = False
    oneway: bool = False
    doc: str | None = None
    deprecated: Deprecation | None = None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Import:
    """``alias: path``, with the name of the contract that the path leads to."""

    alias: str
    contract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The file's own ``reserved``."""

    actions: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    switches: tuple[int, ...] = ()


class ContractKind(Enum):
    """Whether a file describes a service, or only names for others to import."""

    SERVICE = "service"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One file. ``context`` holds its own fields and, after them, those of everything it imports (once each);
    the other collections hold what the file itself defines, in its order. ``wire`` is the name by which a service is
    called. ``text`` is what was read at ``path``."""

    kind: ContractKind
    name: str
    wire: str
    path: str
    imports: tuple[Import, ...] = ()
    context: tuple[Field, ...] = ()
    switches: tuple[Switch, ...] = ()
    types: tuple[TypeDef, ...] = ()
    errors: tuple[ErrorDef, ...] = ()
    actions: tuple[Action, ...] = ()
    reserved: Reserved = Reserved()
    doc: str | None = None
    deprecated: Deprecation | None = None
    text: str = field(default="", compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Project:
    """All contracts that are compiled together, by name (services and packages share one space of names)."""

    contracts: Mapping[str, Contract]
    _types: Mapping[tuple[str, str], TypeDef] = field(repr=False, compare=False)

    @classmethod
    def of(cls, contracts: Mapping[str, Contract]) -> Project:
        """Builds the project of these contracts, keyed by their names."""
        types = {(c.name, t.name): t for c in contracts.values() for t in c.types}
        return cls(contracts, types)

    def __iter__(self) -> Iterator[Contract]:
        return iter(self.contracts.values())

    def type(self, ref: NamedType) -> TypeDef:
        """The definition that a reference names."""
        return self._types[ref.contract, ref.name]

    def error(self, ref: Ref) -> ErrorDef:
        """The error that a reference names."""
        return next(e for e in self.contracts[ref.contract].errors if e.name == ref.name)

    def switch(self, ref: Ref) -> Switch:
        """The switch that a reference names."""
        return next(s for s in self.contracts[ref.contract].switches if s.name == ref.name)

    def action(self, ref: Ref) -> Action:
        """The action that a reference names."""
        return next(a for a in self.contracts[ref.contract].actions if a.name == ref.name)
