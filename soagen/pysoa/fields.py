"""Conformity's fields as types of the language: a reader for each `introspect_type`.

Rules. A field becomes the narrowest type that accepts every value that PySOA accepts and can send; what is lost is
noted. A field that is no field of Conformity's, or is described oddly, becomes ``any``. Nothing here raises: an
import is worth most where a service is odd.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from soagen.checks.currencies import CURRENCIES
from soagen.generate import names
from soagen.model import NO_CONSTRAINTS, Constraints, Kind
from soagen.pysoa import known, ranges
from soagen.pysoa.draft import (
    ANYTHING,
    OBJECT,
    Alias,
    Draft,
    Entries,
    Field,
    Items,
    Notes,
    Plain,
    Record,
    describe,
    settings,
)
from soagen.pysoa.schema import Odd, Schema
from soagen.pysoa.words import distinct, sendable

Reader: TypeAlias = "Callable[[Translator, Schema], Draft]"


class Translator:
    """Reads fields. ``ignore_extra_keys`` makes structs of dictionaries that allow more keys than they list."""

    def __init__(self, readers: Mapping[str, Reader], *, ignore_extra_keys: bool = False) -> None:
        self.ignore_extra_keys = ignore_extra_keys
        self._readers = readers

    def read(self, raw: object) -> Draft:
        """The type that a node of the introspection describes."""
        try:
            schema = Schema(raw)
            reader = self._readers.get(schema.type)
            if reader is None:
                return _documented(unknown(schema), schema)
            return _documented(reader(self, schema), schema)
        except Odd as odd:
            return Draft(replace(ANYTHING, notes=(f"PySOA's introspection can't be read here: it {odd}",)))


def unknown(schema: Schema) -> Draft:
    """A field class of somebody's own."""
    return lossy(ANYTHING, f'PySOA describes it as "{schema.type}", which is no field of Conformity\'s')


def _documented(draft: Draft, schema: Schema) -> Draft:
    """With what every field may say beside its type."""
    validator = schema.take("additional_validation")
    notes = [f"PySOA checks it further: {validator}"] if validator else []
    draft = noted(draft, (*notes, *schema.left_over()))
    doc = schema.text("description") or draft.doc
    return replace(draft, doc=doc, deprecated=draft.deprecated or schema.take("deprecated") is True)


def noted(draft: Draft, notes: Notes) -> Draft:
    """The draft with notes on its type."""
    return replace(draft, type=replace(draft.type, notes=(*draft.type.notes, *notes))) if notes else draft


def lossy(plain: Plain, note: str) -> Draft:
    """The widest type, and what it does not say."""
    return Draft(replace(plain, notes=(*plain.notes, note)))


def nullable(draft: Draft) -> Draft:
    """The draft, or nil; ``any`` may be nil as it is."""
    return draft if is_any(draft) else replace(draft, nullable=True)


def is_any(draft: Draft) -> bool:
    """Whether nothing is said of the value."""
    return isinstance(draft.type, Plain) and draft.type.kind is Kind.ANY


# --- scalars


def plain(kind: Kind, note: str | None = None) -> Reader:
    """The reader of a field that is a type of the language as it is, but for ``note``."""
    draft = Draft(Plain(kind)) if note is None else lossy(Plain(kind), note)
    return lambda translator, schema: draft


def ranged(read: Callable[[Schema], Plain]) -> Reader:
    """The reader of a field with bounds."""
    return lambda translator, schema: Draft(read(schema))


def formed(alias: Alias) -> Reader:
    """The reader of a text of a certain form."""

    def reader(translator: Translator, schema: Schema) -> Draft:
        schema.take("options")  # of an IPAddress, which is an Any of the two forms
        allowed = schema.listing("domain_whitelist")
        notes = (f"PySOA also accepts the domains {', '.join(map(str, allowed))}",) if allowed else ()
        return Draft(Plain(alias.kind, alias=alias, notes=notes))

    return reader


def _text(translator: Translator, schema: Schema) -> Draft:
    constraints, notes = ranges.sizes(schema, "min_length", "max_length")
    blank = schema.take("allow_blank") is not False
    return Draft(Plain(Kind.STRING, constraints, None if blank else known.NOT_BLANK, notes))


def _bytes(translator: Translator, schema: Schema) -> Draft:
    constraints, notes = ranges.sizes(schema, "min_length", "max_length")
    if schema.take("allow_blank") is False:
        notes = (*notes, "PySOA refuses bytes that are only blanks")
        if constraints.max_length is None:
            constraints = replace(constraints, min_length=constraints.min_length or 1)
    return Draft(Plain(Kind.BYTES, constraints, notes=notes))


