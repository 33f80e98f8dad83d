"""The asyncio driver: the calls of one service share a list of replies, which one task reads.

That task is the only one that blocks in Redis, and no call ever cancels it: a task that is cancelled inside a
blocking pop loses the message in flight. A call that is cancelled merely stops waiting.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import redis.asyncio

from soagen_runtime.errors import CallTimeout, ConnectionFailed, TransportError
from soagen_runtime.transport.redis.masters import (
    CAPACITY,
    MAX_BLOCK,
    PAUSE,
    PUSH,
    REPLY_LIFETIME,
    TURN,
    Master,
    Ring,
    new_client_id,
    offset_of,
    request_lifetime,
)
from soagen_runtime.transport.replies import ReplyReader, checked
from soagen_runtime.wire import InvalidMessage, ReplyMessage, keys

T = TypeVar("T")

log = logging.getLogger("soagen.client")


class _Connection:
    """The library's client for one master, with our errors, our scripts and the master's clock."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._redis = redis.asyncio.Redis.from_url(master.url, **master.options())
        self._push = self._redis.register_script(PUSH)
        self._offset: float | None = None

    async def now(self) -> float:
        if self._offset is None:
            before = time.time()
            with self._master.translated():
                reply = await _heeding_cancellation(self._redis.time())
            self._offset = offset_of(reply, before, time.time())
        return time.time() + self._offset

    async def push(self, key: str, lifetime: int, messages: tuple[bytes, ...]) -> None:
        with self._master.translated():
            await _heeding_cancellation(self._push(keys=[key], args=[lifetime, CAPACITY, *messages]))

    async def pop(self, key: str, seconds: float) -> bytes | None:
        """The first message of a list, or None if none came within ``seconds``, which is at most `MAX_BLOCK`."""
        with self._master.translated():
            popped: Any = await _heeding_cancellation(self._redis.blpop([key], timeout=max(0.001, seconds)))
        return None if popped is None else bytes(popped[1])

    async def close(self) -> None:
        await self._redis.aclose()


async def _heeding_cancellation(command: Awaitable[T]) -> T:
    """The result of a command, unless the task was cancelled meanwhile.

    The library writes under `asyncio.wait_for`, which before Python 3.12 swallows a cancellation that comes as the
    write ends.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    result = await command
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


class AsyncEnd:
    """The calling end of an asyncio client. It belongs to the loop that uses it; another loop gets connections of its
    own.
    """

    def __init__(self, masters: Sequence[Master]) -> None:
        self._masters = masters
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ring = self._connect()
        self._client_id = new_client_id()
        self._numbers = itertools.count(1)
        self._channels: dict[str, AsyncChannel] = {}

    def _connect(self) -> Ring[_Connection]:
        return Ring([_Connection(master) for master in self._masters])

    def _bound(self) -> Ring[_Connection]:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:  # the old loop is gone or goes its own way, and its connections with it
                self._ring = self._connect()
                self._client_id = new_client_id()
                self._channels = {}
            self._loop = loop
        return self._ring

    async def now(self) -> float:
        return await self._bound().first.now()

    async def open(self, service: str) -> AsyncChannel:
        ring = self._bound()
        channel = self._channels.get(service)
        if channel is None or channel.is_spent:
            reply_to = keys.reply_address(service, self._client_id, next(self._numbers))
            channel = self._channels[service] = AsyncChannel(ring, service, reply_to)
        return channel

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        for connection in self._ring:
            await connection.close()


class AsyncChannel:
    """A list of replies that all calls of one service share."""

    def __init__(self, ring: Ring[_Connection], service: str, reply_to: str) -> None:
        self.reply_to = reply_to
        self._ring = ring
        self._service = service
        self._requests = keys.request_list(service)
        self._replies = keys.reply_list(reply_to)
        self._holder = ring.of_replies(self._replies)
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[ReplyMessage | InvalidMessage]] = {}
        self._reader = ReplyReader()
        self._reading: asyncio.Task[None] | None = None
        self._failure: ConnectionFailed | None = None
        self.is_spent = False
        """Whether later calls need another list: of a call that was given up between two pieces of its reply, the
        rest may come.
        """

    def next_request_id(self) -> int:
        return next(self._ids)

    async def send(self, request_id: int, message: bytes, *, lifetime: float, awaited: bool) -> None:
        await self._ring.next().push(self._requests, request_lifetime(lifetime), (message,))

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        reply = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(), name=f"soagen replies of {self._service}")
        try:
            async with asyncio.timeout(until - await self._ring.first.now()):
                return checked(await reply)
        except TimeoutError:
            self.is_spent = self._reader.is_midway
            raise self._failure or CallTimeout(f"no reply of {self._service} in time") from None
        finally:
            self._waiting.pop(request_id, None)

    def release(self) -> None:
        """Nothing: the channel is shared, and stays open."""

    async def _read(self) -> None:
        """Hands replies to those who wait for them, until nobody does."""
        try:
            while self._waiting:
                try:
                    data = await self._holder.pop(self._replies, MAX_BLOCK)
                except TransportError as error:
                    self._failure = error if isinstance(error, ConnectionFailed) else ConnectionFailed(str(error))
                    await asyncio.sleep(PAUSE)
                    continue
                self._failure = None
                for reply in self._reader.read(data) if data is not None else ():
                    self._hand_out(reply)
        finally:
            self._reading = None

    def _hand_out(self, reply: ReplyMessage | InvalidMessage) -> None:
        # Whose reply is there waits no longer: after the last one, nothing more is read.
        waiting = self._waiting.pop(reply.request_id, None) if type(reply.request_id) is int else None
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)
        elif isinstance(reply, InvalidMessage):
            # Nobody can say whose it was; a call that waits for it ends at its deadline.
            log.warning("dropped what came as a reply of %s: %s", self._service, reply)

    async def close(self) -> None:
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(ConnectionFailed(f"the client of {self._service} was closed"))
        while self._reading is not None:
            # More than once: a cancellation that comes as the library writes is noticed only when the read has ended.
            self._reading.cancel()
            await asyncio.wait({self._reading}, timeout=PAUSE)


class AsyncServerEnd:
    """The serving end of an asyncio worker. Only one task may `take`."""

    def __init__(self, masters: Sequence[Master]) -> None:
        self._ring = Ring([_Connection(master) for master in masters])

    async def now(self) -> float:
        return await self._ring.first.now()

    async def take(self, service: str, wait: float) -> bytes | None:
        key = keys.request_list(service)
        if len(self._ring) == 1:
            return await self._ring.first.pop(key, min(wait, MAX_BLOCK))
        for _ in range(max(1, int(wait / TURN))):
            data = await self._ring.next().pop(key, TURN)
            if data is not None:
                return data
        return None

    async def settle(self, reply_to: str, messages: tuple[bytes, ...]) -> None:
        key = keys.reply_list(reply_to)
        await self._ring.of_replies(key).push(key, REPLY_LIFETIME, messages)

    async def close(self) -> None:
        for connection in self._ring:
            await connection.close()
