"""A contract's examples, held against servers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from currint import Amount
from soagen_runtime import CallTimeout
from soagen_runtime.testing import Example, Serving, serve

from shop.api.orders import AsyncOrdersClient, GetOrderRequest, GetOrderResponse, NoSuchOrder, Order, OrderStatus
from shop.api.orders import service as table
from shop.api.orders.testing import EXAMPLES, stub_orders
from shop.api.stock import StockClient, testing
from shop.demo import ADA
from shop.stock import Stock


@pytest.mark.parametrize("example", testing.EXAMPLES, ids=str)
def test_the_examples_of_stock_hold(example: Example[Any, Any], serving: Serving) -> None:
    example.check(serving(StockClient, Stock()))


def order(number: str, year: int = 2026) -> Order:
    return Order(
        id_=number,
        status=OrderStatus.PAID,
        lines=[],
        ship_to=ADA,
        total=Amount.from_code_and_minor("EUR", 100),
        placed_at=dt.datetime(year, 1, 1, tzinfo=dt.UTC),
        labels={},
    )


FOUND = Example("found", table.GET_ORDER, GetOrderRequest(id_="o_1"), response=GetOrderResponse(order=order("o_1")))
LOST = EXAMPLES[1]


async def test_what_comes_instead_is_told() -> None:
    async with AsyncOrdersClient("redis://127.0.0.1:1/0") as orders:
        with stub_orders() as stub:
            stub.get_order.returns(order=order("o_1"))
            await FOUND.check_async(orders)
            stub.get_order.returns(order=order("o_2", 2027))
            with pytest.raises(AssertionError) as told:
                await FOUND.check_async(orders)
            assert str(told.value).splitlines() == [
                "the example get_order: found does not hold:",
                "  order.id_ is 'o_2', and not 'o_1'",
                f"  order.placed_at is {order('', 2027).placed_at!r}, and not {order('').placed_at!r}",
            ]
            await FOUND.check_async(orders, ignoring=["order.id_", "*.placed_at"])
            with pytest.raises(AssertionError, match=r"the call returned GetOrderResponse.* and not NoSuchOrder"):
                await LOST.check_async(orders)
            stub.get_order.raises(NoSuchOrder(id_="o_9"))
            with pytest.raises(AssertionError, match="id is 'o_9', and not 'o_1'"):
                await LOST.check_async(orders)
            with pytest.raises(AssertionError, match="the call ended in NoSuchOrder"):
                await FOUND.check_async(orders)
            stub.get_order.raises(CallTimeout("late"))
            with pytest.raises(CallTimeout):
                await FOUND.check_async(orders)


def test_an_example_has_a_name_for_pytest() -> None:
    assert [str(example) for example in EXAMPLES] == ["get_order: a paid order", "get_order: no such order"]


def test_it_is_the_calls_own_error_that_counts() -> None:
    lost = testing.EXAMPLES[1]
    with serve(StockClient, Stock({})) as stock:
        lost.check(stock)
        other = Example("other", lost.action, lost.request, error=NoSuchOrder(id_="o_1"))
        with pytest.raises(AssertionError, match=r"ended in NoSuchArticle .*, and not in NoSuchOrder"):
            other.check(stock)
