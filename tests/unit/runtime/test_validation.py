"""The functions that generated code calls when a value is not plainly right."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from currint import Amount
from hypothesis import given
from hypothesis import strategies as st
from soagen_runtime import validation as v
from soagen_runtime.enums import OpenEnum
from soagen_runtime.errors import Fault


class Text(str):
    """A subclass, as Django's SafeString is one."""


class Number(IntEnum):
    ONE = 1


class Colour(OpenEnum):
    RED = "red"
    BLUE = "blue"


CET = dt.timezone(dt.timedelta(hours=1))
NOON = dt.datetime(2026, 1, 2, 12, 0)

TAKEN: list[tuple[Callable[..., Any], Any, Any]] = [
    (v.as_string, Text("a"), "a"),
    (v.as_int, Number.ONE, 1),
    (v.as_float, 3, 3.0),
    (v.as_bytes, bytearray(b"x"), b"x"),
    (v.as_datetime, NOON.replace(tzinfo=CET), dt.datetime(2026, 1, 2, 11, 0, tzinfo=dt.UTC)),
    (v.read_datetime, NOON, NOON.replace(tzinfo=dt.UTC)),
    (v.read_datetime, NOON.replace(tzinfo=CET), dt.datetime(2026, 1, 2, 11, 0, tzinfo=dt.UTC)),
    (v.as_local_datetime, NOON, NOON),
    (v.as_list, (1, 2), [1, 2]),
    (v.as_object, {"a": 1}, {"a": 1}),
    (v.read_uuid, "12345678123456781234567812345678", uuid.UUID("12345678-1234-5678-1234-567812345678")),
    (v.write_uuid, uuid.UUID(int=10), "00000000-0000-0000-0000-00000000000a"),
    (v.read_duration, 1_500_000, dt.timedelta(seconds=1.5)),
    (v.write_duration, dt.timedelta(days=-1, microseconds=1), -86_399_999_999),
]

REFUSED: list[tuple[Callable[..., Any], Any, str]] = [
    (v.as_bool, 1, "Not a boolean"),
    (v.as_int, True, "Not an integer"),
    (v.as_int, 1.0, "Not an integer"),
    (v.as_float, False, "Not a float"),
    (v.as_float, 10**400, "Not a float"),
    (v.as_float, Decimal(1), "Not a float"),
    (v.as_string, b"a", "Not a unicode string"),
    (v.as_bytes, "a", "Not a byte string"),
    (v.as_decimal, 1, "Not a decimal"),
    (v.as_money, 1, "Not a currint.Amount instance"),
    (v.as_money, Amount.ZERO, "Not a currint.Amount instance"),
    (v.as_date, NOON, "Not a datetime.date instance"),
    (v.as_time, dt.time(1, tzinfo=CET), "Not a datetime.time instance"),
    (v.as_datetime, NOON, "Not a datetime.datetime instance"),
    (v.as_datetime, dt.datetime.min.replace(tzinfo=CET), "Not a datetime.datetime instance"),
    (v.read_datetime, NOON.date(), "Not a datetime.datetime instance"),
    (v.as_local_datetime, NOON.replace(tzinfo=dt.UTC), "Not a datetime.datetime instance"),
    (v.as_list, "ab", "Not a list"),
    (v.as_object, [], "Not a dict"),
    (v.read_uuid, "x", "Not a valid UUID"),
    (v.read_uuid, 1, "Not a unicode string"),
    (v.write_uuid, "x", "Not a uuid.UUID instance"),
    (v.read_duration, 1.5, "Not an integer"),
    (v.read_duration, 2**63, "Value out of range for a duration"),
    (v.write_duration, dt.timedelta.max, "Value out of range for a duration"),
    (v.write_duration, 5, "Not a datetime.timedelta instance"),
]

ALL = [v.as_bool, v.as_int, v.as_float, v.as_string, v.as_bytes, v.as_decimal, v.as_money, v.as_date, v.as_time]
ALL += [v.as_datetime, v.read_datetime, v.as_local_datetime, v.as_object, v.as_any, v.as_list]
ALL += [v.read_uuid, v.read_duration]


@pytest.mark.parametrize(("check", "value", "taken"), TAKEN)
def test_what_is_nearly_right_is_put_right(check: Callable[..., Any], value: Any, taken: Any) -> None:
    faults: list[Fault] = []
    result = check(faults, "f", value)
    assert faults == []
    assert result == taken
    assert type(result) is type(taken)


@pytest.mark.parametrize(("check", "value", "message"), REFUSED)
def test_what_is_wrong_is_one_fault(check: Callable[..., Any], value: Any, message: str) -> None:
    faults: list[Fault] = []
    check(faults, "a.b", value)
    assert faults == [Fault("INVALID", "a.b", message)]


@pytest.mark.parametrize("check", ALL)
def test_absence_is_missing(check: Callable[..., Any]) -> None:
    faults: list[Fault] = []
    check(faults, "f", v.ABSENT)
    assert faults == [Fault("MISSING", "f", "Missing key: f")]


@given(st.timedeltas(dt.timedelta(microseconds=-(2**63)), dt.timedelta(microseconds=2**63 - 1)))
def test_durations_are_exact(duration: dt.timedelta) -> None:
    faults: list[Fault] = []
    assert v.read_duration(faults, "f", v.write_duration(faults, "f", duration)) == duration
    assert faults == []


def positive(value: Any, strict: bool) -> int:
    if value <= 0:
        raise v.Invalid([Fault("INVALID", "", f"{value}")])
    return int(value)


def test_each_wrong_element_is_named() -> None:
    faults: list[Fault] = []
    assert v.list_of(faults, "xs", [1, 2], positive, True) == [1, 2]
    v.list_of(faults, "xs", [1, -2, 3, -4], positive, True)
    v.map_of(faults, "m", {"a": -1, "b": 2}, positive, True)
    v.nested(faults, "n", -7, positive, True)
    assert [(f.path, f.message) for f in faults] == [("xs.1", "-2"), ("xs.3", "-4"), ("m.a", "-1"), ("n", "-7")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], False),
        ([1, 2], False),
        ([1, 1], True),
        (["a", "a"], True),
        ([{"a": 1}, {"a": 1}], True),
        ([[1], [2]], False),
    ],
)
def test_repeats(values: list[Any], expected: bool) -> None:
    assert v.repeats(values) is expected


def test_an_open_enum_keeps_what_it_does_not_know() -> None:
    green = v.unlisted(Colour, "green", False)
    assert (green, green.value, green.is_known, type(green)) == ("green", "green", False, Colour)
    assert v.unlisted(Colour, "red", False) is Colour.RED
    assert Colour.RED.is_known
    assert Colour("green") == green
    assert list(Colour) == [Colour.RED, Colour.BLUE]
    with pytest.raises(v.Invalid, match='Value is not one of: "blue", "red"'):
        v.unlisted(Colour, "green", True)
    with pytest.raises(v.Invalid, match="Not a unicode string"):
        v.unlisted(Colour, 1, False)
    with pytest.raises(ValueError, match="1 is not a valid Colour"):
        Colour(1)  # type: ignore[arg-type]  # the mistake that is tested
