"""Values to bytes and back, by content type.

Rules:

- `Codec.encode` gives bytes or raises `NotSerializable`, whose faults name every field that cannot be sent. The search
  for them happens only after the packer has failed, so that it costs a good value nothing.
- `Codec.decode` gives the whole value of all the bytes or raises `Undecodable`, and nothing else, whatever it is fed;
  it uses memory in proportion to the bytes, and gives no value nested deeper than `MAX_DEPTH`.
- `Codec.salvage` reads what `decode` has refused as far as it goes, so that a sender can be told what was wrong.
  Where a value could not be read stands an `Unreadable`. Nothing of this ever reaches a handler.

How decoding is bounded. MessagePack makes a list as long as its header claims, before it has seen an element: five
bytes make an array of as many elements as there are bytes, and nested headers as many of those as there are levels.
The C scanner's ``skip`` builds nothing and runs off the end of such a message in microseconds; so where a byte could
be the header of a long array, it goes first. After it, what the headers claim is what is there. The depth can only
exceed the limit when more bytes than that could be the header of any container: a count that small messages pass, at
once; others are walked, level by level.

Strings are sent as strings (``use_bin_type``). Subclasses of str, int, float, dict, list and tuple (so `StrEnum` and
`IntEnum` members) are sent as what they are a kind of; a tuple arrives as a list. A UUID is refused: generated code
sends its text. Of duplicate keys the last wins, as for PySOA. Keys of maps should be strings. Others come from PySOA
peers only, whose servers answer them with an error that names the key: so that we can do the same, they are read, in
small maps only (their hashes are not randomized, which makes big maps an attack).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgpack

from soagen_runtime.errors import INVALID, ConfigurationError, Fault, NotSerializable, SoagenError
from soagen_runtime.wire.extensions import decode_extension, encode_extension
from soagen_runtime.wire.walk import deeper_than, keys, unsendable

MSGPACK_TYPE: Final = "application/msgpack"
JSON_TYPE: Final = "application/json"

MAX_DEPTH: Final = 128
"""How deep maps and lists may be nested in a message. Five levels are the envelope's."""

_MAX_ODD_KEYS = 1000

