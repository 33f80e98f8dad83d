"""Stubs and examples, right and wrong. Where type checkers must object, the line says with which of mypy's codes."""

from __future__ import annotations

from typing import Any, assert_type

from soagen_runtime import CallTimeout, ServerError
from soagen_runtime.testing import Example, Serving, Stubbing, raises_error, serve
from whole_file.orders import (
    CreateOrderResponse,
    GetOrderRequest,
    GetOrderResponse,
    NoSuchOrder,
    Order,
    OrdersClient,
    OrdersContext,
    OutOfStock,
    QuoteResponse,
    RecordViewRequest,
)
from whole_file.orders.testing import EXAMPLES, OrdersStub, stub_orders


def get(request: GetOrderRequest, ctx: OrdersContext) -> GetOrderResponse:
    raise NotImplementedError


async def get_later(request: GetOrderRequest, ctx: OrdersContext) -> GetOrderResponse:
    raise NotImplementedError


def view(request: RecordViewRequest, ctx: OrdersContext) -> None:
    raise NotImplementedError


def answers(order: Order) -> None:
    with stub_orders() as orders:
        assert_type(orders, OrdersStub)
        orders.get_order.returns(order=order)
        orders.get_order.returns(GetOrderResponse(order=order)).raises(NoSuchOrder(id_="o_1"))
        orders.get_order.raises(CallTimeout("late"))
        orders.get_order.calls(get).calls(get_later)
        orders.get_order.answers(NoSuchOrder(id_="o_1"), GetOrderResponse(order=order), CallTimeout("late"))
        orders.get_order.when(GetOrderRequest(id_="o_1")).returns(order=order).returns(order=order)
        orders.get_order.when(lambda request: request.id_ == "o_1").raises(NoSuchOrder(id_="o_1"))
        orders.record_view.returns()
        orders.record_view.returns(None)
        orders.record_view.calls(view)


def mistakes(order: Order, failure: ServerError) -> None:
    orders = stub_orders()
    orders.get_ordr.returns(order=order)  # E: attr-defined
    orders.get_order.returns(order="o_1")  # E: call-overload
    orders.get_order.returns(ordr=order)  # E: call-overload
    orders.get_order.returns()  # E: call-overload
    orders.get_order.returns(CreateOrderResponse(order=order))  # E: call-overload
    orders.get_order.raises(OutOfStock(sku="TEA-1", available=0))  # E: arg-type
    orders.get_order.raises(NoSuchOrder)  # E: arg-type
    orders.get_order.raises(NoSuchOrder(id_="o_1", why="lost"))  # E: call-arg
    orders.get_order.answers(NoSuchOrder(id_="o_1"), QuoteResponse)  # E: arg-type
    orders.get_order.calls(view)  # E: arg-type
    orders.get_order.when(RecordViewRequest(order_id="o_1")).returns(order=order)  # E: arg-type
    orders.get_order.when(lambda request: request.number == 1)  # E: attr-defined
    orders.get_order.when(GetOrderRequest(id_="o_1")).returns(order=1)  # E: call-overload
    orders.record_view.returns(1)  # E: call-overload
    orders.record_view.raises(NoSuchOrder(id_="o_1"))  # E: arg-type
    orders.record_view.raises(failure)


def notes(orders: OrdersStub) -> None:
    assert_type(orders.get_order.requests, list[GetOrderRequest])
    assert_type(orders.get_order.contexts, list[OrdersContext])
    orders.get_order.assert_called_once_with(id_="o_1")
    orders.get_order.assert_called_with(id="o_1")  # E: call-arg
    orders.get_order.assert_called_once_with(id_=1)  # E: arg-type
    str(orders.get_order.requests[0].number)  # E: attr-defined


def fixtures(stubbing: Stubbing, serving: Serving, server: Any) -> None:
    assert_type(stubbing(stub_orders()), OrdersStub)
    stubbing(stub_orders().get_order).raises(OutOfStock(sku="TEA-1", available=0))  # E: arg-type
    assert_type(serving(OrdersClient, server), OrdersClient)
    serving(GetOrderRequest, server)  # E: arg-type # E: type-var


def failing(server: Any) -> None:
    with serve(OrdersClient, server) as orders, raises_error(OutOfStock) as caught:
        orders.get_order(id_="o_1")
    assert_type(caught.error.available, int)
    str(caught.error.wanted)  # E: attr-defined
    with raises_error(NoSuchOrder(id_="o_1")) as lost:
        orders.get_order(id_="o_1")
    assert_type(lost.error, NoSuchOrder)
    raises_error(GetOrderRequest)  # E: type-var


def examples(orders: OrdersClient) -> None:
    assert_type(EXAMPLES, tuple[Example[Any, Any], ...])
    EXAMPLES[0].check(orders, ignoring=["order.placed_at"])
    EXAMPLES[0].check(stub_orders())  # E: arg-type
