"""Where a call goes while some of its service is stubbed: one by one, in jobs, at the same time."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from soagen_runtime import (
    ActionNotRun,
    ConnectionFailed,
    JobError,
    LocalTransport,
    TransportError,
    job,
    parallel,
)
from soagen_runtime.middleware import ActionCall, JobRequest, JobResult, Next
from soagen_runtime.testing import NotStubbed

from shop.api.common import Line
from shop.api.orders import (
    AsyncOrdersClient,
    GetOrderRequest,
    OrdersClient,
)
from shop.api.orders.testing import stub_orders
from shop.api.stock import (
    AsyncStockClient,
    Level,
    LevelsRequest,
    LevelsResponse,
    NoSuchArticle,
    ReserveRequest,
    ReserveResponse,
    StockClient,
    StockContext,
)
from shop.api.stock.testing import stub_stock
from shop.stock import Stock
from tests.testkit.things import EURO, NOWHERE, order

# --- what is not stubbed


def test_an_action_that_is_not_stubbed_is_named() -> None:
    with stub_orders() as stub, pytest.raises(ConnectionFailed):
        OrdersClient(NOWHERE).with_options(attempts=1).get_order(id_="o_1")  # nothing is stubbed yet
    stub.get_order.when(GetOrderRequest(id_="o_1")).returns(order=order())
    with stub, pytest.raises(NotStubbed) as told:
        OrdersClient(NOWHERE).get_order(id_="o_2")
    assert str(told.value).startswith(
        "orders.get_order is stubbed, but not for this request or contract, and its service cannot be reached: "
    )
    assert str(told.value).endswith("Stub it: `.get_order.returns(...)`")
    assert not isinstance(told.value, TransportError)


def test_it_goes_to_the_real_service() -> None:
    with StockClient(LocalTransport(Stock())) as stock, stub_stock() as stub:
        stub.release.returns()
        stub.levels.when(lambda request: "NIL-0" in request.skus).returns(levels={})
        assert stock.levels(skus=["NIL-0"]).levels == {}
        assert stock.levels(skus=["CUP-7"]).levels.keys() == {"CUP-7"}
        assert stock.reserve(lines=[Line(sku="CUP-7", quantity=1)]).reservation.lines[0].sku == "CUP-7"
        with pytest.raises(NoSuchArticle):
            stock.levels(skus=["NIL-1"])
        assert len(stub.levels.requests) == 1


async def test_also_of_an_asyncio_client() -> None:
    async with AsyncOrdersClient(NOWHERE) as orders:
        stub = stub_orders().get_order.when(GetOrderRequest(id_="o_1")).returns(order=order())
        with stub, pytest.raises(NotStubbed):
            await orders.get_order(id_="o_2")


def test_the_stub_that_was_entered_last_is_asked_first() -> None:
    level = Level(on_shelf=1, price=EURO)
    stock = StockClient(LocalTransport(Stock()))
    outer, inner = stub_stock(), stub_stock()
    outer.levels.returns(levels={"OUT-1": level})
    outer.reserve.raises(NoSuchArticle(sku="TEA-1"))
    inner.levels.when(lambda request: not request.skus).answers(LevelsResponse(levels={"INN-1": level}))
    with outer:
        with inner:
            assert stock.levels().levels.keys() == {"INN-1"}
            assert stock.levels(skus=["CUP-7"]).levels.keys() == {"OUT-1"}
            with pytest.raises(NoSuchArticle):
                stock.reserve(lines=[Line(sku="TEA-1", quantity=1)])
        assert stock.levels().levels.keys() == {"OUT-1"}
    assert len(stock.levels().levels) > 2


# --- jobs, futures, parallel calls

NIL = NoSuchArticle(sku="NIL-0")
ONE = [Line(sku="CUP-7", quantity=1)]


class Real(Stock):
    """Notes which actions reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: list[str] = []

    def levels(self, request: LevelsRequest, ctx: StockContext) -> LevelsResponse:
        self.reached.append("levels")
        return super().levels(request, ctx)

    def reserve(self, request: ReserveRequest, ctx: StockContext) -> ReserveResponse:
        self.reached.append("reserve")
        return super().reserve(request, ctx)


def test_a_job_of_stubbed_and_real_actions_is_run_in_order() -> None:
    real = Real()
    calls = StockClient(LocalTransport(real)).calls
    with stub_stock().levels.returns(levels={}) as levels:
        first, reserved, last = job(calls.levels(), calls.reserve(lines=ONE), calls.levels(skus=["TEA-1"])).run()
    assert (first.levels, reserved.reservation.lines, last.levels) == ({}, ONE, {})
    assert [request.skus for request in levels.requests] == [[], ["TEA-1"]]
    assert real.reached == ["reserve"]


