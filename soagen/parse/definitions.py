"""What a file defines beside its actions: types, errors and switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from soagen.parse.expansions import expansions
from soagen.parse.fields import CONSTRAINTS, constraints, deprecation, fields, place, true
from soagen.parse.shapes import (
    PASCAL,
    UPPER,
    Parsing,
    Reader,
    as_map,
    as_scalar,
    as_word,
    distinct,
    flag,
    items,
    names,
    node,
    number,
    read_map,
    styled,
    text,
    wire,
)
from soagen.parse.tree import (
    AliasTree,
    BrokenTree,
    EnumTree,
    EnumValueTree,
    ErrorTree,
    MemberTree,
    Name,
    NameExpr,
    Number,
    StructTree,
    SwitchTree,
    TypeTree,
    UnionTree,
)
from soagen.parse.types import qualified_name, type_expression
from soagen.source import Entry, Map, Scalar, Seq


def types(p: Parsing, entry: Entry) -> tuple[TypeTree, ...] | None:
    """The file's ``types``."""
    found = as_map(p, entry, "a map of types")
    return None if found is None else tuple(_type(p, each) for each in found.entries)


def _type(p: Parsing, entry: Entry) -> TypeTree:
    name = styled(p, entry.key, PASCAL, "a type")
    if isinstance(entry.value, Scalar):
        return AliasTree(name=name, type=type_expression(p, entry), type_at=entry.value.at)
    definition = as_map(p, entry, "a type, or a map with `fields`, `enum`, `union` or `type`")
    if definition is None:
        return BrokenTree(name)
    present = [each for each in definition.entries if each.key.text in _TYPES]
    if len(present) > 1:
        first, second = present[0].key, present[1].key
        message = f"a type has either `{first.text}` or `{second.text}`"
        p.report.add("CONFLICTING_KEYS", second.at, message, related=((first.at, "the other stands here"),))
        return BrokenTree(name)
    if not present:
        known = len(p.report.found)
        read_map(p, definition, "a type", _ANY_TYPE)
        if len(p.report.found) == known and not definition.incomplete:
            p.report.add("MISSING_KEY", definition.at, "a type needs `fields`, `enum`, `union` or `type`")
        return BrokenTree(name)
    return _TYPES[present[0].key.text](p, name, definition)


def _struct(p: Parsing, name: Name, definition: Map) -> TypeTree:
    values = read_map(p, definition, "a type with `fields`", _STRUCT)
    if values["fields"] is None:
        return BrokenTree(name)
    return StructTree(
        name=name,
        fields=values["fields"],
        expansions=values.get("expand") or (),
        reserved=values.get("reserved") or (),
        doc=values.get("doc"),
        sensitive=true(values, "sensitive"),
        deprecated=values.get("deprecated"),
    )


def _enum(p: Parsing, name: Name, definition: Map) -> TypeTree:
    values = read_map(p, definition, "a type with `enum`", _ENUM)
    if values["enum"] is None:
        return BrokenTree(name)
    return EnumTree(
        name=name,
        values=values["enum"],
        closed=true(values, "closed"),
        reserved=values.get("reserved") or (),
        doc=values.get("doc"),
        sensitive=true(values, "sensitive"),
        deprecated=values.get("deprecated"),
    )


def _union(p: Parsing, name: Name, definition: Map) -> TypeTree:
    values = read_map(p, definition, "a type with `union`", _UNION)
    if values["union"] is None:
        return BrokenTree(name)
    tag = values.get("tag")
    return UnionTree(
        name=name,
        members=values["union"],
        tag=tag.text if tag else "type",
        closed=true(values, "closed"),
        reserved=values.get("reserved") or (),
        doc=values.get("doc"),
        sensitive=true(values, "sensitive"),
        deprecated=values.get("deprecated"),
    )


def _alias(p: Parsing, name: Name, definition: Map) -> TypeTree:
    values = read_map(p, definition, "a type with `type`", _ALIAS)
    return AliasTree(
        name=name,
        type=values["type"],
        type_at=place(definition, "type").value.at,
        constraints=constraints(values),
        example=values.get("example"),
        doc=values.get("doc"),
        sensitive=true(values, "sensitive"),
        deprecated=values.get("deprecated"),
    )


def _values(p: Parsing, entry: Entry) -> tuple[EnumValueTree, ...] | None:
    """``enum``: a list of texts, or a map of text to ``{doc, deprecated}``."""
    if isinstance(entry.value, Map):
        found = tuple(_enum_value(p, each) for each in entry.value.entries)
    else:
        listed = items(p, entry, "a text", "a list of texts, or a map")
        if listed is None:
            return None
        unique = distinct(p, [Name(scalar.text, scalar.at) for scalar in listed])
        found = tuple(EnumValueTree(value=name) for name in unique)
    if isinstance(entry.value, Map | Seq) and not (
        entry.value.entries if isinstance(entry.value, Map) else entry.value.items
    ):
        p.report.add("EMPTY_LIST", entry.value.at, "an enum needs at least one value")
    return found or None


