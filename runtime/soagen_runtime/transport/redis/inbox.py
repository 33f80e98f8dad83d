"""A channel's inbox: replies are read so that none is lost with a connection, and none is read twice.

A reply is moved from the list of replies into the inbox, and stays there until the next read. The inbox is two lists
that take turns: a read empties the one whose replies have arrived, and moves new ones into the other. So when a
connection was lost, the list whose turn it is holds what came with the lost read, and nothing that came before it.
That matters for replies in pieces: a piece that is read twice cannot be told from that of another reply.

Nothing here does I/O: `Inbox.read` gives the commands of the next read, and `Inbox.took` is given their answers. If it
never was, for whatever reason, the next read gives what was on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.wire import keys

LIFETIME: Final = 60
"""Seconds after which the inbox of a client that is gone is gone too."""


class _Side:
    """One of the two lists, and the commands on it."""

    def __init__(self, replies: str, name: str) -> None:
        self._names = (replies, name)
        self.emptied = pack("DEL", name)
        self.held = pack("LRANGE", name, 0, -1)
        self.moved = pack("LMOVE", replies, name, "LEFT", "RIGHT")
        self.kept = pack("EXPIRE", name, LIFETIME)

    def awaited(self, seconds: float) -> bytes:
        return pack("BLMOVE", *self._names, "LEFT", "RIGHT", max(0.001, round(seconds, 3)))


class Inbox:
    """See the module. ``is_in_doubt`` is whether a read was lost: the next one gives what it had, and does not wait."""

    def __init__(self, service: str, channel: str, replies: str) -> None:
        self._side, self._other = (_Side(replies, keys.inbox(service, f"{channel}.{side}")) for side in "ab")
        self._other_is_full = False
        self._asked_again = False
        self.is_in_doubt = False

    def read(self, seconds: float, more: int = 0) -> list[bytes]:
        """The commands that read the next reply, waited for up to ``seconds``, and up to ``more`` beside it."""
        side = self._side
        commands = [self._other.emptied] if self._other_is_full else []
        self._asked_again = self.is_in_doubt
        if self.is_in_doubt:
            commands.append(side.held)
        else:
            commands += [side.awaited(seconds) if seconds > 0 else side.moved, *[side.moved] * more, side.kept]
        self.is_in_doubt = True
        return commands

    def took(self, answers: Sequence[Any]) -> list[bytes]:
        """The messages in the answers to the last `read`, none of which is an error."""
        if self._asked_again:
            messages = list(answers[-1])
        else:
            messages = [data for data in answers[self._other_is_full : -1] if data is not None]
        self.is_in_doubt = False
        self._other_is_full = bool(messages)
        if messages:
            self._side, self._other = self._other, self._side
        return messages
