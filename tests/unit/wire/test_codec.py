"""What codecs refuse, and how they say so; what hostile bytes cost; JSON."""

import datetime as dt
import decimal
import enum
import threading
import tracemalloc
import uuid
from collections import OrderedDict
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgpack as reference
import pytest
from currint import Amount, Currency, currencies
from soagen_runtime.errors import INVALID, ConfigurationError, Fault, NotSerializable
from soagen_runtime.wire import JSON_TYPE, MAX_DEPTH, MSGPACK_TYPE, Undecodable, UnknownContentType, codec_for

msgpack = codec_for(MSGPACK_TYPE)
json = codec_for(JSON_TYPE)

BERLIN = ZoneInfo("Europe/Berlin")


def test_codecs_are_found_by_content_type() -> None:
    assert msgpack.content_type == "application/msgpack"
    assert json.content_type == "application/json"
    with pytest.raises(UnknownContentType, match="'text/plain', only for application/json, application/msgpack"):
        codec_for("text/plain")
    assert issubclass(UnknownContentType, ConfigurationError)


# --- what is sent as something else


class _Colour(enum.StrEnum):
    RED = "red"


class _Size(enum.IntEnum):
    BIG = 3


class _Text(str):
    __slots__ = ()


class _Moment(dt.datetime):
    pass


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (_Colour.RED, "red"),
        (_Size.BIG, 3),
        (_Text("x"), "x"),
        ((1, (2,)), [1, [2]]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (bytearray(b"x"), b"x"),
        (_Moment(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)),
        (dt.datetime(2024, 7, 1, 12, tzinfo=BERLIN), dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC)),
        (dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN), dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)),
        (dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1), dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)),
    ],
)
def test_what_is_sent_as_a_plain_value(value: Any, arrives: Any) -> None:
    back = msgpack.decode(msgpack.encode({"v": value}))["v"]
    assert back == arrives
    assert type(back) is type(arrives)


def test_every_aware_datetime_arrives_in_utc() -> None:
    back = msgpack.decode(msgpack.encode(dt.datetime(2024, 7, 1, 12, tzinfo=BERLIN)))
    assert back.tzinfo is dt.UTC


@pytest.mark.parametrize(
    "text", ["NaN", "-NaN", "sNaN", "NaN123", "Infinity", "-Infinity", "1E+999999", "-0E-7", "0.10"]
)
def test_decimals_arrive_to_the_letter(text: str) -> None:
    assert str(msgpack.decode(msgpack.encode(Decimal(text)))) == text


def test_decimals_do_not_depend_on_the_threads_context() -> None:
    with decimal.localcontext() as context:
        context.prec = 2
        context.traps[decimal.InvalidOperation] = False
        assert str(msgpack.decode(msgpack.encode(Decimal("1.23456789")))) == "1.23456789"
        with pytest.raises(Undecodable):
            msgpack.decode(bytes.fromhex("c705050003616263"))


def test_longest_decimal() -> None:
    longest = Decimal("1" * 65_535)
    assert msgpack.decode(msgpack.encode(longest)) == longest
    with pytest.raises(NotSerializable, match="a Decimal of 65536 characters; 65535 can be sent"):
        msgpack.encode(Decimal("1" * 65_536))


@pytest.mark.parametrize("code", sorted(currencies))
def test_every_currency_travels(code: str) -> None:
    back = msgpack.decode(msgpack.encode(Amount(currencies[code], 5)))
    assert (back.currency.code, back.value) == (code, 5)


def test_currency_of_the_applications_own(monkeypatch: pytest.MonkeyPatch) -> None:
    points = Currency("PTS", "999", 0, "Points")
    with pytest.raises(NotSerializable, match="currint knows no currency 'PTS'"):
        msgpack.encode(Amount(points, 5))
    with pytest.raises(Undecodable, match="currint knows no currency 'PTS'"):
        msgpack.decode(bytes.fromhex("c70b025054530000000000000005"))
    monkeypatch.setitem(currencies, "PTS", points)
    assert msgpack.decode(msgpack.encode(Amount(points, 5))).currency is points


# --- what cannot be sent


class _Opaque:
    pass


