"""Calls within calls across the border: correlation id, switches and context go along, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from soagen_runtime.wire import decode_request

from tests.driving import Caller
from tests.interop.conftest import ENDS, MIDDLE
from tests.interop.peers import PySOAClient, PySOAServer, Site
from tests.interop.soagen_services import station_server

STATIONS = ["north", "middle", "south"]


def expected(caller: str | None) -> list[dict[str, Any]]:
    """What each station sees."""
    same = {"correlation_id": "chain-1", "switches": [5, 99], "caller": caller, "locale": "de"}
    return [
        {"service": service, "calling_service": before, **same}
        for service, before in zip(STATIONS, [None, *STATIONS], strict=False)
    ]


def told(hops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What they say that they saw, less the deadlines, which PySOA sets none of. (Null may be left out.)"""
    seen: list[dict[str, Any]] = [{"caller": None, "calling_service": None, **hop} for hop in hops]
    return [{name: value for name, value in hop.items() if name != "deadline"} for hop in seen]


@pytest.fixture(params=["soagen, PySOA, soagen", "PySOA, soagen, PySOA"])
def chain(
    request: pytest.FixtureRequest,
    api: ModuleType,
    pysoa_server: Callable[..., PySOAServer],
    serve: Callable[..., None],
    site: Callable[[int], Site],
    server_kind: str,
) -> Site:
    """Where north, middle and south are served, in turns."""
    makers = dict(zip(STATIONS, request.param.split(", "), strict=True))
    here = site(MIDDLE if makers["middle"] == "PySOA" else ENDS)
    for name, maker in makers.items():
        if maker == "PySOA":
            pysoa_server(name, here, [other for other in STATIONS if other != name])
        else:
            serve(station_server(api, server_kind, name, here.url), here)
    return here


def test_a_pysoa_client_begins(pysoa_client: Callable[..., PySOAClient], chain: Site) -> None:
    call = pysoa_client(chain, "north", context={"correlation_id": "chain-1", "switches": [99], "caller": "script"})
    body = {"route": ["middle", "south"]}
    outcome = call("call_action", "north", "hop", body, switches=[5], context={"locale": "de"})
    assert told(outcome.body["hops"]) == expected("script")
    assert outcome.outstanding == {"north": 0}


def test_a_generated_client_begins(caller: Callable[..., Caller], chain: Site, api: ModuleType) -> None:
    context = api.north.NorthContext(locale="de")
    # Less than a call has by itself: the clocks of those on the way differ by as long as Redis took to tell them.
    client = caller(chain, "north").with_options(correlation_id="chain-1", switches=[5, 99], context=context, timeout=3)
    hops = client.hop(route=["middle", "south"]).hops
    assert [{name: getattr(hop, name) for name in expected(None)[0]} for hop in hops] == expected(None)
    # No call may outlast the first: its deadline goes along, through a PySOA server too, which does not look at it.
    assert len({hop.deadline for hop in hops}) == 1
    assert isinstance(hops[0].deadline, float)


def test_an_error_at_the_end_is_a_server_error_of_each_before_it(
    pysoa_client: Callable[..., PySOAClient], chain: Site
) -> None:
    # What nobody caught is not the answer of the action that made the call, neither here nor with PySOA.
    outcome = pysoa_client(chain, "north")("call_action", "north", "hop", {"route": ["middle", "nowhere"]})
    assert [error["code"] for error in outcome.errors] == ["SERVER_ERROR"]
    assert outcome.outstanding == {"north": 0}


def test_what_a_generated_server_sends_on(
    pysoa_client: Callable[..., PySOAClient], soagen_lab: Site, broker: Callable[[int], Any], api: ModuleType
) -> None:
    """The message of a handler's own call, as it is put into the other service's list."""
    call = pysoa_client(soagen_lab)
    context = {"caller": "script", "other": {"a": [1]}}
    assert call("call_action", "lab", "relay", {}, correlation_id="c", switches=[5], context=context).raised is None
    message = decode_request(broker(soagen_lab.db).lpop("pysoa:service.audit"))
    assert message.body == {
        "control": {"continue_on_error": False, "suppress_response": True},
        "context": {"correlation_id": "c", "switches": [5], **context, "calling_service": "lab"},
        "actions": [{"action": "record", "body": {"from": "relay"}}],
    }
