"""Types and values as a generated module spells them.

A `Speller` belongs to one module: it knows how that module names what its own contract defines, and imports the rest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from soagen.generate import names, text
from soagen.generate.layout import Node, call, collection, prefixed
from soagen.generate.scope import Scope
from soagen.model import (
    NO_CONSTRAINTS,
    Alias,
    Body,
    Constraints,
    Contract,
    EnumType,
    Field,
    Kind,
    ListType,
    Literal,
    MapType,
    Money,
    NamedType,
    OptionalType,
    Presence,
    Project,
    ScalarType,
    Struct,
    Type,
    TypeDef,
    Union,
)

_BUILTIN = {
    Kind.BOOL: "bool",
    Kind.INT: "int",
    Kind.FLOAT: "float",
    Kind.STRING: "str",
    Kind.BYTES: "bytes",
}

_DATETIME = {
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "datetime",
    Kind.LOCAL_DATETIME: "datetime",
    Kind.DURATION: "timedelta",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Constraints, and the alias in whose definition they stand, if they stand in one."""

    constraints: Constraints
    alias: str | None


@dataclass(frozen=True, slots=True)
class Plain:
    """A type with its aliases looked through: what it is in the end, and all constraints that hold, alias first."""

    type: Type
    rules: tuple[Rule, ...]


def plain(project: Project, type_: Type, alias: str | None = None) -> Plain:
    """What a type, optional or not, is in the end; ``alias`` is the one that it defines."""
    match type_:
        case OptionalType():
            return plain(project, type_.inner, alias)
        case NamedType() if isinstance(target := project.type(type_), Alias):
            inner = plain(project, target.type, target.name)
            return Plain(inner.type, inner.rules + _rules(type_.constraints, alias))
        case _:
            return Plain(type_, _rules(type_.constraints, alias))


def _rules(constraints: Constraints, alias: str | None) -> tuple[Rule, ...]:
    return () if constraints == NO_CONSTRAINTS else (Rule(constraints, alias),)


def fields_of(project: Project, body: Body) -> tuple[Field, ...]:
    """The fields of a request or a response, wherever they stand."""
    match body:
        case tuple():
            return body
        case NamedType():
            return struct_of(project, body).fields
        case ScalarType():
            return ()


def struct_of(project: Project, ref: NamedType) -> Struct:
    """The struct that a reference names, through aliases."""
    target = project.type(struct_ref(project, ref))
    assert isinstance(target, Struct), target
    return target


def struct_ref(project: Project, ref: NamedType) -> NamedType:
    """The reference to what ``ref`` names in the end, through aliases."""
    last = plain(project, ref).type
    assert isinstance(last, NamedType), last
    return last


def hides(project: Project, type_: Type) -> bool:
    """Whether a type, or one that it names or holds in a list or map, is sensitive."""
    match type_:
        case NamedType():
            target = project.type(type_)
            return target.sensitive or (isinstance(target, Alias) and hides(project, target.type))
        case ListType():
            return hides(project, type_.item)
        case MapType():
            return hides(project, type_.value)
        case OptionalType():
            return hides(project, type_.inner)
        case ScalarType():
            return False


