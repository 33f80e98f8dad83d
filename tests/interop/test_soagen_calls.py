"""Jobs, parallel calls, calls that are started, calls that are forgotten: a generated client, blocking or asyncio, of
services that PySOA serves, or PySOA and soagen together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from currint import Amount
from soagen_runtime import job, parallel

from tests.driving import Caller
from tests.interop.conftest import BOTH, BOTH_CHUNKING, IN_PIECES, PYSOA, PYSOA_CHUNKING, PYSOA_IN_PIECES
from tests.interop.peers import PySOAServer, Site
from tests.interop.serving import messages_in
from tests.interop.soagen_services import LabLogic, lab_server, station_server

AT = dt.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=dt.UTC)


@pytest.fixture(params=["PySOA", "both"])
def place(
    request: pytest.FixtureRequest,
    api: ModuleType,
    pysoa_server: Callable[..., PySOAServer],
    serve_on: Callable[..., None],
    site: Callable[[int], Site],
) -> Site:
    """Where lab and north are served: by PySOA, or by workers of PySOA's and of soagen's, blocking and asyncio, which
    take from the same lists.
    """
    here = site(PYSOA if request.param == "PySOA" else BOTH)
    pysoa_server("lab", here, ("audit",))
    pysoa_server("north", here)
    if request.param == "both":
        logic = LabLogic(api)
        serve_on(
            here,
            lambda: lab_server(api, "blocking", logic, audit=here.url),
            lambda: lab_server(api, "asyncio", logic, audit=here.url),
            lambda: station_server(api, "asyncio", "north", here.url),
        )
    return here


@pytest.fixture
def in_pieces(
    place: Site,
    api: ModuleType,
    pysoa_server: Callable[..., PySOAServer],
    serve_on: Callable[..., None],
    site: Callable[[int], Site],
) -> Site:
    """The same, with large replies in pieces. PySOA pushes them one by one, so that others may come between."""
    both = place == site(BOTH)
    here = site(BOTH_CHUNKING if both else PYSOA_CHUNKING)
    pysoa_server("lab", here, **PYSOA_IN_PIECES)
    if both:
        serve_on(here, *[lambda: lab_server(api, "blocking", LabLogic(api))] * 2, settings=IN_PIECES)
    return here


@pytest.fixture
def lab(caller: Callable[..., Caller], place: Site) -> Caller:
    return caller(place)


@pytest.fixture(autouse=True)
def _nothing_is_left(place: Site, broker: Callable[[int], Any]) -> Any:
    """Whatever was called, no request waits and no reply is unread in the end."""
    yield
    assert [key for key in messages_in(broker(place.db)) if key != b"pysoa:service.audit"] == []


def order(lab: Caller, api: ModuleType, **changes: Any) -> Any:
    item = api.lab.Item(sku="A", quantity=changes.pop("quantity", 2), unit_price=Amount.from_code_and_minor("USD", 5))
    return lab.calls.create_order(**{"customer_id": "c", "items": [item], "placed_at": AT, **changes})


def kinds(outcomes: Any) -> list[str]:
    """What came of each call: the name of its error, or of what was answered."""
    return [type(outcome.value if outcome.ok else outcome.error).__name__ for outcome in outcomes]


# --- jobs


def test_a_job(lab: Caller, api: ModuleType) -> None:
    calls = lab.calls
    echoed, ordered, nothing, big = lab.run(job(calls.echo({"a": 1}), order(lab, api), calls.none(), calls.big(size=9)))
    assert (echoed, ordered.order.total.value, nothing, big.data) == ({"a": 1}, 10, None, "x" * 9)


def test_a_job_ends_at_its_first_error(lab: Caller, api: ModuleType) -> None:
    todo = job(lab.calls.echo({"a": 1}), lab.calls.fail(reason="no stock"), lab.calls.echo({"a": 2}))
    assert kinds(lab.outcomes(todo)) == ["dict", "OrderRejected", "ActionNotRun"]
    with pytest.raises(api.shared.OrderRejected, match="no stock") as caught:
        lab.run(todo)
    assert (caught.value.limit, caught.value.field) == (5, "items.0.sku")


def test_a_job_that_goes_on(lab: Caller, api: ModuleType) -> None:
    calls = lab.calls
    faulty = [order(lab, api, quantity=0), calls.fail(), calls.boom(), calls.bad_response(), calls.server_error()]
    todo = job(*faulty, calls.echo({"a": 2}), continue_on_error=True)
    outcomes = lab.outcomes(todo)
    assert kinds(outcomes) == [
        "InvalidRequest", "OrderRejected", "ServerError", "ServerError", "ActionError", "dict"
    ]  # fmt: skip
    assert [(e.field, e.message) for e in outcomes[0].error.errors] == [("items.0.quantity", "Value not >= 1")]
    with pytest.raises(soagen.InvalidRequest):
        lab.run(todo)


def test_a_job_with_an_action_that_the_server_does_not_have(lab: Caller, api: ModuleType) -> None:
    flown = lab.calls._call(replace(api.lab.service.ECHO, name="fly", wire="fly"), {})
    assert kinds(lab.outcomes(job(flown, lab.calls.none()))) == ["UnknownAction", "ActionNotRun"]
    assert kinds(lab.outcomes(job(flown, lab.calls.none(), continue_on_error=True))) == ["UnknownAction", "NoneType"]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("job_error", {}, soagen.JobError),
        ("big", {"size": 260_000}, soagen.ResponseTooLarge),
        ("unserializable", {}, soagen.ResponseNotSerializable),
    ],
)
@pytest.mark.parametrize("continue_on_error", [False, True])
def test_a_job_that_fails_as_a_whole(
    lab: Caller, method: str, arguments: dict[str, Any], error: type[Exception], continue_on_error: bool
) -> None:
    failing = getattr(lab.calls, method)(**arguments)
    todo = job(lab.calls.echo({"a": 1}), failing, lab.calls.none(), continue_on_error=continue_on_error)
    for verb in (lab.run, lab.outcomes, lambda pending: lab.result(lab.start(pending))):
        with pytest.raises(error):
            verb(todo)
    (outcome,) = lab.outcomes(parallel(todo))
    assert type(outcome.error) is error


def test_a_job_that_is_just_small_enough(lab: Caller) -> None:
    bodies = [{"x": "x" * 50_000}, {"x": "y" * 51_000}]
    assert lab.run(job(*map(lab.calls.echo, bodies))) == tuple(bodies)
    with pytest.raises(soagen.RequestTooLarge):
        lab.run(job(*map(lab.calls.echo, bodies), lab.calls.echo(bodies[0])))


def test_a_job_that_takes_too_long(lab: Caller) -> None:
    hasty = lab.with_options(timeout=0.05)
    with pytest.raises(soagen.CallTimeout):
        hasty.run(job(hasty.calls.none(), hasty.calls.sleep(seconds=0.2)))
    assert lab.run(job(*[lab.calls.sleep(seconds=0.0)] * 3))[0].slept == 0.0
    all_have_ended(lab)
    assert lab.none() is None


def all_have_ended(lab: Caller) -> None:
    """Whatever was asked before has been answered: every worker has had something else to do since."""
    assert [response.slept for response in lab.run(parallel(*[lab.calls.sleep(seconds=0.15)] * 6))] == [0.15] * 6


# --- parallel calls


def test_parallel_calls_of_one_service(lab: Caller) -> None:
    assert lab.run(parallel(*[lab.calls.echo({"i": i}) for i in range(30)])) == tuple({"i": i} for i in range(30))


def test_parallel_calls_of_several_services(lab: Caller, caller: Callable[..., Caller], place: Site) -> None:
    north = caller(place, "north")
    together = parallel(
        lab.calls.echo({"a": 1}),
        north.calls.hop(route=[]),
        job(lab.calls.none(), lab.calls.big(size=3)),
        north.with_options(switches=[4], correlation_id="mine").calls.hop(route=[]),
    )
    echoed, first, (nothing, big), second = lab.run(together)
    assert (echoed, nothing, big.data) == ({"a": 1}, None, "xxx")
    assert [hop.service for hop in first.hops + second.hops] == ["north", "north"]
    assert (second.hops[0].switches, second.hops[0].correlation_id) == ([4], "mine")


def test_parallel_calls_of_which_some_fail(lab: Caller, api: ModuleType) -> None:
    calls = lab.calls
    together = parallel(
        calls.echo({"i": 1}),
        calls.fail(),
        calls.job_error(),
        order(lab, api, customer_id=""),
        calls.big(size=260_000),
        calls.echo({"x": "x" * 110_000}),
        calls.unserializable(),
        job(calls.none(), calls.boom(), calls.none()),
        calls.big(size=250_000),
    )
    outcomes = lab.outcomes(together)
    assert kinds(outcomes) == [
        "dict",
        "OrderRejected",
        "JobError",
        "InvalidRequest",
        "ResponseTooLarge",
        "RequestTooLarge",
        "ResponseNotSerializable",
        "ServerError",
        "BigResponse",
    ]
    with pytest.raises(api.shared.OrderRejected):
        lab.run(together)


# --- started now, asked for later


def test_futures_in_any_order_among_other_calls(lab: Caller, api: ModuleType) -> None:
    futures = [lab.start(lab.calls.echo({"i": i})) for i in range(12)]
    assert lab.echo({"i": -1}) == {"i": -1}
    started = lab.start(job(lab.calls.echo({"i": 12}), order(lab, api)))
    for i in (7, 0, 11, 3):
        assert lab.result(futures[i]) == {"i": i}
        assert lab.run(lab.calls.echo({"i": i * 100})) == {"i": i * 100}
    assert lab.result(started)[0] == {"i": 12}
    assert [lab.result(future) for future in reversed(futures)] == [{"i": i} for i in reversed(range(12))]


def test_futures_of_what_fails(lab: Caller, api: ModuleType) -> None:
    calls = lab.calls
    failing = {
        "OrderRejected": calls.fail(),
        "InvalidRequest": order(lab, api, note="x" * 501),
        "ServerError": calls.boom(),
        "ActionError": calls.server_error(),
        "JobError": calls.job_error(),
        "ResponseTooLarge": calls.big(size=260_000),
        "ResponseNotSerializable": calls.unserializable(),
        "CallTimeout": lab.with_options(timeout=0.05).calls.sleep(seconds=0.3),
    }
    futures = {name: lab.start(call) for name, call in failing.items()}
    good = lab.start(calls.echo({"a": 1}))
    for name, future in reversed(futures.items()):
        with pytest.raises(soagen.CallError) as caught:
            lab.result(future)
        assert type(caught.value).__name__ == name
    assert lab.result(good) == {"a": 1}
    all_have_ended(lab)


# --- large replies


def test_replies_in_pieces(caller: Callable[..., Caller], in_pieces: Site, broker: Callable[[int], Any]) -> None:
    lab = caller(in_pieces)
    sizes = [102_000, 102_400, 204_700, 150_000, 400_000, 3, 300_000]
    # Replies of one length, in pieces that came mixed, nobody can take apart.
    first, second, third = [
        [lab.calls.big(size=size + more, fill=chr(97 + more)) for size in sizes] for more in range(3)
    ]
    futures = [lab.start(big) for big in first]
    together = lab.run(parallel(*second, job(lab.calls.none(), third[1], third[3])))
    assert [response.data for response in together[:-1]] == ["b" * (size + 1) for size in sizes]
    assert [response and len(response.data) for response in together[-1]] == [None, 102_402, 150_002]
    assert [lab.result(future).data for future in reversed(futures)] == ["a" * size for size in reversed(sizes)]
    assert messages_in(broker(in_pieces.db)) == []


# --- nobody waits


def test_whatever_is_forgotten_is_run(lab: Caller, place: Site, broker: Callable[[int], Any]) -> None:
    calls = lab.calls
    lab.forget(calls.relay())
    lab.forget(job(calls.boom(), calls.relay(), continue_on_error=True))
    lab.forget(job(calls.boom(), calls.relay()))
    lab.forget(calls.job_error())
    connection = broker(place.db)
    for _ in range(2):  # they send something on
        assert connection.blpop(["pysoa:service.audit"], timeout=4) is not None
    all_have_ended(lab)
    assert connection.llen("pysoa:service.audit") == 0


# --- variants


def test_the_order_in_which_switches_count(lab: Caller, api: ModuleType) -> None:
    cheap, negotiated = api.lab.LabSwitch.CHEAP, api.lab.LabSwitch.NEGOTIATED
    calls = lab.calls
    assert lab.price(sku="A").taken == lab.rate(sku="A").taken == "base"
    assert lab.with_options(switches=[99, 9]).rate(sku="A").taken == "base"
    together = lab.run(
        parallel(calls.price_cheap(sku="A"), calls.price_negotiated(sku="A", offer=3), calls.rate_cheap(sku="A"))
    )
    assert [(each.taken, each.switches) for each in together] == [("cheap", [7]), ("negotiated", [8]), ("cheap", [7])]
    both = lab.with_options(switches=[cheap]).price_negotiated(sku="A", offer=3)
    assert (both.taken, both.switches) == ("negotiated", [7, 8])
    with pytest.raises(soagen.VariantActive, match=r"switch NEGOTIATED \(8\) is on"):
        lab.with_options(switches=[negotiated]).price_cheap(sku="A")
    with pytest.raises(soagen.VariantActive, match=r"switch CHEAP \(7\) is on"):
        lab.run(job(calls.price_cheap(sku="A"), calls.rate(sku="A")))
    # The switches are the job's: what is on for one action is on for all.
    taken = lab.run(job(calls.rate_cheap(sku="A"), calls.price_cheap(sku="A"), calls.context({})))
    assert ([each.taken for each in taken[:2]], taken[2]["switches"]) == (["cheap", "cheap"], [7])
