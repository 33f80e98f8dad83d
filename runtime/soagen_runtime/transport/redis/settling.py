"""The end of a request: its reply goes out and its slot is emptied, in one transaction with a fence before it.

::

    MULTI
    RPUSHX slot reply...        the fence: only a slot that still holds the request takes the reply
    LMOVE slot replies          once for each piece; moves nothing where the fence held it back
    EXPIRE replies
    DEL slot
    EXEC

A slot that was emptied by another (who buried this worker, and answered) makes all of it do nothing. So does a settle
that is sent for the second time, since no slot of an identity is used again before its settle was acknowledged: when
in doubt, send it again. No script: the payload would be copied, and packed, once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from soagen_runtime.core.transport import Nothing, Outcome, Reply
from soagen_runtime.core.verdict import REPLY_LIFETIME
from soagen_runtime.errors import TransportError
from soagen_runtime.transport.redis.lease import Identity
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.wire import keys

DEAD_LENGTH: Final = 1000
"""About how many lines the dead stream keeps."""

_MULTI: Final = pack("MULTI")
_EXEC: Final = pack("EXEC")


@dataclass(frozen=True, slots=True)
class Settle:
    """What is written to settle one request, and how many replies come back."""

    identity: Identity
    index: int
    request: bytes
    count: int
    fenced: bool = True

    def delivered(self, replies: list[Any]) -> bool:
        """Whether the outcome was taken. False where another had decided. Raises `TransportError` where Redis refused
        it.
        """
        if not self.fenced:
            return True
        result = replies[-1]
        if not isinstance(result, list):
            raise TransportError(f"Redis refused a reply: {result}")
        return bool(result[0])


def settle(service: str, identity: Identity, index: int, outcome: Outcome, size: int) -> Settle:
    """The way to settle a request of ``size`` bytes whose reply list, if any, is at the same Redis."""
    slot = identity.slots[index]
    match outcome:
        case Reply(reply_to, messages):
            replies = keys.reply_list(reply_to)
            move = pack("LMOVE", slot, replies, "RIGHT", "RIGHT")
            parts = [
                _MULTI,
                pack("RPUSHX", slot, *reversed(messages)),
                *[move] * len(messages),
                pack("EXPIRE", replies, int(REPLY_LIFETIME)),
                pack("DEL", slot),
                _EXEC,
            ]
            return Settle(identity, index, b"".join(parts), len(parts))
        case Nothing(reason, dropped=True):
            line = pack(*dead_line(service, reason, size))
            return Settle(identity, index, line + pack("DEL", slot), 2, fenced=False)
        case Nothing():
            return Settle(identity, index, pack("DEL", slot), 1, fenced=False)


def dead_line(service: str, reason: str, size: int) -> tuple[str | int, ...]:
    """The command that writes down what was dropped: why, and how big it was; never what was in it."""
    return ("XADD", keys.dead(service), "MAXLEN", "~", DEAD_LENGTH, "*", "reason", reason, "bytes", size)
