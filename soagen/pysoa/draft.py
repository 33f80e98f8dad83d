"""What a schema of PySOA becomes: types of the language that have no names yet.

Rules. Drafts are frozen and compared by what they say, so that two equal structures become one named type;
documentation inside a structure is part of it, its own is not. What the language cannot say is a note on the type
that stands for it: a sentence for a comment in the contract and for the person who imports.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from soagen.model import NO_CONSTRAINTS, Constraints, Kind

Notes: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """A type that every import calls by the same name, such as ``EmailAddress``."""

    name: str
    kind: Kind
    pattern: str
    doc: str
    notes: Notes = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A built-in type, or an alias of one, with the constraints beside it."""

    kind: Kind
    constraints: Constraints = NO_CONSTRAINTS
    alias: Alias | None = None
    notes: Notes = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    item: Draft
    constraints: Constraints = NO_CONSTRAINTS
    notes: Notes = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """A map from texts."""

    value: Draft
    constraints: Constraints = NO_CONSTRAINTS
    notes: Notes = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: ``key`` is what is sent, ``name`` what the contract calls it."""

    key: str
    name: str
    draft: Draft
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A struct. As the member of a union it has a ``tag``, so that a union never holds one struct twice."""

    fields: tuple[Field, ...]
    notes: Notes = ()
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """An enum."""

    values: tuple[str, ...]
    notes: Notes = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union: the key that tells its members apart, and their records by tag."""

    tag: str
    members: tuple[tuple[str, Draft], ...]
    notes: Notes = ()


Type: TypeAlias = Plain | Items | Entries | Record | Words | OneOf


@dataclass(frozen=True, slots=True)
class Draft:
    """A type in its place: whether nil passes, and what is said to people."""

    type: Type
    nullable: bool = False
    doc: str | None = None
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A request or a response. Anything but a record stands for ``object``."""

    type: Record | Plain
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What an action is while the switch with this id is on."""

    switch: int
    doc: str | None
    request: Body
    response: Body


@dataclass(frozen=True, slots=True)
class Action:
    """An action by the name that is sent, with the variants in the order in which PySOA tries them."""

    key: str
    name: str
    doc: str | None
    request: Body
    response: Body
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A whole service, called by ``key``. ``switches`` are names by id; ``notes`` concern no place in particular."""

    key: str
    name: str
    doc: str | None
    switches: dict[int, str]
    actions: tuple[Action, ...]
    notes: Notes = ()


ANYTHING = Plain(Kind.ANY)
OBJECT = Plain(Kind.OBJECT)


def settings(constraints: Constraints) -> list[tuple[str, Any]]:
    """The constraints that are given, by name, in the order of the language."""
    every = [(each.name, getattr(constraints, each.name)) for each in fields(Constraints)]
    return [(name, value) for name, value in every if value is not None and value is not False and value != ()]


def describe(draft: Draft) -> str:
    """A type in a line, for notes: ``{id: int, name: string?}``."""
    type_ = draft.type
    match type_:
        case Plain(kind=kind, constraints=constraints, alias=alias):
            limits = [f"{name} {value}" for name, value in settings(constraints)]
            text = (alias.name if alias else kind.value) + (f" ({', '.join(limits)})" if limits else "")
        case Items(item=item):
            text = f"list<{describe(item)}>"
        case Entries(value=value):
            text = f"map<{describe(value)}>"
        case Record(fields=members):
            text = "{" + ", ".join(_field(each) for each in members) + "}"
        case Words(values=values):
            text = " or ".join(f'"{value}"' for value in values)
        case OneOf(tag=key, members=ways):
            text = " or ".join(f'{{{key}: "{tag}"}} with {describe(way)}' for tag, way in ways)
    return f"{text}?" if draft.nullable else text


def _field(member: Field) -> str:
    text = describe(member.draft)
    return f"{member.key}: {text}" + ("?" if member.optional and not member.draft.nullable else "")
