"""Generated servers in threads of the test's own process, of either kind, over a real Redis."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from soagen_runtime import RedisTransport
from soagen_runtime.server import AsyncServer
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker
from soagen_runtime.settings import ServerSettings


@contextmanager
def served(server: Any, url: str, settings: ServerSettings | None = None) -> Iterator[Callable[[], None]]:
    """Serves while the block runs; what was taken is answered before it ends. Closes the server's own ``clients``.

    Gives what tells the worker to stop, for whoever has several of them to wait for.
    """
    start = _start_asyncio if isinstance(server, AsyncServer) else _start_blocking
    thread, stop = start(server, RedisTransport(url), settings)
    stop = cache(stop)  # asked once: by the second time its loop may be gone
    try:
        yield stop
    finally:
        stop()
        thread.join(20)
        assert not thread.is_alive(), "a worker did not stop"


Started = tuple[threading.Thread, Callable[[], None]]


def _start_blocking(server: Any, transport: RedisTransport, settings: ServerSettings | None) -> Started:
    worker = BlockingWorker(server.dispatcher(settings), transport.blocking_server())

    def run() -> None:
        worker.run()
        for client in getattr(server, "clients", ()):
            client.close()

    return _started(run), worker.stop


def _start_asyncio(server: Any, transport: RedisTransport, settings: ServerSettings | None) -> Started:
    runs = threading.Event()
    stops: list[Callable[[], Any]] = []

    async def run() -> None:
        worker = AsyncWorker(server.dispatcher(settings), transport.asynchronous_server())
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(worker.stop))
        runs.set()
        await worker.run()
        for client in getattr(server, "clients", ()):
            await client.close()

    thread = _started(lambda: asyncio.run(run()))
    assert runs.wait(20)
    return thread, stops[0]


def _started(run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def messages_in(connection: Any) -> list[bytes]:
    """The keys that hold a request that waits or runs, or a reply that nobody has read; not those that delivery keeps
    its books in.
    """
    return [key for key in connection.keys("*") if b":sg:" not in key or b":sg:p:" in key]