@dataclass(frozen=True, slots=True)
class Speller:
    """How one module spells types and values. ``own`` gives the name of a class of the module's own contract."""

    project: Project
    contract: Contract
    scope: Scope
    own: Callable[[str], str]

    def class_(self, ref: NamedType) -> str:
        """The class that a reference names."""
        name = names.type_class(ref.name)
        if ref.contract == self.contract.name:
            return self.own(name)
        return f"{self.scope.name('..', names.module(ref.contract))}.{name}"

    def type(self, type_: Type) -> str:
        """A type, as an annotation."""
        match type_:
            case OptionalType():
                return f"{self.type(type_.inner)} | None"
            case ListType():
                return f"list[{self.type(type_.item)}]"
            case MapType():
                return f"dict[str, {self.type(type_.value)}]"
            case NamedType():
                return self.class_(type_)
            case ScalarType():
                return self.scalar(type_.kind)

    def scalar(self, kind: Kind) -> str:
        """A built-in type."""
        if kind in _BUILTIN:
            return _BUILTIN[kind]
        if kind in _DATETIME:
            return f"{self.scope.datetime}.{_DATETIME[kind]}"
        match kind:
            case Kind.DECIMAL:
                return self.scope.name("decimal", "Decimal")
            case Kind.MONEY:
                return self.scope.name("currint", "Amount")
            case Kind.UUID:
                return self.scope.name("uuid", "UUID")
            case Kind.OBJECT:
                return f"dict[str, {self.any}]"
            case _:
                return self.any

    @property
    def any(self) -> str:
        """The type of what may be anything."""
        return self.scope.name("typing", "Any")

    def value(self, value: Literal, type_: Type) -> Node:
        """A literal of a type."""
        if value is None:
            return "None"
        last = plain(self.project, type_).type
        match last:
            case ListType():
                return collection("[", (self.value(item, last.item) for item in value), "]")
            case MapType():
                return self._dict(value, lambda item: self.value(item, last.value))
            case NamedType():
                return self._named(value, last)
            case ScalarType(Kind.FLOAT):
                return self._any(float(value))
            case _:
                return self._any(value)

    def _named(self, value: Any, ref: NamedType) -> Node:
        target: TypeDef = self.project.type(ref)
        if isinstance(target, EnumType):
            name = names.member(value)
            private = name.startswith("_")
            return f"{self.class_(ref)}({text.string(value)})" if private else f"{self.class_(ref)}.{name}"
        if isinstance(target, Union):
            member = next(m for m in target.members if m.tag == value[target.tag])
            inner = struct_ref(self.project, member.type)
            return self._struct({k: v for k, v in value.items() if k != target.tag}, inner)
        return self._struct(value, ref)

    def _struct(self, value: Mapping[str, Any], ref: NamedType) -> Node:
        fields = struct_of(self.project, ref).fields
        given = (
            prefixed(f"{names.field(f.name)}=", self.value(value[f.name], f.type))
            for f in fields
            if f.name in value or f.presence is Presence.NULLABLE
        )
        return call(self.class_(ref), *given)

    def _dict(self, value: Mapping[str, Any], spell: Callable[[Any], Node]) -> Node:
        return collection("{", (prefixed(f"{text.string(k)}: ", spell(v)) for k, v in value.items()), "}")

    def _any(self, value: Any) -> Node:
        match value:
            case None | bool() | int():
                return repr(value)
            case float():
                return _float(value)
            case str():
                return text.string(value)
            case bytes():
                return text.byte_string(value)
            case list() | tuple():
                return collection("[", map(self._any, value), "]")
            case dict():
                return self._dict(value, self._any)
            case _:
                return self._made(value)

    def _made(self, value: Any) -> Node:
        match value:
            case Decimal():
                shown = str(value)
                # Linters ask for a number where one will do; a zero has a sign.
                whole = shown == "0" or (shown.removeprefix("-").isdigit() and value != 0)
                return call(self.scope.name("decimal", "Decimal"), shown if whole else f'"{shown}"')
            case Money():
                made = f"{self.scope.name('currint', 'Amount')}.from_code_and_minor"
                return call(made, f'"{value.currency}"', str(value.minor))
            case UUID():
                return call(self.scope.name("uuid", "UUID"), f'"{value}"')
            case dt.datetime() if value.tzinfo is None:
                return self._moment("datetime", *_days(value), *_clock(value))
            case dt.datetime():
                value = value.astimezone(dt.UTC)
                return self._moment("datetime", *_days(value), *_clock(value), f"tzinfo={self.scope.datetime}.UTC")
            case dt.date():
                return self._moment("date", *_days(value))
            case dt.time():
                return self._moment("time", *_clock(value))
            case dt.timedelta():
                return self._moment("timedelta", _duration(value))
        raise TypeError(value)

    def _moment(self, class_: str, *arguments: str) -> Node:
        return call(f"{self.scope.datetime}.{class_}", *arguments)


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value).replace("e+", "e")
    return f'float("{value}")'


def _days(date: dt.date) -> list[str]:
    return [str(date.year), str(date.month), str(date.day)]


def _clock(time: dt.time | dt.datetime) -> list[str]:
    parts = [time.hour, time.minute, time.second, time.microsecond]
    while len(parts) > 2 and parts[-1] == 0:
        parts.pop()
    return list(map(str, parts))


def microseconds(value: object) -> int:
    """A duration as it is sent."""
    assert isinstance(value, dt.timedelta)
    return value // dt.timedelta(microseconds=1)


def _duration(value: dt.timedelta) -> str:
    micros = microseconds(value)
    for unit, size in (
        ("days", 86_400_000_000),
        ("hours", 3_600_000_000),
        ("minutes", 60_000_000),
        ("seconds", 1_000_000),
    ):
        if micros % size == 0:
            return f"{unit}={micros // size}"
    return f"milliseconds={micros // 1000}" if micros % 1000 == 0 else f"microseconds={micros}"
