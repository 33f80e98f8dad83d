"""One connection to one Redis: commands written at once, and the reply of each.

Rules:

- `Link.exchange` gives as many replies as were asked for, or raises `ConnectionFailed`. A command that Redis refused
  is a `redis.ResponseError` among the replies, in its place: whoever asked knows what it means.
- Nothing is ever sent a second time here, and after any failure the connection is gone. What was sent may have been
  executed, or may still be: who resends has to know why that is safe. Only `ConnectionFailed.never_left` says that
  nothing was sent.
- A Redis that says that it is not the one to ask (loading, read-only, moved) is a connection that failed.
- A link connects by itself at the first exchange after it was made or lost. Address, authentication and TLS are the
  library's.

The blocking link never suspends. It belongs to one thread at a time, but for `BlockingLink.drop`, by which any other
ends the exchange that is under way. See `soagen_runtime.transport.redis.async_link` for the other kind.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

import redis

from soagen_runtime.errors import ConnectionFailed, TransportError
from soagen_runtime.transport.redis.masters import SOCKET_TIMEOUT, Master
from soagen_runtime.transport.redis.resp import NOTHING_YET, Reader, is_doubtful, new_reader

_MOST_READ: Final = 65_536  # bytes at once


class Link(Protocol):
    """See the module."""

    async def exchange(self, request: bytes, count: int) -> list[Any]:
        """Writes packed commands in one write and gives their ``count`` replies. Raises `ConnectionFailed`."""
        ...

    async def close(self) -> None:
        """Lets the connection go; the next exchange makes another."""
        ...


class BlockingLink:
    """A link over a blocking socket.

    The library's connection opens it (address, authentication, TLS); then it is read here, since the library's own way
    of reading costs ten times as much: one caller's call took 213 us with it, and 165 without.
    """

    def __init__(self, master: Master) -> None:
        self._master = master
        self._connection: Any = None  # holds the socket, and closes it
        self._socket: socket.socket | None = None
        self._reader: Reader = new_reader()
        self._patience = -1.0  # seconds after which the socket gives up
        self.generation = 0
        """How many connections there have been: another number is another connection."""

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, as far as is known here."""
        return self._connection is not None

    async def exchange(self, request: bytes, count: int, guard: int = 0, patience: float = SOCKET_TIMEOUT) -> list[Any]:
        """As `exchange_now`."""
        return self.exchange_now(request, count, guard, patience)

    def exchange_now(self, request: bytes, count: int, guard: int = 0, patience: float = SOCKET_TIMEOUT) -> list[Any]:
        """As `Link.exchange`. Is one of the first ``guard`` replies an error, the rest is not waited for: the commands
        after them may block, and there is nothing left to block for. Then the connection is gone and the replies end
        with the error. A Redis that is silent for ``patience`` seconds is lost.
        """
        replies: list[Any] = []
        patience = min(max(patience, 0.001), SOCKET_TIMEOUT)
        connection = self._socket or self._connect(patience)
        try:
            if patience != self._patience:
                connection.settimeout(patience)
                self._patience = patience
            connection.sendall(request)
            while len(replies) < count:
                reply = self._reader.gets()
                if reply is NOTHING_YET:
                    self._read(connection)
                    continue
                replies.append(reply)
                if type(reply) is redis.ResponseError:
                    if is_doubtful(reply):
                        raise redis.ConnectionError(str(reply))
                    if len(replies) <= guard:
                        self.drop()
                        break
        except BaseException as error:
            self.drop()
            if isinstance(error, (redis.RedisError, OSError)):
                raise self._master.failed(error) from error
            raise
        return replies

    def _read(self, connection: socket.socket) -> None:
        data = connection.recv(_MOST_READ)
        if not data:
            raise redis.ConnectionError("the connection was closed by the other end")
        self._reader.feed(data)

    def _connect(self, patience: float) -> socket.socket:
        pool = redis.ConnectionPool.from_url(self._master.url, **self._master.options(patience))
        connection: Any = pool.make_connection()
        try:
            connection.connect()
        except (redis.RedisError, OSError) as error:
            raise self._master.failed(error, never_left=True) from error
        self._connection = connection
        self._reader = new_reader()
        opened: socket.socket = connection._sock
        self._socket = opened
        self._patience = -1.0  # whatever the library has left it at
        self.generation += 1
        return opened

    def leave(self, last: bytes) -> None:
        """Writes what nobody waits for the reply of, if there is a connection, and lets that go."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.settimeout(0)
                self._socket.sendall(last)
        self.drop()

    def drop(self) -> None:
        """Lets the connection go at once; in a process that was forked, without a word to the other end."""
        connection, self._connection, self._socket = self._connection, None, None
        if connection is not None:
            connection.disconnect()

    async def close(self) -> None:
        """Lets the connection go; the next exchange makes another."""
        self.drop()


def accepted(replies: Sequence[Any]) -> Sequence[Any]:
    """The replies, none of which is an error. Raises `TransportError` for the first that is."""
    for reply in replies:
        if type(reply) is not bytes and isinstance(reply, redis.ResponseError):
            raise TransportError(f"Redis refused a command: {reply}") from reply
    return replies


__all__ = ["BlockingLink", "ConnectionFailed", "Link", "accepted"]
