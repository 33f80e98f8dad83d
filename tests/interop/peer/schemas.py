"""Every field of Conformity's, with values that it accepts and refuses: ``python -m tests.interop.peer.schemas``.

Prints what `tests/pysoa/corpus.jsonl` holds: of each field its introspection, and of each value whether it passes.
Values are those that can arrive: no tuples, no sets.
"""

from __future__ import annotations

import datetime as dt
import json
import runpy
import sys
import uuid
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path

import pytz
from conformity import fields
from conformity.fields.currency import (
    Amount,
    AmountRequestDictionary,
    AmountResponseDictionary,
    AmountString,
    CurrencyCodeField,
)
from conformity.fields.logging import PythonLogLevel
from conformity.types import Error
from currint import Amount as Money

from tests.notation import note_of

TEXT = fields.UnicodeString()
INT = fields.Integer()
UTC = pytz.UTC


def money(code, minor):
    return Money.from_code_and_minor(code, minor)


class Even(fields.AdditionalCollectionValidator):
    def errors(self, value):
        return [] if len(value) % 2 == 0 else [Error("Not even")]


class Shout(fields.UnicodeString):
    """A field of somebody's own."""

    introspect_type = "shout"


class Sku(fields.UnicodeString):
    """A field that says more than Conformity's."""

    def introspect(self):
        return dict(super().introspect(), checksum="mod 7")


@fields.ClassConfigurationSchema.provider(fields.Dictionary({"size": INT}))
class Thing:
    pass