_FAR_EAST = dt.timezone(dt.timedelta(hours=14))
_FAR_WEST = dt.timezone(dt.timedelta(hours=-12))


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (uuid.UUID(int=1), "a UUID cannot be sent"),
        ({1}, "a set cannot be sent"),
        (_Opaque(), "a _Opaque cannot be sent"),
        (dt.timedelta(1), "a timedelta cannot be sent"),
        (1j, "a complex cannot be sent"),
        (2**64, "Not within -2^63 and 2^64-1"),
        (-(2**63) - 1, "Not within -2^63 and 2^64-1"),
        (dt.time(1, tzinfo=dt.UTC), "the time 01:00:00+00:00 has a zone, which cannot be sent"),
        (dt.datetime.min.replace(tzinfo=_FAR_EAST), "is not within the years 1 to 9999 of UTC"),
        (dt.datetime.max.replace(tzinfo=_FAR_WEST), "is not within the years 1 to 9999 of UTC"),
        (Amount.ZERO, "an amount without a currency"),
        (Amount.from_code_and_minor("EUR", 2**63), "the amount 9223372036854775808 EUR is beyond int64"),
        (Amount(Currency("EURO", "1"), 1), "currint knows no currency 'EURO' of three letters"),
        ("\ud800", "surrogates not allowed"),
    ],
)
def test_what_cannot_be_sent_is_named(value: Any, because: str) -> None:
    with pytest.raises(NotSerializable) as refused:
        msgpack.encode({"good": 1, "items": [{"price": 2}, {"price": value}]})
    (fault,) = refused.value.faults
    assert (fault.code, fault.path) == (INVALID, "items.1.price")
    assert because in fault.message


def test_all_that_cannot_be_sent_is_named_in_order() -> None:
    value = {"a": {1}, "b": [1, {2}, (3, {4})], "c": {"d": {5}, "\ud800": 1}}
    with pytest.raises(NotSerializable) as refused:
        msgpack.encode(value)
    assert [fault.path for fault in refused.value.faults] == ["a", "b.1", "b.2.1", "c.d", "c.\ud800"]


def test_value_itself_that_cannot_be_sent_has_an_empty_path() -> None:
    with pytest.raises(NotSerializable) as refused:
        msgpack.encode({1})
    assert refused.value.faults == (Fault(INVALID, "", "Cannot be sent: a set cannot be sent"),)


@pytest.mark.parametrize("codec", [msgpack, json])
def test_value_that_contains_itself(codec: Any) -> None:
    value: dict[str, Any] = {}
    value["me"] = [value]
    with pytest.raises(NotSerializable, match=f"Nested deeper than {MAX_DEPTH}"):
        codec.encode(value)


# --- what hostile bytes cost


def _nested(depth: int) -> bytes:
    return b"\x91" * (depth - 1) + b"\x90"


def test_depth_is_limited_to_the_level() -> None:
    assert msgpack.encode(msgpack.decode(_nested(MAX_DEPTH))) == _nested(MAX_DEPTH)
    with pytest.raises(Undecodable, match=f"nested deeper than {MAX_DEPTH}"):
        msgpack.decode(_nested(MAX_DEPTH + 1))
    assert json.decode(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(Undecodable, match=f"nested deeper than {MAX_DEPTH}"):
        json.decode(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


def test_broad_values_are_not_deep() -> None:
    value = [{"a": [1, {"b": index}]} for index in range(1000)]
    assert msgpack.decode(msgpack.encode(value)) == value
    assert json.decode(json.encode(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b"\xdd\x00\x01\x86\x9f" * 20_000,  # arrays of 99,999, nested
        b"\x92\xc0" * 100 + b"\xdd\x00\x01\x86\x9f" * 20_000,
        b"\xdc\xff\xff" * 33_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x01",
        b"\xc6\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\x9f" * 100_000,
        b"\x91" * 100_000,
        b"\x81\xa1a" * 33_000,
        b"\x81" * 100_000,
    ],
    ids=lambda data: data[:6].hex(),
)
def test_hostile_headers_cost_nothing(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Undecodable):
            msgpack.decode(data)
        with pytest.raises(Undecodable):
            msgpack.salvage(data)
        assert msgpack.peek(data, "request_id") is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data) + 100_000


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 20_000, b"9" * 100_000, b'"\\ud800"', b"\xff", b"", b"nul"]
)
def test_hostile_json(data: bytes) -> None:
    with pytest.raises(Undecodable):
        json.decode(data)
    with pytest.raises(Undecodable):
        json.decode(b'{"a": ' + data + b"}")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x01\x02",  # trailing bytes
        b"\xa1\xff",  # not UTF-8
        b"\xd5\x05\x00\x01",  # a decimal of one character, without it
        b"\xd6\x05\x00\x01ab",  # ... with two
        b"\xd4\x05\x00",
        b"\xd5\x01\x00\x00",  # a datetime of two bytes
        bytes.fromhex("c70b02ff534400000000000007cf"),  # a currency beyond ASCII
        bytes.fromhex("c70605000431c2b232"),  # a digit beyond ASCII
        bytes.fromhex("d7017fffffffffffffff"),
        bytes.fromhex("d70a8000000000000000"),
        b"\x81\x91\x01\x02",  # a list as a key
        b"\x81\xc7\x0b\x02USD\0\0\0\0\0\0\0\1\x01",  # an amount as a key
    ],
)
def test_what_is_no_value(data: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        msgpack.decode(data)
    assert str(refused.value)


def test_keys_that_are_no_strings_are_read_in_small_maps() -> None:
    odd = {1: "a", b"b": 2, None: 3, "c": {4.5: 5}}
    assert msgpack.decode(reference.packb(odd)) == odd
    with pytest.raises(Undecodable, match="a big map with keys that are no strings"):
        msgpack.decode(reference.packb({key * (2**31 - 1): 0 for key in range(2000)}))


def test_big_map_with_string_keys_beside_an_odd_one() -> None:
    value = {"big": {str(key): key for key in range(2000)}, "odd": {1: 2}}
    assert msgpack.decode(reference.packb(value)) == value


def test_the_last_of_duplicate_keys_wins() -> None:
    assert msgpack.decode(b"\x82\xa1a\x01\xa1a\x02") == {"a": 2}
    assert msgpack.decode(b"\x83\xa1a\x01\xa1a\x02\x01\x01") == {"a": 2, 1: 1}
    assert json.decode(b'{"a": 1, "a": 2}') == {"a": 2}


def test_timestamps_of_other_languages_are_utc_datetimes() -> None:
    assert msgpack.decode(bytes.fromhex("d6ff00000001")) == dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC)


