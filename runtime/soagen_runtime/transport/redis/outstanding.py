"""The requests of a blocking client that are sent at once and asked for later: many on one list of replies.

Any thread may ask for any of them. Whoever asks first reads for all; what comes for another is kept for it. Requests
leave over a connection of their own, so that nobody who sends has to wait for somebody who reads.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from soagen_runtime.errors import CallTimeout, ConnectionFailed
from soagen_runtime.transport.redis.calling import PAUSE, Lines, pushed
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.link import BlockingLink, accepted
from soagen_runtime.transport.redis.masters import MAX_BLOCK, SLACK, SOCKET_TIMEOUT, Master
from soagen_runtime.transport.redis.origin import NamedMaster
from soagen_runtime.transport.replies import ReplyReader, checked
from soagen_runtime.wire import InvalidMessage, ReplyMessage

MOST_READ = 100  # replies read at once

log = logging.getLogger("soagen.client")


@dataclass(eq=False, slots=True)
class _Owed:
    """A request that was sent. ``reply`` is None until it is there."""

    reply: ReplyMessage | InvalidMessage | None = None


class Outstanding:
    """A list of replies, and the requests that wait for one there."""

    def __init__(self, master: Master, lines: Lines, clock: Clock) -> None:
        self.lines = lines
        self._clock = clock
        self._sending = threading.Lock()
        self._sending_link = BlockingLink(master)
        self._master = NamedMaster(self._sending_link)
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._reading = threading.Condition()
        self._reading_link = BlockingLink(master)
        self._somebody_reads = False
        self._reader = ReplyReader()
        self._owed: dict[int, _Owed] = {}
        self._breadth = 0
        self._is_closed = False
        self._was_lost = False  # whether a copy of a request may be under way on a connection that was lost
        self.is_spent = False
        """Whether later requests need another list: of one that was given up between two pieces of its reply, the rest
        may come, or never.
        """

    def place(self) -> Place:
        """A channel for one request."""
        return Place(self, next(self._ids))

    def _check(self) -> None:
        if self._is_closed:
            raise ConnectionFailed(f"the client of {self.lines.service} was closed")

    # --- sending

    def master(self, until: float) -> str:
        """The name of the Redis that requests go to. Raises `ConnectionFailed`."""
        self._check()
        with self._alone(until):
            return self._master.name(until - self._clock.now() + SLACK)

    def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        """Puts a request into the list now. Raises `TransportError`."""
        self._check()
        with self._alone(until):
            if awaited:
                self._owed[request_id] = _Owed()
            self._send(message, lifetime, until)

    @contextmanager
    def _alone(self, until: float) -> Iterator[None]:
        # Who has to wait longer than it has time, for one that cannot reach Redis, would not reach it either.
        if not self._sending.acquire(timeout=max(0.0, until - self._clock.now())):
            raise ConnectionFailed(f"a request to {self.lines.service} could not be sent in time", never_left=True)
        try:
            yield
        finally:
            self._sending.release()

    def _send(self, message: bytes, lifetime: float, until: float) -> None:
        number, left = next(self._numbers), False
        while True:
            try:
                self._push(number, lifetime, message, until - self._clock.now() + SLACK)
                return
            except ConnectionFailed as error:
                left = left or not error.never_left
                if not left:
                    raise
                self._was_lost = True
                failure = ConnectionFailed(str(error))
            self._check()
            if self._clock.now() + PAUSE >= until:
                raise failure
            time.sleep(PAUSE)

    def _push(self, number: int, lifetime: float, message: bytes, patience: float) -> None:
        for whole in (False, True):
            request = self.lines.push(number, lifetime, message, whole=whole)
            (reply,) = self._sending_link.exchange_now(request, 1, patience=patience)
            if pushed(self.lines.service, reply):
                return

    # --- receiving

    def receive(self, request_id: int, until: float) -> ReplyMessage:
        """The reply to a request; looked for once at least, also if ``until`` is over. Raises `CallTimeout`,
        `ReplyInvalid` and `TransportError`.
        """
        owed = self._owed[request_id]
        looked, failure = False, None
        while True:
            self._check()
            with self._reading:
                if owed.reply is not None:
                    return checked(owed.reply)
                remaining = until - self._clock.now()
                if remaining <= 0 and looked:
                    raise failure or CallTimeout(f"no reply of {self.lines.service} in time")
                if self._somebody_reads:
                    looked = not self._reading.wait(max(0.0, min(remaining, MAX_BLOCK))) or looked
                    continue
                self._somebody_reads = True
            looked, failure = True, self._read_for_all(min(remaining, MAX_BLOCK))
            if failure is not None:
                time.sleep(max(0.0, min(remaining, PAUSE)))

    def _read_for_all(self, seconds: float) -> ConnectionFailed | None:
        """Reads, and hands out what came. Returns what kept it from reading. Raises `TransportError` for what another
        attempt would not mend.
        """
        messages: list[bytes] = []
        try:
            messages = self._read(seconds)
        except ConnectionFailed as error:
            if error.never_left:
                self.lines.inbox.unsent()
            return error
        finally:
            with self._reading:
                self._somebody_reads = False
                self._reading.notify_all()
                for data in messages:
                    for reply in self._reader.read(data):
                        self._hand_out(reply)
        return None

    def _read(self, seconds: float) -> list[bytes]:
        inbox = self.lines.inbox
        request = inbox.read(seconds, min(self._breadth, len(self._owed) - 1))
        patience = max(0.0, seconds) + SLACK if seconds < MAX_BLOCK else SOCKET_TIMEOUT
        answers = self._reading_link.exchange_now(b"".join(request), len(request), patience=patience)
        messages = inbox.took(accepted(answers))
        self._breadth = min(2 * len(messages), MOST_READ)
        return messages

    def _hand_out(self, reply: ReplyMessage | InvalidMessage) -> None:
        owed = self._owed.get(reply.request_id) if type(reply.request_id) is int else None
        if owed is not None:
            owed.reply = reply
        elif isinstance(reply, InvalidMessage):
            # Nobody can say whose it was; a call that waits for it ends at its deadline.
            log.warning("dropped what came as a reply of %s: %s", self.lines.service, reply)

    # --- letting go

    def give_up(self, request_id: int) -> None:
        """Drops the reply to a request, whether it is there or not."""
        owed = self._owed.pop(request_id, None)
        if owed is not None and owed.reply is None and self._reader.is_midway:
            self.is_spent = True

    def leave(self) -> None:
        """Lets the connections go, as `drop`, and leaves nothing in Redis if nobody waits."""
        self._is_closed = True
        self._reading_link.drop()
        if not (self._owed or self._was_lost):
            self._sending_link.leave(self.lines.gone())

    def drop(self) -> None:
        """Lets the connections go; whoever still waits is told."""
        self._is_closed = True
        self._sending_link.drop()
        self._reading_link.drop()


class Place:
    """The channel of one request among others."""

    def __init__(self, outstanding: Outstanding, request_id: int) -> None:
        self.reply_to = outstanding.lines.reply_to
        self._outstanding = outstanding
        self._request_id = request_id

    def next_request_id(self) -> int:
        return self._request_id

    async def master(self, until: float) -> str:
        return self._outstanding.master(until)

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        self._outstanding.send(request_id, message, lifetime=lifetime, until=until, awaited=awaited)

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        return self._outstanding.receive(request_id, until)

    def release(self) -> None:
        self._outstanding.give_up(self._request_id)
