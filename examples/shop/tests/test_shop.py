"""The shop, as its callers see it, in one process."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

import pytest
from currint import Amount
from soagen_runtime import InvalidRequest, LocalTransport, RequestInvalid, VariantActive

from shop.api.common import CommonSwitch, Line
from shop.api.orders import AsyncOrdersClient, NoSuchOrder, OrdersClient, OrdersContext, OrderStatus
from shop.api.payments import BankAccount, Card, PaymentDeclined, PaymentMethod, Voucher
from shop.api.stock import NoSuchArticle, OutOfStock, StockClient
from shop.demo import ADA, CARD, TEA_FOR_TWO, main, shop
from shop.payments import STOLEN_CARD

ONE_EURO = Amount.from_code_and_minor("EUR", 100)


@pytest.fixture
def transport() -> LocalTransport:
    return shop()


@pytest.fixture
def orders(transport: LocalTransport) -> Iterator[OrdersClient]:
    with OrdersClient(transport) as client:
        yield client


@pytest.fixture
def stock(transport: LocalTransport) -> Iterator[StockClient]:
    with StockClient(transport) as client:
        yield client


@pytest.mark.parametrize("method", [CARD, BankAccount(iban="DE02120300000000202051")])
def test_an_order_takes_articles_and_money(orders: OrdersClient, stock: StockClient, method: PaymentMethod) -> None:
    order = orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=method, labels={"gift": "yes"}).order
    assert (order.status, str(order.total), order.labels) == (OrderStatus.PAID, "37.90 EUR", {"gift": "yes"})
    assert order.receipt is not None
    assert order.receipt.amount == order.total
    assert orders.get_order(id_=order.id_).order == order
    level = stock.levels(skus=["CUP-7"]).levels["CUP-7"]
    assert (level.on_shelf, level.reserved) == (4, 2)


def test_cancelling_undoes_it_once(orders: OrdersClient, stock: StockClient) -> None:
    before = stock.levels()
    order = orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order
    for _ in range(2):
        assert orders.cancel_order(id_=order.id_).order.status is OrderStatus.CANCELLED
    assert stock.levels() == before


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        (Card(number=STOLEN_CARD, holder="A", expires="08/99"), "stolen"),
        (Card(number="4242424242424242", holder="A", expires="01/20"), "expired"),
        (Voucher(code="x", worth=ONE_EURO), "insufficient_funds"),
    ],
)
def test_what_the_bank_refuses_leaves_nothing_behind(
    orders: OrdersClient, stock: StockClient, method: PaymentMethod, reason: str
) -> None:
    before = stock.levels()
    with pytest.raises(PaymentDeclined) as declined:
        orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=method)
    assert declined.value.reason == reason
    assert stock.levels() == before


def test_errors_of_other_services_come_through_with_their_fields(orders: OrdersClient) -> None:
    with pytest.raises(OutOfStock) as short:
        orders.place_order(lines=[Line(sku="POT-3", quantity=2)], ship_to=ADA, method=CARD)
    assert (short.value.sku, short.value.wanted, short.value.available) == ("POT-3", 2, 1)
    with pytest.raises(NoSuchArticle, match="There is no article NIL-0"):
        orders.quote(lines=[Line(sku="NIL-0", quantity=1)])
    with pytest.raises(NoSuchOrder):
        orders.get_order(id_="o_0")


def test_the_lines_of_one_article_are_added_up(orders: OrdersClient) -> None:
    with pytest.raises(OutOfStock):
        orders.place_order(lines=[Line(sku="POT-3", quantity=1)] * 2, ship_to=ADA, method=CARD)


def test_a_switch_selects_another_contract_and_goes_along(orders: OrdersClient) -> None:
    sale = orders.quote_summer_sale(lines=TEA_FOR_TWO)
    assert (str(sale.total), str(sale.instead_of)) == ("30.32 EUR", "37.90 EUR")
    switched = orders.with_options(switches=[CommonSwitch.SUMMER_SALE])
    assert switched.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order.total == sale.total
    with pytest.raises(VariantActive):
        switched.quote(lines=TEA_FOR_TWO)


def test_a_chain_has_one_correlation_id_and_one_context(orders: OrdersClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shop")
    calling = orders.with_options(correlation_id="one", context=OrdersContext(locale="en-GB", session_token="secret"))
    calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)
    calls = [record.__dict__["call"] for record in caplog.records]
    assert [(call.calling_service, call.service, call.action) for call in calls] == [
        (None, "orders", "place_order"),
        ("orders", "stock", "levels"),
        ("orders", "stock", "reserve"),
        ("orders", "payments", "charge"),
    ]
    assert {call.correlation_id for call in calls} == {"one"}
    assert {call.raw["session_token"] for call in calls} == {"secret"}
    assert "secret" not in caplog.text


def test_server_and_client_each_refuse_what_is_theirs_to_refuse(orders: OrdersClient) -> None:
    with pytest.raises(InvalidRequest) as refused:
        orders.quote(lines=[Line(sku="tea", quantity=0)])
    assert [(error.code, error.field) for error in refused.value.errors] == [
        ("INVALID", "lines.0.sku"),
        ("INVALID", "lines.0.quantity"),
    ]
    with pytest.raises(RequestInvalid, match=r"lines\.0\.quantity: Not an integer"):
        orders.quote(lines=[Line(sku="TEA-1", quantity="1")])  # type: ignore[arg-type]  # what no type checker lets pass


async def test_asyncio_callers_get_the_same(transport: LocalTransport) -> None:
    async with AsyncOrdersClient(transport) as orders:
        await orders.record_view(sku="TEA-1")
        order = (await orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD)).order
        assert (await orders.cancel_order(id_=order.id_)).order.status is OrderStatus.CANCELLED


def test_a_reservation_that_is_not_there_is_released_all_the_same(stock: StockClient) -> None:
    stock.release(reservation_id=uuid.uuid4())


def test_the_demo_shows_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    shown = capsys.readouterr().out
    for part in ("orders -> payments.charge         ada-buys-tea", "OutOfStock: ", "30.32 EUR instead of 37.90 EUR"):
        assert part in shown
    assert "4242424242424242" not in shown
    assert STOLEN_CARD not in shown
