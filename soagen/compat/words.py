"""Types, bounds and names as a person writes them."""

from __future__ import annotations

import datetime as dt

from soagen.model import ListType, MapType, NamedType, OptionalType, ScalarType, Type


def type_words(type_: Type) -> str:
    """A type as it is written, in backquotes."""
    return f"`{_type(type_)}`"


def _type(type_: Type) -> str:
    match type_:
        case ScalarType(kind):
            return kind.value
        case ListType(item):
            return f"list<{_type(item)}>"
        case MapType(value):
            return f"map<{_type(value)}>"
        case OptionalType(inner):
            return f"{_type(inner)}?"
        case NamedType(name=name):
            return name


def value_words(value: object) -> str:
    """A literal, in backquotes."""
    match value:
        case dt.date() | dt.time():
            return f"`{value.isoformat()}`"
        case bool() | None:
            return f"`{str(value).lower()}`"
        case _:
            return f"`{value}`"


def list_words(values: object) -> str:
    """Several names, in backquotes, in their order."""
    assert isinstance(values, (list, tuple, set, frozenset))
    every = sorted(values) if isinstance(values, (set, frozenset)) else values
    return ", ".join(f"`{each}`" for each in every)
