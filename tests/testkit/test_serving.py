"""Servers in the test's own process: hooks, kinds of clients and servers, several of them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from soagen_runtime import CallTimeout, ConfigurationError, LocalTransport, ServerError
from soagen_runtime.testing import Serving, raises_error, serve, serve_async

from shop.api.common import CommonSwitch, Line
from shop.api.orders import AsyncOrdersClient, OrdersClient, OrdersContext
from shop.api.payments import DeclineReason, PaymentDeclined
from shop.api.payments.testing import stub_payments
from shop.api.stock import (
    AsyncStockClient,
    AsyncStockServer,
    LevelsRequest,
    LevelsResponse,
    ReleaseRequest,
    ReserveRequest,
    ReserveResponse,
    StockClient,
    StockContext,
)
from shop.demo import ADA, CARD, TEA_FOR_TWO
from shop.orders import Orders
from shop.payments import Payments
from shop.stock import Stock


class Alone(Stock):
    def __init__(self) -> None:
        super().__init__()


class Noted(Stock):
    def __init__(self, notes: list[str]) -> None:
        super().__init__()
        self.notes = notes

    def setup(self) -> None:
        self.notes.append("setup")

    def teardown(self) -> None:
        self.notes.append("teardown")


class Looped(AsyncStockServer):
    """Its hooks and its handlers must run in one event loop."""

    def __init__(self) -> None:
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def setup(self) -> None:
        self.loops.append(asyncio.get_running_loop())

    async def teardown(self) -> None:
        self.loops.append(asyncio.get_running_loop())

    async def levels(self, request: LevelsRequest, ctx: StockContext) -> LevelsResponse:
        self.loops.append(asyncio.get_running_loop())
        return LevelsResponse(levels={})

    async def reserve(self, request: ReserveRequest, ctx: StockContext) -> ReserveResponse:
        raise NotImplementedError

    async def release(self, request: ReleaseRequest, ctx: StockContext) -> None:
        raise NotImplementedError


def test_a_blocking_server_lives_as_long_as_the_block() -> None:
    notes: list[str] = []
    with serve(StockClient, Noted(notes)) as stock:
        notes.append("call")
        assert stock.levels(skus=["TEA-1"]).levels.keys() == {"TEA-1"}
    assert notes == ["setup", "call", "teardown"]


async def test_so_it_does_for_an_asyncio_client() -> None:
    notes: list[str] = []
    async with serve_async(AsyncStockClient, Noted(notes)) as stock:
        notes.append("call")
        assert (await stock.levels(skus=["TEA-1"])).levels.keys() == {"TEA-1"}
    assert notes == ["setup", "call", "teardown"]


def test_an_asyncio_server_has_one_loop_in_a_thread() -> None:
    server = Looped()
    transports: list[LocalTransport] = []

    def made(transport: LocalTransport) -> StockClient:
        transports.append(transport)
        return StockClient(transport)

    with serve(made, server) as stock:
        stock.levels()
        with StockClient(transports[0]) as other:
            other.levels()
        stock.levels()
    assert len(server.loops) == 5
    assert len(set(server.loops)) == 1
    assert server.loops[0].is_closed()
    assert not [thread for thread in threading.enumerate() if thread.name == "soagen-local"]


async def test_an_asyncio_server_has_its_callers_loop() -> None:
    server = Looped()
    async with serve_async(AsyncStockClient, server) as stock:
        await stock.levels()
    assert server.loops == [asyncio.get_running_loop()] * 3


@pytest.fixture
def orders(serving: Serving) -> OrdersClient:
    return serving(OrdersClient, Stock(), Payments(), Orders)


def test_servers_that_call_each_other_are_given_the_transport(orders: OrdersClient) -> None:
    placed = orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order
    assert orders.get_order(id_=placed.id_).order == placed


def test_what_they_call_may_be_stubbed(orders: OrdersClient) -> None:
    stolen = PaymentDeclined(reason=DeclineReason.STOLEN)
    with stub_payments().charge.raises(stolen), raises_error(stolen):
        orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)
    other = stub_payments().charge.when(lambda request: request.order_id == "another").raises(CallTimeout("late"))
    with other:
        assert orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order.receipt


def test_what_is_not_stubbed_is_named_by_the_server_that_calls_it() -> None:
    with serve(OrdersClient, Stock(), Orders) as orders, stub_payments() as payments:
        payments.charge.when(lambda request: False).raises(CallTimeout("late"))
        with raises_error(ServerError) as caught:
            orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)
    assert "payments.charge is stubbed, but not for this request" in caught.error.message


def test_a_client_may_be_made_with_all_that_it_can_have() -> None:
    def calling(transport: LocalTransport) -> OrdersClient:
        client = OrdersClient(transport)
        return client.with_options(switches=[CommonSwitch.SUMMER_SALE], context=OrdersContext(locale="de"))

    with serve(calling, Stock(), Payments(), Orders) as orders:
        assert orders.quote_summer_sale(lines=[Line(sku="TEA-1", quantity=1)]).total


def test_a_setup_that_fails_undoes_those_before_it() -> None:
    notes: list[str] = []

    class Broken(Payments):
        def setup(self) -> None:
            raise OSError("no database")

    with pytest.raises(OSError, match="no database"), serve(StockClient, Noted(notes), Broken()):
        pytest.fail("it is not served")
    assert notes == ["setup", "teardown"]


def test_one_service_is_served_once() -> None:
    with pytest.raises(ConfigurationError, match="two servers of stock"), serve(StockClient, Stock(), Stock()):
        pytest.fail("it is not served")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Alone, r"^Alone cannot be made with a transport \(.*\): give a server that is made, Alone\(\.\.\.\)$"),
        (7, "^7 is no server, and makes none$"),
        (repr, "^repr is no server, and makes none$"),
    ],
)
def test_what_is_no_server_is_said(given: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said), serve(StockClient, given):
        pytest.fail("it is not served")


async def test_all_kinds_together() -> None:
    async with serve_async(AsyncOrdersClient, Stock(), Payments(), Orders) as orders:
        placed = (await orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)).order
        assert (await orders.get_order(id_=placed.id_)).order == placed
