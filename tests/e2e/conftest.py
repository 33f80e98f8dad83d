"""Servers and clients of the contracts in `contracts/`, generated anew for each run, in every pairing of their kinds.

`Pair` lets one suite drive a blocking or an asyncio client; `services` serves either kind in memory or over a real
Redis.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from soagen_runtime import LocalTransport, RedisTransport
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker
from soagen_runtime.settings import ServerSettings

from soagen.generate import Options, generate
from soagen.load import load
from tests.driving import Caller
from tests.e2e.servers import make_servers

CONTRACTS = Path(__file__).parent / "contracts"
PACKAGE = "e2e_generated"


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that is generated from `contracts/`, with `probe`, `mirror` and `shared` imported."""
    loaded = load([str(path) for path in sorted(CONTRACTS.glob("*.soa.yaml"))])
    assert loaded.project is not None, loaded.diagnostics
    folder = tmp_path_factory.mktemp("e2e")
    for name, text in generate(loaded.project, Options(package=PACKAGE)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    for name in ("probe", "mirror", "shared"):
        importlib.import_module(f"{PACKAGE}.{name}")
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))


class World:
    """The services, served, and whatever clients a test asks for; `close` ends it all."""

    def __init__(
        self,
        api: ModuleType,
        client_kind: str,
        server_kind: str,
        redis_url: str | None,
        *,
        serve: bool = True,
        settings: ServerSettings | None = None,
    ) -> None:
        self.api = api
        self.client_kind = client_kind
        self.serves_inline = redis_url is None and client_kind == server_kind == "blocking"
        self._runner = asyncio.Runner() if client_kind == "asyncio" else None
        self._clients: list[Caller] = []
        self._threads: list[tuple[Callable[[], object], threading.Thread]] = []
        local = LocalTransport()
        self.transport = local if redis_url is None else RedisTransport(redis_url)
        self.probe, self.mirror = make_servers(api, server_kind, self.transport)
        for server in (self.probe, self.mirror):
            server.settings = settings
            if redis_url is None:
                local.add(server)
            elif serve:
                self._serve(server, server_kind)

    def client(self, service: str, *, transport: Any = None, **options: Any) -> Caller:
        module = getattr(self.api, service)
        prefix = "Async" if self.client_kind == "asyncio" else ""
        client = getattr(module, f"{prefix}{service.capitalize()}Client")(transport or self.transport, **options)
        caller = Caller(client, self._runner)
        self._clients.append(caller)
        return caller

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for what is to become true."""
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline, "it did not come true"
            if self._runner is None:
                time.sleep(0.005)
            else:
                self._runner.run(asyncio.sleep(0.005))

    def _serve(self, server: Any, kind: str) -> None:
        redis_transport = self.transport
        assert isinstance(redis_transport, RedisTransport)
        if kind == "blocking":
            worker = BlockingWorker(server.dispatcher(), redis_transport.blocking_server())
            self._threads.append((worker.stop, _start(worker.run)))
            self._clients.extend(Caller(client, None) for client in server.clients)
            return
        ready = threading.Event()
        stops: list[Callable[[], object]] = []

        async def run() -> None:
            async_worker = AsyncWorker(server.dispatcher(), redis_transport.asynchronous_server())
            loop = asyncio.get_running_loop()
            stops.append(partial(loop.call_soon_threadsafe, async_worker.stop))
            ready.set()
            await async_worker.run()
            for client in server.clients:
                await client.close()

        thread = _start(lambda: asyncio.run(run()))
        assert ready.wait(10)
        self._threads.append((stops[0], thread))

    def close(self) -> None:
        self.probe.logic.release()
        for stop, _ in self._threads:
            stop()
        for _, thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a worker did not stop"
        for client in self._clients:
            client.close()
        if self._runner is not None:
            self._runner.close()


def _start(run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.fixture(params=["memory", "redis"])
def transport_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["blocking", "asyncio"])
def client_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["blocking", "asyncio"])
def server_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, api: ModuleType, transport_kind: str, client_kind: str, server_kind: str
) -> Iterator[World]:
    """Probe and mirror, served, in each pairing of transport, client and server."""
    url = request.getfixturevalue("redis_url") if transport_kind == "redis" else None
    world = World(api, client_kind, server_kind, url)
    yield world
    world.close()
