"""Requests and replies of our own making: what is written, what is kept, what is answered."""

import math
import tracemalloc
from typing import Any

import msgpack as reference
import pytest
from soagen_runtime.errors import Error, NotSerializable
from soagen_runtime.wire import (
    JSON_TYPE,
    ActionResult,
    InvalidMessage,
    JobResult,
    ReplyMessage,
    RequestMessage,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    format_of,
    request_meta,
)

_V3 = b"pysoa-redis/3//content-type:application/msgpack;"
_JOB: dict[str, Any] = {
    "control": {"continue_on_error": False, "suppress_response": False},
    "context": {"correlation_id": "c", "switches": []},
    "actions": [{"action": "echo", "body": {"a": 1}}],
}
_ERROR = Error(code="X", message="m", field="a.0", variables={"n": 1}, is_caller_error=True)


def _request(**meta: Any) -> RequestMessage:
    return decode_request(encode_request(7, {"reply_to": "service.s.c!1", **meta}, _JOB))


def test_request_there() -> None:
    meta = request_meta("service.s.c!1", 12.5, {"soagen": {"attempt": 1}})
    assert list(meta) == ["client_version", "reply_to", "soagen", "__expiry__"]
    request = decode_request(encode_request(7, meta, _JOB))
    assert (request.request_id, request.reply_to, request.expiry, request.body) == (7, "service.s.c!1", 12.5, _JOB)
    assert request.client_version == (1, 4, 9)
    assert request.meta["soagen"] == {"attempt": 1}


def test_reply_back() -> None:
    result = JobResult(
        (ActionResult("echo", {"a": 1}), ActionResult("fail", {}, (_ERROR,))), (), {"correlation_id": "c"}
    )
    request = _request(client_version=[1, 4, 9], extra="x", __expiry__=1.0)
    reply = decode_reply(encode_reply(request, result, 99.5))
    assert isinstance(reply, ReplyMessage)
    assert (reply.request_id, reply.expiry, reply.result) == (7, 99.5, result)
    assert reply.meta == {**request.meta, "__expiry__": 99.5}
    assert list(reply.meta) == list(request.meta)


@pytest.mark.parametrize(
    ("client_version", "knows"),
    [
        ([1, 4, 9], True),
        ([0, 70, 0], True),
        ([2], True),
        ([0, 69, 9], False),
        ([], False),
        (None, False),
        ("1.4.9", False),
        (["1", "4"], False),
        ([1.5], False),
        ({"a": 1}, False),
    ],
)
def test_old_clients_are_not_told_whose_error_it_is(client_version: Any, knows: bool) -> None:
    request = _request(client_version=client_version)
    sent = reference.unpackb(encode_reply(request, JobResult(errors=(_ERROR,)), 1.0)[len(_V3) :])
    expected = ["code", "message", "field", "traceback", "variables", "denied_permissions"]
    assert list(sent["body"]["errors"][0]) == ([*expected, "is_caller_error"] if knows else expected)


def test_what_pysoa_keeps_for_itself_is_not_sent_back() -> None:
    reply = decode_reply(encode_reply(_request(serializer="x", protocol_version=3, z=1), JobResult(), 5.0))
    assert isinstance(reply, ReplyMessage)
    assert reply.meta == {"reply_to": "service.s.c!1", "z": 1, "__expiry__": 5.0}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("content_type", ["application/msgpack", "application/json"])
def test_reply_goes_out_as_the_request_came(version: int, content_type: str) -> None:
    format = format_of(content_type, version)
    request = decode_request(encode_request(7, {"reply_to": "service.s.c!1"}, _JOB, format))
    assert request.format is format
    message = encode_reply(request, JobResult(), 5.0)
    assert message.startswith(format.preamble)
    assert decode_reply(message).format is format


@pytest.mark.parametrize(
    ("expiry", "seen"),
    [(None, None), (0, None), (0.0, None), (5, 5.0), (5.5, 5.5), (-1, -1.0), (math.inf, math.inf)],
)
def test_expiry(expiry: Any, seen: float | None) -> None:
    assert _request(__expiry__=expiry).expiry == seen


@pytest.mark.parametrize("expiry", ["soon", True, [1], {}, 2**64])
def test_expiry_that_is_none(expiry: Any) -> None:
    message = encode_request(7, {"reply_to": "service.s.c!1", "__expiry__": expiry}, _JOB, format_of(JSON_TYPE))
    with pytest.raises(InvalidMessage) as refused:
        decode_request(message)
    assert refused.value.request is not None
    assert [(error.message, error.field) for error in refused.value.errors] == [("Not a float", "meta.__expiry__")]


