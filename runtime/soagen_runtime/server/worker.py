"""One worker: takes requests, has them served, delivers the replies, until it is told to stop.

The two loops are all that differs between a blocking and an asyncio server. A stop is a wish: what was taken is
finished and answered. When the broker is away a worker waits for it to come back.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from soagen_runtime.core.dispatch import Dispatcher, Reply
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import ServerTransport
from soagen_runtime.errors import TransportError

WAIT = 0.5  # seconds that a take may block, so that a wish to stop is soon seen
PAUSE = 0.2  # seconds between attempts to reach a broker that is away
CONCURRENCY = 64  # requests that an asyncio worker runs at a time

log = logging.getLogger("soagen.server")


class _Broker:
    """A transport whose outages are waited for, and logged once each."""

    def __init__(self, dispatcher: Dispatcher, transport: ServerTransport) -> None:
        self._dispatcher = dispatcher
        self._service = dispatcher.service.name
        self._transport = transport
        self._is_away = False

    async def take(self) -> bytes | None:
        """The next request, or None: there was none, or the broker is away (see `is_away`)."""
        try:
            data = await self._transport.take(self._service, WAIT)
        except TransportError as error:
            if not self._is_away:
                log.error("%s: %s; trying again until it is back", self._service, error)
            self._is_away = True
            return None
        if self._is_away:
            log.info("%s: the broker is back", self._service)
        self._is_away = False
        return data

    @property
    def is_away(self) -> bool:
        """Whether the last take failed."""
        return self._is_away

    async def serve(self, data: bytes) -> None:
        """Serves one request and delivers its reply."""
        try:
            reply = await self._dispatcher.serve(data, await self._transport.now())
            if isinstance(reply, Reply):
                await self._transport.settle(reply.reply_to, reply.messages)
        except TransportError as error:
            log.error("%s: a reply could not be delivered: %s", self._service, error)

    async def close(self) -> None:
        await self._transport.close()


class BlockingWorker:
    """Serves one request at a time in the thread that calls `run`."""

    def __init__(self, dispatcher: Dispatcher, transport: ServerTransport) -> None:
        self._broker = _Broker(dispatcher, transport)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serves until `stop` is called, then frees the transport."""
        try:
            while not self._stopping.is_set():
                run_blocking(self._step())
                if self._broker.is_away:
                    self._stopping.wait(PAUSE)
        finally:
            run_blocking(self._broker.close())

    async def _step(self) -> None:
        data = await self._broker.take()
        if data is not None:
            await self._broker.serve(data)

    def stop(self) -> None:
        """Asks the worker to end after what it does; safe from a signal handler and from any thread."""
        self._stopping.set()


class AsyncWorker:
    """Serves up to ``concurrency`` requests at a time as tasks of the loop that runs `run`."""

    def __init__(self, dispatcher: Dispatcher, transport: ServerTransport, concurrency: int = CONCURRENCY) -> None:
        self._broker = _Broker(dispatcher, transport)
        self._free = asyncio.Semaphore(concurrency)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Serves until `stop` is called and all that was taken is answered, then frees the transport."""
        try:
            while not self._stopping.is_set():
                # Taken is only what can be started at once. The take itself is never cancelled: a request in flight
                # would be lost.
                await self._free.acquire()
                data = await self._broker.take()
                if data is None:
                    self._free.release()
                    if self._broker.is_away:
                        await asyncio.sleep(PAUSE)
                else:
                    self._start(data)
            if self._running:
                await asyncio.wait(self._running)
        finally:
            await self._broker.close()

    def _start(self, data: bytes) -> None:
        task = asyncio.create_task(self._broker.serve(data))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a request could not be served", exc_info=error)

    def stop(self) -> None:
        """Asks the worker to end after what it does; to be called in the loop's thread."""
        self._stopping.set()
