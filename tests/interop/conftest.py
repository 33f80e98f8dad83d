"""PySOA 1.4.9 itself on one side, generated code on the other, a real Redis between them.

Each way of serving the lab has a database of its own (`Site`), so that servers may run for the whole session: PySOA's
take a second to start. What a test leaves in Redis is gone before the next.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from soagen_runtime.settings import ServerLimits, ServerSettings

from tests.driving import Caller
from tests.interop.generated import generate_into, imported
from tests.interop.peers import HOST, PySOA, PySOAClient, PySOAServer, Site, interpreter
from tests.interop.serving import served
from tests.interop.soagen_services import LabLogic, lab_client, lab_server

# The databases.
PYSOA, PYSOA_CHUNKING, SHARED, MIDDLE, ENDS, NOBODY = range(6)
SOAGEN = {"blocking": 6, "asyncio": 7}
SOAGEN_CHUNKING = {"blocking": 8, "asyncio": 9}
BOTH, BOTH_CHUNKING = 13, 14
CHUNK = 102_400
LARGEST = 5 * CHUNK + 100_000  # PySOA wants to be allowed five chunks at least
IN_PIECES = ServerSettings(limits=ServerLimits(chunk_bytes=CHUNK, reply_bytes=LARGEST))
PYSOA_IN_PIECES = {"chunk_messages_larger_than_bytes": CHUNK, "maximum_message_size_in_bytes": LARGEST}


@pytest.fixture(scope="session")
def pysoa_python() -> str:
    """The interpreter of PySOA's environment, which is made first if need be."""
    try:
        return interpreter()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that is generated from `contracts/`, with all services imported."""
    folder = tmp_path_factory.mktemp("interop")
    generate_into(folder)
    yield imported(folder)
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def redis_port(redis_server: str) -> int:
    port = urlsplit(redis_server).port
    assert port is not None
    return port


@pytest.fixture(autouse=True)
def _empty(redis_url: str) -> None:
    """Each test begins with nothing in Redis, in any database."""


@pytest.fixture(scope="session")
def site(redis_port: int) -> Callable[[int], Site]:
    """The place that a number of a database stands for."""
    return lambda db: Site((redis_port,), db)


@pytest.fixture
def broker(redis_port: int) -> Iterator[Callable[[int], Any]]:
    """A connection to a database, for a test's own hand."""
    with ExitStack() as stack:
        yield lambda db: stack.enter_context(redis.Redis(HOST, redis_port, db))


# --- PySOA's side


@pytest.fixture(scope="session")
def pysoa(pysoa_python: str) -> Iterator[PySOA]:
    process = PySOA(pysoa_python)
    yield process
    process.close()


@pytest.fixture(scope="session")
def pysoa_server(pysoa_python: str) -> Iterator[Callable[..., PySOAServer]]:
    """Starts a PySOA server that lives as long as the session, once for each place and service."""
    running: dict[tuple[str, Site], PySOAServer] = {}

    def start(service: str, site: Site, calls: tuple[str, ...] = (), **transport: Any) -> PySOAServer:
        if (service, site) not in running:
            running[service, site] = PySOAServer(pysoa_python, service, site, calls, **transport)
            running[service, site].wait_until_it_serves()
        server = running[service, site]
        assert server.is_alive, "an earlier test has killed this server"
        return server

    yield start
    for server in running.values():
        server.close()


@pytest.fixture
def pysoa_lab(pysoa_server: Callable[..., PySOAServer], site: Callable[[int], Site]) -> Site:
    """A lab that PySOA serves."""
    pysoa_server("lab", site(PYSOA), ("audit",))
    return site(PYSOA)


@pytest.fixture
def chunking_lab(pysoa_server: Callable[..., PySOAServer], site: Callable[[int], Site]) -> Site:
    """A lab that PySOA serves, with large replies in pieces."""
    pysoa_server("lab", site(PYSOA_CHUNKING), **PYSOA_IN_PIECES)
    return site(PYSOA_CHUNKING)


@pytest.fixture
def pysoa_client(pysoa: PySOA) -> Callable[..., PySOAClient]:
    """Opens a PySOA client of a place: ``pysoa_client(site)``."""
    return pysoa.client


# --- soagen's side


@pytest.fixture(params=["blocking", "asyncio"])
def server_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["blocking", "asyncio"])
def client_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def serve() -> Iterator[Callable[..., None]]:
    """Serves a generated server at a place until the test ends."""
    stops: list[Callable[[], None]] = []
    with ExitStack() as stack:
        yield lambda server, site: stops.append(stack.enter_context(served(server, site.url)))
        for stop in stops:
            stop()


@pytest.fixture(scope="session")
def serve_on() -> Iterator[Callable[..., None]]:
    """Serves generated servers at a place until the session ends; once for each place."""
    serving: set[Site] = set()
    with ExitStack() as stack:

        def start(site: Site, *makers: Callable[[], Any], settings: ServerSettings | None = None) -> None:
            if site not in serving:
                serving.add(site)
                for make in makers:
                    stack.enter_context(served(make(), site.url, settings))

        yield start


@pytest.fixture
def soagen_lab(api: ModuleType, serve_on: Callable[..., None], site: Callable[[int], Site], server_kind: str) -> Site:
    """A lab that a generated server serves, of either kind."""
    here = site(SOAGEN[server_kind])
    serve_on(here, lambda: lab_server(api, server_kind, LabLogic(api), audit=here.url))
    return here


@pytest.fixture
def soagen_chunking_lab(
    api: ModuleType, serve_on: Callable[..., None], site: Callable[[int], Site], server_kind: str
) -> Site:
    """The same, with large replies in pieces."""
    here = site(SOAGEN_CHUNKING[server_kind])
    serve_on(here, lambda: lab_server(api, server_kind, LabLogic(api)), settings=IN_PIECES)
    return here


@pytest.fixture
def caller(api: ModuleType, client_kind: str) -> Iterator[Callable[..., Caller]]:
    """Opens a generated client of the lab, or of another service, of either kind: ``caller(site)``."""
    runner = asyncio.Runner() if client_kind == "asyncio" else None
    opened: list[Caller] = []

    def open_client(site: Site, service: str = "lab") -> Caller:
        if service == "lab":
            client = lab_client(api, client_kind, site.url)
        else:
            prefix = "Async" if client_kind == "asyncio" else ""
            client = getattr(getattr(api, service), f"{prefix}{service.capitalize()}Client")(site.url)
        opened.append(Caller(client, runner))
        return opened[-1]

    yield open_client
    for each in opened:
        each.close()
    if runner is not None:
        runner.close()