def _currencies(schema: Schema) -> tuple[tuple[str, ...], Notes]:
    codes = schema.take("valid_currencies")
    if not isinstance(codes, (list, tuple)):
        return (), ()  # all of them
    strange = [code for code in codes if code not in CURRENCIES]
    notes = (f"currencies that soagen does not know: {', '.join(map(str, strange))}",) if strange else ()
    return tuple(code for code in codes if code in CURRENCIES), notes


def _money(translator: Translator, schema: Schema) -> Draft:
    codes, notes = _currencies(schema)
    found = ranges.whole(schema, Kind.MONEY)
    return Draft(replace(found, constraints=replace(found.constraints, currencies=codes), notes=(*found.notes, *notes)))


def _money_as_text(translator: Translator, schema: Schema) -> Draft:
    codes, _ = _currencies(schema)
    rest = [f"{key} {value}" for key in ranges.NAMES if (value := schema.take(key)) is not None]
    said = "; ".join(["of the form CUR,1234 or CUR:1234", *([" or ".join(codes)] if codes else []), *rest])
    return lossy(Plain(Kind.STRING), f"PySOA checks an amount in the text: {said}")


# --- what holds other fields


def _list(translator: Translator, schema: Schema) -> Draft:
    constraints, notes = ranges.sizes(schema, "min_items", "max_items")
    return Draft(Items(_inner(translator, schema.take("contents")), constraints, notes))


def _set(translator: Translator, schema: Schema) -> Draft:
    draft = _list(translator, schema)
    assert isinstance(draft.type, Items)
    note = "PySOA wants a set, which it can't send: a call with one, or that answers one, fails"
    if draft.type.constraints.min_items is not None:  # there may not be so many different ones
        return noted(draft, (note, "no item may be there twice"))
    constraints = replace(draft.type.constraints, unique=True)
    return noted(replace(draft, type=replace(draft.type, constraints=constraints)), (note,))


def _tuple(translator: Translator, schema: Schema) -> Draft:
    drafts = [translator.read(each) for each in schema.listing("contents")]
    size = Constraints(min_items=len(drafts) or None, max_items=len(drafts))
    same = drafts[0] if drafts and all(each == drafts[0] for each in drafts) else Draft(ANYTHING)
    said = ", ".join(map(describe, drafts))
    return Draft(
        Items(
            same,
            size,
            (f"a tuple of PySOA's: ({said}). In a request it refuses every one, since what arrives is a list",),
        )
    )


def _inner(translator: Translator, raw: object) -> Draft:
    draft = translator.read(raw)
    if draft.deprecated:
        draft = noted(replace(draft, deprecated=False), ("deprecated in PySOA",))
    return draft


def _schemaless(translator: Translator, schema: Schema) -> Draft:
    sizes, notes = ranges.sizes(schema, "min_entries", "max_entries")
    keys, values = schema.take("key_type"), schema.take("value_type")
    value = Draft(ANYTHING) if values is None else _inner(translator, values)
    if keys is not None:
        key = translator.read(keys)
        if not isinstance(key.type, Plain) or key.type.kind is not Kind.STRING:
            return lossy(ANYTHING, f"PySOA wants a map from {describe(key)} to {describe(value)}: keys here are texts")
        if key.type.constraints != NO_CONSTRAINTS or key.type.alias or key.type.notes:
            notes = (*notes, f"PySOA checks the keys: {_checks(key.type)}")
    if values is None and sizes == NO_CONSTRAINTS:
        return Draft(replace(OBJECT, notes=notes))
    return Draft(Entries(value, sizes, notes))


def _checks(key: Plain) -> str:
    named = [] if key.alias is None else [key.alias.name]
    limits = [f"{name} {value}" for name, value in settings(key.constraints)]
    return ", ".join([*named, *limits, *key.notes])


def dictionary(translator: Translator, schema: Schema) -> Draft:
    """A struct, unless there is more in it than a struct can say."""
    contents = schema.mapping("contents")
    optional = {str(key) for key in schema.listing("optional_keys")}
    order = [key for key in schema.listing("display_order") if key in contents]
    order += [key for key in contents if key not in order]
    open_ended = schema.take("allow_extra_keys") is True
    drafts = {key: translator.read(contents[key]) for key in order}
    fields = fields_of(drafts, optional)
    said = describe(Draft(Record(fields)))
    if not all(map(sendable, order)):
        return lossy(ANYTHING, f"PySOA's keys are more than a contract's can be: {said}")
    if open_ended and not translator.ignore_extra_keys:
        return lossy(OBJECT, f"PySOA lets other keys in as well; known are {said}") if fields else Draft(OBJECT)
    notes = ("PySOA lets other keys in as well: they can't be sent, and are not read",) if open_ended else ()
    return Draft(Record(fields, notes))