def _enum_value(p: Parsing, entry: Entry) -> EnumValueTree:
    name = Name(entry.key.text, entry.key.at)
    definition = as_map(p, entry, "a map with `doc` or `deprecated`")
    values = {} if definition is None else read_map(p, definition, "an enum value", _ENUM_VALUE)
    return EnumValueTree(value=name, **values)


def _members(p: Parsing, entry: Entry) -> tuple[MemberTree, ...] | None:
    """``union``: a map of tag to the name of a struct."""
    found = as_map(p, entry, "a map of tag to struct")
    if found is None:
        return None
    if not found.entries:
        p.report.add("EMPTY_LIST", found.at, "a union needs at least one member")
        return None
    return tuple(MemberTree(Name(each.key.text, each.key.at), _struct_name(p, each)) for each in found.entries)


def _struct_name(p: Parsing, entry: Entry) -> NameExpr | None:
    """The value of an entry as the name of a struct."""
    scalar = as_word(p, entry, "the name of a struct")
    if scalar is None:
        return None
    found = qualified_name(scalar)
    if found is None:
        p.report.add("BAD_REFERENCE", scalar.at, "the name of a struct is expected here")
        return None
    p.references.structs.append(found)
    return found


def errors(p: Parsing, entry: Entry) -> tuple[ErrorTree, ...] | None:
    """The file's ``errors``."""
    found = as_map(p, entry, "a map of errors")
    return None if found is None else tuple(_error(p, each) for each in found.entries)


def _error(p: Parsing, entry: Entry) -> ErrorTree:
    name = styled(p, entry.key, UPPER, "an error")
    definition = as_map(p, entry, "a map (`{}` will do)")
    values = {} if definition is None else read_map(p, definition, "an error", _ERROR)
    return ErrorTree(
        name=name,
        wire=values.get("wire"),
        message=values.get("message"),
        fields=values.get("fields") or (),
        caller_error=true(values, "caller_error", otherwise=True),
        retryable=true(values, "retryable"),
        reserved=values.get("reserved") or (),
        doc=values.get("doc"),
        deprecated=values.get("deprecated"),
    )


def switches(p: Parsing, entry: Entry) -> tuple[SwitchTree, ...] | None:
    """The file's ``switches``."""
    found = as_map(p, entry, "a map of switches")
    return None if found is None else tuple(_switch(p, each) for each in found.entries)


def _switch(p: Parsing, entry: Entry) -> SwitchTree:
    name = styled(p, entry.key, UPPER, "a switch")
    definition = as_map(p, entry, "a map with an `id`")
    if definition is None:
        return SwitchTree(name=name, id=None, id_at=entry.key.at)
    values = read_map(p, definition, "a switch", _SWITCH, required=["id"])
    found: Number | None = values.get("id")
    return SwitchTree(
        name=name,
        id=found.value if found else None,
        id_at=found.at if found else definition.at,
        doc=values.get("doc"),
        deprecated=values.get("deprecated"),
    )


def switch_id(p: Parsing, entry: Entry) -> Number | None:
    """The number of a switch."""
    scalar = as_word(p, entry, "a whole number")
    value = None if scalar is None else number(p, scalar, "the id of a switch")
    return None if scalar is None or value is None else Number(value, scalar.at)


def _message(p: Parsing, entry: Entry) -> Scalar | None:
    return as_scalar(p, entry)


_COMMON: Mapping[str, Reader] = {"doc": text, "sensitive": flag, "deprecated": deprecation}
_STRUCT: Mapping[str, Reader] = {"fields": fields, "expand": expansions, "reserved": names, **_COMMON}
_ENUM: Mapping[str, Reader] = {"enum": _values, "closed": flag, "reserved": names, **_COMMON}
_UNION: Mapping[str, Reader] = {"union": _members, "tag": wire, "closed": flag, "reserved": names, **_COMMON}
_ALIAS: Mapping[str, Reader] = {"type": type_expression, "example": node, **_COMMON, **CONSTRAINTS}
_ANY_TYPE: Mapping[str, Reader] = {**_STRUCT, **_ENUM, **_UNION, **_ALIAS}
_TYPES: Mapping[str, Callable[[Parsing, Name, Map], TypeTree]] = {
    "fields": _struct,
    "enum": _enum,
    "union": _union,
    "type": _alias,
}
_ENUM_VALUE: Mapping[str, Reader] = {"doc": text, "deprecated": deprecation}
_ERROR: Mapping[str, Reader] = {
    "doc": text,
    "message": _message,
    "caller_error": flag,
    "retryable": flag,
    "fields": fields,
    "reserved": names,
    "wire": wire,
    "deprecated": deprecation,
}
_SWITCH: Mapping[str, Reader] = {"id": switch_id, "doc": text, "deprecated": deprecation}
