"""What stands before the envelope's bytes: the protocol's version, and headers (``docs/wire.md``, section "A message").

::

    version 3   pysoa-redis/3//content-type:application/msgpack;<envelope>
    version 2   content-type:application/msgpack;<envelope>
    version 1   <envelope>

Rules:

- We send version 3, and to whoever asked in an older one, that. Nothing but ``content-type``, ``chunk-count`` and
  ``chunk-id`` is ever sent, since a PySOA peer dies from any other header.
- We read what PySOA reads, white space around names and values included, and skip headers that we do not know. That is
  without doubt what is meant: an envelope is a map, and so never begins with a letter or with white space. Pieces of a
  chunked reply begin with anything; in them nothing is skipped after ``chunk-id``.
- Version 1 does not name its content type; an envelope that begins with ``{`` is JSON, since no MessagePack map does.
- An unknown content type is read, and answered, as MessagePack: PySOA does so. Who serves may say which content types
  are read at all (`soagen_runtime.wire.envelope.decode_request`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.wire.codec import CODECS, JSON_TYPE, MSGPACK_TYPE, Codec, Serializer, codec_for

_CONTENT_TYPE_FORM = re.compile(r"[A-Za-z0-9_.+=-]{1,100}/[A-Za-z0-9_.+=-]{1,100}")

OLDEST_VERSION: Final = 1
VERSION: Final = 3


@dataclass(frozen=True, slots=True)
class Format:
    """A version of the protocol and a content type: how a message is written, and how it is answered.

    There is one instance for each pair, in `format_of`.
    """

    version: int
    codec: Codec
    preamble: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepares the constant bytes before an envelope."""
        marker = b"pysoa-redis/3//" if self.version >= 3 else b""
        content_type = f"content-type:{self.codec.content_type};".encode() if self.version >= 2 else b""
        object.__setattr__(self, "preamble", marker + content_type)

    @property
    def chunks(self) -> bool:
        """Whether replies may be cut into pieces."""
        return self.version >= 3


_FORMATS: dict[tuple[int, str], Format] = {}


def _add_formats(codec: Codec) -> None:
    for version in range(OLDEST_VERSION, VERSION + 1):
        _FORMATS[version, codec.content_type] = Format(version, codec)


for _codec in CODECS.values():
    _add_formats(_codec)


def register(serializer: Serializer) -> None:
    """Makes a content type known to all clients and servers of this process. To be called once, at import.

    Raises `ConfigurationError` for what is no content type, and for one that has another serializer already.
    """
    name = serializer.content_type
    if not _CONTENT_TYPE_FORM.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no content type: write application/x-name")
    if CODECS.setdefault(name, serializer) != serializer:
        raise ConfigurationError(f"the content type {name} has a serializer already")
    _add_formats(serializer)


DEFAULT_FORMAT: Final = _FORMATS[VERSION, MSGPACK_TYPE]


def format_of(content_type: str = MSGPACK_TYPE, version: int = VERSION) -> Format:
    """The format of a content type in a version of the protocol.

    Raises `UnknownContentType`, and KeyError for a version that there is not.
    """
    return _FORMATS[version, codec_for(content_type).content_type]


class Frame(NamedTuple):
    """A message with its preamble taken off.

    ``chunk_id`` and ``chunk_count`` are 0 without such headers. ``claimed_version`` is the number in the preamble,
    which may be one that we do not know; such a message is read, and may be answered, as version 3.
    """

    format: Format
    payload: bytes
    chunk_id: int
    chunk_count: int
    claimed_version: int

    @property
    def known(self) -> bool:
        """Whether its version is one that we speak."""
        return OLDEST_VERSION <= self.claimed_version <= VERSION


_USUAL = DEFAULT_FORMAT.preamble
_USUAL_LENGTH = len(_USUAL)

# Five digits: a number that `int` takes in no time, and far more than there will be versions or chunks.
_VERSION = re.compile(rb"pysoa-redis/([0-9]{1,5})//")
_HEADER = re.compile(rb"\s*([A-Za-z][A-Za-z0-9-]{0,63})\s*:\s*([A-Za-z0-9_/.+=-]{1,255})\s*;")
_NUMBER = re.compile(rb"[0-9]{1,5}")
_CONTENT_TYPE, _CHUNK_COUNT, _CHUNK_ID = _OURS = b"content-type", b"chunk-count", b"chunk-id"


def frame(format: Format, payload: bytes) -> bytes:
    """The message that carries an envelope's bytes."""
    return format.preamble + payload


def envelope_size(format: Format, message: bytes) -> int:
    """How many bytes of a message count against a limit: its envelope, without the preamble, as PySOA counts them."""
    return len(message) - len(format.preamble)


def unframe(message: bytes) -> Frame:
    """A message without its preamble. Never raises: what has no preamble is a message of version 1."""
    if message.startswith(_USUAL) and message[_USUAL_LENGTH : _USUAL_LENGTH + 1] >= b"\x80":
        return Frame(DEFAULT_FORMAT, message[_USUAL_LENGTH:], 0, 0, VERSION)
    return _unframe_unusual(message)


def _unframe_unusual(message: bytes) -> Frame:
    marker = _VERSION.match(message)
    if marker is not None:
        claimed, start = int(marker[1]), marker.end()
    elif message.startswith(_CONTENT_TYPE):
        claimed, start = 2, 0
    else:
        return Frame(_FORMATS[1, JSON_TYPE if message.startswith(b"{") else MSGPACK_TYPE], message, 0, 0, 1)
    headers, payload = _headers(message, start)
    content_type = headers.get(_CONTENT_TYPE, b"").decode("ascii")
    version = claimed if OLDEST_VERSION <= claimed <= VERSION else VERSION
    return Frame(
        _FORMATS.get((version, content_type)) or _FORMATS[version, MSGPACK_TYPE],
        payload,
        _number(headers.get(_CHUNK_ID)),
        _number(headers.get(_CHUNK_COUNT)),
        claimed,
    )


def _headers(message: bytes, start: int) -> tuple[dict[bytes, bytes], bytes]:
    headers: dict[bytes, bytes] = {}
    while (match := _HEADER.match(message, start)) is not None:
        name, value = match.groups()
        if name in headers or (_CHUNK_ID in headers and name not in _OURS):
            break  # the payload of a chunk that happens to look like a header
        headers[name] = value
        start = match.end()
    payload = message[start:]
    return headers, payload if _CHUNK_ID in headers else payload.lstrip()


def _number(value: bytes | None) -> int:
    """0 for a header that is not there, -1 for one that is no number."""
    if value is None:
        return 0
    return int(value) if _NUMBER.fullmatch(value) else -1
