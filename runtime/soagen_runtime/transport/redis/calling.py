"""What both kinds of client write, and what the answers mean (``docs/delivery.md``, "Sending", "Receiving").

A request has a number in its channel, and Redis remembers the last one: a request can be sent again and again, over
new connections, and is put into the list once. So a lost connection is no question of idempotency: the client sends
again, and waits on.

How replies are read is in `soagen_runtime.transport.redis.inbox`.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import redis

from soagen_runtime.errors import NoWorkers, QueueFull, TransportError
from soagen_runtime.transport.redis.inbox import Inbox
from soagen_runtime.transport.redis.resp import is_missing_script, pack, word
from soagen_runtime.transport.redis.scripts import PUSH
from soagen_runtime.wire import keys

CAPACITY: Final = 10_000
"""Messages in a list; PySOA's `queue_capacity`."""

ABSENCE: Final = 10.0
"""Seconds for which no worker may have been heard of, and then nothing taken, before a service counts as deserted: more
than a restart takes.
"""

MIN_LIST_LIFETIME: Final = 60
"""Seconds; the shared list lives at least as long as PySOA's default would have it."""

LIFETIME_MARGIN: Final = 10
"""Seconds that a list outlives its messages, as in PySOA."""

PAUSE: Final = 0.05
"""Seconds between attempts to reach a Redis that is away."""


_ARGUMENTS = 6  # of the script that pushes a request
_LIMITS = word(CAPACITY) + word(int(ABSENCE * 1000))


def new_client_id() -> str:
    """A name for the replies of one client, which no other has."""
    return secrets.token_hex(16)


def request_lifetime(lifetime: float) -> int:
    """How many seconds the list of requests must live for a request that may wait ``lifetime`` seconds in it."""
    return max(MIN_LIST_LIFETIME, int(lifetime) + 1 + LIFETIME_MARGIN)


class Lines:
    """The keys of one channel, what puts a request into the list, and the inbox that replies are read from."""

    def __init__(self, service: str, client_id: str, number: int) -> None:
        self.service = service
        self.reply_to = keys.reply_address(service, client_id, number)
        channel = f"{client_id}!{number}"
        self._keys = (keys.request_list(service), keys.sent(service, channel), keys.seen(service), keys.head(service))
        self._push = PUSH.head(*self._keys, arguments=_ARGUMENTS)
        self.inbox = Inbox(service, channel, keys.reply_list(self.reply_to))

    def gone(self) -> bytes:
        """Deletes what is kept for this channel, which is not used any more: only if no copy of a request of its can
        still be under way.
        """
        return pack("DEL", self._keys[1], *self.inbox.keys())

    def push(self, number: int, lifetime: float, message: bytes, *, after: int = 0, whole: bool = False) -> bytes:
        """Puts a request into the list, unless it was there already; refused if ``after``, which was sent before it,
        is not there.
        """
        head = PUSH.head(*self._keys, arguments=_ARGUMENTS, whole=True) if whole else self._push
        seconds = request_lifetime(lifetime)
        return b"%b%b%b%b%b%b" % (head, word(number), word(after), word(seconds), _LIMITS, word(message))


def pushed(service: str, reply: Any) -> bool:
    """Whether a request is in the list; False if it, or the one before it, has to be sent again with the whole script.
    Raises `QueueFull`, `NoWorkers` and `TransportError`.
    """
    if not isinstance(reply, redis.ResponseError):
        return True
    text = str(reply)
    if is_missing_script(reply) or "GAP" in text:
        return False
    if "QUEUEFULL" in text:
        raise QueueFull(f"the list of {service} is at its capacity of {CAPACITY} messages; try again later") from reply
    if "NOWORKERS" in text:
        raise NoWorkers(f"nobody serves {service}: its last worker was heard of more than {ABSENCE:g} s ago") from reply
    raise TransportError(f"Redis refused a request: {text}") from reply