def test_salvage_marks_what_it_cannot_read() -> None:
    found = msgpack.salvage(b"\x83\xa1a\xd4\x06\x00\xa1b\x01\xa1c\xa1\xff" + b"\x00")
    assert found["a"].reason == "unknown extension type 6"
    assert found["b"] == 1
    assert found["c"] == "\udcff"


def test_codecs_may_be_used_by_many_threads() -> None:
    value = {"at": [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)] * 50, "total": Amount.from_code_and_minor("EUR", 5)}
    expected = msgpack.encode(value)
    wrong: list[object] = []

    def work() -> None:
        for _ in range(200):
            data = msgpack.encode(value)
            if data != expected or msgpack.decode(data) != value:
                wrong.append(data)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- JSON


def test_json_is_pysoas_to_the_byte() -> None:
    assert json.encode({"a": [1, 2.5, None, True], "é": "☃"}) == b'{"a": [1, 2.5, null, true], "\\u00e9": "\\u2603"}'
    assert json.encode({"c": _Colour.RED, "s": _Size.BIG, "t": (1,)}) == b'{"c": "red", "s": 3, "t": [1]}'


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        b"x",
        Decimal(1),
        dt.date(2024, 1, 1),
        dt.datetime(2024, 1, 1),
        dt.time(1),
        Amount.from_code_and_minor("EUR", 1),
        uuid.UUID(int=1),
    ],
)
def test_json_names_what_it_cannot_carry(value: Any) -> None:
    with pytest.raises(NotSerializable) as refused:
        json.encode({"items": [1, {"price": value}]})
    assert [fault.path for fault in refused.value.faults] == ["items.1.price"]


@pytest.mark.parametrize("key", [1, None, True, 1.5])
def test_json_does_not_make_strings_of_keys(key: Any) -> None:
    with pytest.raises(NotSerializable, match="is not a string"):
        json.encode({"a": {key: 1}})


def test_json_reads_what_pysoa_writes_for_floats_that_json_has_not() -> None:
    assert json.decode(b'{"a": Infinity, "b": -Infinity}') == {"a": float("inf"), "b": float("-inf")}


@pytest.mark.parametrize("nested", [lambda inner: [inner], lambda inner: {"k": inner}])
def test_what_nobody_would_read_is_not_sent(nested: Any) -> None:
    codec = codec_for(MSGPACK_TYPE)
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = nested(value)
    assert codec.decode(codec.encode(value)) == value
    with pytest.raises(NotSerializable, match=f"Nested deeper than {MAX_DEPTH}"):
        codec.encode(nested(value))