_MAYBE_CONTAINERS = frozenset((*range(0x80, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF))
_NEVER_CONTAINERS = bytes(byte for byte in range(256) if byte not in _MAYBE_CONTAINERS)


class Undecodable(SoagenError):
    """Bytes that are no value of their content type, or not one within the limits."""


class UnknownContentType(ConfigurationError):
    """There is no codec for this content type."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands, in what was salvaged, for a value that could not be read."""

    reason: str


class Codec(Protocol):
    """How values are written in one content type. Codecs have no state and may be used by any thread."""

    @property
    def content_type(self) -> str:
        """As it stands in the header: ``application/msgpack``."""

    def encode(self, value: Any, /) -> bytes:
        """The bytes of ``value``. Raises `NotSerializable`."""

    def decode(self, data: bytes, /) -> Any:
        """The value of ``data``. Raises `Undecodable`."""

    def salvage(self, data: bytes, /) -> Any:
        """What can be read of ``data``, with `Unreadable` where a value cannot. Raises `Undecodable` if nothing can."""

    def peek(self, data: bytes, key: str, /) -> Any:
        """What stands under ``key`` in a map, of whose bytes the end may be missing; None if it cannot be read."""


@dataclass(frozen=True, slots=True)
class MessagePack:
    """MessagePack with PySOA's extension types: the usual content type."""

    content_type: str = MSGPACK_TYPE

    def encode(self, value: Any, /) -> bytes:
        """The bytes of ``value``. Raises `NotSerializable`."""
        try:
            data = _pack(value)
        except Exception as error:
            raise NotSerializable(_faults(value, _pack, _pack, error)) from error
        # What nobody would read is not sent.
        if len(data.translate(None, _NEVER_CONTAINERS)) > MAX_DEPTH and deeper_than(MAX_DEPTH, value):
            raise NotSerializable([Fault(INVALID, "", f"Nested deeper than {MAX_DEPTH}")])
        return data

    def decode(self, data: bytes, /) -> Any:
        """The value of ``data``. Raises `Undecodable`."""
        try:
            maybe_containers = data.translate(None, _NEVER_CONTAINERS)
            if b"\xdc" in maybe_containers or b"\xdd" in maybe_containers:
                _skip(data)
            try:
                value = msgpack.unpackb(data, ext_hook=decode_extension, timestamp=3)
            except ValueError:  # perhaps a key that is no string
                value = msgpack.unpackb(
                    data,
                    ext_hook=decode_extension,
                    timestamp=3,
                    strict_map_key=False,
                    object_pairs_hook=_map_with_odd_keys,
                )
        except Exception as error:
            raise Undecodable(_said_by(error)) from error
        if len(maybe_containers) > MAX_DEPTH and deeper_than(MAX_DEPTH, value):
            raise Undecodable(f"nested deeper than {MAX_DEPTH}")
        return value

    def salvage(self, data: bytes, /) -> Any:
        """What can be read of ``data``, with `Unreadable` where a value cannot. Raises `Undecodable` if nothing can."""
        try:
            _skip(data)
            return _fed_with(
                data,
                ext_hook=_decode_extension_or_reason,
                timestamp=3,
                strict_map_key=False,
                object_pairs_hook=_map_with_odd_keys,
                unicode_errors="surrogateescape",
            ).unpack()
        except Exception as error:
            raise Undecodable(_said_by(error)) from error

    def peek(self, data: bytes, key: str, /) -> Any:
        """What stands under ``key`` in a map, of whose bytes the end may be missing; None if it cannot be read."""
        unpacker = _fed_with(data)
        try:
            for _ in range(unpacker.read_map_header()):
                if unpacker.unpack() == key:
                    return unpacker.unpack()
                unpacker.skip()
        except Exception:  # cut off, or no map: there is nothing to be read
            return None
        return None


def _pack(value: Any) -> bytes:
    return msgpack.packb(value, default=encode_extension)


def _skip(data: bytes) -> None:
    _fed_with(data).skip()


def _fed_with(data: bytes, **options: Any) -> msgpack.Unpacker:
    unpacker = msgpack.Unpacker(None, max_buffer_size=len(data) or 1, **options)  # 0 would mean a buffer of a megabyte
    unpacker.feed(data)
    return unpacker


def _map_with_odd_keys(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    pairs = list(pairs)
    if len(pairs) > _MAX_ODD_KEYS and any(type(key) is not str for key, _ in pairs):
        raise ValueError("a big map with keys that are no strings")
    return dict(pairs)


def _decode_extension_or_reason(code: int, payload: bytes) -> Any:
    try:
        return decode_extension(code, payload)
    except Exception as error:
        return Unreadable(_said_by(error))


@dataclass(frozen=True, slots=True)
class Json:
    """JSON as PySOA writes it: plain types only, ASCII only."""

    content_type: str = JSON_TYPE

    def encode(self, value: Any, /) -> bytes:
        """The bytes of ``value``. Raises `NotSerializable`, also for a key or a number that JSON would change."""
        try:
            data = _write_json(value)
            if not all(isinstance(key, str) for key in keys(value)):
                raise TypeError("a key that is not a string")
        except Exception as error:
            raise NotSerializable(_faults(value, _write_json, _write_json_key, error)) from error
        return data

    def decode(self, data: bytes, /) -> Any:
        """The value of ``data``. Raises `Undecodable`."""
        try:
            value = json.loads(data.decode("utf-8"))
            if b"\\ud" in data.lower():
                json.dumps(value, ensure_ascii=False).encode("utf-8")  # raises for half a surrogate pair
        except Exception as error:
            raise Undecodable(_said_by(error)) from error
        if data.count(b"[") + data.count(b"{") > MAX_DEPTH and deeper_than(MAX_DEPTH, value):
            raise Undecodable(f"nested deeper than {MAX_DEPTH}")
        return value

    def salvage(self, data: bytes, /) -> Any:
        """What can be read of ``data``. Raises `Undecodable` if nothing can."""
        try:
            value, _ = json.JSONDecoder().raw_decode(data.decode("utf-8", "surrogateescape").lstrip())
        except Exception as error:
            raise Undecodable(_said_by(error)) from error
        return value

    def peek(self, data: bytes, key: str, /) -> Any:
        """The whole number under ``key`` in a map, of whose bytes the end may be missing; None if there is none."""
        found = re.search(rf'"{re.escape(key)}"\s*:\s*(-?[0-9]{{1,19}})\s*[,}}]'.encode(), data)
        return None if found is None else int(found[1])


_JSON_ENCODER = json.JSONEncoder(allow_nan=False)


def _write_json(value: Any) -> bytes:
    return _JSON_ENCODER.encode(value).encode("ascii")


def _write_json_key(key: Any) -> bytes:
    if not isinstance(key, str):  # `json` would make text of it, which arrives as another key
        raise TypeError(f"the key {key!r} is not a string")
    return _write_json(key)


def codec_for(content_type: str) -> Codec:
    """The codec of a content type. Raises `UnknownContentType`."""
    try:
        return CODECS[content_type]
    except KeyError:
        raise UnknownContentType(
            f"there is no serializer for the content type {content_type!r}, only for {', '.join(sorted(CODECS))}"
        ) from None


def _faults(
    value: Any, write: Callable[[Any], bytes], write_key: Callable[[Any], bytes], error: Exception
) -> list[Fault]:
    return unsendable(value, MAX_DEPTH, write, write_key) or [Fault(INVALID, "", f"Cannot be sent: {error}")]


def _said_by(error: Exception) -> str:
    return str(error) or type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Serializer:
    """A content type of one's own, from two functions: ``encode`` gives the bytes of a value, ``decode`` the value of
    bytes that a stranger sent. See `soagen_runtime.serializers`.

    Whatever they raise is told as any value that cannot be sent, and as any message that cannot be read. ``max_bytes``
    is how many bytes are given to ``decode`` at most (None: as many as a message may have); it bounds its own memory
    beyond that. ``max_depth`` is how deep maps and lists may be nested.
    """

    content_type: str
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    max_bytes: int | None = None
    max_depth: int = MAX_DEPTH

    def encode(self, value: Any, /) -> bytes:
        """The bytes of ``value``. Raises `NotSerializable`."""
        if deeper_than(self.max_depth, value):
            raise NotSerializable([Fault(INVALID, "", f"Nested deeper than {self.max_depth}")])
        try:
            return self._written(value)
        except NotSerializable:
            raise
        except Exception as error:
            raise NotSerializable(_faults(value, self._written, self._written, error)) from error

    def _written(self, value: Any) -> bytes:
        data = self.write(value)
        if type(data) is not bytes:
            raise TypeError(f"the serializer of {self.content_type} gave no bytes, but {type(data).__name__}")
        return data

    def decode(self, data: bytes, /) -> Any:
        """The value of ``data``. Raises `Undecodable`."""
        if self.max_bytes is not None and len(data) > self.max_bytes:
            raise Undecodable(f"{len(data)} bytes, and {self.max_bytes} are allowed")
        try:
            value = self.read(data)
        except Undecodable:
            raise
        except Exception as error:
            raise Undecodable(_said_by(error)) from error
        if deeper_than(self.max_depth, value):
            raise Undecodable(f"nested deeper than {self.max_depth}")
        return value

    def salvage(self, data: bytes, /) -> Any:
        """Raises `Undecodable`: of what it cannot read nothing is known."""
        raise Undecodable(f"not readable as {self.content_type}")

    def peek(self, data: bytes, key: str, /) -> Any:
        """None, as above."""
        return None


CODECS: Final[dict[str, Codec]] = {codec.content_type: codec for codec in (MessagePack(), Json())}
"""By content type; `soagen_runtime.wire.frame.register` adds others."""
