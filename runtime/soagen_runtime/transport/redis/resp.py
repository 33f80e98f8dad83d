"""Redis' own protocol, as far as it is needed: commands to bytes, and bytes to replies.

Commands are packed by hand and many of them leave in one write; what is constant about them is packed once. Replies
are read by hiredis where it is installed, which it is with this distribution, and otherwise by `PlainReader`, which
does the same slowly.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import redis

try:
    import hiredis
except ImportError:  # the extra was left out: everything still works
    hiredis = None  # type: ignore[assignment]  # the name stands for the absence of the module

NOTHING_YET: Final = object()
"""What a reader gives when the next reply has not come as a whole."""

_UNSURE = (
    "LOADING",
    "READONLY",
    "MOVED",
    "ASK ",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "UNBLOCKED",
    "NOREPLICAS",
)


def word(value: bytes | str | float) -> bytes:
    """One word of a command."""
    raw = value if isinstance(value, bytes) else str(value).encode()
    return b"$%d\r\n%b\r\n" % (len(raw), raw)


def pack(*words: bytes | str | float, more: int = 0) -> bytes:
    """One command; or its beginning, where ``more`` words are to follow."""
    return b"*%d\r\n" % (len(words) + more) + b"".join(map(word, words))


def is_doubtful(reply: Any) -> bool:
    """Whether a reply says that this server is at present not the one to ask: that is a lost connection, not a
    refusal.
    """
    return isinstance(reply, redis.ResponseError) and str(reply).startswith(_UNSURE)


def is_missing_script(reply: Any) -> bool:
    """Whether a reply says that a script has to be sent as a whole."""
    return isinstance(reply, redis.exceptions.NoScriptError) or (
        isinstance(reply, redis.ResponseError) and str(reply).startswith("NOSCRIPT")
    )


class Reader(Protocol):
    """Takes bytes as they come and gives replies; an error of the server is a `redis.ResponseError`, given and not
    raised.
    """

    def feed(self, data: bytes, /) -> object:
        """Takes what came."""

    def gets(self) -> Any:
        """The next reply, or `NOTHING_YET`."""


def new_reader() -> Reader:
    """A reader for one connection."""
    if hiredis is None:
        return PlainReader()
    reader: Reader = hiredis.Reader(
        protocolError=redis.InvalidResponse, replyError=redis.ResponseError, notEnoughData=NOTHING_YET
    )
    return reader


class PlainReader:
    """A `Reader` in Python. A reply that came in part is read again from its beginning when more has come."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes, /) -> None:
        """Takes what came."""
        self._data += data

    def gets(self) -> Any:
        """The next reply, or `NOTHING_YET`."""
        try:
            reply, end = self._read(0)
        except IndexError:
            return NOTHING_YET
        del self._data[:end]
        return reply

    def _read(self, start: int) -> tuple[Any, int]:
        """The reply that begins at ``start``, and where it ends. Raises IndexError where it has not come as a whole."""
        newline = self._data.find(b"\r\n", start)
        if newline < 0:
            raise IndexError
        kind, text, end = self._data[start : start + 1], bytes(self._data[start + 1 : newline]), newline + 2
        match kind:
            case b"+":
                return text, end
            case b"-":
                return redis.ResponseError(text.decode("utf-8", "replace")), end
            case b":":
                return int(text), end
            case b"$":
                return self._read_bulk(int(text), end)
            case b"*":
                return self._read_array(int(text), end)
        raise redis.InvalidResponse(f"a reply begins with {bytes(kind)!r}")

    def _read_bulk(self, length: int, start: int) -> tuple[bytes | None, int]:
        if length < 0:
            return None, start
        end = start + length
        if len(self._data) < end + 2:
            raise IndexError
        return bytes(self._data[start:end]), end + 2

    def _read_array(self, length: int, start: int) -> tuple[list[Any] | None, int]:
        if length < 0:
            return None, start
        items = []
        for _ in range(length):
            item, start = self._read(start)
            items.append(item)
        return items, start
