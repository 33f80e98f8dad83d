"""The requests of a blocking client that are sent at once and asked for later: many on one list of replies.

Any thread may ask for any of them. Whoever asks first reads for all; what comes for another is kept for it. Requests
leave over a connection of their own, so that nobody who sends has to wait for somebody who reads.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable

from soagen_runtime.errors import CallTimeout, ConnectionFailed, TransportError
from soagen_runtime.transport.redis.calling import PAUSE, Lines, pushed
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.link import BlockingLink, accepted
from soagen_runtime.transport.redis.masters import MAX_BLOCK, SLACK, SOCKET_TIMEOUT, Master
from soagen_runtime.transport.redis.origin import NamedMaster
from soagen_runtime.transport.replies import ReplyReader, checked
from soagen_runtime.wire import InvalidMessage, ReplyMessage

MOST_READ = 100  # replies read at once


class Outstanding:
    """A list of replies, and the requests that wait for one there."""

    def __init__(self, master: Master, lines: Lines, clock: Clock) -> None:
        self.lines = lines
        self.clock = clock
        self._sending = threading.Lock()
        self._sending_link = BlockingLink(master)
        self._master = NamedMaster(self._sending_link)
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._reading = threading.Condition()
        self._reading_link = BlockingLink(master)
        self._somebody_reads = False
        self._reader = ReplyReader()
        self._waiting: dict[int, ReplyMessage | InvalidMessage | None] = {}
        self._inbox = lines.inbox
        self._breadth = 0
        self._is_closed = False
        self._was_lost = False  # whether a copy of a request may be under way on a connection that was lost

    def place(self) -> Place:
        """A channel for one request."""
        return Place(self, next(self._ids))

    # --- sending

    def master(self, until: float) -> str:
        """The name of the Redis that requests go to. Raises `ConnectionFailed`."""
        with self._sending:
            return self._master.name(until - self.clock.now() + SLACK)

    def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        """Puts a request into the list now. Raises `TransportError`."""
        if awaited:
            self._waiting[request_id] = None
        with self._sending:
            number, left = next(self._numbers), False
            while True:
                try:
                    self._push(number, lifetime, message, until - self.clock.now() + SLACK)
                    return
                except ConnectionFailed as error:
                    left = self._was_lost = left or not error.never_left
                    if not left:
                        raise
                    failure = ConnectionFailed(str(error))
                if self.clock.now() + PAUSE >= until:
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
        looked, failure = False, None
        while True:
            with self._reading:
                if (reply := self._waiting.get(request_id)) is not None:
                    return checked(reply)
                if self._is_closed:
                    raise ConnectionFailed(f"the client of {self.lines.service} was closed")
                remaining = until - self.clock.now()
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
        """Reads, and hands out what came. Returns what kept it from reading."""
        failure, messages = None, []
        try:
            messages = list(self._read(seconds))
        except TransportError as error:
            failure = error if isinstance(error, ConnectionFailed) else ConnectionFailed(str(error))
            if not failure.never_left:
                self._inbox.lost()
        finally:
            with self._reading:
                for data in messages:
                    for reply in self._reader.read(data):
                        if reply.request_id in self._waiting:  # else it was given up
                            self._waiting[reply.request_id] = reply
                self._somebody_reads = False
                self._reading.notify_all()
        return failure

    def _read(self, seconds: float) -> Iterable[bytes]:
        inbox, link = self._inbox, self._reading_link
        patience = seconds + SLACK if seconds < MAX_BLOCK else SOCKET_TIMEOUT
        if inbox.is_in_doubt:
            found = inbox.found(accepted(link.exchange_now(*inbox.look(), patience=patience)))
            if found:
                return found
        before = inbox.before()
        wait = inbox.wait(seconds, max(1, min(self._breadth + 1, len(self._waiting))))
        count = len(before) + len(wait)
        replies = accepted(link.exchange_now(b"".join([*before, *wait]), count, patience=patience))
        messages = inbox.received(replies[len(before) :])
        self._breadth = min(2 * len(messages), MOST_READ)
        return messages

    # --- letting go

    def give_up(self, request_id: int) -> None:
        """Drops the reply to a request, whether it is there or not."""
        self._waiting.pop(request_id, None)

    def leave(self) -> None:
        """Lets the connections go, as `drop`, and leaves nothing in Redis if nobody waits."""
        self._is_closed = True
        if not (self._waiting or self._was_lost):
            self._sending_link.leave(self.lines.gone())
        self.drop()

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
