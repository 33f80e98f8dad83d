"""One worker: takes requests, has them served, delivers the replies, until it is told to stop.

The two loops are all that differs between a blocking and an asyncio server. A stop is a wish: what was taken is
finished and answered. When the broker is away a worker waits for it to come back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from soagen_runtime.core.dispatch import Dispatcher
from soagen_runtime.core.guard import Guard
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Nothing, Outcome, Seat, ServerTransport, Taken
from soagen_runtime.errors import TransportError
from soagen_runtime.server.framework import Framework
from soagen_runtime.server.heartbeat import Heartbeat
from soagen_runtime.server.overruns import CancellingGuard, TakenOver, TimeLimits, Watch
from soagen_runtime.server.respawn import EXIT_OVERRUN

WAIT = 0.5  # seconds that a take may block, so that a wish to stop is soon seen
PAUSE = 0.1  # seconds between attempts to reach a broker that is away
CONCURRENCY = 64  # requests that an asyncio worker runs at a time
FINISHING = 10.0  # seconds that other threads get to finish, when one overran its time and the process has to go

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

    async def serve(self, taken: Taken, guard: Guard | None) -> None:
        """Serves one request and delivers its outcome."""
        await self._seat.settle(taken, await self._outcome(taken, guard))

    async def _outcome(self, taken: Taken, guard: Guard | None) -> Outcome:
        try:
            return await self._dispatcher.serve(taken.data, self._transport.now(), guard, master=taken.master)
        except Exception:
            # Never for what comes in, but a caller waits, and the worker has to live on.
            log.exception("%s: a request could not be served", self._service)
            return Nothing("could not be served", dropped=True)

    def answer(self, taken: Taken, outcome: Outcome) -> None:
        """Answers for a thread that still runs a handler, and leaves: nobody takes here any more. Blocks."""
        run_blocking(self._seat.settle(taken, outcome))
        run_blocking(self._seat.leave())

    async def leave(self) -> None:
        """Delivers what is left, and goes."""
        await self._seat.leave()


class BlockingWorker:
    """Serves ``concurrency`` requests at a time, each in a thread of its own; with 1, in the thread that calls `run`.

    ``name`` is this process among the workers of the service. ``ready`` is called when it begins to serve, ``each``
    after each request, ``heartbeat`` after each heartbeat that was heard. ``framework`` is told when a thread has
    nothing to do and when it ends. A handler that overruns its time ends the process (see
    `soagen_runtime.server.overruns`).
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        transport: ServerTransport,
        concurrency: int = 1,
        *,
        name: str | None = None,
        limits: TimeLimits | None = None,
        ready: Callable[[], None] | None = None,
        each: Callable[[], None] | None = None,
        heartbeat: Callable[[], None] | None = None,
        framework: Framework | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._transport = transport
        self._concurrency = concurrency
        self._name = name
        self._ready = ready
        self._each = each
        self._heartbeat = Heartbeat(transport, heartbeat)
        self._framework = framework or Framework()
        self._watch = Watch(limits, self._make_room) if limits else None
        self._serving = threading.Semaphore(0)  # released by each thread that has left
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serves until `stop` is called, then frees the transport. Raises `TransportError` and `ConfigurationError` if
        it cannot begin.
        """
        run_blocking(
            self._transport.start(self._dispatcher.service, request_bytes=self._dispatcher.most_bytes, name=self._name)
        )
        self._heartbeat.start()
        if self._watch is not None:
            self._watch.start()
        try:
            threads = [threading.Thread(target=self._serve, name=f"soagen-{n}") for n in range(1, self._concurrency)]
            for thread in threads:
                thread.start()
            if self._ready is not None:
                self._ready()
            self._serve()
            for thread in threads:
                thread.join()
        finally:
            if self._watch is not None:
                self._watch.stop()
            self._heartbeat.stop()
            run_blocking(self._transport.close())

    def _serve(self) -> None:
        place = _Place(self._dispatcher, self._transport, 1)
        try:
            while not self._stopping.is_set():
                run_blocking(self._step(place))
                if place.is_away:
                    self._stopping.wait(PAUSE)
        except TakenOver:
            self._stopping.wait()  # the process ends without this thread
            time.sleep(2 * FINISHING)
            return
        except BaseException:
            run_blocking(place.leave())
            raise
        run_blocking(place.leave())
        self._framework.let_go()
        self._serving.release()

    async def _step(self, place: _Place) -> None:
        requests = await place.take(1)
        if not requests:
            self._framework.rest()
        for taken in requests:
            guard = self._watch.guard(partial(place.answer, taken)) if self._watch else None
            await place.serve(taken, guard)
            if self._each is not None:
                self._each()

    def _make_room(self) -> None:
        """Ends the process when the threads that still can have finished."""
        self.stop()
        until = time.monotonic() + FINISHING
        for _ in range(self._concurrency - 1):
            self._serving.acquire(timeout=max(0.0, until - time.monotonic()))
        self._heartbeat.stop()
        logging.shutdown()
        os._exit(EXIT_OVERRUN)

    def stop(self) -> None:
        """Asks the worker to end after what it does; safe from a signal handler and from any thread."""
        self._stopping.set()


class AsyncWorker:
    """Serves up to ``concurrency`` requests at a time as tasks of the loop that runs `run`; for the rest as
    `BlockingWorker`, but that a handler that overruns its time is cancelled.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        transport: ServerTransport,
        concurrency: int = CONCURRENCY,
        *,
        name: str | None = None,
        limits: TimeLimits | None = None,
        ready: Callable[[], None] | None = None,
        each: Callable[[], None] | None = None,
        heartbeat: Callable[[], None] | None = None,
        framework: Framework | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._transport = transport
        self._concurrency = concurrency
        self._name = name
        self._guard = CancellingGuard(limits) if limits else None
        self._ready = ready
        self._each = each
        self._heartbeat = Heartbeat(transport, heartbeat)
        self._framework = framework or Framework()
        self._running: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Serves until `stop` is called and all that was taken is answered, then frees the transport. Raises
        `TransportError` and `ConfigurationError` if it cannot begin.
        """
        await self._transport.start(
            self._dispatcher.service, request_bytes=self._dispatcher.most_bytes, name=self._name
        )
        self._heartbeat.start()
        place = _Place(self._dispatcher, self._transport, self._concurrency)
        try:
            if self._ready is not None:
                self._ready()
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
        requests = await place.take(room)
        if not requests:
            await self._framework.rest_async()
        for taken in requests:
            task = asyncio.create_task(place.serve(taken, self._guard))
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
