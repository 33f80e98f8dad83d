"""Redis as a broker: lists of requests and replies, as PySOA has them (``docs/wire.md``, "Lists").

This package is the one importer of `redis`. Clients are in `blocking` and `asynchronous`, servers in `serving`; what
they do is written once over a `link`. The promise and its mechanisms: ``docs/delivery.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from soagen_runtime.transport.redis.masters import masters_of

if TYPE_CHECKING:
    from soagen_runtime.transport.redis.asynchronous import AsyncEnd
    from soagen_runtime.transport.redis.blocking import BlockingEnd
    from soagen_runtime.transport.redis.serving import AsyncServerEnd, BlockingServerEnd


class RedisTransport:
    """A transport over the Redis at a URL (``redis://``, ``rediss://`` or ``unix://``), or over several, with commas
    between their addresses (``redis://a:6379,b:6379/0``). Nothing is connected before the first call.

    Raises `ConfigurationError` for a URL that cannot be read.
    """

    def __init__(self, url: str) -> None:
        self._masters = masters_of(url)

    def __repr__(self) -> str:
        return f"RedisTransport({', '.join(master.shown for master in self._masters)})"

    def blocking(self) -> BlockingEnd:
        """The end for a blocking client, safe to share between threads and after a fork."""
        from soagen_runtime.transport.redis.blocking import BlockingEnd

        return BlockingEnd(self._masters)

    def asynchronous(self) -> AsyncEnd:
        """The end for an asyncio client, for one event loop at a time."""
        from soagen_runtime.transport.redis.asynchronous import AsyncEnd

        return AsyncEnd(self._masters)

    def blocking_server(self) -> BlockingServerEnd:
        """The serving end of a blocking worker."""
        from soagen_runtime.transport.redis.serving import BlockingServerEnd

        return BlockingServerEnd(self._masters)

    def asynchronous_server(self) -> AsyncServerEnd:
        """The serving end of an asyncio worker."""
        from soagen_runtime.transport.redis.serving import AsyncServerEnd

        return AsyncServerEnd(self._masters)