def test_paths_of_what_cannot_be_sent_begin_in_the_body() -> None:
    job = {**_JOB, "actions": [{"action": "a", "body": {"x": {1}}}], "context": {"y": {2}}}
    with pytest.raises(NotSerializable) as refused:
        encode_request(7, {"reply_to": "r", "z": {3}}, job)
    assert [fault.path for fault in refused.value.faults] == ["meta.z", "context.y", "actions.0.body.x"]
    with pytest.raises(NotSerializable) as refused:
        encode_reply(_request(), JobResult((ActionResult("a", {"x": [0, {1}]}),)), 1.0)
    assert [fault.path for fault in refused.value.faults] == ["actions.0.body.x.1"]


def test_meta_that_can_be_read_but_not_written_does_not_cost_the_reply() -> None:
    envelope = b'{"request_id": 7, "meta": {"reply_to": "r", "x": NaN}, "body": 1}'
    message = b"pysoa-redis/3//content-type:application/json;" + envelope
    reply = decode_reply(encode_reply(decode_request(message), JobResult(), 5.0))
    assert isinstance(reply, ReplyMessage)
    assert reply.meta == {"reply_to": "r", "__expiry__": 5.0}


def _raw(request_id: bytes, meta: bytes, body: bytes) -> bytes:
    return _V3 + b"\x83\xaarequest_id" + request_id + b"\xa4meta" + meta + b"\xa4body" + body


_META = b"\x82\xa8reply_to\xa1r\xa1x\x01"


@pytest.mark.parametrize(
    ("message", "errors"),
    [
        (_raw(b"\x07", _META, b"\x81\xa1a\xd4\x63\x00"), [("Not readable: unknown extension type 99", "a")]),
        (
            _raw(b"\x07", _META, b"\x92\xd4\x63\x00\xa1\xff"),
            [("Not readable: unknown extension type 99", "0"), ("Not a unicode string", "1")],
        ),
        (_raw(b"\x07", _META, b"\x81\xa1\xff\x01"), [("Not a unicode string", "?")]),
        (_raw(b"\x07", _META, b"\x91" * 200 + b"\x90"), [("Nested deeper than 128", ".".join("0" * 127))]),
        (_raw(b"\xa1i", _META, b"\x90") + b"\x90", [("Not decodable: unpack(b) received extra data.", None)]),
        (
            _raw(b"\x07", b"\x82\xa8reply_to\xa1r\xa1x\xd4\x63\x00", b"\x90"),
            [("Not readable: unknown extension type 99", "meta.x")],
        ),
        (
            b"pysoa-redis/3//content-type:application/json;" + b'{"request_id": 7, "meta": {"reply_to": "r"}}]',
            [("Not decodable: Extra data: line 1 column 45 (char 44)", None)],
        ),
    ],
)
def test_damaged_request_that_can_be_answered(message: bytes, errors: list[tuple[str, str | None]]) -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_request(message)
    assert [(error.message, error.field) for error in refused.value.errors] == errors
    request = refused.value.request
    assert request is not None
    assert request.meta == {"reply_to": "r"}
    answer = decode_reply(encode_reply(request, JobResult(errors=refused.value.errors), 5.0))
    assert isinstance(answer, ReplyMessage)
    assert answer.request_id == refused.value.request_id == request.request_id
    assert [error.message for error in answer.result.errors] == [message for message, _ in errors]


@pytest.mark.parametrize(
    "message",
    [
        _raw(b"\xd4\x63\x00", _META, b"\x90"),  # an id that cannot be read
        _raw(b"\xa1\xff", _META, b"\x90"),
        _raw(b"\x07", b"\x81\xa8reply_to\xa1\xff", b"\x90"),
        _raw(b"\x07", _META, b"\x91"),  # cut off
        _raw(b"\x07", b"\x81\x91\x01\x01", b"\x90"),
    ],
)
def test_damaged_request_that_cannot_be_answered(message: bytes) -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_request(message)
    assert refused.value.request is None
    assert refused.value.errors


def test_no_more_errors_than_anyone_reads() -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_request(_raw(b"\x07", _META, b"\xdc\x03\xe8" + b"\xd4\x63\x00" * 1000))
    assert len(refused.value.errors) == 20


def test_long_path_above_many_parts_costs_little() -> None:
    body = b"\x81" + reference.packb("k" * 50_000) + b"\xdd\x00\x00\x75\x30" + b"\x01" * 29_998 + b"\xd4\x63\x00" * 2
    tracemalloc.start()
    try:
        with pytest.raises(InvalidMessage) as refused:
            decode_request(_raw(b"\x07", _META, body))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
    assert [len(error.field or "") for error in refused.value.errors] == [500, 500]