SCALARS = {
    "anything": (fields.Anything(description="Whatever"), [None, 1, "a", [1], {"a": 1}]),
    "hashable": (fields.Hashable(), [1, "a", [1]]),
    "boolean": (fields.Boolean(description="Yes or no"), [True, False, 1, "true", None]),
    "integer": (INT, [0, -5, 2**64 - 1, True, 1.0, "1", None]),
    "integer_bounds": (fields.Integer(gte=1, lt=10), [1, 9, 0, 10]),
    "integer_all_bounds": (fields.Integer(gt=5, gte=1, lt=100, lte=1000), [6, 99, 5, 100]),
    "integer_half_bounds": (fields.Integer(gt=0.5, lte=Decimal("2.5")), [1, 2, 0, 3]),
    "integer_vast_bounds": (fields.Integer(gte=-(10**30), lte=float("inf")), [1, -(2**63)]),
    "integer_no_value": (fields.Integer(gt=5, lt=5), [5]),
    "float": (fields.Float(), [1.5, 1, True, "1.5", Decimal("1.5")]),
    "float_bounds": (fields.Float(gte=0, lt=60.5), [0.0, 60, 60.5, -0.1]),
    "latitude": (fields.Latitude(), [90.0, -90, 90.5]),
    "longitude": (fields.Longitude(gte=0), [180.0, 0, 180.5, -180.5]),
    "decimal": (fields.Decimal(), [Decimal("1.10"), 1, 1.1, "1.10"]),
    "decimal_bounds": (fields.Decimal(gt=Decimal("0.10"), lte=100), [Decimal("0.11"), Decimal("0.1"), Decimal("1e3")]),
    "text": (fields.UnicodeString(description="Some text: really"), ["", "a\0é", b"a", 1, None]),
    "text_lengths": (fields.UnicodeString(min_length=2, max_length=3), ["ab", "abc", "a", "abcd"]),
    "text_not_blank": (fields.UnicodeString(allow_blank=False), ["a", " a\n", "", " ", "\u00a0\u2003\x1c", "\u200b"]),
    "text_not_blank_short": (fields.UnicodeString(allow_blank=False, max_length=3), ["a", "  ", "abcd", "\nab"]),
    "bytes": (fields.ByteString(max_length=2), [b"", b"ab", b"abc", "ab"]),
    "bytes_not_blank": (fields.ByteString(allow_blank=False), [b"a", b"", b" "]),
    "text_decimal": (fields.UnicodeDecimal(), ["1.5", "NaN", "x", 1]),
    "date": (fields.Date(), [dt.date(2020, 2, 29), "2020-02-29"]),
    "date_bounds": (fields.Date(gte=dt.date(2020, 1, 1)), [dt.date(2020, 1, 1), dt.date(2019, 12, 31)]),
    "time": (fields.Time(), [dt.time(12, 30), "12:30"]),
    "time_bounds": (fields.Time(gt=dt.time(8), lt=dt.time(18, 0, 0, 5)), [dt.time(18, 0, 0, 4), dt.time(8)]),
    "datetime": (fields.DateTime(description="When"), [dt.datetime(2020, 1, 1, tzinfo=UTC), dt.date(2020, 1, 1)]),
    "datetime_aware": (
        fields.DateTime(gte=dt.datetime(2020, 1, 1, tzinfo=UTC)),
        [dt.datetime(2020, 1, 1, tzinfo=UTC), dt.datetime(2019, 12, 31, tzinfo=UTC)],
    ),
    "datetime_naive": (
        fields.DateTime(lt=dt.datetime(2020, 1, 1, 12, 30)),
        [dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, 12, 30)],
    ),
    "timedelta": (fields.TimeDelta(gt=dt.timedelta(seconds=5)), [5]),
    "zone": (fields.TZInfo(), ["UTC"]),
    "email": (fields.EmailAddress(description="Where to"), ["a@b.example", "a", "@b", "a@", '"a@b"@c.example']),
    "email_whitelist": (fields.EmailAddress(whitelist=["intern"]), ["a@intern", "a@b.example", "a"]),
    "ipv4": (fields.IPv4Address(), ["10.0.0.1", "10.0.0.256", "10.0.1", "::1"]),
    "ipv6": (fields.IPv6Address(), ["::1", "fe80::1:2", "::ffff:10.0.0.1", "10.0.0.1"]),
    "ip": (fields.IPAddress(description="Of the host"), ["10.0.0.1", "::1", "host"]),
    "amount": (Amount(), [money("EUR", -5), 5]),
    "amount_bounds": (
        Amount(valid_currencies={"EUR", "USD"}, gt=0, lte=10_000),
        [money("EUR", 1), money("EUR", 0), money("JPY", 5), money("USD", 10_001)],
    ),
    "amount_text": (AmountString(valid_currencies={"EUR"}, gte=5), ["EUR,5", "EUR:5", "EUR,4", 5]),
    "currency": (CurrencyCodeField(code_filter=lambda code: code in ("EUR", "USD")), ["EUR", "JPY"]),
    "constant": (fields.Constant("new", description="Always new"), ["new", "old", None]),
    "constants": (fields.Constant("a b", "b", "no"), ["a b", "no", "B"]),
    "constants_or_nil": (fields.Constant("a", None), ["a", None, "b"]),
    "constants_clash": (fields.Constant("a", "A"), ["a", "A", "b"]),
    "constant_numbers": (fields.Constant(1, 2, 3), [1, 3, 4]),
    "constant_sparse_numbers": (fields.Constant(1, 5), [1, 5, 3, 6]),
    "constant_bool": (fields.Constant(True), [True, False]),
    "constant_bools": (fields.Constant(True, False), [True, False, 2]),
    "constant_floats": (fields.Constant(0.5, 1.5), [0.5, 1.0]),
    "constant_mixed": (fields.Constant("a", 7, False), ["a", 7, False, "b"]),
    "log_level": (PythonLogLevel("How much"), ["DEBUG", "LOUD"]),
    "null": (fields.Null(), [None, 1]),
    "instance": (fields.ObjectInstance(uuid.UUID), ["x"]),
    "instance_text": (fields.ObjectInstance(str), ["x", 5]),
    "instance_decimal": (fields.ObjectInstance(Decimal), [Decimal(1), 5]),
    "python_path": (fields.PythonPath(), ["os:path", "nothing.there"]),
    "type_path": (fields.TypePath(dict), ["builtins.dict", "builtins.list"]),
    "type_reference": (fields.TypeReference(base_classes=dict), ["dict"]),
    "validator": (fields.BooleanValidator(lambda v: v % 2 == 0, "an even number", "Not even"), [2, 3]),
    "own_field": (Shout(), ["A", 1]),
    "own_words": (Sku(max_length=3), ["ABC", "ABCD"]),
}

LINE = fields.Dictionary(
    {"sku": fields.UnicodeString(max_length=3, description="What"), "count": fields.Integer(gte=1)},
    description="A line of an order",
)
CARD = fields.Dictionary({"type": fields.Constant("card"), "last4": TEXT})
IBAN = fields.Dictionary({"type": fields.Constant("iban"), "iban": TEXT})

