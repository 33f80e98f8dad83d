"""What runs in a worker process, from the fork to its exit.

SIGTERM is a wish to stop; SIGINT is the supervisor's to handle (a terminal sends it to everybody); SIGUSR1 writes
every stack to stderr. A worker whose supervisor is gone stops by itself.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import random
import signal
from collections.abc import Callable

from soagen_runtime.errors import ConfigurationError, TransportError
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.framework import Framework
from soagen_runtime.server.overruns import TimeLimits
from soagen_runtime.server.worker import CONCURRENCY, AsyncWorker, BlockingWorker
from soagen_runtime.settings import ServerSettings
from soagen_runtime.transport.redis import RedisTransport

log = logging.getLogger("soagen.server")


def run_worker(
    server: Server | AsyncServer,
    transport: RedisTransport,
    settings: ServerSettings,
    framework: Framework,
    name: str,
    ready: Callable[[], None],
) -> int:
    """Serves until it is told to stop; returns the exit code. ``framework`` is what the server lives in; ``ready`` is
    called when it begins to serve.
    """
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    server.after_fork()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        if isinstance(server, AsyncServer):
            with asyncio.Runner(loop_factory=loop_factory(settings.event_loop)) as runner:
                runner.run(_serve_async(server, transport, settings, framework, name, ready))
        else:
            _serve(server, transport, settings, framework, name, ready)
    except (ConfigurationError, TransportError) as error:
        log.error("%s: a worker could not begin: %s", server.service.name, error)
        return 1
    except Exception:
        log.exception("%s: a worker ended", server.service.name)
        return 1
    return 0


def loop_factory(name: object) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes an event loop: ``asyncio``'s own, or `uvloop`'s. Raises `ConfigurationError` if that is not there."""
    if name != "uvloop":
        return None
    try:
        import uvloop
    except ImportError:
        raise ConfigurationError("uvloop is not installed: pip install 'soagen-runtime[uvloop]'") from None
    make: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return make


def _serve(
    server: Server,
    transport: RedisTransport,
    settings: ServerSettings,
    framework: Framework,
    name: str,
    ready: Callable[[], None],
) -> None:
    stops: list[Callable[[], None]] = []
    worker = BlockingWorker(
        server.dispatcher(settings),
        transport.blocking_server(),
        settings.concurrency or 1,
        name=name,
        each=_Countdown(settings.max_requests, lambda: stops[0]()),
        heartbeat=_Orphan(lambda: stops[0]()),
        ready=ready,
        limits=TimeLimits(settings.timeout, server.time_limits, settings.job_timeout),
        framework=framework,
    )
    stops.append(worker.stop)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    server.setup()
    try:
        worker.run()
    finally:
        server.teardown()
        framework.let_go()


async def _serve_async(
    server: AsyncServer,
    transport: RedisTransport,
    settings: ServerSettings,
    framework: Framework,
    name: str,
    ready: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    stops: list[Callable[[], None]] = []
    worker = AsyncWorker(
        server.dispatcher(settings),
        transport.asynchronous_server(),
        settings.concurrency or CONCURRENCY,
        name=name,
        each=_Countdown(settings.max_requests, lambda: stops[0]()),
        heartbeat=_Orphan(lambda: loop.call_soon_threadsafe(stops[0])),
        ready=ready,
        limits=TimeLimits(settings.timeout, server.time_limits, settings.job_timeout),
        framework=framework,
    )
    stops.append(worker.stop)
    loop.add_signal_handler(signal.SIGTERM, worker.stop)
    await server.setup()
    await framework.let_go_async()
    try:
        await worker.run()
    finally:
        await server.teardown()
        await framework.let_go_async()


class _Countdown:
    """Stops a worker after about so many requests: not after exactly as many as the others."""

    def __init__(self, requests: int | None, stop: Callable[[], None]) -> None:
        self._left = None if requests is None else requests + random.randint(0, max(1, requests // 10))
        self._stop = stop

    def __call__(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._stop()


class _Orphan:
    """Stops a worker whose supervisor is gone."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self._parent = os.getppid()
        self._stop = stop

    def __call__(self) -> None:
        if os.getppid() != self._parent:
            log.error("the supervisor is gone: stopping")
            self._stop()
