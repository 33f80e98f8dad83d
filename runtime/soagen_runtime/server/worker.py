"""One worker: takes requests, has them served, delivers the replies, until it is told to stop.

The two loops are all that differs between a blocking and an asyncio server. A stop is a wish: what was taken is
finished and answered. When the broker is away a worker waits for it to come back.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence

from soagen_runtime.core.dispatch import Dispatcher
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Nothing, Outcome, Seat, ServerTransport, Taken
from soagen_runtime.errors import TransportError
from soagen_runtime.server.heartbeat import Heartbeat

WAIT = 0.5  # seconds that a take may block, so that a wish to stop is soon seen
PAUSE = 0.1  # seconds between attempts to reach a broker that is away
CONCURRENCY = 64  # requests that an asyncio worker runs at a time

log = logging.getLogger("soagen.server")


class _Place:
    """A seat whose outages are waited for, and logged once each."""

    def __init__(self, dispatcher: Dispatcher, transport: ServerTransport, slots: int) -> None:
        self._dispatcher = dispatcher
        self._service = dispatcher.service.name
        self._transport = transport
        self._seat: Seat = transport.seat(slots)
        self.is_away = False
        """Whether the last take failed."""

    async def take(self, room: int) -> Sequence[Taken]:
        """The next requests; none if there were none, or the broker is away."""
        try:
            taken = await self._seat.take(room, WAIT)
        except TransportError as error:
            if not self.is_away:
                log.error("%s: %s; trying again until it is back", self._service, error)
            self.is_away = True
            return ()
        if self.is_away:
            log.info("%s: the broker is back", self._service)
        self.is_away = False
        return taken

    async def serve(self, taken: Taken) -> None:
        """Serves one request and delivers its outcome."""
        await self._seat.settle(taken, await self._outcome(taken))

    async def _outcome(self, taken: Taken) -> Outcome:
        try:
            return await self._dispatcher.serve(taken.data, self._transport.now())
        except Exception:
            # Never for what comes in, but a caller waits, and the worker has to live on.
            log.exception("%s: a request could not be served", self._service)
            return Nothing("could not be served", dropped=True)

    async def leave(self) -> None:
        """Delivers what is left, and goes."""
        await self._seat.leave()


class BlockingWorker:
    """Serves ``concurrency`` requests at a time, each in a thread of its own; with 1, in the thread that calls `run`.

    ``name`` is this process among the workers of the service; ``each`` is called after each request.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        transport: ServerTransport,
        concurrency: int = 1,
        *,
        name: str | None = None,
        each: Callable[[], None] | None = None,
        heartbeat: Callable[[], None] | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._transport = transport
        self._concurrency = concurrency
        self._name = name
        self._each = each
        self._heartbeat = Heartbeat(transport, heartbeat)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serves until `stop` is called, then frees the transport. Raises `TransportError` and `ConfigurationError` if
        it cannot begin.
        """
        limit = self._dispatcher.most_bytes
        run_blocking(self._transport.start(self._dispatcher.service, request_bytes=limit, name=self._name))
        self._heartbeat.start()
        try:
            others = [threading.Thread(target=self._serve, name=f"soagen-{n}") for n in range(1, self._concurrency)]
            for thread in others:
                thread.start()
            self._serve()
            for thread in others:
                thread.join()
        finally:
            self._heartbeat.stop()
            run_blocking(self._transport.close())

    def _serve(self) -> None:
        place = _Place(self._dispatcher, self._transport, 1)
        try:
            while not self._stopping.is_set():
                run_blocking(self._step(place))
                if place.is_away:
                    self._stopping.wait(PAUSE)
        finally:
            run_blocking(place.leave())

    async def _step(self, place: _Place) -> None:
        for taken in await place.take(1):
            await place.serve(taken)
            if self._each is not None:
                self._each()

    def stop(self) -> None:
        """Asks the worker to end after what it does; safe from a signal handler and from any thread."""
        self._stopping.set()


class AsyncWorker:
    """Serves up to ``concurrency`` requests at a time as tasks of the loop that runs `run`.

    ``name`` is this process among the workers of the service; ``each`` is called after each request.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        transport: ServerTransport,
        concurrency: int = CONCURRENCY,
        *,
        name: str | None = None,
        each: Callable[[], None] | None = None,
        heartbeat: Callable[[], None] | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._transport = transport
        self._concurrency = concurrency
        self._name = name
        self._each = each
        self._heartbeat = Heartbeat(transport, heartbeat)
        self._running: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Serves until `stop` is called and all that was taken is answered, then frees the transport. Raises
        `TransportError` and `ConfigurationError` if it cannot begin.
        """
        limit = self._dispatcher.most_bytes
        await self._transport.start(self._dispatcher.service, request_bytes=limit, name=self._name)
        self._heartbeat.start()
        place = _Place(self._dispatcher, self._transport, self._concurrency)
        try:
            while not self._stopping.is_set():
                await self._fill(place)
            if self._running:
                await asyncio.wait(self._running)
        finally:
            await place.leave()
            await asyncio.to_thread(self._heartbeat.stop)
            await self._transport.close()

    async def _fill(self, place: _Place) -> None:
        """Takes what can be started at once, and starts it. The take itself is never cancelled."""
        room = self._concurrency - len(self._running)
        if room == 0:
            self._freed.clear()
            await self._freed.wait()
            return
        for taken in await place.take(room):
            task = asyncio.create_task(place.serve(taken))
            self._running.add(task)
            task.add_done_callback(self._ended)
        if place.is_away:
            await asyncio.sleep(PAUSE)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a request could not be served", exc_info=error)
        if self._each is not None:
            self._each()

    def stop(self) -> None:
        """Asks the worker to end after what it does; to be called in the loop's thread."""
        self._stopping.set()
        self._freed.set()
