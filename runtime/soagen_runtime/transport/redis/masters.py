"""The Redis servers that a URL names, and PySOA's way of choosing among them.

The library's own retries are off: one that resends decides for itself whether a request may run twice
(``docs/delivery.md``).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

from soagen_runtime.errors import ConfigurationError, ConnectionFailed
from soagen_runtime.wire import keys

C = TypeVar("C")

MAX_BLOCK = 1.0  # seconds; a blocking command is repeated rather than made longer
SOCKET_TIMEOUT = MAX_BLOCK + 1.0  # seconds; a reply that takes longer than the block has lost its sender
SLACK = 0.1  # seconds that a Redis which was asked to answer at a deadline may take to do so
CONNECT_TIMEOUT = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Master:
    """One Redis. ``shown`` is its URL without password."""

    url: str = field(repr=False)
    shown: str

    def options(self, patience: float = SOCKET_TIMEOUT) -> dict[str, Any]:
        """Keyword arguments for either face of the library; each step of connecting may take ``patience`` seconds."""
        return {
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": patience,
            "socket_connect_timeout": min(patience, CONNECT_TIMEOUT),
            "health_check_interval": 0,
            "decode_responses": False,
            "protocol": 2,
        }

    def failed(self, error: Exception, *, never_left: bool = False) -> ConnectionFailed:
        """The library's error, or the system's, as ours."""
        return ConnectionFailed(f"no connection to {self.shown}: {error}", never_left=never_left)


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
        yield _joined(parts.scheme, credentials + at + address, parts.path, parts.query)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = (parts.username or "") + ":***@" if "@" in parts.netloc else ""
    query = "..." if parts.query else ""  # it may hold a password too
    return _joined(parts.scheme, user + host, parts.path, query)


def _joined(scheme: str, place: str, path: str, query: str) -> str:
    # `urlunsplit` would leave out the slashes of a scheme that it does not know, where no host comes after them.
    return f"{scheme}://{place}{path}{'?' * bool(query)}{query}"
