"""What both drivers share: how to connect, how long to block, and what an error of the library means.

The library's own retries are off: one that resends decides for itself whether a request may run twice
(``docs/decisions``, "No hidden retries").
"""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit, urlunsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

from soagen_runtime.errors import ConfigurationError, ConnectionFailed, QueueFull, TransportError
from soagen_runtime.wire import keys

C = TypeVar("C")

CAPACITY = 10_000  # messages in a list; PySOA's `queue_capacity`
MIN_LIST_LIFETIME = 60  # seconds; the shared list lives at least as long as PySOA's default would have it
LIFETIME_MARGIN = 10  # seconds that a list outlives its messages, as in PySOA
REPLY_LIFETIME = 60  # seconds a reply may lie unread

MAX_BLOCK = 4.0  # seconds; a blocking pop is repeated rather than made longer
TURN = 0.05  # seconds that a worker waits at one of several masters before it looks at the next
SOCKET_TIMEOUT = MAX_BLOCK + 1.0  # seconds; a read that takes longer than the block has lost its peer
PAUSE = 0.05  # seconds between attempts to reach a Redis that is away

PUSH = Path(__file__).with_name("push.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Master:
    """One Redis. ``shown`` is its URL without password."""

    url: str = field(repr=False)
    shown: str

    def options(self) -> dict[str, Any]:
        """Keyword arguments for either face of the library."""
        return {
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": SOCKET_TIMEOUT,
            "socket_connect_timeout": SOCKET_TIMEOUT,
            "decode_responses": False,
        }

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns the library's errors into ours."""
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionFailed(f"no connection to {self.shown}: {error}") from error
        except redis.ResponseError as error:
            if "queue full" in str(error):
                raise QueueFull(f"the list is at its capacity of {CAPACITY} messages; try again later") from error
            raise TransportError(f"{self.shown} refused a command: {error}") from error
        except redis.RedisError as error:
            raise TransportError(f"{self.shown}: {error}") from error


class Ring(Generic[C]):
    """The connections to all masters, and PySOA's way of choosing among them (``docs/wire.md``, "Lists").

    A request may go to any, since workers look everywhere: round robin, from a random start. Where replies go is
    known from the name of their list.
    """

    def __init__(self, connections: Sequence[C]) -> None:
        self._connections = connections
        self._turns = itertools.cycle(random.sample(range(len(connections)), len(connections)))

    def __iter__(self) -> Iterator[C]:
        return iter(self._connections)

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def first(self) -> C:
        """The one whose clock counts."""
        return self._connections[0]

    def next(self) -> C:
        """The one whose turn it is."""
        return self._connections[next(self._turns)]

    def of_replies(self, key: str) -> C:
        """The one that holds a list of replies."""
        return self._connections[keys.master_of_reply_list(key, len(self._connections))]


def masters_of(url: str) -> tuple[Master, ...]:
    """The masters in a URL: one, or several with commas between their addresses
    (``redis://user:password@a:6379,b:6379/0``).

    Raises `ConfigurationError`, which never shows a password.
    """
    masters = tuple(Master(one, _without_password(one)) for one in _urls(url))
    for master in masters:
        try:
            parse_url(master.url)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        except ValueError as error:
            raise ConfigurationError(f"{master.shown} is no URL of a Redis: {error}") from None
    return masters


def _urls(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    credentials, at, addresses = parts.netloc.rpartition("@")
    for address in addresses.split(","):
        yield urlunsplit((parts.scheme, credentials + at + address, parts.path, parts.query, ""))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = (parts.username or "") + ":***@" if "@" in parts.netloc else ""
    query = "..." if parts.query else ""  # it may hold a password too
    return urlunsplit((parts.scheme, user + host, parts.path, query, ""))


def request_lifetime(lifetime: float) -> int:
    """How many seconds the list of requests must live for a request that may wait ``lifetime`` seconds in it."""
    return max(MIN_LIST_LIFETIME, int(lifetime) + 1 + LIFETIME_MARGIN)


def new_client_id() -> str:
    """A name for the replies of one client, which no other has."""
    return secrets.token_hex(16)


def offset_of(reply: tuple[int, int], before: float, after: float) -> float:
    """By how many seconds the broker's clock is ahead of ours, from its TIME and our times before and after asking."""
    seconds, microseconds = reply
    return seconds + microseconds / 1_000_000 - (before + after) / 2
