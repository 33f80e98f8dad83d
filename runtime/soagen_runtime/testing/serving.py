"""Servers in the test's own process, with a client of one of them, and no broker.

A call takes the whole way: it is written down as bytes, read, checked, served and answered. The servers' ``setup`` runs
before the first call and their ``teardown`` after the last, where they would run in a worker: in the event loop that
serves, for asyncio servers.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar

from soagen_runtime.client import AsyncClient, Client
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConfigurationError
from soagen_runtime.server import AsyncServer, Server
from soagen_runtime.transport.memory import BlockingEnd, LocalTransport

AnyServer: TypeAlias = Server | AsyncServer

Made: TypeAlias = AnyServer | Callable[[LocalTransport], AnyServer]
"""A server; or what makes one that calls the others over the transport that it is given, such as its class."""

BlockingClient = TypeVar("BlockingClient", bound=Client[Any])
AsyncioClient = TypeVar("AsyncioClient", bound=AsyncClient[Any])


@contextmanager
def host(*servers: Made) -> Generator[LocalTransport]:
    """A transport with servers on it, for blocking clients.

    Raises `ConfigurationError` for two servers of one service, and what a server's ``setup`` raises.
    """
    transport = LocalTransport()
    with ExitStack() as stack:
        end = transport.blocking()
        stack.callback(lambda: run_blocking(end.close()))
        for server in _added(transport, servers):
            run = partial(_run, end, server)
            run(server.setup)
            stack.callback(run, server.teardown)
        yield transport


@contextmanager
def serve(client: Callable[[LocalTransport], BlockingClient], *servers: Made) -> Generator[BlockingClient]:
    """A blocking client of servers: ``with serve(OrdersClient, Orders()) as orders:``.

    ``client`` is its class, or any function that makes one of a transport. Raises what `host` raises.
    """
    with host(*servers) as transport, client(transport) as made:
        yield made


@asynccontextmanager
async def serve_async(
    client: Callable[[LocalTransport], AsyncioClient], *servers: Made
) -> AsyncGenerator[AsyncioClient]:
    """An asyncio client of servers: ``async with serve_async(AsyncOrdersClient, Orders()) as orders:``; see `serve`."""
    transport = LocalTransport()
    async with AsyncExitStack() as stack:
        for server in _added(transport, servers):
            if isinstance(server, AsyncServer):
                await server.setup()
                stack.push_async_callback(server.teardown)
            else:
                await asyncio.to_thread(server.setup)
                stack.push_async_callback(asyncio.to_thread, server.teardown)
        async with client(transport) as made:
            yield made


def _run(end: BlockingEnd, server: AnyServer, hook: Callable[[], Coroutine[Any, Any, None] | None]) -> None:
    running = hook()
    if running is not None:
        end.submit(server.service.name, running).result()


def _added(transport: LocalTransport, servers: tuple[Made, ...]) -> list[AnyServer]:
    added = []
    for given in servers:
        server = given if isinstance(given, (Server, AsyncServer)) else _made(given, transport)
        transport.add(server)
        added.append(server)
    return added


def _made(given: Any, transport: LocalTransport) -> AnyServer:
    """What a class or a function makes of the transport. Raises `ConfigurationError` for anything else."""
    name = getattr(given, "__qualname__", repr(given))
    server: object = None
    if callable(given):
        try:
            inspect.signature(given).bind(transport)
        except TypeError as error:
            raise ConfigurationError(
                f"{name} cannot be made with a transport ({error}): give a server that is made, {name}(...)"
            ) from None
        server = given(transport)
    if not isinstance(server, (Server, AsyncServer)):
        raise ConfigurationError(f"{name} is no server, and makes none")
    return server
