"""Serializers of one's own: what they may do wrong is told, and never more than that."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from soagen_runtime import ConfigurationError, NotSerializable
from soagen_runtime.serializers import Json, MessagePack, Serializer, register
from soagen_runtime.wire import (
    InvalidMessage,
    JobResult,
    Undecodable,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    format_of,
    request_meta,
)

TYPE = "application/x-unit-zlib"


def write(value: Any) -> bytes:
    return zlib.compress(MessagePack().encode(value))


def read(data: bytes) -> Any:
    return MessagePack().decode(zlib.decompressobj().decompress(data, 100_000))


PACKED = Serializer(content_type=TYPE, write=write, read=read)
register(PACKED)

JOB = {
    "control": {"continue_on_error": False},
    "context": {"correlation_id": "abc", "switches": []},
    "actions": [{"action": "get", "body": {"x": 1}}],
}


@pytest.mark.parametrize("version", [2, 3])
def test_a_request_and_its_reply_are_in_the_type_that_asked(version: int) -> None:
    message = encode_request(7, request_meta("service.s.c!1", 9e9), JOB, format_of(TYPE, version))
    assert f"content-type:{TYPE};".encode() in message
    request = decode_request(message)
    assert request.body == JOB
    reply = encode_reply(request, JobResult(context={"correlation_id": "abc"}), 9e9)
    assert f"content-type:{TYPE};".encode() in reply
    assert decode_reply(reply).format is request.format


def test_a_content_type_that_is_not_listed_is_not_looked_into() -> None:
    message = encode_request(7, request_meta("service.s.c!1", 9e9), JOB, format_of(TYPE))
    assert decode_request(message, {TYPE}).body == JOB
    with pytest.raises(InvalidMessage, match=f"content type {TYPE} is none that is read here") as raised:
        decode_request(message, {"application/msgpack"})
    assert raised.value.request is None


def test_what_cannot_be_written_is_named() -> None:
    with pytest.raises(NotSerializable) as raised:
        encode_request(7, request_meta("service.s.c!1", 9e9), {"a": {"b": object()}}, format_of(TYPE))
    assert [fault.path for fault in raised.value.faults] == ["a.b"]
    failing = Serializer(content_type="x/y", write=lambda value: bytes(value // 0), read=read)
    with pytest.raises(NotSerializable) as raised:
        failing.encode(2)
    assert "by zero" in str(raised.value)


def fail(data: Any) -> Any:
    raise RuntimeError("bang")


def bury(data: Any) -> Any:
    value: Any = 0
    for _ in range(10):
        value = [value]
    return value


# Functions to write and to read, a limit; what is said when writing, and when reading.
WRONG: list[tuple[Callable[[Any], Any], Callable[[bytes], Any], dict[str, Any], str, str]] = [
    (fail, fail, {}, "bang", "bang"),
    (lambda value: "text", lambda data: bury(data), {"max_depth": 9}, "gave no bytes, but str", "nested deeper than 9"),
    (
        lambda value: None,
        lambda data: data,
        {"max_bytes": 3},
        "gave no bytes, but NoneType",
        "4 bytes, and 3 are allowed",
    ),
]


@pytest.mark.parametrize(("write", "read", "limits", "writing", "reading"), WRONG)
def test_whatever_it_does_wrong_is_told(write: Any, read: Any, limits: Any, writing: str, reading: str) -> None:
    serializer = Serializer(content_type="x/y", write=write, read=read, **limits)
    with pytest.raises(NotSerializable, match=writing):
        serializer.encode({"a": 1})
    with pytest.raises(Undecodable, match=reading):
        serializer.decode(b"1234")


def test_what_is_nested_too_deep_is_not_written() -> None:
    with pytest.raises(NotSerializable, match="Nested deeper than 9"):
        Serializer(content_type="x/y", write=write, read=read, max_depth=9).encode(bury(0))


@pytest.mark.parametrize("payload", [b"", b"\x00", b"{", zlib.compress(b"\xc1"), zlib.compress(b"\x91" * 1000)])
def test_a_message_of_anything_is_refused_and_no_more(payload: bytes) -> None:
    message = format_of(TYPE).preamble + payload
    with pytest.raises(InvalidMessage):
        decode_request(message)
    with pytest.raises(InvalidMessage):
        decode_reply(message)


def test_a_type_is_known_once_and_the_same_may_be_registered_again() -> None:
    register(Serializer(content_type=TYPE, write=write, read=read))
    with pytest.raises(ConfigurationError, match=f"{TYPE} has a serializer already"):
        register(Serializer(content_type=TYPE, write=read, read=write))


@pytest.mark.parametrize("name", [MessagePack().content_type, Json().content_type])
def test_the_usual_types_cannot_be_replaced(name: str) -> None:
    with pytest.raises(ConfigurationError, match="has a serializer already"):
        register(Serializer(content_type=name, write=write, read=read))


@pytest.mark.parametrize("name", ["zlib", "a/b/c", "a b/c", "a/b;q=1", "", "a/" + "b" * 300])
def test_a_type_that_could_not_stand_in_a_header_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no content type"):
        register(Serializer(content_type=name, write=write, read=read))
