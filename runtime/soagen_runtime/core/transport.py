"""What the core needs of a transport: bytes there and back, and a clock.

Blocking transports implement the same protocols and never suspend. All times are Unix times in seconds on the broker's
clock, which is the one clock that client and server share (``docs/wire.md``, "A message").

Errors are those of `soagen_runtime.errors`; a transport translates foreign ones at its edge.
"""

from __future__ import annotations

from typing import Protocol

from soagen_runtime.wire import ReplyMessage


class Channel(Protocol):
    """A list of replies that belongs to one caller. It is held from before the request is written, since the request
    names it, until the reply is there.
    """

    @property
    def reply_to(self) -> str:
        """The address that requests sent over this channel name."""
        ...

    def next_request_id(self) -> int:
        """A number that no other outstanding request of this channel has."""
        ...

    async def send(self, request_id: int, message: bytes, *, lifetime: float, awaited: bool) -> None:
        """Puts a request into the service's list; ``lifetime`` is how many seconds it may wait there, ``awaited``
        whether `receive` will be called for it. Raises `TransportError`.
        """
        ...

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        """The reply to a request that was sent. Raises `CallTimeout`, `ConnectionFailed`, `ReplyInvalid`."""
        ...

    def release(self) -> None:
        """Gives the channel back. A reply that still comes is dropped."""
        ...


class ClientTransport(Protocol):
    """One end of a transport: what a client owns."""

    async def now(self) -> float:
        """The broker's time. Raises `ConnectionFailed` where it must be asked and cannot be."""
        ...

    async def open(self, service: str) -> Channel:
        """A channel for calls of ``service``."""
        ...

    async def close(self) -> None:
        """Frees everything; calls under way end in `ConnectionFailed`."""
        ...


class Transport(Protocol):
    """What a user hands to a client: it has an end for each kind."""

    def blocking(self) -> ClientTransport:
        """An end that never suspends. The client that asked for it closes it."""
        ...

    def asynchronous(self) -> ClientTransport:
        """An end for asyncio. The client that asked for it closes it."""
        ...


class ServerTransport(Protocol):
    """The serving end of a transport: requests in, replies out."""

    async def now(self) -> float:
        """The broker's time."""
        ...

    async def take(self, service: str, wait: float) -> bytes | None:
        """The next request of ``service``, or None when none came within ``wait`` seconds."""
        ...

    async def settle(self, reply_to: str, messages: tuple[bytes, ...]) -> None:
        """Delivers a reply, in one or more pieces that stay together."""
        ...

    async def close(self) -> None:
        """Frees everything."""
        ...
