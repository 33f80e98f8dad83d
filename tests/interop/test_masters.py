"""Several masters: PySOA's standard mode with several hosts, and here one URL with several addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from tests.conftest import start_redis
from tests.driving import Caller
from tests.interop.peers import PySOAClient, PySOAServer, Site
from tests.interop.soagen_services import LabLogic, lab_server

CALLS = 12


@pytest.fixture(scope="session")
def masters(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of two masters, of which the first is that of the other tests."""
    process, port = start_redis(tmp_path_factory.mktemp("second-master"))
    yield redis_port, port
    process.terminate()
    process.wait()


def test_a_pysoa_client_of_a_generated_server(
    api: ModuleType,
    pysoa_client: Callable[..., PySOAClient],
    serve: Callable[..., None],
    masters: tuple[int, int],
    server_kind: str,
) -> None:
    here = Site(masters, 11)
    serve(lab_server(api, server_kind, LabLogic(api)), here)
    # Each client has a list of replies of its own, which is on one master or on the other.
    for i in range(CALLS):
        call = pysoa_client(here)
        assert call("call_action", "lab", "echo", {"i": i}).body == {"i": i}
        assert call("call_action", "lab", "echo", {"i": -i}).outstanding == {"lab": 0}


def test_a_generated_client_of_a_pysoa_server(
    pysoa_server: Callable[..., PySOAServer], caller: Callable[..., Caller], masters: tuple[int, int]
) -> None:
    here = Site(masters, 12)
    pysoa_server("lab", here)
    for _ in range(2):
        client = caller(here).with_options(timeout=20)
        assert client.echo({"a": 1}) == {"a": 1}
        assert client.echo({"a": 2}) == {"a": 2}
