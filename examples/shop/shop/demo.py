"""Three services in one process, called through their generated clients: ``python -m shop.demo``, or ``make demo``.

There is no broker, but every call takes the whole way: it is written down as bytes, read, checked, served and answered.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Generator

from soagen_runtime import LocalTransport, VariantActive

from shop.api.common import Address, CommonSwitch, Line
from shop.api.orders import NoSuchOrder, Order, OrdersClient, OrdersContext
from shop.api.payments import Card, PaymentDeclined
from shop.api.stock import OutOfStock, StockClient
from shop.orders import Orders
from shop.payments import STOLEN_CARD, Payments
from shop.stock import Stock

ADA = Address(name="Ada Lovelace", street="12 St James's Square", city="London", country="GB")
CARD = Card(number="4242424242424242", holder="A Lovelace", expires="08/99")
TEA_FOR_TWO = [Line(sku="TEA-1", quantity=1), Line(sku="CUP-7", quantity=2)]


class _Indented(logging.Formatter):
    """A call below the one that it was made for, with the correlation id in a column of its own."""

    def format(self, record: logging.LogRecord) -> str:
        call = record.__dict__["call"]
        made_by = f"  {call.calling_service}" if call.calling_service else "shopper"
        return f"    {f'{made_by} -> {call.service}.{call.action}':<36}{call.correlation_id}"


@contextlib.contextmanager
def shown_calls() -> Generator[None]:
    """Prints each call that a service gets."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Indented())
    log = logging.getLogger("shop")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def shop() -> LocalTransport:
    """The three services, ready to be called."""
    transport = LocalTransport(Stock(), Payments())
    transport.add(Orders(transport))
    return transport


def main() -> None:
    """Goes shopping."""
    transport = shop()
    with shown_calls(), OrdersClient(transport) as orders, StockClient(transport) as stock:
        order = chained_calls(orders)
        typed_errors(orders, stock)
        a_switch(orders)
        cancelled(orders, order)


def chained_calls(orders: OrdersClient) -> Order:
    """One call, which makes others; all of them carry one correlation id."""
    print("One order, three services, one correlation id")
    calling = orders.with_options(
        correlation_id="ada-buys-tea",
        context=OrdersContext(locale="en-GB", session_token="ada's own"),
    )
    order = calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD, gift_note="To Charles").order
    articles = ", ".join(f"{line.quantity} x {line.sku}" for line in order.lines)
    print(f"  {order.id_} is {order.status}: {articles} for {order.total}, to {order.ship_to.city}\n")
    return order


def typed_errors(orders: OrdersClient, stock: StockClient) -> None:
    """Errors are classes, with fields; also those that come from two services away."""
    print("Errors of the contracts, caught by their classes")
    calling = orders.with_options(correlation_id="too-many-pots")
    try:
        calling.place_order(lines=[Line(sku="POT-3", quantity=5)], ship_to=ADA, method=CARD)
    except OutOfStock as error:
        print(f"  OutOfStock: {error.message}; more on {error.restocked_on}")
    calling = orders.with_options(correlation_id="a-stolen-card")
    calling_stock = stock.with_options(correlation_id="a-stolen-card")
    card = Card(number=STOLEN_CARD, holder="A Lovelace", expires="08/99")
    try:
        calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=card)
    except PaymentDeclined as error:
        print(f"  PaymentDeclined: {error.message}; of the card, only this is ever shown:\n    {card}")
    reserved = calling_stock.levels(skus=["CUP-7"]).levels["CUP-7"].reserved
    print(f"  what was put aside for her is back on the shelf: {reserved} cups are reserved, as before\n")


def a_switch(orders: OrdersClient) -> None:
    """A switch that is on selects another contract, and goes along into the calls that follow."""
    print("A switch: tea for two while SUMMER_SALE is on")
    calling = orders.with_options(correlation_id="what-is-it-now")
    before = calling.quote(lines=TEA_FOR_TWO).total
    sale = calling.quote_summer_sale(lines=TEA_FOR_TWO)  # a contract of its own: it tells until when
    print(f"  off, {before}; on, {sale.total} instead of {sale.instead_of} until {sale.valid_until:%d %B %H:%M} UTC")
    calling = orders.with_options(correlation_id="in-the-sale", switches=[CommonSwitch.SUMMER_SALE])
    order = calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order
    print(f"  {order.id_}, ordered with the switch on, costs {order.total}")
    try:
        calling.quote(lines=TEA_FOR_TWO)
    except VariantActive:
        print("  a quote under the contract that the switch replaces is refused before it is sent: VariantActive\n")


def cancelled(orders: OrdersClient, order: Order) -> None:
    """And back again."""
    print("Changed her mind")
    calling = orders.with_options(correlation_id="no-tea-after-all")
    print(f"  {order.id_} is {calling.cancel_order(id_=order.id_).order.status}")
    try:
        calling.get_order(id_="o_1")
    except NoSuchOrder as error:
        print(f"  NoSuchOrder: {error.message}")


if __name__ == "__main__":
    main()
