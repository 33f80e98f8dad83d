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
ends the exchange that is under way. See `soagen_runtime.transport.redis.async_link`
for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import redis

from soagen_runtime.errors import ConnectionFailed, TransportError
from soagen_runtime.transport.redis.masters import Master
from soagen_runtime.transport.redis.resp import is_doubtful


class Link(Protocol):
    """See the module."""

    async def exchange(self, request: bytes, count: int) -> list[Any]:
        """Writes packed commands in one write and gives their ``count`` replies. Raises `ConnectionFailed`."""
        ...

    async def close(self) -> None:
        """Lets the connection go; the next exchange makes another."""
        ...


class BlockingLink:
    """A link over a blocking socket."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._connection: Any = None

    async def exchange(self, request: bytes, count: int, guard: int = 0) -> list[Any]:
        """As `exchange_now`."""
        return self.exchange_now(request, count, guard)

    def exchange_now(self, request: bytes, count: int, guard: int = 0) -> list[Any]:
        """As `Link.exchange`. Is one of the first ``guard`` replies an error, the rest is not waited for: the commands
        after them may block, and there is nothing left to block for. Then the connection is gone and the replies end
        with the error.
        """
        connection = self._connection
        if connection is None:
            connection = self._connect()
        replies: list[Any] = []
        try:
            connection.send_packed_command([request], check_health=False)
            while len(replies) < count:
                replies.append(self._read(connection))
                if len(replies) <= guard and isinstance(replies[-1], redis.ResponseError):
                    self.drop()
                    break
        except BaseException as error:
            was_dropped = self._connection is not connection
            self.drop()
            # From under somebody who uses it, a connection is dropped in any way: the library does not expect it.
            if isinstance(error, (redis.RedisError, OSError)) or (was_dropped and isinstance(error, Exception)):
                raise self._master.failed(error) from error
            raise
        return replies

    @staticmethod
    def _read(connection: Any) -> Any:
        try:
            return connection.read_response()
        except redis.ResponseError as error:
            if is_doubtful(error):
                raise redis.ConnectionError(str(error)) from error
            return error

    def _connect(self) -> Any:
        connection = redis.ConnectionPool.from_url(self._master.url, **self._master.options()).make_connection()
        try:
            connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        except (redis.RedisError, OSError) as error:
            raise self._master.failed(error, never_left=True) from error
        self._connection = connection
        return connection

    def drop(self) -> None:
        """Lets the connection go at once; in a process that was forked, without a word to the other end."""
        connection, self._connection = self._connection, None
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
