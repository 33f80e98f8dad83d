"""What tests of stubs have in common."""

from __future__ import annotations

import datetime as dt
from typing import Any

from currint import Amount
from soagen_runtime import LocalTransport

from shop.api.orders import Order, OrderStatus
from shop.demo import ADA
from shop.orders import Orders

NOWHERE = "redis://127.0.0.1:1/0"
EURO = Amount.from_code_and_minor("EUR", 100)


def order(number: str = "o_1", **changes: Any) -> Order:
    given: dict[str, Any] = {
        "id_": number,
        "status": OrderStatus.PAID,
        "lines": [],
        "ship_to": ADA,
        "total": EURO,
        "placed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "labels": {},
    }
    return Order(**{**given, **changes})


def orders(transport: LocalTransport) -> Orders:
    """The orders service, whose calls stay on the transport that it is on."""
    return Orders(transport)


def lonely_orders() -> Orders:
    """The orders service, with nobody to call."""
    return Orders(NOWHERE)


made = lonely_orders()
