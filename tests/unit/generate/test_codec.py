"""What generated encoders and decoders do, on the golden case with every type."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid
from decimal import Decimal
from typing import Any

import pytest
from currint import Amount
from soagen_runtime.errors import Fault
from soagen_runtime.validation import Invalid


@pytest.fixture
def every() -> Any:
    return importlib.import_module("every_type.every")


@pytest.fixture
def codec() -> Any:
    return importlib.import_module("every_type.every.codec")


def faults(function: Any, value: Any, strict: bool = True) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        function(value, strict)
    return [(fault.code, fault.path) for fault in raised.value.faults]


CONSTRAINED: dict[str, Any] = {
    "an_int": 1,
    "an_open_int": 2,
    "a_float": 0.5,
    "a_float_of_whole_bounds": 60.0,
    "a_float_of_other_whole_bounds": 60.0,
    "a_decimal": Decimal("0.02"),
    "a_percent": Decimal(50),
    "some_money": Amount.from_code_and_minor("EUR", 1),
    "a_date": dt.date(2020, 1, 1),
    "a_time": dt.time(8),
    "a_datetime": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    "a_duration": 1000,
    "a_string": "abc",
    "some_bytes": b"a",
    "a_sku": "TEA-12",
    "a_list": [1],
    "a_list_of_lists": [["TEA-1"]],
    "a_map": {"a": 1},
    "a_map_of_lists": {"a": [None, str(uuid.UUID(int=1))]},
}


def test_what_keeps_to_all_constraints_passes_both_ways(codec: Any) -> None:
    value = codec.decode_constrained(CONSTRAINED, True)
    sent = codec.encode_constrained(value, True)
    added = {"a_defaulted": 3, "a_defaulted_duration": 1_000_000, "a_defaulted_list": ["TEA-1"]}
    assert sent == CONSTRAINED | added


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"an_int": 0}, [("INVALID", "an_int")]),
        ({"an_int": True}, [("INVALID", "an_int")]),
        ({"an_open_int": 10}, [("INVALID", "an_open_int")]),
        ({"a_float": float("nan")}, [("INVALID", "a_float")] * 2),
        ({"a_decimal": Decimal("NaN")}, [("INVALID", "a_decimal")] * 2),
        ({"a_percent": Decimal(51)}, [("INVALID", "a_percent")]),
        ({"a_percent": Decimal(101)}, [("INVALID", "a_percent")] * 2),
        ({"some_money": Amount.from_code_and_minor("JPY", 0)}, [("INVALID", "some_money")] * 2),
        ({"some_money": Amount.ZERO}, [("INVALID", "some_money")]),
        ({"a_time": dt.time(18)}, [("INVALID", "a_time")]),
        ({"a_duration": 0}, [("INVALID", "a_duration")]),
        ({"a_duration": 2**70}, [("INVALID", "a_duration")]),
        ({"a_string": "x"}, [("INVALID", "a_string")]),
        ({"a_string": "toolong"}, [("INVALID", "a_string")]),
        ({"a_sku": "TEA-1234"}, [("INVALID", "a_sku")]),
        ({"a_list": []}, [("INVALID", "a_list")]),
        ({"a_list": [1, 1, "x", 2]}, [("INVALID", "a_list"), ("INVALID", "a_list"), ("INVALID", "a_list.2")]),
        ({"a_list_of_lists": [["no"], 3]}, [("INVALID", "a_list_of_lists.0.0"), ("INVALID", "a_list_of_lists.1")]),
        ({"a_maybe_list": [None, "no"]}, [("INVALID", "a_maybe_list.1")]),
        ({"a_map": {}}, [("INVALID", "a_map")]),
        ({"a_map": {"k": "x"}}, [("INVALID", "a_map.k")]),
        ({"a_defaulted": 6}, [("INVALID", "a_defaulted")]),
        ({"nobody": 1, "knows": 2}, [("UNKNOWN", "")]),
        ({"a_sku": 1, "an_int": "1", "extra": 0}, [("INVALID", "an_int"), ("INVALID", "a_sku"), ("UNKNOWN", "")]),
    ],
)  # fmt: skip
def test_what_breaks_a_constraint_is_refused_by_a_server(
    codec: Any, change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert faults(codec.decode_constrained, CONSTRAINED | change) == expected


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("a_float", 1000.0, "Value not < 1000.0"),
        ("a_float_of_whole_bounds", 60.5, "Value not <= 60"),
        ("a_float_of_whole_bounds", -1, "Value not > -1"),
        ("a_float_of_whole_bounds", float("nan"), "Value not > -1, Value not <= 60"),
        ("a_float_of_other_whole_bounds", 60.5, "Value not <= 60.0"),
        ("a_decimal", Decimal("0.010"), "Value not > 0.01"),
        ("some_money", Amount.from_code_and_minor("JPY", 0), "Not a valid currency code, Value not >= 1"),
        ("a_date", dt.date(2031, 1, 1), "Value not <= 2030-12-31"),
        ("a_time", dt.time(18), "Value not < 18:00:00"),
        ("a_datetime", dt.datetime(2019, 1, 1, tzinfo=dt.UTC), "Value not >= 2020-01-01 00:00:00+00:00"),
        ("a_local_datetime", dt.datetime(2020, 1, 1), "Value not > 2020-01-01 00:00:00"),
        ("a_duration", 0, "Value not >= 0:00:00.001000"),
    ],
)
def test_a_bound_is_told_as_it_is_written(codec: Any, field: str, value: Any, message: str) -> None:
    with pytest.raises(Invalid) as raised:
        codec.decode_constrained({**CONSTRAINED, field: value}, True)
    assert ", ".join(fault.message for fault in raised.value.faults) == message


def test_a_client_leaves_constraints_and_unknown_keys_to_the_server(codec: Any) -> None:
    loose = CONSTRAINED | {"an_int": 99, "a_string": "TOO LONG", "a_list": [], "more": 1}
    value = codec.decode_constrained(loose, False)
    assert codec.encode_constrained(value, False)["an_int"] == 99
    assert faults(codec.encode_constrained, value) == [
        ("INVALID", "an_int"),
        ("INVALID", "a_string"),
        ("INVALID", "a_string"),
        ("INVALID", "a_list"),
    ]


def test_a_value_of_another_type_is_not_held_against_constraints_as_well(codec: Any) -> None:
    wrong = dict.fromkeys(CONSTRAINED, object())
    assert faults(codec.decode_constrained, wrong) == [("INVALID", name) for name in CONSTRAINED]
    assert faults(codec.decode_constrained, {}) == [("MISSING", name) for name in CONSTRAINED]


def test_nil_counts_as_absence_where_a_field_may_be_left_out(codec: Any) -> None:
    optional = codec.decode_optional({}, True)
    names = list(optional.__dataclass_fields__)
    assert codec.decode_optional(dict.fromkeys(names), True) == optional
    assert codec.encode_optional(optional, True) == {}
    defaulted = codec.decode_defaulted({}, True)
    names = list(defaulted.__dataclass_fields__)
    assert codec.decode_defaulted(dict.fromkeys(names), True) == defaulted
    assert list(codec.encode_defaulted(defaulted, True)) == names


def test_a_nullable_field_must_be_there(codec: Any) -> None:
    names = ["an_int", "a_string", "a_time", "a_duration", "a_uuid", "an_any", "a_list", "an_enum", "a_struct"]
    assert faults(codec.decode_nullable, {}) == [("MISSING", name) for name in names]
    nothing = dict.fromkeys(names)
    assert codec.encode_nullable(codec.decode_nullable(nothing, True), True) == nothing


def test_defaults_are_the_same_wherever_they_come_from(every: Any, codec: Any) -> None:
    assert codec.decode_defaulted({}, True) == every.Defaulted()
    first, second = every.Defaulted(), every.Defaulted()
    first.a_list.append("c")
    assert second.a_list == ["a", "b"]


def test_an_int_is_sent_as_a_float_and_a_bool_is_none(codec: Any) -> None:
    point = codec.decode_point({"x": 1, "y": 2.5}, True)
    assert (type(point.x), type(codec.encode_point(point, True)["x"])) == (float, float)
    assert faults(codec.decode_point, {"x": True, "y": "1"}) == [("INVALID", "x"), ("INVALID", "y")]


def test_open_enums_are_closed_at_a_server(every: Any, codec: Any) -> None:
    assert codec.decode_color("dark-green", True) is every.Color.DARK_GREEN
    new = codec.decode_color("mauve", False)
    assert (new, new.is_known) == ("mauve", False)
    assert type(codec.encode_color(new, False)) is str
    assert faults(codec.decode_color, "mauve") == [("UNKNOWN", "")]
    assert faults(codec.encode_color, new) == [("UNKNOWN", "")]
    assert faults(codec.decode_size, "huge", strict=False) == [("UNKNOWN", "")]


def test_unknown_union_members_can_be_looked_at_but_not_sent(every: Any, codec: Any) -> None:
    new = codec.decode_shape({"kind": "ball", "secret": "s"}, False)
    assert (new.tag, new.body) == ("ball", {"secret": "s"})
    assert "secret" not in repr(new)
    assert faults(codec.encode_shape, new, strict=False) == [("INVALID", "")]
    assert faults(codec.decode_shape, {"kind": "ball"}) == [("UNKNOWN", "kind")]
    assert faults(codec.decode_shape, {}) == [("MISSING", "kind")]
    assert faults(codec.decode_answer, {"type": "square"}, strict=False) == [("UNKNOWN", "type")]
    assert codec.decode_shape({"kind": "circle", "radius": 1.0}, True) == every.Circle(radius=1.0)


def test_sensitive_values_are_hidden_through_all_that_holds_them(every: Any) -> None:
    hidden = every.Hidden(pin=1234)
    value = every.Sensitive(
        password="p455",
        token="t0ken",
        secret="s3cret-1",
        secrets=["s3cret-2"],
        keyring={"k": "s3cret-3"},
        hidden=hidden,
        hiddens={"a": hidden},
        shown="yes",
    )
    assert repr(value) == "Sensitive(shown='yes')"


def test_deep_values_pass(every: Any, codec: Any) -> None:
    node = every.Node(name="leaf")
    for i in range(60):
        node = every.Node(name=str(i), parent=node, children=[node] if i < 3 else [])
    assert codec.decode_node(codec.encode_node(node, True), True) == node
    deep: Any = {"name": 1}
    for _ in range(30):
        deep = {"name": "x", "parent": deep}
    assert faults(codec.decode_node, deep) == [("INVALID", "parent." * 30 + "name")]


def test_objects_and_maps_have_string_keys(codec: Any) -> None:
    assert ("INVALID", "anys_by_name.1") in faults(codec.decode_elements, {"anys_by_name": {1: 2}})
    value = codec.decode_optional({"an_object": {"a": object}}, True)
    assert value.an_object == {"a": object}
    assert [code for code, _ in faults(codec.decode_optional, {"an_object": {1: 2}, "a_map": {2: 1}})] == [
        "INVALID"
    ] * 2


def test_another_zone_becomes_utc(codec: Any) -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    value = codec.decode_optional({"a_datetime": dt.datetime(2026, 1, 1, 12, tzinfo=zone)}, True)
    assert value.a_datetime == dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)
    assert value.a_datetime.tzinfo is dt.UTC


def test_errors_carry_their_fields_and_the_server_words(every: Any) -> None:
    broken = every.Broken(what="TEA-1", color=every.Color.RED, secret="hush")
    assert broken.message == 'TEA-1 broke {in} 2 pieces, red and None: "quoted", it\'s \\ so'
    sent = broken.to_variables(True)
    assert sent == {"what": "TEA-1", "count": 2, "color": "red", "nodes": [], "secret": "hush", "skus": []}
    again = every.Broken.from_variables(sent, False)
    assert (again.what, again.color, again.nodes) == ("TEA-1", every.Color.RED, [])
    assert "hush" not in str(again) + repr(again)
    assert every.NothingToSay.from_variables({}, False).message == "Nothing to say"
    listed = every.Broken.from_variables({**sent, "skus": ["TEA-1"], "lost": {"a": None}}, True)
    assert (listed.skus, listed.lost) == (["TEA-1"], {"a": None})
    assert faults(every.Broken.from_variables, {**sent, "skus": ["x"]}) == [("INVALID", "skus.0")]
    with pytest.raises(Invalid) as raised:
        every.Broken.from_variables({"color": 3}, False)
    assert Fault("MISSING", "what", "Missing key: what") in raised.value.faults
    assert every.Gone.CODE == "IS_GONE"
    assert (every.Broken.CALLER_ERROR, every.Broken.RETRYABLE) == (False, True)


def test_the_table_lists_contracts_as_they_are_tried(every: Any) -> None:
    service = every.EveryClient.service
    vary = [(a.method, a.switch, a.unless) for a in service.actions if a.name == "vary"]
    assert vary == [
        ("vary_first", 1, ()),
        ("vary_second", 2, (1,)),
        ("vary_third", 3, (1, 2)),
        ("vary", None, (1, 2, 3)),
    ]
    by_method = {a.method: a for a in service.actions}
    assert by_method["defaults"].wire == "useDefaults"
    assert by_method["everything"].timeout == 1.5
    assert by_method["by_name"].idempotent
    assert by_method["tell"].oneway
    assert [error.CODE for error in service.errors] == ["NOTHING_TO_SAY", "BROKEN", "IS_GONE", "NOT_ALLOWED"]
    assert by_method["ping"].encode_response(None, True) == {}
