"""Conformity's fields that choose: constants, `Any`, `All` and `Polymorph`.

The theory. A choice is a type of the language where the value itself shows which way it went: texts become an enum,
records that are told apart by the text under one key become a union, nil makes a type optional. Every other choice
becomes the narrowest type that holds all its ways, and a note lists them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from soagen.generate import names
from soagen.model import Constraints, Kind
from soagen.pysoa import fields
from soagen.pysoa.draft import ANYTHING, OBJECT, Draft, Entries, Items, OneOf, Plain, Record, Words, describe
from soagen.pysoa.fields import Translator, is_any, lossy, noted, nullable
from soagen.pysoa.ranges import tightest
from soagen.pysoa.schema import Odd, Schema
from soagen.pysoa.words import sendable

_DEFAULT = "__default__"

# --- constants


def _constant(translator: Translator, schema: Schema) -> Draft:
    values = schema.listing("values")
    rest = [value for value in values if value is not None]
    if not rest:
        return lossy(ANYTHING, "PySOA wants nil, and nothing else")
    kinds = {type(value) for value in rest}
    draft = _CONSTANTS[kinds.pop()](rest) if len(kinds) == 1 and kinds <= _CONSTANTS.keys() else _mixed(rest)
    return nullable(draft) if len(rest) < len(values) else draft


def _words(values: Sequence[str]) -> Draft:
    if any(not _is_text(value) for value in values):
        return lossy(Plain(Kind.STRING), _only(values))
    if len({names.member(value) for value in values}) < len(values):
        return lossy(Plain(Kind.STRING), f"{_only(values)}, of which two would be one name in Python")
    return Draft(Words(tuple(values)))


def _is_text(value: str) -> bool:
    return value.encode("utf-8", "replace").decode() == value


def _bools(values: Sequence[bool]) -> Draft:
    return Draft(Plain(Kind.BOOL)) if len(values) == 2 else lossy(Plain(Kind.BOOL), _only(values))


def _ints(values: Sequence[int]) -> Draft:
    plain = Plain(Kind.INT, Constraints(min=min(values), max=max(values)))
    return Draft(plain) if max(values) - min(values) + 1 == len(values) else lossy(plain, _only(values))


def _floats(values: Sequence[float]) -> Draft:
    return lossy(Plain(Kind.FLOAT), _only(values))


def _mixed(values: Sequence[Any]) -> Draft:
    return lossy(ANYTHING, _only(values))


def _only(values: Sequence[Any]) -> str:
    return f"PySOA accepts only {', '.join(map(repr, values))}"


_CONSTANTS: Mapping[type, Any] = {str: _words, bool: _bools, int: _ints, float: _floats}

# --- any


def _any(translator: Translator, schema: Schema) -> Draft:
    options = [each for each in schema.listing("options") if not _is_null(each)]
    drafts = [translator.read(each) for each in options]
    nil = len(options) < len(schema.listing("options")) or any(draft.nullable for draft in drafts)
    ways = list(dict.fromkeys(replace(draft, nullable=False) for draft in drafts))
    draft = _one_of(ways) if ways else lossy(ANYTHING, "PySOA wants nil, and nothing else")
    return nullable(draft) if nil else draft


def _is_null(raw: object) -> bool:
    return isinstance(raw, Mapping) and raw.get("type") == "null"


def _one_of(ways: Sequence[Draft]) -> Draft:
    if len(ways) == 1:
        return ways[0]
    for combine in (_enum, _union, _number):
        draft = combine(ways)
        if draft is not None:
            return draft
    kinds = {_kind(way) for way in ways}
    widest = Plain(kinds.pop()) if len(kinds) == 1 else ANYTHING
    draft = lossy(widest, f"one of: {' or '.join(map(describe, ways))}")
    return noted(draft, tuple(note for way in ways for note in way.type.notes))


def _kind(draft: Draft) -> Kind:
    match draft.type:
        case Record() | OneOf() | Entries():
            return Kind.OBJECT
        case Words():
            return Kind.STRING
        case Items():
            return Kind.ANY
        case Plain(kind=kind):
            return kind


def _enum(ways: Sequence[Draft]) -> Draft | None:
    texts: list[str] = []
    for way in ways:
        if not isinstance(way.type, Words):
            return None
        texts += way.type.values
    return _words(list(dict.fromkeys(texts)))


def _number(ways: Sequence[Draft]) -> Draft | None:
    """Integers among floats, which Conformity's floats accept anyway."""
    both = {Plain(Kind.INT), Plain(Kind.FLOAT)}
    return Draft(Plain(Kind.FLOAT)) if {way.type for way in ways} == both else None


