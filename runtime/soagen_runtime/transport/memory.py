"""Servers in the caller's own process: the same bytes on the same path, without a broker.

A request is written down, handed to the dispatcher of the server that it names, and the reply is read, as over any
transport; only the lists are left out. So what works here works over Redis, and a value that cannot be sent fails
here too.

Each kind of client may call each kind of server:

=============  ============================  =======================================
client         blocking server               asyncio server
=============  ============================  =======================================
blocking       in the caller's thread        on an event loop in a thread of the server's own
asyncio        in a worker thread            as a task of the caller's loop
=============  ============================  =======================================

A blocking server runs in its caller's thread, so a handler that overruns the deadline is waited for, and its late
reply dropped.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import math
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from soagen_runtime.core.dispatch import Dispatcher
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Nothing, Outcome
from soagen_runtime.errors import CallTimeout, ConfigurationError, NoWorkers
from soagen_runtime.transport.replies import join
from soagen_runtime.wire import ReplyMessage, keys

T = TypeVar("T")


class Servable(Protocol):
    """A server object, blocking or asyncio."""

    def dispatcher(self) -> Dispatcher:
        """The server as bytes in, bytes out."""
        ...


class LocalTransport:
    """Calls between objects of one process: ``OrdersClient(LocalTransport(Orders(), Stock()))``.

    Raises `ConfigurationError` for two servers of one service. A call of a service that is not among them is
    `NoWorkers`.
    """

    def __init__(self, *servers: Servable) -> None:
        self._dispatchers: dict[str, Dispatcher] = {}
        self._ids = itertools.count(1)
        self._loops = _Loops()
        for server in servers:
            self.add(server)

    def add(self, server: Servable) -> None:
        """Adds a server; one that calls others over this very transport is made after the transport."""
        dispatcher = server.dispatcher()
        if dispatcher.service.name in self._dispatchers:
            raise ConfigurationError(f"two servers of {dispatcher.service.name} on one LocalTransport")
        self._dispatchers[dispatcher.service.name] = dispatcher

    def blocking(self) -> BlockingEnd:
        """The end for a blocking client."""
        return BlockingEnd(self, self._loops)

    def asynchronous(self) -> _AsyncEnd:
        """The end for an asyncio client."""
        return _AsyncEnd(self)

    def find(self, service: str) -> Dispatcher:
        """The server of a service. Raises `NoWorkers`."""
        dispatcher = self._dispatchers.get(service)
        if dispatcher is None:
            raise NoWorkers(f"no server of {service} is on this LocalTransport")
        return dispatcher

    def next_request_id(self) -> int:
        """A number that no other request of this transport has."""
        return next(self._ids)


class BlockingEnd:
    """The end of a blocking client."""

    def __init__(self, transport: LocalTransport, loops: _Loops) -> None:
        self.transport = transport
        self._loops = loops

    async def now(self, within: float = math.inf) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def open(self, service: str, *, shared: bool = False) -> _BlockingChannel:
        return _BlockingChannel(self, self.transport.find(service))

    async def close(self) -> None:
        self._loops.leave(self)

    def submit(self, service: str, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Runs a coroutine in the event loop of the asyncio server of a service."""
        return self._loops.of(service, self).submit(coroutine)


class _BlockingChannel:
    def __init__(self, end: BlockingEnd, dispatcher: Dispatcher) -> None:
        self._end = end
        self._dispatcher = dispatcher
        self._outcome: Callable[[float], Outcome] | None = None
        self.reply_to = keys.reply_address(dispatcher.service.name, "local", 0)

    def next_request_id(self) -> int:
        return self._end.transport.next_request_id()

    async def master(self, until: float) -> str:
        return ""

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        serving = self._dispatcher.serve(message, time.time())
        if self._dispatcher.suspends:
            future = self._end.submit(self._dispatcher.service.name, serving)
            self._outcome = lambda seconds: future.result(seconds)
        else:
            outcome = run_blocking(serving)
            self._outcome = lambda seconds: outcome

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        assert self._outcome is not None, "receive() comes after send()"
        try:
            outcome = self._outcome(max(0.0, until - time.time()))
        except concurrent.futures.TimeoutError:
            raise _timeout(self._dispatcher) from None
        return _reply(self._dispatcher, outcome, until)

    def release(self) -> None:
        self._outcome = None


class _Loops:
    """The event loops of asyncio servers that blocking clients call: one each, whoever calls, while anybody may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loops: dict[str, _LoopThread] = {}
        self._users: set[BlockingEnd] = set()

    def of(self, service: str, user: BlockingEnd) -> _LoopThread:
        with self._lock:
            self._users.add(user)
            if service not in self._loops:
                self._loops[service] = _LoopThread()
            return self._loops[service]

    def leave(self, user: BlockingEnd) -> None:
        with self._lock:
            self._users.discard(user)
            stopped = [] if self._users else [self._loops.popitem()[1] for _ in range(len(self._loops))]
        for loop in stopped:
            loop.stop()


class _LoopThread:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="soagen-local", daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _AsyncEnd:
    def __init__(self, transport: LocalTransport) -> None:
        self.transport = transport
        self.tasks: set[asyncio.Task[Outcome]] = set()

    async def now(self, within: float = math.inf) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def open(self, service: str, *, shared: bool = False) -> _AsyncChannel:
        return _AsyncChannel(self, self.transport.find(service))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class _AsyncChannel:
    def __init__(self, end: _AsyncEnd, dispatcher: Dispatcher) -> None:
        self._end = end
        self._dispatcher = dispatcher
        self._task: asyncio.Task[Outcome] | None = None
        self.reply_to = keys.reply_address(dispatcher.service.name, "local", 0)

    def next_request_id(self) -> int:
        return self._end.transport.next_request_id()

    async def master(self, until: float) -> str:
        return ""

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        # A task of its own: the server goes on when its caller is cancelled, as it would in another process.
        self._task = asyncio.ensure_future(self._serve(message))
        self._end.tasks.add(self._task)
        self._task.add_done_callback(self._end.tasks.discard)

    async def _serve(self, message: bytes) -> Outcome:
        if self._dispatcher.suspends:
            return await self._dispatcher.serve(message, time.time())
        # The coroutine is made where it runs: this task may be cancelled before the thread has begun.
        return await asyncio.to_thread(lambda: run_blocking(self._dispatcher.serve(message, time.time())))

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        assert self._task is not None, "receive() comes after send()"
        done, _ = await asyncio.wait({self._task}, timeout=max(0.0, until - time.time()))
        if not done:
            raise _timeout(self._dispatcher)
        return _reply(self._dispatcher, self._task.result(), until)

    def release(self) -> None:
        self._task = None


def _reply(dispatcher: Dispatcher, outcome: Outcome, until: float) -> ReplyMessage:
    if isinstance(outcome, Nothing) or time.time() > until:
        raise _timeout(dispatcher)
    return join(outcome.messages)


def _timeout(dispatcher: Dispatcher) -> CallTimeout:
    return CallTimeout(f"no reply of {dispatcher.service.name} in time")
