"""What need not be looked at: types that are the same in both versions, with all that they lead to.

A definition is the same if it equals its namesake (where it stands aside); it is *untouched* if, besides, everything
that it names is untouched. Computed once for two projects, so that a walk only goes where something has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from soagen.model import (
    Alias,
    Body,
    Field,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Project,
    Struct,
    Type,
    TypeDef,
    Union,
)

Key: TypeAlias = tuple[str, str]


class Changes:
    """Tells what is untouched between two projects."""

    def __init__(self, old: Project, new: Project) -> None:
        self._old = definitions(old)
        self._new = definitions(new)
        self.edited = {key for key in self._old.keys() | self._new.keys() if self._old.get(key) != self._new.get(key)}
        self._touched = self._spread(self.edited)

    def untouched(self, old: Type, new: Type) -> bool:
        """Whether two types are one and the same."""
        return old == new and self._touched.isdisjoint(named(old))

    def untouched_body(self, old: Body, new: Body) -> bool:
        """Whether two requests or responses are."""
        if old != new:
            return False
        return self._touched.isdisjoint(_in_fields(old) if isinstance(old, tuple) else named(old))

    def is_gone(self, ref: NamedType) -> bool:
        """Whether the new version has no type of this name."""
        return (ref.contract, ref.name) not in self._new

    def is_new(self, ref: NamedType) -> bool:
        """Whether the old version had none."""
        return (ref.contract, ref.name) not in self._old

    def _spread(self, edited: set[Key]) -> set[Key]:
        users: dict[Key, list[Key]] = {}
        for known in (self._old, self._new):
            for key, definition in known.items():
                for used in _parts(definition):
                    users.setdefault(used, []).append(key)
        touched, waiting = set(edited), list(edited)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in touched:
                    touched.add(user)
                    waiting.append(user)
        return touched


def definitions(project: Project) -> dict[Key, TypeDef]:
    """All types of a project."""
    return {(contract.name, each.name): each for contract in project for each in contract.types}


def named(type_: Type) -> Iterator[Key]:
    """The names in a type, at whatever depth."""
    match type_:
        case NamedType(contract, name):
            yield contract, name
        case OptionalType(inner) | ListType(item=inner) | MapType(value=inner):
            yield from named(inner)


def _in_fields(fields: tuple[Field, ...]) -> Iterator[Key]:
    for each in fields:
        yield from named(each.type)


def _parts(definition: TypeDef) -> Iterator[Key]:
    match definition:
        case Struct(fields=fields):
            yield from _in_fields(fields)
        case Union(members=members):
            for member in members:
                yield from named(member.type)
        case Alias(type=aliased):
            yield from named(aliased)
