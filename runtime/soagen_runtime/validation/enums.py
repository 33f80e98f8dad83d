"""Enums and tags: texts of which a contract lists the known ones."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from soagen_runtime.enums import OpenEnum
from soagen_runtime.errors import UNKNOWN, Fault
from soagen_runtime.validation.faults import Invalid
from soagen_runtime.validation.scalars import as_string

E = TypeVar("E", bound=StrEnum)


def members(enum: type[E]) -> dict[str, E]:
    """The members of an enum by their texts, for generated code to look values up in."""
    return {str.__str__(member): member for member in enum}


def unlisted(enum: type[E], value: Any, strict: bool) -> E:
    """What a value that is no member becomes: a member without a name where the enum is open and nobody is strict.

    Raises `Invalid` otherwise. A text is taken for the member that it spells.
    """
    known = members(enum).get(value) if isinstance(value, str) else None
    if known is not None:
        return known
    faults: list[Fault] = []
    if strict or not issubclass(enum, OpenEnum):
        # Of another type or not: for PySOA it is one and the same fault.
        unknown_value(faults, "", enum)
    else:
        as_string(faults, "", value)
    if faults:
        raise Invalid(faults)
    return enum(value)


def unknown_value(faults: list[Fault], path: str, allowed: Iterable[str]) -> None:
    """A text that a closed enum or union does not list."""
    quoted = [f'"{value}"' for value in sorted(allowed)]
    message = f"Value is not {quoted[0]}" if len(quoted) == 1 else f"Value is not one of: {', '.join(quoted)}"
    faults.append(Fault(UNKNOWN, path, message))
