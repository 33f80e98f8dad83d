"""A channel's inbox: replies are read so that none is lost with a connection, and none is read twice.

A reply is moved from the list of replies into the inbox, and stays there until the next read, which empties it. So what
was on its way when a connection was lost is still in Redis. But a lost connection may go on there for a while: its last
write may be executed late, and Redis serves a client that waits and is gone, until it notices. Nobody knows what is
still to arrive in that inbox, or to be deleted from it. So it is left, and another one is used; the old one is looked
at, every now and then, until nothing can arrive there any more. What was given already is known by its bytes, which no
two replies, or pieces of replies, share: a piece that is read twice cannot be told from that of another reply.

Nothing here does I/O: `Inbox.read` gives the commands of the next read, and `Inbox.took` is given their answers. A read
whose answers never come, for whatever reason, counts as lost.
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

LOOK: Final = 0.05
"""Seconds between two looks at inboxes that were left."""

MOST_LEFT: Final = 64
"""Of inboxes that were left, no more than the newest are looked at."""


class _Left:
    """An inbox that was left. ``until`` is when it is not looked at any more, on the monotonic clock."""

    __slots__ = ("given", "key", "look", "until")

    def __init__(self, key: str, given: Sequence[bytes]) -> None:
        self.key = key
        self.look = (pack("LRANGE", key, 0, -1), pack("EXPIRE", key, LIFETIME))
        self.given = set(given)
        self.until: float | None = None  # it counts from when Redis was heard again

    def is_over(self, now: float) -> bool:
        return self.until is not None and self.until <= now


class Inbox:
    """See the module. ``is_in_doubt`` is whether something may be in an inbox that was left: then the next read, and
    every other one after it, looks there and does not wait.
    """

    def __init__(self, service: str, channel: str, replies: str) -> None:
        self._service = service
        self._channel = channel
        self._replies = replies
        self._generation = 0
        self._given: list[bytes] = []  # what is in the inbox, and was given
        self._left: list[_Left] = []
        self._looks = False  # whether the last read looked at what was left
        self._was_read = False
        self._ended: list[str] = []  # inboxes that are not looked at any more
        self._open(keys.inbox(service, channel))

    def _open(self, key: str) -> None:
        self._key = key
        self._emptied = pack("DEL", key)
        self._moved = pack("LMOVE", self._replies, key, "LEFT", "RIGHT")
        self._kept = pack("EXPIRE", key, LIFETIME)

    @property
    def is_in_doubt(self) -> bool:
        """See the class."""
        return bool(self._left) or self._was_read

    def read(self, seconds: float, more: int = 0) -> list[bytes]:
        """The commands that read the next reply, waited for up to ``seconds``, and up to ``more`` beside it."""
        if self._was_read and not self._looks:
            self._leave()
        self._was_read, self._looks = True, bool(self._left) and not self._looks
        if self._looks:
            return [command for left in self._left for command in left.look]
        commands = self._forget()
        if self._left:
            seconds = min(seconds, LOOK)
        commands.append(self._awaited(seconds) if seconds > 0 else self._moved)
        return [*commands, *[self._moved] * more, self._kept]

    def _awaited(self, seconds: float) -> bytes:
        return pack("BLMOVE", self._replies, self._key, "LEFT", "RIGHT", max(0.001, round(seconds, 3)))

    def _forget(self) -> list[bytes]:
        commands = [self._emptied] if self._given else []
        if self._ended:
            commands.append(pack("DEL", *self._ended))
            self._ended = []
        self._before = len(commands)
        return commands

    def took(self, answers: Sequence[Any]) -> list[bytes]:
        """The messages in the answers to the last `read`, none of which is an error."""
        self._was_read = False
        if self._looks:
            return self._found(answers)
        self._given = [data for data in answers[self._before : -1] if data is not None]
        return self._given

    def unsent(self) -> None:
        """Takes note that the commands of the last `read` never left."""
        self._was_read = False

    def keys(self) -> list[str]:
        """All keys that may be there."""
        return [self._key, *self._ended, *(left.key for left in self._left)]

    # --- after a loss

    def _leave(self) -> None:
        self._ended += [left.key for left in self._left[: -MOST_LEFT + 1]]
        self._left = [*self._left[-MOST_LEFT + 1 :], _Left(self._key, self._given)]
        self._given = []
        self._generation += 1
        self._open(keys.inbox(self._service, f"{self._channel}.{self._generation}"))

    def _found(self, answers: Sequence[Any]) -> list[bytes]:
        now, found = time.monotonic(), list[bytes]()
        for left, entries in zip(self._left, answers[::2], strict=True):
            fresh = [data for data in entries if data not in left.given]
            left.given.update(fresh)
            found += fresh
            if left.until is None:
                left.until = now + SETTLED_DOWN
        self._ended += [left.key for left in self._left if left.is_over(now)]
        self._left = [left for left in self._left if not left.is_over(now)]
        return found
