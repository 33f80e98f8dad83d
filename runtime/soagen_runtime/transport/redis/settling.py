"""The commands on a slot. The last ends a request: its reply goes out and its slot is emptied, in one transaction.

::

    MULTI
    RPUSHX slot reply...        the fence: only a slot that still holds the request takes the reply
    LMOVE slot replies          once for each piece; moves nothing where the fence held it back
    DEL slot
    EXPIRE replies              once for each list
    EXEC

Several requests that end at the same time are settled in one transaction. A slot that was emptied by another (who
buried this worker, and answered) makes all of it do nothing. So does a settle that is sent for the second time, since
no slot of an identity is used again before its settle was acknowledged: when in doubt, send it again. No script: the
payload would be copied, and packed, once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from soagen_runtime.core.transport import Nothing, Outcome, Reply
from soagen_runtime.core.verdict import REPLY_LIFETIME
from soagen_runtime.errors import TransportError
from soagen_runtime.transport.redis.lease import Identity
from soagen_runtime.transport.redis.resp import pack, word
from soagen_runtime.wire import keys

DEAD_LENGTH: Final = 10_000
"""About how many lines the dead stream keeps."""

_MULTI: Final = pack("MULTI")
_EXEC: Final = pack("EXEC")
_RIGHT_RIGHT: Final = word("RIGHT") * 2
_EXPIRE: Final = b"*3\r\n" + word("EXPIRE")
_LIFETIME: Final = word(int(REPLY_LIFETIME))


class Settle(NamedTuple):
    """What is written to settle one request, and how many results that has. ``replies`` is the list that a reply goes
    to; without one there is no fence.
    """

    identity: Identity
    slot: int
    request: bytes
    answers: int
    replies: bytes | None = None


def in_one(settles: Sequence[Settle]) -> tuple[bytes, int]:
    """Several settles in one transaction, and how many replies come back; the last of them has the results."""
    if not settles:
        return b"", 0
    lists = dict.fromkeys([settle.replies for settle in settles if settle.replies is not None])
    expiries = [_EXPIRE + replies + _LIFETIME for replies in lists]
    request = b"".join((_MULTI, *[settle.request for settle in settles], *expiries, _EXEC))
    return request, 2 + len(expiries) + sum([settle.answers for settle in settles])


def results(settles: Sequence[Settle], reply: Any) -> list[bool]:
    """Whether each outcome was taken: False where another had decided. Raises `TransportError` where Redis refused
    them all.
    """
    if not isinstance(reply, list):
        raise TransportError(f"Redis refused a reply: {reply}")
    taken, at = [], 0
    for settle in settles:
        taken.append(settle.replies is None or bool(reply[at]))
        at += settle.answers
    return taken


class SlotCommands:
    """The commands on one slot: all that is the same each time is packed once."""

    def __init__(self, service: str, slot: str) -> None:
        requests = keys.request_list(service)
        self.take = pack("LMOVE", requests, slot, "LEFT", "RIGHT")
        """The next request, if there is one."""
        self.put_back = pack("LMOVE", slot, requests, "LEFT", "LEFT")
        """What is in the slot goes back."""
        self._wait = b"*6\r\n" + b"".join(map(word, ("BLMOVE", requests, slot, "LEFT", "RIGHT")))
        self._service = service
        self._emptied = pack("DEL", slot)
        self._move = b"*5\r\n" + word("LMOVE") + word(slot)
        self._begin = b"*%d\r\n" + word("RPUSHX") + word(slot)

    def wait(self, seconds: float) -> bytes:
        """The next request, waited for."""
        return self._wait + word(max(0.001, round(seconds, 3)))

    def settle(self, identity: Identity, index: int, outcome: Outcome, size: int) -> Settle:
        """The way to settle a request of ``size`` bytes whose reply list, if any, is at the same Redis."""
        match outcome:
            case Reply(reply_to, messages):
                replies = _reply_list(reply_to)
                parts = [self._begin % (2 + len(messages))]
                for message in reversed(messages):
                    parts += (b"$%d\r\n" % len(message), message, b"\r\n")
                parts += (self._move, replies, _RIGHT_RIGHT) * len(messages)
                parts.append(self._emptied)
                return Settle(identity, index, b"".join(parts), len(messages) + 2, replies)
            case Nothing(reason, dropped=True, about=about):
                line = pack(*dead_line(self._service, reason, size, about))
                return Settle(identity, index, line + self._emptied, 2)
            case Nothing():
                return Settle(identity, index, self._emptied, 1)


@lru_cache(maxsize=4096)
def _reply_list(reply_to: str) -> bytes:
    return word(keys.reply_list(reply_to))


def dead_line(service: str, reason: str, size: int, about: Mapping[str, str]) -> tuple[str | int, ...]:
    """The command that writes down what was dropped: why, how big it was, and its ids; never what was in it."""
    words = [word for pair in about.items() for word in pair]
    return ("XADD", keys.dead(service), "MAXLEN", "~", DEAD_LENGTH, "*", "reason", reason, "bytes", size, *words)
