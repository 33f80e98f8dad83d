"""The asyncio client: the calls of one service share a list of replies, a task that writes and a task that reads.

What is sent while a write is under way leaves together in the next one, in the order of the calls. One task alone
blocks in Redis, and no call ever cancels it; a call that is cancelled merely stops waiting. It takes as many replies
at once as there are.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soagen_runtime.errors import CallTimeout, ConnectionFailed, TransportError
from soagen_runtime.transport.redis.async_link import AsyncLink
from soagen_runtime.transport.redis.calling import PAUSE, Lines, new_client_id, pushed
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.deadlines import Deadlines, Late
from soagen_runtime.transport.redis.link import accepted
from soagen_runtime.transport.redis.masters import MAX_BLOCK, SOCKET_TIMEOUT, Master, Ring
from soagen_runtime.transport.redis.origin import ASK_NAME, name_of
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.transport.replies import ReplyReader, checked
from soagen_runtime.wire import InvalidMessage, ReplyMessage, keys

MOST_SENT = 100  # requests in one write
MOST_READ = 100  # replies read at once

log = logging.getLogger("soagen.client")

_TIME = pack("TIME")


class AsyncEnd:
    """The calling end of an asyncio client. It belongs to the loop that uses it; another loop gets connections of its
    own.
    """

    def __init__(self, masters: Sequence[Master]) -> None:
        self._masters = masters
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clock = Clock()
        self._asking_time: asyncio.Task[None] | None = None
        self._ring = Ring(range(len(masters)))
        self._client_id = new_client_id()
        self._numbers = itertools.count(1)
        self._channels: dict[tuple[str, int], AsyncChannel] = {}
        self._spent: list[AsyncChannel] = []

    def _bind(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:  # the old loop is gone or goes its own way, and its connections with it
                self._channels, self._spent, self._asking_time = {}, [], None
                self._client_id = new_client_id()
            self._loop = loop

    async def now(self, within: float = math.inf) -> float:
        self._bind()
        if not self._clock.is_set:  # many calls may be the first: one of them asks for all
            asking = self._asking_time
            if asking is None or asking.done():
                asking = self._asking_time = asyncio.create_task(self._ask_time(), name="soagen clock")
                asking.add_done_callback(lambda asked: asked.cancelled() or asked.exception())  # perhaps nobody waits
            try:
                async with asyncio.timeout(min(within, 2 * SOCKET_TIMEOUT)):
                    await asyncio.shield(asking)
            except TimeoutError:
                raise self._masters[0].failed(TimeoutError("it does not answer"), never_left=True) from None
        return self._clock.now()

    async def _ask_time(self) -> None:
        link = AsyncLink(self._masters[0])
        before = time.monotonic()
        (reply,) = accepted(await link.exchange(_TIME, 1))
        self._clock.heard(reply, before)
        await link.close()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def open(self, service: str, *, shared: bool = False) -> AsyncChannel:
        self._bind()
        master = self._ring.next()
        channel = self._channels.get((service, master))
        if channel is None or channel.is_spent:
            if channel is not None:
                self._spent = [spent for spent in self._spent if not spent.is_idle] + [channel]
            channel = AsyncChannel(self._masters[master], self._lines(service, master), self._clock)
            self._channels[service, master] = channel
        return channel

    def _lines(self, service: str, master: int) -> Lines:
        """Lines whose replies come back at the master that the request goes to."""
        while True:
            lines = Lines(service, self._client_id, next(self._numbers))
            if keys.master_of_reply_list(keys.reply_list(lines.reply_to), len(self._masters)) == master:
                return lines

    async def close(self) -> None:
        for channel in (*self._channels.values(), *self._spent):
            await channel.close()


@dataclass(eq=False, slots=True)
class _Outgoing:
    """A request that is not known to be in the list."""

    number: int
    lifetime: float
    message: bytes
    until: float
    sent: asyncio.Future[None]
    left: bool = False  # whether it may have reached Redis
    given_up: bool = False


class AsyncChannel:
    """A list of replies that all calls of one service share."""

    def __init__(self, master: Master, lines: Lines, clock: Clock) -> None:
        self.reply_to = lines.reply_to
        self._lines = lines
        self._clock = clock
        self._sending_link = AsyncLink(master)
        self._reading_link = AsyncLink(master)
        self._naming = asyncio.Lock()
        self._name, self._named = "", 0  # of the Redis at the other end, and of which connection that was
        self._was_lost = False  # whether a copy of a request may be under way on a connection that was lost
        self._ids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._outgoing: deque[_Outgoing] = deque()
        self._last_sent = 0
        self._of_request: dict[int, _Outgoing] = {}
        self._waiting: dict[int, asyncio.Future[ReplyMessage | InvalidMessage]] = {}
        self._deadlines = Deadlines(clock)
        self._reader = ReplyReader()
        self._sending: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._failure: ConnectionFailed | None = None
        self._breadth = 0
        self.is_spent = False
        """Whether later calls need another list: of a call that was given up between two pieces of its reply, the rest
        may come.
        """

    @property
    def is_idle(self) -> bool:
        """Whether no call waits for anything here."""
        return not self._waiting and not self._outgoing

    def next_request_id(self) -> int:
        return next(self._ids)

    async def master(self, until: float) -> str:
        link = self._sending_link
        was_connected = link.is_connected
        if was_connected and link.generation == self._named:
            return self._name
        try:
            async with asyncio.timeout(until - self._clock.now()), self._naming:
                if not (link.is_connected and link.generation == self._named):
                    (server,) = await link.exchange(ASK_NAME, 1)
                    self._name, self._named = name_of(server), link.generation
        except TimeoutError:
            raise ConnectionFailed(f"no connection for {self._lines.service} in time", never_left=True) from None
        except ConnectionFailed as error:
            if was_connected:  # and lost it, perhaps long ago
                return await self.master(until)
            raise ConnectionFailed(str(error), never_left=True) from error  # whatever left was no request
        return self._name

    # --- sending

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        loop = asyncio.get_running_loop()
        outgoing = _Outgoing(next(self._numbers), lifetime, message, until, loop.create_future())
        self._outgoing.append(outgoing)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all(), name=f"soagen requests of {self._lines.service}")
        if awaited:
            reply = self._waiting[request_id] = loop.create_future()
            outgoing.sent.add_done_callback(lambda sent: _pass_failure(sent, reply))
            self._of_request[request_id] = outgoing
            return
        try:
            async with asyncio.timeout(until - self._clock.now()):
                await outgoing.sent
        except TimeoutError:
            raise self._failure or ConnectionFailed("the request could not be sent in time") from None
        finally:
            outgoing.given_up = True

    async def _send_all(self) -> None:
        """Writes what is to be sent, until nothing is."""
        whole = False
        try:
            while batch := self._next_batch():
                try:
                    whole = await self._send(batch, whole=whole)
                except ConnectionFailed as error:
                    self._lost(batch, error)
                    await asyncio.sleep(PAUSE)
        finally:
            self._sending = None

    def _next_batch(self) -> list[_Outgoing]:
        self._outgoing = deque(outgoing for outgoing in self._outgoing if not outgoing.given_up)
        return list(itertools.islice(self._outgoing, MOST_SENT))

    async def _send(self, batch: Sequence[_Outgoing], *, whole: bool) -> bool:
        """Writes requests. Returns whether Redis has to be given the whole script, and what is left of them is to be
        sent again.
        """
        request, before = [], self._last_sent
        for outgoing in batch:
            request.append(
                self._lines.push(outgoing.number, outgoing.lifetime, outgoing.message, after=before, whole=whole)
            )
            before, whole = outgoing.number, False
        for outgoing, reply in zip(
            batch, await self._sending_link.exchange(b"".join(request), len(batch)), strict=True
        ):
            try:
                if not pushed(self._lines.service, reply):
                    return True
            except TransportError as error:
                _fail(outgoing.sent, error)
            else:
                if not outgoing.sent.done():
                    outgoing.sent.set_result(None)
            self._last_sent = outgoing.number
            self._outgoing.popleft()
        return False

    def _lost(self, batch: Iterable[_Outgoing], error: ConnectionFailed) -> None:
        """Keeps what may have left, to be sent again; says of all else, at once, that it has not."""
        self._failure = error
        self._was_lost = self._was_lost or not error.never_left
        now = self._clock.now()
        for outgoing in batch:
            outgoing.left = outgoing.left or not error.never_left
            if not outgoing.left or outgoing.until <= now:
                outgoing.given_up = True
                _fail(outgoing.sent, error)

    # --- receiving

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        reply = self._waiting[request_id]
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all(), name=f"soagen replies of {self._lines.service}")
        self._deadlines.watch(request_id, reply, until)
        try:
            return checked(await reply)
        except (Late, asyncio.CancelledError) as given_up:
            self.is_spent = self._reader.is_midway
            if isinstance(given_up, Late):
                raise self._failure or CallTimeout(f"no reply of {self._lines.service} in time") from None
            raise
        finally:
            self._deadlines.forget(request_id)
            self._waiting.pop(request_id, None)
            self._of_request.pop(request_id).given_up = True

    def release(self) -> None:
        """Nothing: the channel is shared, and stays open."""

    async def _read_all(self) -> None:
        """Hands replies to those who wait for them, until nobody does."""
        try:
            while self._waiting:
                try:
                    messages = await self._read()
                except TransportError as error:
                    self._failure = error if isinstance(error, ConnectionFailed) else ConnectionFailed(str(error))
                    if self._failure.never_left:
                        self._lines.inbox.unsent()
                    await asyncio.sleep(PAUSE)
                    continue
                self._failure = None
                for data in messages:
                    for reply in self._reader.read(data):
                        self._hand_out(reply)
        finally:
            self._reading = None

    async def _read(self) -> Iterable[bytes]:
        """What comes next, if anything does within `MAX_BLOCK`. Raises `TransportError`."""
        inbox = self._lines.inbox
        request = inbox.read(MAX_BLOCK, min(self._breadth, len(self._waiting) - 1))
        answers = await self._reading_link.exchange(b"".join(request), len(request))
        messages = inbox.took(accepted(answers))
        self._breadth = min(2 * len(messages), MOST_READ)
        return messages

    def _hand_out(self, reply: ReplyMessage | InvalidMessage) -> None:
        # Whose reply is there waits no longer: after the last one, nothing more is read.
        waiting = self._waiting.pop(reply.request_id, None) if type(reply.request_id) is int else None
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)
        elif isinstance(reply, InvalidMessage):
            # Nobody can say whose it was; a call that waits for it ends at its deadline.
            log.warning("dropped what came as a reply of %s: %s", self._lines.service, reply)

    async def close(self) -> None:
        """Ends the calls under way, and lets the connections go; leaves nothing in Redis if nobody waited."""
        self._deadlines.close()
        leaves_nothing = self.is_idle and not self._was_lost
        closed = ConnectionFailed(f"the client of {self._lines.service} was closed")
        for outgoing in self._next_batch():
            _fail(outgoing.sent, closed)
        self._outgoing.clear()
        for reply in self._waiting.values():
            _fail(reply, closed)
        tasks = {task for task in (self._sending, self._reading) if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._reading_link.close()
        await self._sending_link.close(self._lines.gone() if leaves_nothing else b"")


def _fail(future: asyncio.Future[None] | asyncio.Future[ReplyMessage | InvalidMessage], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _pass_failure(sent: asyncio.Future[None], reply: asyncio.Future[ReplyMessage | InvalidMessage]) -> None:
    """A request that could not be sent has no reply."""
    if not sent.cancelled() and (error := sent.exception()) is not None:
        _fail(reply, error)  # type: ignore[arg-type]  # only exceptions are ever set
