"""A contract as plain data in one fixed form, and the hash of it.

What counts is what two programs must agree on: names, what is sent, types, constraints, defaults, errors and their
messages, switches, variants, timeouts. What does not: comments and formatting, paths and import aliases, the order of
definitions in a file and of the context's keys, whatever is said to people (``doc``, ``deprecated``, ``example``,
``examples``), and what a client does with an answer (``expand``). The order of fields, enum values, union members and
variants counts, since it can be seen from outside.

Everything that the contract reaches in other contracts is in the data, under its full name; what it does not reach is
not, so that a change elsewhere leaves the hash alone.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from soagen.model import (
    NO_CONSTRAINTS,
    Action,
    Alias,
    Body,
    Constraints,
    Contract,
    EnumType,
    ErrorDef,
    Field,
    ListType,
    MapType,
    Money,
    NamedType,
    OptionalType,
    Presence,
    Project,
    Ref,
    ScalarType,
    Struct,
    Switch,
    Type,
    TypeDef,
    Union,
)

FORM = 1  # changes whenever the same contract gets other data here
_CONSTRAINTS = tuple(field.name for field in dataclass_fields(Constraints))
_MICROSECOND = dt.timedelta(microseconds=1)


def canonical(project: Project, contract_name: str) -> dict[str, Any]:
    """A contract and all that it reaches as JSON-able data; ``KeyError`` if the project has no such contract."""
    return _Canonical(project).contract(project.contracts[contract_name])


def contract_hash(project: Project, contract_name: str) -> str:
    """The SHA-256 of the canonical data, in hex; ``KeyError`` if the project has no such contract."""
    text = json.dumps(canonical(project, contract_name), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class _Canonical:
    """Collects what one contract reaches, while it writes what it says."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.types: dict[str, Any] = {}
        self.errors: dict[str, Any] = {}
        self.switches: dict[str, Any] = {}
        self.waiting: list[NamedType] = []

    def contract(self, contract: Contract) -> dict[str, Any]:
        for definition in contract.types:
            self.named(NamedType(contract.name, definition.name))
        for error in contract.errors:
            self.error(Ref(contract.name, error.name))
        for switch in contract.switches:
            self.switch(Ref(contract.name, switch.name))
        data = {
            "form": FORM,
            "kind": contract.kind.value,
            "name": contract.name,
            "context": self.fields(tuple(sorted(contract.context, key=lambda field: field.name))),
            "actions": {action.name: self.action(action) for action in contract.actions},
            "reserved": {
                "actions": sorted(contract.reserved.actions),
                "errors": sorted(contract.reserved.errors),
                "switches": sorted(contract.reserved.switches),
            },
        }
        if contract.wire != contract.name:
            data["wire"] = contract.wire
        while self.waiting:
            ref = self.waiting.pop()
            definition = self.project.type(ref)
            self.types[_full(ref)] = _DEFINITIONS[type(definition)](self, definition)
        return data | {"types": self.types, "errors": self.errors, "switches": self.switches}

    def named(self, ref: NamedType) -> str:
        """The full name of a type, whose definition is noted to be written too."""
        name = _full(ref)
        if name not in self.types:
            self.types[name] = None
            self.waiting.append(ref)
        return name

    def type(self, type_: Type) -> Any:
        match type_:
            case ScalarType(kind, constraints):
                return _constrained(kind.value, constraints)
            case NamedType(_, _, constraints):
                return _constrained({"name": self.named(type_)}, constraints)
            case ListType(item, constraints):
                return _constrained({"list": self.type(item)}, constraints)
            case MapType(value, constraints):
                return _constrained({"map": self.type(value)}, constraints)
            case OptionalType(inner):
                return {"optional": self.type(inner)}

    def fields(self, fields: tuple[Field, ...]) -> list[Any]:
        return [self.field(field) for field in fields]

    def field(self, field: Field) -> dict[str, Any]:
        data: dict[str, Any] = {"name": field.name, "type": self.type(field.type), "presence": field.presence.value}
        if field.wire != field.name:
            data["wire"] = field.wire
        if field.presence is Presence.DEFAULTED:
            data["default"] = _literal(field.default)
        if field.sensitive:
            data["sensitive"] = True
        return data

    def body(self, body: Body) -> Any:
        return self.fields(body) if isinstance(body, tuple) else self.type(body)

    def action(self, action: Action) -> dict[str, Any]:
        return {
            "wire": action.wire,
            "request": self.body(action.request),
            "response": self.body(action.response),
            "errors": sorted(map(self.error, action.errors)),
            "variants": [
                {
                    "switch": self.switch(variant.switch),
                    "request": self.body(variant.request),
                    "response": self.body(variant.response),
                    "errors": sorted(map(self.error, variant.errors)),
                }
                for variant in action.variants
            ],
            "timeout": None if action.timeout is None else _literal(action.timeout),
            "idempotent": action.idempotent,
            "oneway": action.oneway,
        }

    def error(self, ref: Ref) -> str:
        """The full name of an error, whose definition is written too."""
        name = _full(ref)
        if name not in self.errors:
            self.errors[name] = self.error_data(self.project.error(ref))
        return name

    def error_data(self, error: ErrorDef) -> dict[str, Any]:
        return {
            "wire": error.wire,
            "message": [part if isinstance(part, str) else {"field": part.field} for part in error.message],
            "fields": self.fields(error.fields),
            "caller_error": error.caller_error,
            "retryable": error.retryable,
            "reserved": sorted(error.reserved),
        }

    def switch(self, ref: Ref) -> str:
        """The full name of a switch, whose id is written too."""
        name = _full(ref)
        if name not in self.switches:
            switch: Switch = self.project.switch(ref)
            self.switches[name] = switch.id
        return name

    def struct(self, struct: Struct) -> dict[str, Any]:
        return {"fields": self.fields(struct.fields), **_shared(struct)}

    def enum(self, enum: EnumType) -> dict[str, Any]:
        return {"enum": [value.value for value in enum.values], "closed": enum.closed, **_shared(enum)}

    def union(self, union: Union) -> dict[str, Any]:
        members = [[member.tag, self.named(member.type)] for member in union.members]
        return {"union": members, "tag": union.tag, "closed": union.closed, **_shared(union)}

    def alias(self, alias: Alias) -> dict[str, Any]:
        return {"alias": self.type(alias.type), "sensitive": alias.sensitive}


