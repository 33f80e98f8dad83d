"""Every value of every type arrives as it was sent; whatever else arrives raises what it should, and costs little."""

import datetime as dt
import math
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgpack as reference
import pytest
from currint import Amount, currencies
from hypothesis import example, given, settings
from hypothesis import strategies as st
from soagen_runtime.errors import Error
from soagen_runtime.wire import (
    JSON_TYPE,
    MSGPACK_TYPE,
    ActionResult,
    InvalidMessage,
    JobResult,
    Piece,
    ReplyMessage,
    RequestMessage,
    Undecodable,
    codec_for,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    format_of,
    request_meta,
    validate_job,
)

msgpack = codec_for(MSGPACK_TYPE)
json = codec_for(JSON_TYPE)

_ZONES = st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu"), dt.UTC])
_TEXT = st.text()
_JSON_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
)
_DECIMALS = st.decimals() | st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=60),
    st.integers(-999_000, 999_000) | st.sampled_from(["n", "N"]),
)
_AMOUNTS = st.builds(Amount, st.sampled_from(list(currencies.values())), st.integers(-(2**63), 2**63 - 1))
_LEAVES = (
    _JSON_LEAVES
    | st.floats()
    | st.binary()
    | st.datetimes()
    | st.datetimes(timezones=st.just(dt.UTC))
    | st.dates()
    | st.times()
    | _DECIMALS
    | _AMOUNTS
)


def _nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner), max_leaves=30)


_BODIES = st.dictionaries(_TEXT, _nested(_LEAVES), max_size=5)


