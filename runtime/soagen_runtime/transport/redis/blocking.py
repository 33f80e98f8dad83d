"""The blocking client: a channel for each call under way, with a connection of its own.

Request and wait for the reply leave in one write: one round trip a call. For what is sent now and asked for later, see
`outstanding`.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from soagen_runtime.errors import CallTimeout, ConnectionFailed
from soagen_runtime.transport.redis.calling import PAUSE, Lines, new_client_id, pushed
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.link import BlockingLink, accepted
from soagen_runtime.transport.redis.masters import MAX_BLOCK, SLACK, SOCKET_TIMEOUT, Master, Ring
from soagen_runtime.transport.redis.origin import NamedMaster
from soagen_runtime.transport.redis.outstanding import Outstanding, Place
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.transport.replies import ReplyReader, checked, is_for
from soagen_runtime.wire import ReplyMessage, keys

_TIME = pack("TIME")


class BlockingEnd:
    """The calling end of a blocking client."""

    def __init__(self, masters: Sequence[Master]) -> None:
        self._masters = masters
        self._lock = threading.Lock()
        self._clock = Clock()
        self._channels: weakref.WeakSet[BlockingChannel] = weakref.WeakSet()
        self._outstanding: dict[tuple[str, int], Outstanding] = {}
        self._ever_outstanding: weakref.WeakSet[Outstanding] = weakref.WeakSet()
        self._forget()

    def _forget(self) -> None:
        """A new identity: after a fork, two processes must not read one list of replies."""
        self._drop_all()
        self._pid = os.getpid()
        self._client_id = new_client_id()
        self._numbers = itertools.count(1)
        self._ring = Ring(range(len(self._masters)))

    async def now(self, within: float = SOCKET_TIMEOUT) -> float:
        if not self._clock.is_set:
            link = BlockingLink(self._masters[0])
            before = time.monotonic()
            (reply,) = accepted(await link.exchange(_TIME, 1, patience=within))
            self._clock.heard(reply, before)
            await link.close()
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def open(self, service: str, *, shared: bool = False) -> BlockingChannel | Place:
        with self._lock:
            if self._pid != os.getpid():
                self._forget()
            master = self._ring.next()
            if shared:
                return self._outstanding_of(service, master).place()
            idle = self._idle[service, master]
            if idle:
                return idle.pop()
            lines = self._lines(service, master)
            channel = BlockingChannel(BlockingLink(self._masters[master]), lines, self._clock, self, (service, master))
            self._channels.add(channel)
            return channel

    def _outstanding_of(self, service: str, master: int) -> Outstanding:
        found = self._outstanding.get((service, master))
        if found is None or found.is_spent:
            found = Outstanding(self._masters[master], self._lines(service, master), self._clock)
            self._outstanding[service, master] = found
            self._ever_outstanding.add(found)
        return found

    def _lines(self, service: str, master: int) -> Lines:
        """Lines whose replies come back at the master that the request goes to."""
        while True:
            lines = Lines(service, self._client_id, next(self._numbers))
            if keys.master_of_reply_list(keys.reply_list(lines.reply_to), len(self._masters)) == master:
                return lines

    def give_back(self, channel: BlockingChannel) -> None:
        """Takes a channel whose call has ended."""
        with self._lock:
            if channel in self._channels:  # else it is another process' channel, or was closed
                self._idle[channel.place].append(channel)

    async def close(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                for channel in itertools.chain.from_iterable(self._idle.values()):
                    channel.leave()
                for outstanding in self._outstanding.values():
                    outstanding.leave()
            self._drop_all()

    def _drop_all(self) -> None:
        for channel in list(self._channels):
            channel.drop()
        for outstanding in list(self._ever_outstanding):
            outstanding.drop()
        self._channels.clear()
        self._idle: defaultdict[tuple[str, int], list[BlockingChannel]] = defaultdict(list)
        self._outstanding = {}
        self._ever_outstanding.clear()


class BlockingChannel:
    """A list of replies, used by one call at a time. ``place`` is the service and the master that it is for."""

    def __init__(
        self, link: BlockingLink, lines: Lines, clock: Clock, end: BlockingEnd, place: tuple[str, int]
    ) -> None:
        self.reply_to = lines.reply_to
        self.place = place
        self._link = link
        self._master = NamedMaster(link)
        self._lines = lines
        self._clock = clock
        self._end = weakref.ref(end)  # a client that is forgotten lets its connections go
        self._reader = ReplyReader()
        self._ids = itertools.count(1)
        self._sent = itertools.count(1)
        self._outgoing: tuple[int, float, bytes] | None = None
        self._is_closed = False
        self._pushed_over = 0  # the generation of the connection over which a request was pushed
        self._was_lost = False  # whether a copy of a request may be under way on a connection that was lost

    def next_request_id(self) -> int:
        return next(self._ids)

    async def master(self, until: float) -> str:
        return self._master.name(until - self._clock.now() + SLACK)

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        self._outgoing = (next(self._sent), lifetime, message)
        if not awaited:
            await self._exchange_until(until, lambda remaining: self._push_alone(remaining + SLACK))

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        async def turn(remaining: float) -> ReplyMessage | None:
            for data in await self._turn(min(remaining, MAX_BLOCK), remaining + SLACK):
                for reply in self._reader.read(data):
                    # A reply to an earlier call, one that was given up, is dropped here.
                    if is_for(request_id, reply):
                        return checked(reply)
            return None

        reply: ReplyMessage = await self._exchange_until(until, turn)
        return reply

    async def _exchange_until(self, until: float, turn: Any) -> Any:
        """Takes turns, over new connections where one is lost, until one gives something."""
        failure: ConnectionFailed | None = None
        left = False
        while (remaining := until - self._clock.now()) > 0:
            if self._is_closed:
                self._link.drop()  # it may have connected anew since
                raise ConnectionFailed(f"the client of {self._lines.service} was closed")
            try:
                result = await turn(remaining)
            except ConnectionFailed as error:
                if error.never_left:
                    self._lines.inbox.unsent()
                else:
                    left = self._was_lost = True
                if self._outgoing is not None and not left:
                    self._outgoing = None
                    raise  # at once: nothing of this call has ever left
                remaining = until - self._clock.now()
                if remaining > 0 or failure is not None:  # else Redis was silent, and that alone is known
                    failure = ConnectionFailed(str(error))
                time.sleep(max(0.0, min(remaining, PAUSE)))
                continue
            if result is not None:
                return result
            failure = None
        self._outgoing = None
        if failure is not None:
            raise failure
        raise CallTimeout(f"no reply of {self._lines.service} in time")

    async def _push_alone(self, patience: float) -> bool:
        assert self._outgoing is not None, "there is a request to be sent"
        for whole in (False, True):
            (reply,) = await self._link.exchange(self._lines.push(*self._outgoing, whole=whole), 1, patience=patience)
            if pushed(self._lines.service, reply):
                break
        self._outgoing = None
        return True

    async def _turn(self, seconds: float, patience: float, *, whole: bool = False) -> Iterable[bytes]:
        """What is still to be sent goes out, and what came is given, for which Redis is given ``seconds``: one round
        trip. Raises `TransportError`, and that when Redis was silent for ``patience`` seconds.
        """
        inbox = self._lines.inbox
        if inbox.is_in_doubt:
            read = inbox.read(0)
            messages = inbox.took(accepted(await self._link.exchange(b"".join(read), len(read), patience=patience)))
            if messages:
                return messages
        # The first request over a connection has the whole script in it: one whose script Redis does not know would
        # leave a wait for its reply behind, and the inbox in doubt.
        whole = whole or self._pushed_over != self._link.generation or not self._link.is_connected
        push = [] if self._outgoing is None else [self._lines.push(*self._outgoing, whole=whole)]
        request = [*push, *inbox.read(seconds)]
        replies = await self._link.exchange(b"".join(request), len(request), len(push), patience)
        if push:
            if not self._was_pushed(replies[0]):
                return await self._turn(seconds, patience, whole=True)
            self._outgoing = None
            self._pushed_over = self._link.generation
        return inbox.took(accepted(replies[len(push) :]))

    def _was_pushed(self, reply: Any) -> bool:
        try:
            return pushed(self._lines.service, reply)
        except BaseException:
            self._outgoing = None
            raise

    def release(self) -> None:
        # Of a call that was given up between two pieces of its reply, the rest may still come; nobody shall read it.
        if self._reader.is_midway:
            self._link.drop()
        else:
            end = self._end()
            if end is not None:
                end.give_back(self)

    def leave(self) -> None:
        """Lets the connection go, and leaves nothing in Redis; for a channel that is not in use."""
        if not self._was_lost:
            self._link.leave(self._lines.gone())

    def drop(self) -> None:
        """Lets the connection go; a call under way is told."""
        self._is_closed = True
        self._link.drop()