@pytest.mark.parametrize("continue_on_error", [False, True])
def test_it_ends_where_it_would_have_ended(continue_on_error: bool) -> None:
    real = Real()
    calls = StockClient(LocalTransport(real)).calls
    with stub_stock().levels.answers(LevelsResponse(levels={}), NIL) as levels:
        outcomes = job(
            calls.levels(), calls.levels(), calls.reserve(lines=ONE), continue_on_error=continue_on_error
        ).outcomes()
    assert isinstance(outcomes[1].error, NoSuchArticle)
    assert len(levels.requests) == 2
    assert real.reached == ["reserve"] * continue_on_error
    assert isinstance(outcomes[2].error, ActionNotRun) is not continue_on_error


def test_errors_of_the_real_service_end_it_too() -> None:
    calls = StockClient(LocalTransport(Real())).calls
    with stub_stock().release.returns() as release:
        outcomes = job(calls.levels(skus=["NIL-0"]), calls.release(reservation_id=uuid.uuid4())).outcomes()
    assert isinstance(outcomes[0].error, NoSuchArticle)
    release.assert_not_called()


def test_an_error_of_the_job_is_one_of_the_job() -> None:
    calls = StockClient(LocalTransport(Real())).calls
    closed = JobError.of("CLOSED", "We open at eight")
    with stub_stock().levels.raises(closed), pytest.raises(JobError, match="CLOSED"):
        job(calls.reserve(lines=ONE), calls.levels()).run()


def test_a_job_of_which_nothing_is_stubbed_goes_as_it_is() -> None:
    jobs: list[int] = []

    def count(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
        jobs.append(len(job.actions))
        return next(job)

    class Counting(Real):
        job_middleware = (count,)

    calls = StockClient(LocalTransport(Counting())).calls
    with stub_stock().release.returns():
        job(calls.levels(), calls.reserve(lines=ONE)).run()
        job(calls.levels(), calls.reserve(lines=ONE), calls.release(reservation_id=uuid.uuid4())).run()
    assert jobs == [2, 1, 1]


def test_forgotten_calls_are_noted() -> None:
    calls = StockClient(NOWHERE).calls
    with stub_stock() as stub:
        stub.levels.returns(levels={})
        stub.reserve.raises(NIL)
        job(calls.levels(), calls.reserve(lines=ONE)).forget()
        calls.levels().forget()
        assert (len(stub.levels.requests), len(stub.reserve.requests)) == (2, 1)


def test_futures_and_parallel_calls() -> None:
    stock, orders = StockClient(NOWHERE).calls, OrdersClient(NOWHERE).calls
    with stub_stock().levels.answers(LevelsResponse(levels={}), NIL), stub_orders().get_order.returns(order=order()):
        first, second = stock.levels().start(), stock.levels().start()
        assert isinstance(second.outcome().error, NoSuchArticle)
        assert first.result().levels == {}
        levels, got = parallel(stock.levels(), orders.get_order(id_="o_1")).outcomes()
        assert isinstance(levels.error, NoSuchArticle)
        assert got.value.order == order()


async def test_they_are_the_same_for_asyncio() -> None:
    stock, orders = AsyncStockClient(NOWHERE).calls, AsyncOrdersClient(NOWHERE).calls
    with stub_stock().levels.answers(LevelsResponse(levels={}), NIL), stub_orders().get_order.returns(order=order()):
        assert (await stock.levels().start()).levels == {}
        levels, got = await parallel(stock.levels(), orders.get_order(id_="o_1")).outcomes()
        assert isinstance(levels.error, NoSuchArticle)
        assert got.value.order == order()


def test_middleware_is_around_a_stub() -> None:
    seen: list[str] = []

    def note(call: ActionCall, next: Next[ActionCall, Any]) -> Any:
        seen.append(call.action.name)
        return next(call)

    with stub_orders().get_order.returns(order=order()):
        OrdersClient(NOWHERE, action_middleware=[note]).get_order(id_="o_1")
    assert seen == ["get_order"]


def test_stubs_need_not_be_left_in_order() -> None:
    level = Level(on_shelf=1, price=EURO)
    stock = StockClient(NOWHERE)
    one, two = stub_stock(), stub_stock()
    one.levels.returns(levels={"ONE-1": level})
    two.levels.returns(levels={"TWO-2": level})
    with one:
        two.__enter__()
    assert stock.levels().levels.keys() == {"TWO-2"}
    two.__exit__(None, None, None)
    with pytest.raises(ConnectionFailed):
        stock.with_options(attempts=1).levels()
