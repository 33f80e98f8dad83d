"""Which structs with expansions occur in a value, at whatever depth: what a path of expansions can begin at there."""

from __future__ import annotations

from collections.abc import Iterable

from soagen.model import (
    Alias,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Project,
    Struct,
    Type,
    Union,
)


def expandable(project: Project, types: Iterable[Type]) -> list[NamedType]:
    """The structs with expansions that values of these types may be or hold, in the order in which they are met.

    What an expansion brings is not looked into: it is not there before.
    """
    found: list[NamedType] = []
    seen: set[NamedType] = set()
    waiting = [ref for type_ in types for ref in _named(type_)]
    for ref in waiting:  # grows on the way
        if ref in seen:
            continue
        seen.add(ref)
        match project.type(ref):
            case Struct(fields=fields, expansions=expansions):
                if expansions:
                    found.append(ref)
                waiting += [inner for field in fields for inner in _named(field.type)]
            case Union(members=members):
                waiting += [inner for member in members for inner in _named(member.type)]
            case Alias(type=aliased):
                waiting += _named(aliased)
            case _:
                pass
    return found


def _named(type_: Type) -> list[NamedType]:
    """The name in a type, if there is one."""
    while isinstance(type_, ListType | MapType | OptionalType):
        match type_:
            case ListType(item=inner) | MapType(value=inner) | OptionalType(inner=inner):
                type_ = inner
    return [NamedType(type_.contract, type_.name)] if isinstance(type_, NamedType) else []
