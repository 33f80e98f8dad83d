"""How a client receives: replies are moved into an inbox, and stay there until the next write says that they were read
(``docs/delivery.md``, "Receiving").

What was on its way when a connection was lost is therefore still in Redis. But a lost connection may go on there for a
while: its last write may be executed late, and Redis serves a blocked client that it does not know to be gone. So
after a loss nobody knows what is still to arrive in that inbox, or to be deleted from it. It is left, and another one
is used; the old one is looked at, again and again, until nothing can arrive there any more, and what was not given yet
is given. No two replies, or pieces of replies, have the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from soagen_runtime.transport.redis.lease import SETTLED_DOWN
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.wire import keys

LIFETIME: Final = 60
"""Seconds after which the inbox of a client that is gone is gone too."""

MOST_LEFT: Final = 64
"""Of inboxes that were left, no more than the newest are looked at."""

LOOK: Final = 0.05
"""Seconds between two looks at an inbox that was left."""


class _Left:
    """An inbox that was left. ``until`` is when it is not looked at any more, on the monotonic clock."""

    __slots__ = ("given", "key", "look", "until")

    def __init__(self, key: str, given: Sequence[bytes]) -> None:
        self.key = key
        self.look = pack("LRANGE", key, 0, -1) + pack("EXPIRE", key, LIFETIME)
        self.given = set(given)
        self.until: float | None = None  # counts from when Redis was heard again


class Inbox:
    """The inbox of one list of replies, for one reader at a time. It writes nothing: it says what to write, and what
    the answers hold.
    """

    def __init__(self, service: str, channel: str, replies: str) -> None:
        self._service = service
        self._channel = channel
        self._replies = replies
        self._generation = 0
        self._left: list[_Left] = []
        self._done: list[str] = []  # keys that hold nothing that was not given
        self._given: Sequence[bytes] = ()
        self._open(keys.inbox(service, channel))

    def _open(self, key: str) -> None:
        self._key = key
        self._more = pack("LMOVE", self._replies, key, "LEFT", "RIGHT")
        self._kept = pack("EXPIRE", key, LIFETIME)
        self._emptied = pack("DEL", key)

    # --- what to write

    def before(self) -> list[bytes]:
        """What to write before anything else: forgets what was read. One reply each."""
        written = [self._emptied] if self._given else []
        if self._done:
            written.append(pack("DEL", *self._done))
            self._done = []
        return written

    def wait(self, seconds: float, most: int = 1) -> list[bytes]:
        """What to write to receive up to ``most`` replies, for the first of which Redis waits. One reply each, for
        `received`.
        """
        if seconds <= 0:
            first = self._more
        else:
            seconds = min(seconds, LOOK) if self._left else seconds
            first = pack("BLMOVE", self._replies, self._key, "LEFT", "RIGHT", max(0.001, round(seconds, 3)))
        return [first, *[self._more] * (most - 1), self._kept]

    def received(self, answers: Sequence[Any]) -> Sequence[bytes]:
        """The messages in the answers to `wait`."""
        self._given = [data for data in answers[:-1] if data is not None]
        return self._given

    # --- after a connection was lost

    def lost(self) -> None:
        """Takes note that the connection was lost over which was written."""
        self._done += [left.key for left in self._left[: -MOST_LEFT + 1]]
        self._left = [*self._left[-MOST_LEFT + 1 :], _Left(self._key, self._given)]
        self._given = ()
        self._generation += 1
        self._open(keys.inbox(self._service, f"{self._channel}.{self._generation}"))

    def keys(self) -> list[str]:
        """The keys that were not deleted, if no more will be received."""
        return [self._key, *self._done, *(left.key for left in self._left)]

    @property
    def is_in_doubt(self) -> bool:
        """Whether something may still arrive in an inbox that was left: then `look` comes before `wait`."""
        return bool(self._left)

    def look(self) -> tuple[bytes, int]:
        """What to write to look at the inboxes that were left, and how many replies that has, for `found`."""
        return b"".join([left.look for left in self._left]), 2 * len(self._left)

    def found(self, answers: Sequence[Any]) -> list[bytes]:
        """The messages in the answers to `look` that were not given yet."""
        now, found = time.monotonic(), list[bytes]()
        for left, entries in zip(self._left, answers[::2], strict=True):
            fresh = [data for data in entries if data not in left.given]
            left.given.update(fresh)
            found += fresh
            if left.until is None:
                left.until = now + SETTLED_DOWN
        self._done += [left.key for left in self._left if left.until is not None and left.until <= now]
        self._left = [left for left in self._left if left.until is None or left.until > now]
        return found
