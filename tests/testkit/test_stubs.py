"""Stubs, as a test uses them: in force where they are entered, checked where they are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from currint import Amount
from soagen_runtime import (
    CallTimeout,
    ConnectionFailed,
    Error,
    InvalidRequest,
    JobTimeout,
    QueueFull,
    ServerError,
)
from soagen_runtime.testing import NotStubbed, Stubbing, StubInvalid

from shop.api.common import CommonSwitch, Line
from shop.api.orders import (
    AsyncOrdersClient,
    CancelOrderRequest,
    GetOrderRequest,
    GetOrderResponse,
    NoSuchOrder,
    OrdersClient,
    OrdersContext,
    OrderStatus,
    QuoteRequest,
    QuoteResponse,
)
from shop.api.orders.testing import OrdersStub, stub_orders
from shop.api.stock import (
    NoSuchArticle,
    OutOfStock,
    StockClient,
)
from shop.api.stock.testing import stub_stock
from shop.demo import ADA, CARD, TEA_FOR_TWO
from shop.stock import Stock
from tests.testkit.things import EURO, NOWHERE, order

MINUS = Amount.from_code_and_minor("EUR", -100)


# --- being in force


def test_a_stub_stands_in_for_a_service_that_is_not_there() -> None:
    orders = OrdersClient(NOWHERE)
    with stub_orders() as stub:
        stub.get_order.returns(order=order())
        assert orders.get_order(id_="o_1").order == order()
        assert stub.get_order.requests == [GetOrderRequest(id_="o_1")]
    with pytest.raises(ConnectionFailed):
        orders.with_options(attempts=1).get_order(id_="o_1")


async def test_so_it_does_for_an_asyncio_client() -> None:
    async with AsyncOrdersClient(NOWHERE) as orders:
        with stub_orders().get_order.returns(GetOrderResponse(order=order())) as get_order:
            assert (await orders.get_order(id_="o_2")).order.id_ == "o_1"
        get_order.assert_called_once_with(id_="o_2")


@stub_orders().get_order.returns(order=order())
def test_it_decorates_a_test() -> None:
    assert OrdersClient(NOWHERE).get_order(id_="o_1").order == order()


@stub_orders().get_order.returns(order=order())
async def test_it_decorates_an_asyncio_test(tmp_path: Path) -> None:
    async with AsyncOrdersClient(NOWHERE) as orders:
        assert (await orders.get_order(id_="o_1")).order == order()


shared = stub_orders()
shared.get_order.answers(GetOrderResponse(order=order("o_1")), GetOrderResponse(order=order("o_2")))


@shared
class TestItDecoratesAClass:
    @pytest.mark.parametrize("_", [1, 2])
    def test_and_begins_anew_with_each_test(self, _: int) -> None:
        orders = OrdersClient(NOWHERE)
        assert [orders.get_order(id_="o").order.id_ for _ in range(3)] == ["o_1", "o_2", "o_2"]
        assert len(shared.get_order.requests) == 3

    async def test_of_coroutines_too(self) -> None:
        assert (await AsyncOrdersClient(NOWHERE).get_order(id_="o")).order.id_ == "o_1"

    helper = 1


def test_it_does_not_decorate_a_fixture() -> None:
    def orders() -> Any:
        yield

    with pytest.raises(TypeError, match="a stub decorates tests; in a fixture such as orders use it in a `with`"):
        stub_orders()(orders)


def test_the_fixture_keeps_stubs_in_force(stubbing: Stubbing) -> None:
    stub = stubbing(stub_orders())
    stub.get_order.returns(order=order())
    cancel = stubbing(stub.cancel_order).raises(NoSuchOrder(id_="o_9"))
    orders = OrdersClient(NOWHERE)
    orders.get_order(id_="o_1")
    with pytest.raises(NoSuchOrder):
        orders.cancel_order(id_="o_9")
    assert cancel.requests == [CancelOrderRequest(id_="o_9")]


def test_entered_twice_it_is_in_force_until_it_is_left_twice() -> None:
    stub = stub_orders()
    stub.get_order.returns(order=order())
    orders = OrdersClient(NOWHERE)
    with stub:
        orders.get_order(id_="o_1")
        with stub.get_order:
            pass
        orders.get_order(id_="o_2")
        assert len(stub.get_order.requests) == 2


# --- answers


def test_the_same_response_is_given_whatever_becomes_of_the_object() -> None:
    given = order()
    with stub_orders().get_order.returns(order=given):
        given.labels["late"] = "change"
        first = OrdersClient(NOWHERE).get_order(id_="o").order
        assert first == order()
        first.labels["also"] = "late"
        assert OrdersClient(NOWHERE).get_order(id_="o").order == order()


def test_errors_of_the_contract_come_with_their_fields_and_place() -> None:
    error = OutOfStock(sku="TEA-1", wanted=2, available=1).at("lines.0.sku")
    with stub_stock().reserve.raises(error), pytest.raises(OutOfStock) as raised:
        StockClient(NOWHERE).reserve(lines=[Line(sku="TEA-1", quantity=2)])
    assert raised.value is not error
    assert (raised.value.available, raised.value.field, raised.value.is_remote) == (1, "lines.0.sku", True)
    assert str(raised.value) == str(error)


FAILURES: list[Any] = [
    CallTimeout("too slow"),
    ConnectionFailed("down"),
    QueueFull("full"),
    JobTimeout([Error(code="JOB_TIMEOUT", message="too slow")]),
    ServerError([Error(code="SERVER_ERROR", message="Internal server error: oops")]),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_anything_that_a_call_may_end_in_can_be_raised(failure: Any) -> None:
    with stub_orders().cancel_order.raises(failure) as cancel, pytest.raises(type(failure), match=str(failure)):
        OrdersClient(NOWHERE).with_options(attempts=1).cancel_order(id_="o")
    assert len(cancel.requests) == 1


def test_what_is_safe_to_do_again_is_done_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("a stub is not waited for"))
    down = ConnectionFailed("down", never_left=True)
    with stub_orders().get_order.answers(down, down, GetOrderResponse(order=order())) as get_order:
        assert OrdersClient(NOWHERE).get_order(id_="o").order == order()
    assert len(get_order.requests) == 3


def test_a_function_answers_as_a_server_does() -> None:
    stock = Stock()
    with stub_stock().reserve.calls(stock.reserve) as reserve:
        client = StockClient(NOWHERE)
        client.reserve(lines=[Line(sku="TEA-1", quantity=2)])
        with pytest.raises(NoSuchArticle):
            client.reserve(lines=[Line(sku="NIL-0", quantity=2)])
    assert [request.lines[0].sku for request in reserve.requests] == ["TEA-1", "NIL-0"]


async def test_a_coroutine_function_too() -> None:
    async def quote(request: QuoteRequest, ctx: OrdersContext) -> QuoteResponse:
        await asyncio.sleep(0)
        return QuoteResponse(total=EURO)

    with stub_orders().quote.calls(quote):
        async with AsyncOrdersClient(NOWHERE) as orders:
            assert (await orders.quote(lines=[Line(sku="TEA-1", quantity=2)])).total == EURO


def test_what_goes_wrong_in_a_function_is_not_an_answer() -> None:
    def broken(request: GetOrderRequest, ctx: OrdersContext) -> GetOrderResponse:
        raise KeyError(request.id_)

    orders = OrdersClient(NOWHERE)
    with stub_orders().get_order.calls(broken), pytest.raises(KeyError, match="o_1"):
        orders.get_order(id_="o_1")
    with (
        stub_orders().get_order.calls(lambda request, ctx: GetOrderResponse(order=order(gift_note="x" * 201))),
        pytest.raises(StubInvalid, match=r"orders\.get_order cannot return this: order\.gift_note: "),
    ):
        orders.get_order(id_="o_1")
    with stub_orders().get_order.when(broken_test).returns(order=order()), pytest.raises(ZeroDivisionError):
        orders.get_order(id_="o_1")


def broken_test(request: GetOrderRequest) -> bool:
    return 1 // 0 == 1


def test_the_first_answer_counts_whose_condition_holds() -> None:
    orders = OrdersClient(NOWHERE)
    with stub_orders() as stub:
        stub.get_order.when(GetOrderRequest(id_="o_1")).returns(order=order("first"))
        stub.get_order.when(lambda request: request.id_ == "o_2").answers(
            NoSuchOrder(id_="o_2"), GetOrderResponse(order=order("now it is there"))
        ).when(lambda request: True).returns(order=order("second"))
        stub.get_order.returns(order=order("none holds"))
        assert [orders.get_order(id_=each).order.id_ for each in ("o_1", "o_3")] == ["first", "second"]
        with pytest.raises(NoSuchOrder):
            orders.get_order(id_="o_2")
        assert orders.get_order(id_="o_2").order.id_ == "now it is there"


def test_oneway_actions_and_actions_without_response() -> None:
    with stub_orders().record_view.returns() as record_view:
        OrdersClient(NOWHERE).record_view(sku="TEA-1")
    record_view.assert_called_once_with(sku="TEA-1")
    with stub_orders().record_view.raises(ConnectionFailed("down")), pytest.raises(ConnectionFailed):
        OrdersClient(NOWHERE).with_options(attempts=1).record_view(sku="TEA-1")


def test_variants_are_stubbed_by_themselves() -> None:
    lines = [Line(sku="TEA-1", quantity=2)]
    orders = OrdersClient(NOWHERE)
    with stub_orders() as stub:
        stub.quote.returns(total=EURO)
        assert orders.quote(lines=lines).total == EURO
        with pytest.raises(NotStubbed, match=r"orders.quote_summer_sale is stubbed, but not for this .* contract"):
            orders.quote_summer_sale(lines=lines)
        stub.quote_summer_sale.returns(total=EURO, instead_of=EURO, valid_until=order().placed_at)
        assert orders.quote_summer_sale(lines=lines).instead_of == EURO
        (context,) = stub.quote_summer_sale.contexts
        assert context.is_on(CommonSwitch.SUMMER_SALE)


def test_a_request_that_the_server_would_refuse_the_stub_refuses() -> None:
    with stub_orders().quote.returns(total=EURO) as quote, pytest.raises(InvalidRequest) as refused:
        OrdersClient(NOWHERE).quote(lines=[Line(sku="tea", quantity=0)])
    assert [error.field for error in refused.value.errors] == ["lines.0.sku", "lines.0.quantity"]
    quote.assert_not_called()


def test_the_context_of_calls_is_noted() -> None:
    with stub_orders().get_order.returns(order=order()) as get_order:
        OrdersClient(NOWHERE).with_options(context=OrdersContext(locale="en-GB")).get_order(id_="o")
    assert [context.locale for context in get_order.contexts] == ["en-GB"]


# --- mistakes are told where they are made


def wrong_class(stub: OrdersStub) -> None:
    stub.get_order.returns(QuoteResponse(total=EURO))  # type: ignore[call-overload]  # what is wrong


def unknown_field(stub: OrdersStub) -> None:
    stub.get_order.returns(ordr=order())  # type: ignore[call-overload]  # what is wrong


def wrong_type(stub: OrdersStub) -> None:
    stub.quote.returns(total=1)  # type: ignore[call-overload]  # what is wrong


def broken_constraint(stub: OrdersStub) -> None:
    stub.quote.returns(total=Amount.from_code_and_minor("GBP", -1))


def closed_enum(stub: OrdersStub) -> None:
    stub.get_order.returns(order=order(status=OrderStatus("lost")))


def in_a_sequence(stub: OrdersStub) -> None:
    stub.quote.answers(QuoteResponse(total=EURO), QuoteResponse(total=MINUS))


def no_answer(stub: OrdersStub) -> None:
    stub.quote.answers()


def error_of_another_action(stub: OrdersStub) -> None:
    stub.quote.raises(NoSuchOrder(id_="o_1"))  # type: ignore[arg-type]  # what is wrong


def error_of_an_action_without(stub: OrdersStub) -> None:
    stub.record_view.raises(NoSuchOrder(id_="o_1"))  # type: ignore[arg-type]  # what is wrong


def class_of_an_error(stub: OrdersStub) -> None:
    stub.get_order.raises(NoSuchOrder)  # type: ignore[arg-type]  # what is wrong


def fields_of_an_error(stub: OrdersStub) -> None:
    stub.get_order.raises(NoSuchOrder(id_=3))  # type: ignore[arg-type]  # what is wrong


def response_where_there_is_none(stub: OrdersStub) -> None:
    stub.record_view.returns(3)  # type: ignore[call-overload]  # what is wrong


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (wrong_class, "orders.get_order returns a GetOrderResponse, and not QuoteResponse("),
        (
            unknown_field,
            "orders.get_order cannot return this: GetOrderResponse got an unexpected .* 'ordr'",
        ),
        (wrong_type, "orders.quote cannot return this: total: "),
        (broken_constraint, "total: .*; total: "),
        (closed_enum, "order.status: "),
        (in_a_sequence, "total: "),
        (no_answer, "orders.quote needs an answer"),
        (error_of_another_action, "orders.quote cannot raise NoSuchOrder: its contract lists NoSuchArticle"),
        (error_of_an_action_without, "orders.record_view cannot raise NoSuchOrder: its contract lists no errors"),
        (class_of_an_error, "orders.get_order cannot raise the class NoSuchOrder: give an error"),
        (fields_of_an_error, "orders.get_order cannot raise this NoSuchOrder: id: "),
        (response_where_there_is_none, "orders.record_view cannot return this: Not None"),
    ],
)
def test_a_mistake_fails_where_it_is_written(mistake: Callable[[OrdersStub], None], message: str) -> None:
    with pytest.raises(StubInvalid, match=message.replace("(", r"\(")) as refused:
        mistake(stub_orders())
    shown = refused.traceback.filter(refused)  # what pytest prints: nothing but the mistake
    assert [each.name for each in shown] == ["test_a_mistake_fails_where_it_is_written", mistake.__name__]


# --- assertions


def test_assertions_tell_what_came_instead() -> None:
    with stub_stock().levels.returns(levels={}) as levels:
        with pytest.raises(AssertionError, match=r"stock\.levels was not called"):
            levels.assert_called_with(skus=["TEA-1"])
        StockClient(NOWHERE).levels(skus=["CUP-7"])
        levels.assert_called_once_with(skus=["CUP-7"])
        with pytest.raises(AssertionError, match=r"other fields:\n  skus.0 is 'CUP-7', and not 'TEA-1'"):
            levels.assert_called_with(skus=["TEA-1"])
        with pytest.raises(AssertionError, match=r"was called 1 times, and not at all:\n  LevelsRequest"):
            levels.assert_not_called()
        StockClient(NOWHERE).levels()
        levels.assert_called_with(skus=[])
        with pytest.raises(AssertionError, match=r"was called 2 times, and not once"):
            levels.assert_called_once_with(skus=["CUP-7"])


def test_what_is_sensitive_is_not_shown() -> None:
    with stub_orders().place_order.raises(CallTimeout("late")) as place_order, pytest.raises(CallTimeout):
        OrdersClient(NOWHERE).place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)
    elsewhere = replace(ADA, street="Bath Road", city="Bath")
    with pytest.raises(AssertionError) as told:
        place_order.assert_called_with(lines=TEA_FOR_TWO, ship_to=elsewhere, method=CARD)
    assert str(told.value).splitlines() == [
        "orders.place_order was called with other fields:",
        "  ship_to.street is another one, which is sensitive and not shown",
        "  ship_to.city is 'London', and not 'Bath'",
    ]