def same(left: Any, right: Any) -> bool:
    """Equal to the last digit and of the same types."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, Decimal):
        return bool(left.as_tuple() == right.as_tuple())
    if isinstance(left, dt.datetime):
        return left == right and left.tzinfo is right.tzinfo
    return bool(left == right)


@given(_nested(_LEAVES))
@settings(max_examples=400)
@example(dt.datetime.max)
@example(dt.datetime.min.replace(tzinfo=dt.UTC))
@example(dt.date.max)
@example(dt.time.max)
@example(Decimal("sNaN123"))
def test_messagepack_carries_every_value_exactly(value: Any) -> None:
    assert same(msgpack.decode(msgpack.encode(value)), value)


@given(_nested(_JSON_LEAVES))
def test_json_carries_every_plain_value_exactly(value: Any) -> None:
    assert same(json.decode(json.encode(value)), value)


@given(st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31), timezones=_ZONES))
def test_every_zone_arrives_as_the_same_instant_of_utc(value: dt.datetime) -> None:
    back = msgpack.decode(msgpack.encode(value))
    assert back == value.astimezone(dt.UTC)
    assert back.tzinfo is dt.UTC


@given(st.datetimes())
def test_datetimes_are_whole_microseconds(value: dt.datetime) -> None:
    micros = int.from_bytes(msgpack.encode(value)[2:], "big", signed=True)
    assert dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros) == value


_ERRORS = st.builds(
    Error,
    code=_TEXT,
    message=_TEXT,
    field=st.none() | _TEXT,
    traceback=st.none() | _TEXT,
    variables=st.none() | _BODIES,
    denied_permissions=st.none() | st.lists(_TEXT),
    is_caller_error=st.booleans(),
)
_RESULTS = st.builds(
    JobResult,
    actions=st.lists(st.builds(ActionResult, _TEXT, _BODIES, st.lists(_ERRORS, max_size=2).map(tuple)), max_size=3).map(
        tuple
    ),
    errors=st.lists(_ERRORS, max_size=2).map(tuple),
    context=st.dictionaries(_TEXT, _TEXT, max_size=2),
)


@given(st.integers(0, 2**63), _BODIES, _RESULTS, st.sampled_from([1, 2, 3]), st.floats(1, 1e12))
def test_requests_and_replies_arrive_as_they_were_sent(
    request_id: int, body: dict[str, Any], result: JobResult, version: int, expiry: float
) -> None:
    job = {
        "control": {"continue_on_error": True},
        "context": {"correlation_id": "c", "switches": [1]},
        "actions": [{"action": "a", "body": body}],
    }
    format = format_of(version=version)
    request = decode_request(encode_request(request_id, request_meta("service.s.c!1", expiry), job, format))
    assert (request.request_id, request.expiry, request.format) == (request_id, expiry, format)
    assert same(request.body, job)
    assert validate_job(request.body) == []
    message = encode_reply(request, result, expiry)
    reply = decode_reply(message)
    assert isinstance(reply, ReplyMessage)
    assert encode_reply(request, reply.result, expiry) == message
    assert len(reply.result.actions) == len(result.actions)
    assert all(same(here.body, there.body) for here, there in zip(reply.result.actions, result.actions, strict=True))


# --- what is fed to decoders by others

_PREAMBLES = st.sampled_from(
    [
        b"",
        b"pysoa-redis/3//",
        b"pysoa-redis/4//",
        b"pysoa-redis/3//content-type:application/msgpack;",
        b"pysoa-redis/3//content-type:application/json;",
        b"pysoa-redis/3//content-type:application/msgpack;chunk-count:3;chunk-id:1;",
        b"content-type:application/msgpack;",
    ]
)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A good request with a few bytes changed, taken out, or put in."""
    meta = {"client_version": [1, 4, 9], "reply_to": "service.s.c!1", "__expiry__": 5.0}
    body = draw(_nested(_LEAVES))
    message = bytearray(draw(_PREAMBLES) + msgpack.encode({"request_id": 7, "meta": meta, "body": body}))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(message)))
        message[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(message)


_HEADERS = st.sampled_from(
    [
        b"\x91",
        b"\x9f",
        b"\x81",
        b"\xdc\xff\xff",
        b"\xdd\0\0\xff\xff",
        b"\xde\xff\xff",
        b"\xc7\x0b\x02",
        b"\xd7\x0a",
        b"\xa5ab",
    ]
)
_HOSTILE = st.builds(
    lambda preamble, parts: preamble + b"".join(header * times for header, times in parts),
    _PREAMBLES,
    st.lists(st.tuples(_HEADERS, st.integers(1, 500)), max_size=8),
)


@given(_damaged() | _HOSTILE | st.builds(bytes.__add__, _PREAMBLES, st.binary(max_size=300)))
@settings(max_examples=1000)
def test_decoders_raise_nothing_but_their_own_errors(message: bytes) -> None:
    try:
        request: RequestMessage | None = decode_request(message)
        errors: tuple[Error, ...] = ()
    except InvalidMessage as refused:
        request, errors = refused.request, refused.errors
    if request is not None:  # who can be answered can be written to
        validate_job(request.body)
        encode_reply(request, JobResult(errors=errors), 5.0)
    try:
        reply = decode_reply(message)
    except InvalidMessage:
        return
    assert isinstance(reply, (ReplyMessage, Piece))


@given(_HOSTILE)
def test_decoding_takes_memory_in_proportion(message: bytes) -> None:
    tracemalloc.start()
    try:
        for decode in (decode_request, decode_reply):
            _swallow(decode, message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # An empty dict of one byte is 64 bytes; a message is read twice, once to refuse it and once to answer it.
    assert peak < 250 * len(message) + 200_000


def _swallow(decode: Callable[[bytes], object], message: bytes) -> None:
    try:
        decode(message)
    except InvalidMessage:
        return


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_json_decoder_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        json.decode(text.encode("utf-8", "surrogatepass"))
    except Undecodable:
        return


@given(st.integers(-128, 127), st.binary(max_size=40))
@settings(max_examples=500)
def test_extensions_are_values_or_refused(code: int, payload: bytes) -> None:
    try:
        value = msgpack.decode(reference.packb(reference.ExtType(code & 0x7F, payload)))
    except Undecodable:
        return
    assert same(msgpack.decode(msgpack.encode(value)), value)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 10])
@given(data=st.data())
def test_every_length_of_every_extension(code: int, data: st.DataObject) -> None:
    payload = data.draw(st.binary(min_size=0, max_size=12))
    try:
        value = msgpack.decode(reference.packb(reference.ExtType(code, payload)))
    except Undecodable:
        return
    assert same(msgpack.decode(msgpack.encode(value)), value)