_DEFINITIONS: Mapping[type[TypeDef], Callable[[_Canonical, Any], dict[str, Any]]] = {
    Struct: _Canonical.struct,
    EnumType: _Canonical.enum,
    Union: _Canonical.union,
    Alias: _Canonical.alias,
}


def _full(ref: NamedType | Ref) -> str:
    return f"{ref.contract}.{ref.name}"


def _shared(definition: Struct | EnumType | Union) -> dict[str, Any]:
    return {"reserved": sorted(definition.reserved), "sensitive": definition.sensitive}


def _constrained(data: Any, constraints: Constraints) -> Any:
    if constraints == NO_CONSTRAINTS:
        return data
    values = {name: getattr(constraints, name) for name in _CONSTRAINTS}
    plain = {name: _literal(value) for name, value in values.items() if value != getattr(NO_CONSTRAINTS, name)}
    return {"of": data, "constraints": plain}


def _literal(value: Any) -> Any:
    """A literal as JSON-able data; values of different types differ, also where their texts are the same."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return {"int": str(value)}
        case float():
            return {"float": repr(value)}
        case list() | tuple():
            return [_literal(item) for item in value]
        case dict():
            return {"map": [[key, _literal(item)] for key, item in value.items()]}
        case _:
            return _SCALARS[type(value)](value)


_SCALARS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Decimal: lambda value: {"decimal": str(value)},
    bytes: lambda value: {"bytes": base64.b64encode(value).decode()},
    dt.datetime: lambda value: {"datetime": value.isoformat()},
    dt.date: lambda value: {"date": value.isoformat()},
    dt.time: lambda value: {"time": value.isoformat()},
    dt.timedelta: lambda value: {"microseconds": value // _MICROSECOND},
    uuid.UUID: lambda value: {"uuid": str(value)},
    Money: lambda value: {"currency": value.currency, "minor": value.minor},
}
