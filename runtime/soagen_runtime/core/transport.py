"""What the core needs of a transport: bytes there and back, and a clock.

Blocking transports implement the same protocols and never suspend. All times are Unix times in seconds on the broker's
clock, which is the one clock that client and server share (``docs/wire.md``, "A message").

Errors are those of `soagen_runtime.errors`; a transport translates foreign ones at its edge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from soagen_runtime.action import Service
from soagen_runtime.wire import ReplyMessage


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to deliver: more than one message where it is cut into chunks."""

    reply_to: str
    messages: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nobody is answered, and why. ``dropped`` is whether somebody may look for the request: that is noted down, with
    what ``about`` says of it.
    """

    reason: str
    dropped: bool = False
    about: Mapping[str, str] = field(default_factory=dict)


Outcome: TypeAlias = Reply | Nothing


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that is held until its outcome is known. ``ticket`` is the transport's own. ``master`` is the name of
    the broker that it was taken from, if that one may not know all that was done with it at another.
    """

    data: bytes
    ticket: Any
    master: str = ""


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

    async def master(self, until: float) -> str:
        """The name of the very broker that requests over this channel go to at present, for them to carry; empty where
        it has none. Raises `ConnectionFailed` where that is not known at the time ``until``.
        """
        ...

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        """Puts a request into the service's list, once, however often it has to be sent.

        ``lifetime`` is how many seconds it may wait there, ``until`` the time when sending is given up, and
        ``awaited`` whether `receive` will be called for it; if so, unless the channel is shared, the request may leave
        only then. Raises `TransportError`.
        """
        ...

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        """The reply to a request that was sent. Raises `CallTimeout`, `TransportError`, `ReplyInvalid`."""
        ...

    def release(self) -> None:
        """Gives the channel back. A reply that still comes is dropped."""
        ...


class ClientTransport(Protocol):
    """One end of a transport: what a client owns."""

    async def now(self, within: float = math.inf) -> float:
        """The broker's time. Raises `ConnectionFailed` where it must be asked and does not answer within so many
        seconds.
        """
        ...

    async def open(self, service: str, *, shared: bool = False) -> Channel:
        """A channel for calls of ``service``. Over a ``shared`` one a request leaves at once, and its reply is asked
        for later, or never; others may wait at the same channel meanwhile.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
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


class Seat(Protocol):
    """A place at which one thread, or one event loop, serves."""

    async def take(self, room: int, wait: float) -> Sequence[Taken]:
        """Up to ``room`` requests, as soon as there is one, or none after ``wait`` seconds. What is taken is held: it
        is served by this worker, or it is given to another when this one is lost. Raises `TransportError`.
        """
        ...

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        """Delivers an outcome, unless another had to decide in the meantime. It may leave only with the next `take` or
        `leave`.
        """
        ...

    async def put_back(self, taken: Taken) -> None:
        """Gives a request that was not started to whoever takes it next."""
        ...

    async def leave(self) -> None:
        """Delivers what is left to deliver, and tells the broker that nobody serves here any more. Raises nothing."""
        ...


class ServerTransport(Protocol):
    """The serving end of a transport: requests in, replies out."""

    async def start(self, service: Service[Any], *, request_bytes: int, name: str | None = None) -> None:
        """Connects, and learns the broker's time. ``name`` is this process among the workers of the service (letters
        and digits; one of its own if None). Raises `TransportError`, and `ConfigurationError` for a broker that will
        not do.
        """
        ...

    def now(self) -> float:
        """The broker's time, as far as it is known here."""
        ...

    def seat(self, slots: int) -> Seat:
        """A place at which up to ``slots`` requests are served at a time."""
        ...

    def beat(self) -> None:
        """Says that this process lives, and sees to the requests of those that do not any more. It blocks: to be called
        every ``beat_every`` seconds, from a thread of its own. Raises `TransportError`.
        """
        ...

    @property
    def beat_every(self) -> float:
        """Seconds between two heartbeats."""
        ...

    async def close(self) -> None:
        """Frees everything."""
        ...
