"""Actions, their variants and their examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from soagen.model import Kind
from soagen.parse.fields import deprecation, fields, true
from soagen.parse.references import reference_name, references
from soagen.parse.scalars import duration
from soagen.parse.shapes import (
    SNAKE,
    Parsing,
    Reader,
    as_list,
    as_map,
    as_scalar,
    as_word,
    flag,
    node,
    read_map,
    styled,
    text,
    wire,
)
from soagen.parse.tree import ActionTree, BodyTree, ExampleTree, Name, NameExpr, VariantTree
from soagen.parse.types import qualified_name
from soagen.source import Bad, Entry, Map, Scalar


def actions(p: Parsing, entry: Entry) -> tuple[ActionTree, ...] | None:
    """The file's ``actions``."""
    found = as_map(p, entry, "a map of actions")
    return None if found is None else tuple(_action(p, each) for each in found.entries)


def _action(p: Parsing, entry: Entry) -> ActionTree:
    name = styled(p, entry.key, SNAKE, "an action")
    definition = as_map(p, entry, "a map (`{}` will do)")
    if definition is None:
        return ActionTree(name=name)
    values = read_map(p, definition, "an action", _ACTION)
    at = {each.key.text: each.key.at for each in definition.entries}
    return ActionTree(
        name=name,
        wire=values.get("wire"),
        request=values.get("request"),
        response=values.get("response"),
        errors=values.get("errors") or (),
        errors_at=at.get("errors"),
        variants=values.get("variants") or (),
        examples=values.get("examples") or (),
        timeout=values.get("timeout"),
        idempotent=true(values, "idempotent"),
        oneway=true(values, "oneway"),
        doc=values.get("doc"),
        deprecated=values.get("deprecated"),
    )


def _body(p: Parsing, entry: Entry) -> BodyTree:
    """``request`` or ``response``: a map of fields, the name of a struct, or ``object``."""
    if not isinstance(entry.value, Scalar):
        return BodyTree(entry.key.at, fields=fields(p, entry))
    what = "a map of fields, the name of a struct, or `object`"
    scalar = as_word(p, entry, what)
    if scalar is None:
        return BodyTree(entry.key.at)
    if scalar.text == Kind.OBJECT.value:
        return BodyTree(entry.key.at, is_object=True)
    found = qualified_name(scalar)
    if found is None:
        p.report.add("BAD_REFERENCE", scalar.at, f"{what} is expected here")
    else:
        p.references.bodies.append(found)
    return BodyTree(entry.key.at, ref=found)


def _errors(p: Parsing, entry: Entry) -> tuple[NameExpr, ...] | None:
    found = references(p, entry, "an error")
    p.references.errors += found or ()
    return found


def _timeout(p: Parsing, entry: Entry) -> dt.timedelta | None:
    scalar = as_word(p, entry, "a duration")
    if scalar is None:
        return None
    value = duration(scalar.text)
    if value is not None and value > dt.timedelta():
        return value
    hint = f"did you mean `{scalar.text}s`?" if scalar.text.isdecimal() and int(scalar.text[:18]) else None
    message = "a timeout must be a duration above zero, such as 5s, 250ms or 1h30m"
    p.report.add("BAD_SETTING", scalar.at, message, hint=hint)
    return None


def _variants(p: Parsing, entry: Entry) -> tuple[VariantTree, ...] | None:
    found = as_map(p, entry, "a map of switch to variant")
    if found is None:
        return None
    variants = (_variant(p, each) for each in found.entries)
    return tuple(variant for variant in variants if variant is not None)


def _variant(p: Parsing, entry: Entry) -> VariantTree | None:
    switch = qualified_name(entry.key)
    if switch is None:
        p.report.add("BAD_REFERENCE", entry.key.at, "a variant stands under the name of a switch")
    else:
        p.references.switches.append(switch)
    definition = as_map(p, entry, "a map with `request`, `response` or `errors`")
    values = {} if definition is None else read_map(p, definition, "a variant", _VARIANT)
    return None if switch is None else VariantTree(switch=switch, **values)


def _examples(p: Parsing, entry: Entry) -> tuple[ExampleTree, ...] | None:
    seq = as_list(p, entry, "a list of examples")
    if seq is None:
        return None
    examples = []
    for item in seq.items:
        if isinstance(item, Map):
            examples.append(_example(p, item))
        elif not isinstance(item, Bad):
            p.report.add("WRONG_SHAPE", item.at, "an example is a map with `name`, `request` and `response` or `error`")
    return tuple(examples)


def _example(p: Parsing, definition: Map) -> ExampleTree:
    values = read_map(p, definition, "an example", _EXAMPLE, required=["name", "request"])
    meant = dict.fromkeys(values, definition.at)  # also of a key that is misspelt
    at = meant | {each.key.text: each.key.at for each in definition.entries}
    error: dict[str, Any] = values.get("error") or {}
    return ExampleTree(
        name=values.get("name") or Name("", definition.at),
        at=definition.at,
        request=values.get("request"),
        response=values.get("response"),
        response_at=at.get("response"),
        error_at=at.get("error"),
        error=error.get("code"),
        error_fields=error.get("fields"),
    )


def _example_name(p: Parsing, entry: Entry) -> Name | None:
    scalar = as_scalar(p, entry)
    return None if scalar is None else Name(scalar.text, scalar.at)


def _example_error(p: Parsing, entry: Entry) -> dict[str, Any] | None:
    found = as_map(p, entry, "a map with `code` and `fields`")
    return None if found is None else read_map(p, found, "an example's error", _EXAMPLE_ERROR, required=["code"])


def _example_code(p: Parsing, entry: Entry) -> NameExpr | None:
    found = reference_name(p, entry, "an error")
    if found is not None:
        p.references.errors.append(found)
    return found


_EXAMPLE_ERROR: Mapping[str, Reader] = {"code": _example_code, "fields": node}
_EXAMPLE: Mapping[str, Reader] = {
    "name": _example_name,
    "request": node,
    "response": node,
    "error": _example_error,
}
_VARIANT: Mapping[str, Reader] = {"doc": text, "request": _body, "response": _body, "errors": _errors}
_ACTION: Mapping[str, Reader] = {
    "doc": text,
    "timeout": _timeout,
    "idempotent": flag,
    "oneway": flag,
    "request": _body,
    "response": _body,
    "errors": _errors,
    "variants": _variants,
    "examples": _examples,
    "wire": wire,
    "deprecated": deprecation,
}
