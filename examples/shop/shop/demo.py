"""Three services in one process, called through their generated clients: ``python -m shop.demo``, or ``make demo``.

There is no broker, but every call takes the whole way: it is written down as bytes, read, checked, served and answered.
"""

from __future__ import annotations

import logging

from soagen_runtime import CallError, LocalTransport

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
    """A call below the one that it was made for."""

    def format(self, record: logging.LogRecord) -> str:
        nested = record.__dict__["call"].calling_service is not None
        return f"    {'  ' * nested}{record.getMessage()}"


def shop() -> LocalTransport:
    """The three services, ready to be called."""
    transport = LocalTransport(Stock(), Payments())
    transport.add(Orders(transport))
    return transport


def main() -> None:
    """Goes shopping."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Indented())
    logging.getLogger("shop").addHandler(handler)
    logging.getLogger("shop").setLevel(logging.INFO)
    transport = shop()
    with OrdersClient(transport) as orders, StockClient(transport) as stock:
        order = chained_calls(orders)
        typed_errors(orders, stock)
        a_switch(orders)
        cancelled(orders, order)


def say(text: str = "") -> None:
    """Prints a line, in step with the log."""
    print(text, flush=True)


def chained_calls(orders: OrdersClient) -> Order:
    """One call, which makes others; all of them carry one correlation id."""
    say("One order, three services, one correlation id")
    calling = orders.with_options(
        correlation_id="ada-buys-tea", context=OrdersContext(locale="en-GB", session_token="ada's own")
    )
    order = calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD, gift_note="To Charles").order
    articles = ", ".join(f"{line.quantity} x {line.sku}" for line in order.lines)
    say(f"  {order.id_} is {order.status}: {articles} for {order.total}, to {order.ship_to.name} in {order.ship_to.city}\n")
    return order


def typed_errors(orders: OrdersClient, stock: StockClient) -> None:
    """Errors are classes, with fields; also those that come from two services away."""
    say("Errors of the contracts, caught by their classes")
    calling = orders.with_options(correlation_id="too-many-pots")
    try:
        calling.place_order(lines=[Line(sku="POT-3", quantity=5)], ship_to=ADA, method=CARD)
    except OutOfStock as error:
        say(f"  OutOfStock: {error.message}; more on {error.restocked_on}")
    calling = orders.with_options(correlation_id="a-stolen-card")
    card = Card(number=STOLEN_CARD, holder="A Lovelace", expires="08/99")
    try:
        calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=card)
    except PaymentDeclined as error:
        say(f"  PaymentDeclined: {error.reason}; and the card is not in the log: {card!r}")
    reserved = stock.levels(skus=["CUP-7"]).levels["CUP-7"].reserved
    say(f"  what was put aside for it is back on the shelf; only the first order holds cups: {reserved}\n")


def a_switch(orders: OrdersClient) -> None:
    """A switch that is on selects another contract, and goes along into the calls that follow."""
    say("A switch: what a pot of tea for two costs in the sale")
    say(f"  off: {orders.quote(lines=TEA_FOR_TWO).total}")
    sale = orders.quote_summer_sale(lines=TEA_FOR_TWO)
    say(f"  on:  {sale.total} instead of {sale.instead_of}, until {sale.valid_until:%H:%M} UTC")
    calling = orders.with_options(switches=[CommonSwitch.SUMMER_SALE])
    order = calling.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order
    say(f"  on:  {order.id_} costs {order.total}")
    try:
        calling.quote(lines=TEA_FOR_TWO)
    except CallError as error:
        say(f"  a call under the wrong contract is not even sent: {error}\n")


def cancelled(orders: OrdersClient, order: Order) -> None:
    """And back again."""
    say("Changed her mind")
    calling = orders.with_options(correlation_id="no-tea-after-all")
    say(f"  {order.id_} is {calling.cancel_order(id_=order.id_).order.status}")
    try:
        calling.get_order(id_="o_1")
    except NoSuchOrder as error:
        say(f"  {type(error).__name__}: {error.message}")


if __name__ == "__main__":
    main()