STRUCTURES = {
    "dictionary": (LINE, [{"sku": "ABC", "count": 1}, {"sku": "ABC"}, {"sku": "A", "count": 1, "x": 1}, [], None]),
    "dictionary_optional": (
        fields.Dictionary(
            {"a": INT, "b": fields.Nullable(INT), "c": fields.Nullable(INT), "d": fields.Anything()},
            optional_keys=("a", "b", "d"),
        ),
        [{"c": None}, {"c": 1, "a": 1, "b": None, "d": None}, {}],
    ),
    "dictionary_empty": (fields.Dictionary({}), [{}, {"a": 1}]),
    "dictionary_open": (
        fields.Dictionary({"a": INT}, optional_keys=("a",), allow_extra_keys=True),
        [{}, {"a": 1, "b": 2}, 5],
    ),
    "dictionary_all_open": (fields.Dictionary({}, allow_extra_keys=True), [{}, {"a": 1}, 5]),
    "dictionary_checked": (
        fields.Dictionary({"a": INT, "b": INT}, optional_keys=("a", "b"), additional_validator=Even()),
        [{"a": 1, "b": 2}, {"a": 1}],
    ),
    "dictionary_keys": (
        fields.Dictionary({"anInt": INT, "An-Int": INT, "an_int": INT, "class": INT, "2fa": INT, "_": INT, "ß": INT}),
        [{"anInt": 1, "An-Int": 2, "an_int": 3, "class": 4, "2fa": 5, "_": 6, "ß": 7}, {"anInt": 1}],
    ),
    "dictionary_odd_keys": (fields.Dictionary({1: INT, "b": TEXT}), [{1: 1, "b": "x"}]),
    "dictionary_order": (
        fields.Dictionary(OrderedDict([("z", INT), ("a", INT)])),
        [{"a": 1, "z": 2}],
    ),
    "schemaless": (fields.SchemalessDictionary(description="Free"), [{}, {"a": [1]}, []]),
    "schemaless_texts": (fields.SchemalessDictionary(key_type=TEXT), [{"a": None}, 5]),
    "schemaless_values": (
        fields.SchemalessDictionary(key_type=TEXT, value_type=fields.Integer(gte=1), min_length=1, max_length=2),
        [{"a": 1}, {"a": 0}, {}, {"a": 1, "b": 2, "c": 3}],
    ),
    "schemaless_sized": (fields.SchemalessDictionary(max_length=1), [{"a": 1}, {"a": 1, "b": 2}]),
    "schemaless_keys": (
        fields.SchemalessDictionary(key_type=fields.UnicodeString(max_length=2), value_type=fields.Nullable(INT)),
        [{"a": 1, "b": None}, {"abc": 1}, {"a": "x"}],
    ),
    "schemaless_int_keys": (
        fields.SchemalessDictionary(key_type=INT, value_type=LINE),
        [{1: {"sku": "A", "count": 1}}],
    ),
    "list": (fields.List(INT, description="Numbers"), [[], [1], ["a"], {}, None]),
    "list_sizes": (fields.List(TEXT, min_length=1, max_length=2), [["a"], [], ["a", "b", "c"]]),
    "list_of_lines": (fields.List(LINE, min_length=1), [[{"sku": "A", "count": 1}], [], [{"sku": "ABCD", "count": 1}]]),
    "list_of_texts": (fields.List(fields.UnicodeString(max_length=2)), [["ab"], ["abc"]]),
    "list_of_nullable": (fields.List(fields.Nullable(fields.Integer(gte=1))), [[1, None], [0]]),
    "list_of_lists": (fields.List(fields.List(INT, max_length=1)), [[[1], []], [[1, 2]]]),
    "list_checked": (fields.List(INT, additional_validator=Even()), [[1, 2], [1]]),
    "list_of_checked": (fields.List(fields.BooleanValidator(lambda v: v > 0, "positive", "no")), [[1], [0]]),
    "sequence": (fields.Sequence(INT), [[1], ["a"]]),
    "set": (fields.Set(INT), [[1]]),
    "tuple": (fields.Tuple(INT, TEXT), [[1, "a"]]),
    "tuple_same": (fields.Tuple(INT, INT), [[1, 2]]),
    "nullable": (fields.Nullable(fields.Integer(gte=1, description="Or none")), [None, 1, 0]),
    "nullable_twice": (fields.Nullable(fields.Nullable(TEXT)), [None, "a", 1]),
    "nullable_anything": (fields.Nullable(fields.Anything()), [None, 1]),
    "nullable_lines": (fields.Nullable(LINE), [None, {"sku": "A", "count": 1}, {}]),
    "polymorph": (
        fields.Polymorph("type", {"card": CARD, "iban": IBAN}, description="How it is paid"),
        [{"type": "card", "last4": "1"}, {"type": "iban", "iban": "DE"}, {"type": "card", "iban": "x"}, {"type": "x"}],
    ),
    "polymorph_text": (
        fields.Polymorph(
            "kind", {"a": fields.Dictionary({"kind": TEXT, "Kind": INT}), "b": fields.Dictionary({"kind": TEXT})}
        ),
        [{"kind": "a", "Kind": 1}, {"kind": "b"}, {"kind": "b", "Kind": 1}],
    ),
    "polymorph_same": (
        fields.Polymorph("kind", dict.fromkeys(("a", "b"), fields.Dictionary({"kind": TEXT, "x": INT}))),
        [{"kind": "a", "x": 1}, {"kind": "b", "x": 1}, {"kind": "c", "x": 1}],
    ),
    "polymorph_default": (
        fields.Polymorph("type", {"card": CARD, "__default__": fields.SchemalessDictionary()}),
        [{"type": "card", "last4": "1"}, {"type": "other", "x": 1}, {"type": "card"}],
    ),
    "polymorph_nested": (
        fields.Polymorph("head.kind", {"a": fields.SchemalessDictionary()}),
        [{"head": {"kind": "a"}}, {"head": {"kind": "b"}}],
    ),
    "polymorph_numbers": (
        fields.Polymorph("v", {1: fields.Dictionary({"v": INT}), 2: fields.Dictionary({"v": INT, "x": INT})}),
        [{"v": 1}, {"v": 2, "x": 1}, {"v": 2}],
    ),
    "any_types": (fields.Any(INT, TEXT, description="A number or a text"), [1, "a", 1.5]),
    "any_nullable": (fields.Any(fields.Null(), fields.UnicodeString(max_length=2)), [None, "ab", "abc"]),
    "any_texts": (fields.Any(fields.EmailAddress(), fields.UnicodeString(max_length=2)), ["ab", "abc", "a@b.example"]),
    "any_constants": (fields.Any(fields.Constant("a"), fields.Constant("b", None)), ["a", "b", None, "c"]),
    "any_numbers": (fields.Any(INT, fields.Float()), [1, 1.5, "a"]),
    "any_union": (fields.Any(CARD, IBAN), [{"type": "card", "last4": "1"}, {"type": "iban", "last4": "1"}]),
    "any_dictionaries": (
        fields.Any(fields.Dictionary({"id": INT}), fields.Dictionary({"name": TEXT})),
        [{"id": 1}, {"name": "x"}, {"id": "x"}, 5],
    ),
    "any_one": (fields.Any(INT), [1, "a"]),
    "all_bounds": (fields.All(fields.Integer(gte=1), fields.Integer(gte=3, lte=9)), [3, 9, 2, 10]),
    "all_checked": (
        fields.All(fields.UnicodeString(max_length=3), fields.BooleanValidator(str.isupper, "in capitals", "no")),
        ["ABC", "abc", "ABCD", 1],
    ),
    "all_no_value": (fields.All(fields.Integer(gte=3), fields.Integer(lte=1)), [2]),
    "all_different": (fields.All(fields.Integer(), fields.Float(lte=2.5)), [2, 3, 1.5]),
    "all_blank": (fields.All(fields.UnicodeString(allow_blank=False), TEXT), ["a", " "]),
    "class_configuration": (
        fields.ClassConfigurationSchema(
            base_class=Thing, default_path="tests.interop.peer.schemas:Thing", eager_default_validation=False,
            add_class_object_to_dict=False,
        ),
        [{"path": "tests.interop.peer.schemas:Thing", "kwargs": {"size": 1}}, {"kwargs": {"size": 1}}, {"kwargs": 5}],
    ),
    "amount_request": (
        AmountRequestDictionary(valid_currencies=["EUR"], gte=0, description="What it costs"),
        [{"currency": "EUR", "value": 1}, {"currency": "USD", "value": 1}, {"currency": "EUR", "value": -1}],
    ),
    "amount_response": (
        AmountResponseDictionary(major_value_required=False),
        [{"currency": "EUR", "value": 1, "display": "x"}, {"currency": "EUR", "value": 1}],
    ),
}  # fmt: skip


def _passes(field, value):
    try:
        return not field.errors(value)
    except Exception:  # as of a Polymorph without its key: PySOA answers with an error of the server's
        return False


def main():
    """Prints the corpus, a field a line."""
    sys.modules["tests.interop.peer.schemas"] = sys.modules["__main__"]  # for the paths that are looked up
    plain = runpy.run_path(Path(__file__).parents[3] / "soagen" / "pysoa" / "probe.py")["plain"]
    for name, (field, values) in {**SCALARS, **STRUCTURES}.items():
        verdicts = [[note_of(value), _passes(field, value)] for value in values]
        case = {"name": name, "schema": plain(field.introspect()), "values": verdicts}
        sys.stdout.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
