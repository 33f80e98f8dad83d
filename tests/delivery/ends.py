"""Workers and clients of either kind, in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import soagen_runtime as soagen
from soagen_runtime import RedisTransport
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker

from tests.delivery.tally import AsyncTally, AsyncTallyClient, Ledger, Tally, TallyClient


def serve(kind: str, url: str, ledger: Ledger) -> Callable[[], None]:
    """Runs a worker in a thread; returns what ends it."""
    if kind == "blocking":
        worker = BlockingWorker(Tally(ledger).dispatcher(), RedisTransport(url).blocking_server())
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()

        def stop() -> None:
            worker.stop()
            thread.join(10)

        return stop
    ready = threading.Event()
    stops: list[Callable[[], Any]] = []

    async def run() -> None:
        async_worker = AsyncWorker(AsyncTally(ledger).dispatcher(), RedisTransport(url).asynchronous_server(), 4)
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(async_worker.stop))
        ready.set()
        await async_worker.run()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)

    def stop_async() -> None:
        stops[0]()
        thread.join(10)

    return stop_async


class Caller:
    """A client of either kind, called in one way."""

    def __init__(self, kind: str, url: str) -> None:
        self._runner = asyncio.Runner() if kind == "asyncio" else None
        self._client: Any = (AsyncTallyClient if self._runner else TallyClient)(url)

    def call(self, name: str, token: str, timeout: float = 5, **request: Any) -> str:
        client = self._client.with_options(timeout=timeout)
        if self._runner is None:
            return str(client.call(name, token, **request))
        return str(self._runner.run(client.call(name, token, **request)))

    def close(self) -> None:
        if self._runner is None:
            self._client.close()
        else:
            self._runner.run(self._client.close())
            self._runner.close()


def outcome_of(caller: Caller, name: str, token: str, timeout: float = 5, **request: Any) -> str:
    """The reply of a call, or the name of its typed error."""
    try:
        return caller.call(name, token, timeout, **request)
    except soagen.CallError as error:
        return type(error).__name__
