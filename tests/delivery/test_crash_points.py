"""A connection cut at every frame of a call, before and after the frame arrived, at the client's end and at the
server's.

After each: the call ended in its reply or in a typed error, what may not run twice has not, and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime import RedisTransport
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker
from soagen_runtime.wire import keys

from tests.delivery.proxy import CuttingProxy
from tests.delivery.tally import AsyncTally, AsyncTallyClient, Ledger, Tally, TallyClient

MOST_FRAMES = 30  # of one call at one end


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

    def call(self, name: str, token: str) -> str:
        client = self._client.with_options(timeout=5)
        if self._runner is None:
            return str(client.call(name, token))
        return str(self._runner.run(client.call(name, token)))

    def close(self) -> None:
        if self._runner is None:
            self._client.close()
        else:
            self._runner.run(self._client.close())
            self._runner.close()


def outcome_of(caller: Caller, name: str, token: str) -> str:
    """The reply of a call, or the name of its typed error."""
    try:
        return caller.call(name, token)
    except soagen.CallError as error:
        return type(error).__name__


@pytest.fixture
def proxy(redis_url: str) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
    yield proxy
    proxy.close()


@pytest.mark.parametrize("end", ["client", "server"])
@pytest.mark.parametrize("server_kind", ["blocking", "asyncio"])
@pytest.mark.parametrize("client_kind", ["blocking", "asyncio"])
def test_a_connection_that_is_cut_at_any_frame_costs_no_call(
    redis_url: str, proxy: CuttingProxy, tmp_path: Path, client_kind: str, server_kind: str, end: str
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    stop = serve(server_kind, proxy.url if end == "server" else redis_url, ledger)
    caller = Caller(client_kind, proxy.url if end == "client" else redis_url)
    tokens = (f"t{number}" for number in itertools.count())
    asked: list[tuple[str, str]] = []
    try:
        caller.call("once", "warm")
        for name in ("once", "again"):
            for after in (False, True):
                for cut_at in range(1, MOST_FRAMES):
                    token = next(tokens)
                    proxy.arm(cut_at, after=after)
                    began = time.monotonic()
                    outcome = outcome_of(caller, name, token)
                    assert outcome == token or (name, outcome) == ("once", "WorkerLost"), f"{name}, {after=} {cut_at=}"
                    assert time.monotonic() - began < 3, f"{name}, cut {after=} {cut_at=}"
                    asked.append((name, token))
                    if proxy.is_armed:
                        break  # the call has fewer frames than this
    finally:
        proxy.arm(None)
        caller.close()
        stop()
    starts = ledger.starts()
    assert [token for name, token in asked if name == "once" and starts[token] > 1] == []
    assert [token for _, token in asked if starts[token] == 0] == []
    assert_nothing_is_left(redis_url)


def assert_nothing_is_left(redis_url: str) -> None:
    """No request in the list or in a slot, and nobody registered."""
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.llen(keys.request_list("tally")) == 0
        assert broker.keys("*:sg:p:*") == []
        assert broker.zcard(keys.workers("tally")) == 0