def _union(ways: Sequence[Draft]) -> Draft | None:
    """Records that are told apart by the constants under a key that all of them have."""
    records = [way.type for way in ways if isinstance(way.type, Record)]
    if len(records) < len(ways):
        return None
    for key in (field.key for field in records[0].fields):
        constants = [_constants(record, key) for record in records]
        texts = [text for each in constants for text in each]
        if all(constants) and len(set(texts)) == len(texts):
            members = [(text, way) for way, each in zip(ways, constants, strict=True) for text in each]
            return Draft(OneOf(key, tuple((text, _member(way, key, text)) for text, way in members)))
    return None


def _constants(record: Record, key: str) -> tuple[str, ...]:
    for field in record.fields:
        if field.key == key and not field.optional and not field.draft.nullable:
            return field.draft.type.values if isinstance(field.draft.type, Words) else ()
    return ()


def _member(draft: Draft, key: str, tag: str) -> Draft:
    """A record as the member of a union, which writes the tag itself."""
    assert isinstance(draft.type, Record)
    rest = {field.key: field for field in draft.type.fields if field.key != key}
    optional = {field.key for field in rest.values() if field.optional}
    renamed = fields.fields_of({key: field.draft for key, field in rest.items()}, optional, taken=(key,))
    return replace(draft, type=replace(draft.type, fields=renamed, tag=tag))


# --- polymorph


def _polymorph(translator: Translator, schema: Schema) -> Draft:
    key = schema.text("switch_field")
    contents = schema.mapping("contents_map")
    drafts = {tag: translator.read(raw) for tag, raw in contents.items()}
    if not drafts or key is None:
        raise Odd("chooses among nothing")
    if "." not in key and _DEFAULT not in drafts and sendable(key) and all(map(sendable, drafts)):
        members = [(tag, _member(draft, key, tag)) for tag, draft in drafts.items() if _may_be(draft, key, tag)]
        if len(members) == len(drafts):
            return Draft(OneOf(key, tuple(members)))
    said = "; ".join(f"{tag}: {describe(draft)}" for tag, draft in drafts.items())
    maps = all(_kind(draft) is Kind.OBJECT for draft in drafts.values())
    return lossy(OBJECT if maps else ANYTHING, f"PySOA chooses by `{key}`: {said}")


def _may_be(draft: Draft, key: str, tag: str) -> bool:
    """Whether a value with this tag can pass: a record with the key, which may hold the text."""
    if not isinstance(draft.type, Record) or draft.nullable:
        return False
    for field in draft.type.fields:
        if field.key == key:
            match field.draft.type:
                case Words(values=values):
                    return tag in values
                case Plain(kind=kind):
                    return kind in (Kind.STRING, Kind.ANY)
    return False


# --- all


def _all(translator: Translator, schema: Schema) -> Draft:
    """The one requirement that says what the value is, with the bounds of others that say the same."""
    drafts = [translator.read(each) for each in schema.listing("requirements")]
    said = [draft for draft in drafts if not is_any(draft)] or drafts[:1]
    if not said:
        return Draft(ANYTHING)
    first = said[0]
    for draft in said[1:]:
        first = _both(first, draft)
    notes = [note for draft in drafts if draft not in said for note in draft.type.notes]
    nil = bool(drafts) and all(draft.nullable or is_any(draft) for draft in drafts)
    return noted(replace(first, nullable=nil and not is_any(first)), tuple(notes))


def _both(first: Draft, second: Draft) -> Draft:
    if replace(first, nullable=False) == replace(second, nullable=False):
        return first
    if isinstance(first.type, Plain) and isinstance(second.type, Plain) and first.type.kind is second.type.kind:
        aliases = {first.type.alias, second.type.alias} - {None}
        together = tightest(first.type.kind, first.type.constraints, second.type.constraints)
        if len(aliases) < 2 and together is not None:
            plain = replace(first.type, constraints=together, alias=aliases.pop() if aliases else None)
            return noted(replace(first, type=plain), second.type.notes)
    return noted(first, (f"PySOA also wants it to be {describe(second)}", *second.type.notes))


READERS: Mapping[str, fields.Reader] = {
    "all": _all,
    "any": _any,
    "constant": _constant,
    "country_code_field": _constant,
    "currency_code_field": _constant,
    "polymorph": _polymorph,
}
"""The fields that choose among others."""