def fields_of(drafts: Mapping[Any, Draft], optional: set[str], taken: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Fields with names of their own, of which none is ``taken``."""
    texts = {str(key): draft for key, draft in drafts.items()}
    called = distinct(texts, "field", names.field, taken)
    return tuple(Field(key, called[key], draft, key in optional) for key, draft in texts.items())


def _class_configuration(translator: Translator, schema: Schema) -> Draft:
    for key in ("base_class", "switch_field", "switch_field_schema", "kwargs_field", "kwargs_contents_map"):
        schema.take(key)
    has_default = schema.text("default_path") is not None
    fields = (
        Field("path", "path", Draft(Plain(Kind.STRING)), has_default),
        Field("kwargs", "kwargs", Draft(OBJECT), True),
    )
    return Draft(Record(fields, ("PySOA checks the class at `path`, and `kwargs` by what that class wants",)))


def _nullable(translator: Translator, schema: Schema) -> Draft:
    return nullable(translator.read(schema.take("nullable")))


# --- Python's own

_INSTANCES: Mapping[str, Plain] = {
    "<class 'str'>": Plain(Kind.STRING),
    "<class 'bytes'>": Plain(Kind.BYTES),
    "<class 'bool'>": Plain(Kind.BOOL),
    "<class 'int'>": Plain(Kind.INT),
    "<class 'dict'>": OBJECT,
    "<class 'decimal.Decimal'>": Plain(Kind.DECIMAL),
    "<class 'currint.Amount'>": Plain(Kind.MONEY),
    "<class 'datetime.datetime'>": Plain(Kind.DATETIME),
    "<class 'datetime.time'>": Plain(Kind.TIME),
}


def _instance(translator: Translator, schema: Schema) -> Draft:
    of = str(schema.take("valid_type"))
    return Draft(_INSTANCES[of]) if of in _INSTANCES else lossy(ANYTHING, f"PySOA wants an instance of {of}")


def _path(translator: Translator, schema: Schema) -> Draft:
    schema.take("value_schema")
    return lossy(Plain(Kind.STRING), "PySOA checks that it names something that Python can import")


def _class(translator: Translator, schema: Schema) -> Draft:
    schema.take("base_classes")
    return lossy(ANYTHING, "PySOA wants a class of Python's, which can't be sent")


def _unsendable(what: str) -> Reader:
    def reader(translator: Translator, schema: Schema) -> Draft:
        bounds = [f"{key} {value}" for key in ranges.NAMES if (value := schema.take(key)) is not None]
        more = f" ({', '.join(bounds)})" if bounds else ""
        return lossy(ANYTHING, f"PySOA wants a {what}{more}, which its serializers can't send")

    return reader


def _checked(translator: Translator, schema: Schema) -> Draft:
    return lossy(ANYTHING, f"PySOA checks: {schema.text('validator') or 'something that it does not describe'}")


READERS: Mapping[str, Reader] = {
    "anything": plain(Kind.ANY),
    "boolean": plain(Kind.BOOL),
    "boolean_validator": _checked,
    "bytes": _bytes,
    "class_config_dictionary": _class_configuration,
    "currency_amount_string": _money_as_text,
    "currint.Amount": _money,
    "date": ranged(ranges.date),
    "datetime": ranged(ranges.moment),
    "decimal": ranged(ranges.exact),
    "dictionary": dictionary,
    "email_address": formed(known.EMAIL_ADDRESS),
    "float": ranged(ranges.floating),
    "hashable": plain(Kind.ANY, "PySOA refuses lists and maps"),
    "integer": ranged(ranges.whole),
    "ip_address": formed(known.IP_ADDRESS),
    "ipv4_address": formed(known.IPV4_ADDRESS),
    "ipv6_address": formed(known.IPV6_ADDRESS),
    "list": _list,
    "null": plain(Kind.ANY, "PySOA wants nil, and nothing else"),
    "nullable": _nullable,
    "object_instance": _instance,
    "python_path": _path,
    "schemaless_dictionary": _schemaless,
    "sequence": _list,
    "set": _set,
    "time": ranged(ranges.time),
    "timedelta": _unsendable("timedelta"),
    "tuple": _tuple,
    "type_reference": _class,
    "tzinfo": _unsendable("tzinfo"),
    "unicode": _text,
    "unicode_decimal": plain(Kind.STRING, "PySOA checks that it is a decimal number"),
}
"""All fields but those that choose among others, which `choices` reads."""
