"""Preambles: versions and headers."""

import pytest
from soagen_runtime.wire import JSON_TYPE, MSGPACK_TYPE, UnknownContentType, format_of
from soagen_runtime.wire.frame import DEFAULT_FORMAT, envelope_size, frame, unframe

_MAP = b"\x81\xa1a\x01"


@pytest.mark.parametrize(
    ("content_type", "version", "preamble"),
    [
        (MSGPACK_TYPE, 3, b"pysoa-redis/3//content-type:application/msgpack;"),
        (MSGPACK_TYPE, 2, b"content-type:application/msgpack;"),
        (MSGPACK_TYPE, 1, b""),
        (JSON_TYPE, 3, b"pysoa-redis/3//content-type:application/json;"),
        (JSON_TYPE, 2, b"content-type:application/json;"),
    ],
)
def test_what_is_written_is_read(content_type: str, version: int, preamble: bytes) -> None:
    format = format_of(content_type, version)
    payload = _MAP if content_type == MSGPACK_TYPE else b'{"a": 1}'
    assert frame(format, payload) == preamble + payload
    assert envelope_size(format, preamble + payload) == len(payload)
    read = unframe(preamble + payload)
    assert read.format is format
    assert read.payload == payload
    assert (read.chunk_id, read.chunk_count, read.known) == (0, 0, True)
    assert format.chunks == (version == 3)


def test_formats() -> None:
    assert format_of() is DEFAULT_FORMAT
    with pytest.raises(UnknownContentType):
        format_of("text/plain")
    with pytest.raises(KeyError):
        format_of(version=4)


@pytest.mark.parametrize(
    ("message", "content_type", "version", "payload"),
    [
        (b"pysoa-redis/3//" + _MAP, MSGPACK_TYPE, 3, _MAP),
        (b"pysoa-redis/3// content-type : application/json ;{}", JSON_TYPE, 3, b"{}"),
        (b"pysoa-redis/3//content-type:application/msgpack; \r\n" + _MAP, MSGPACK_TYPE, 3, _MAP),
        (b"pysoa-redis/3//content-type:application/x-foo;" + _MAP, MSGPACK_TYPE, 3, _MAP),
        (b"pysoa-redis/3//x-trace:00-ab-01;content-type:application/json;x-b:1;{}", JSON_TYPE, 3, b"{}"),
        (b"pysoa-redis/1//content-type:application/json;{}", JSON_TYPE, 1, b"{}"),
        (b"{}", JSON_TYPE, 1, b"{}"),
        (_MAP, MSGPACK_TYPE, 1, _MAP),
        (b"content-type:application/json;{}", JSON_TYPE, 2, b"{}"),
        (b"", MSGPACK_TYPE, 1, b""),
        (b"pysoa-redis/3//", MSGPACK_TYPE, 3, b""),
        (b"pysoa-redis/3//content-type:application/msgpack;", MSGPACK_TYPE, 3, b""),
        (b"pysoa-redis/999999//" + _MAP, MSGPACK_TYPE, 1, b"pysoa-redis/999999//" + _MAP),
    ],
)
def test_what_others_write(message: bytes, content_type: str, version: int, payload: bytes) -> None:
    read = unframe(message)
    assert (read.format.codec.content_type, read.format.version, read.payload) == (content_type, version, payload)


@pytest.mark.parametrize("version", [0, 4, 99_999])
def test_unknown_version_is_read_as_ours(version: int) -> None:
    read = unframe(b"pysoa-redis/%d//content-type:application/msgpack;%b" % (version, _MAP))
    assert not read.known
    assert (read.claimed_version, read.format, read.payload) == (version, DEFAULT_FORMAT, _MAP)


@pytest.mark.parametrize(
    ("headers", "id", "count"),
    [
        (b"chunk-count:3;chunk-id:2;", 2, 3),
        (b"chunk-id:2;chunk-count:3;", 2, 3),
        (b"chunk-count:3;", 0, 3),
        (b"chunk-count:3;chunk-id:-2;", -1, 3),
        (b"chunk-count:3.5;chunk-id:2;", 2, -1),
        (b"chunk-count:999999;chunk-id:2;", 2, -1),
    ],
)
def test_chunk_headers(headers: bytes, id: int, count: int) -> None:
    read = unframe(b"pysoa-redis/3//content-type:application/msgpack;" + headers + _MAP)
    assert (read.chunk_id, read.chunk_count, read.payload) == (id, count, _MAP)


@pytest.mark.parametrize(
    "payload", [b"x-a:1;rest", b" rest", b"content-type:a/b;rest", b"chunk-id:5;rest", b"chunk-count:1;"]
)
def test_piece_may_begin_like_a_header(payload: bytes) -> None:
    read = unframe(b"pysoa-redis/3//content-type:application/msgpack;chunk-count:3;chunk-id:2;" + payload)
    assert (read.chunk_id, read.chunk_count, read.payload) == (2, 3, payload)
