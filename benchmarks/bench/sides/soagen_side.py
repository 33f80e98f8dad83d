"""We: ``soagen_side.py client|async_client PORT/DATABASE``, with the generated package on the path.

The servers are given to ``soagen-server`` as ``soagen_side:Orders`` and ``soagen_side:AsyncOrders``.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import driver
import work
from bench_api.orders import (
    AsyncOrdersClient,
    AsyncOrdersServer,
    CreateOrderRequest,
    CreateOrderResponse,
    EchoRequest,
    EchoResponse,
    Line,
    Order,
    OrdersClient,
    OrdersContext,
    OrdersServer,
    ReportRequest,
    ReportResponse,
    Status,
    WaitRequest,
)
from currint import Amount

REPORTS = {rows: [work.ROW] * rows for rows in work.ROWS.values()}


def echo(request: EchoRequest) -> EchoResponse:
    """The answer to an echo."""
    return EchoResponse(message=request.message, n=request.n, ok=request.ok)


def create_order(request: CreateOrderRequest) -> CreateOrderResponse:
    """The answer to an order."""
    lines = request.lines
    minor = sum(line.quantity * line.unit_price.value for line in lines)
    order = Order(
        id_=work.order_id(),
        status=Status.PENDING,
        lines=lines,
        total=Amount(lines[0].unit_price.currency, minor),
        tax=work.tax_of(minor),
        placed_at=request.placed_at,
    )
    return CreateOrderResponse(order=order)


class Orders(OrdersServer):
    """The blocking server."""

    def echo(self, request: EchoRequest, ctx: OrdersContext) -> EchoResponse:
        return echo(request)

    def create_order(self, request: CreateOrderRequest, ctx: OrdersContext) -> CreateOrderResponse:
        return create_order(request)

    def report(self, request: ReportRequest, ctx: OrdersContext) -> ReportResponse:
        return ReportResponse(rows=REPORTS[request.rows])

    def wait(self, request: WaitRequest, ctx: OrdersContext) -> None:
        time.sleep(request.seconds)


class AsyncOrders(AsyncOrdersServer):
    """The asyncio server."""

    async def echo(self, request: EchoRequest, ctx: OrdersContext) -> EchoResponse:
        return echo(request)

    async def create_order(self, request: CreateOrderRequest, ctx: OrdersContext) -> CreateOrderResponse:
        return create_order(request)

    async def report(self, request: ReportRequest, ctx: OrdersContext) -> ReportResponse:
        return ReportResponse(rows=REPORTS[request.rows])

    async def wait(self, request: WaitRequest, ctx: OrdersContext) -> None:
        await asyncio.sleep(request.seconds)


def lines() -> list[Line]:
    """The lines of an order."""
    return [
        Line(sku=sku, quantity=quantity, unit_price=Amount.from_code_and_minor("USD", minor))
        for sku, quantity, minor in work.LINES
    ]


def arguments() -> dict[str, dict[str, Any]]:
    """What each load is asked with, and its method."""
    return {
        "echo": dict(work.ECHO),
        "create_order": {
            "customer_id": work.CUSTOMER, "lines": lines(), "note": work.NOTE, "placed_at": work.PLACED_AT
        },
        "kb10": {"rows": work.ROWS["kb10"]},
        "kb200": {"rows": work.ROWS["kb200"]},
        "wait5": {"seconds": 0.005},
    }  # fmt: skip


METHODS = {"kb10": "report", "kb200": "report", "wait5": "wait"}


def check(load: str, answer: Any) -> None:
    """That an answer is the right one."""
    match load:
        case "echo":
            assert answer.n == work.ECHO["n"]
        case "create_order":
            assert answer.order.total.value == work.TOTAL
        case "kb10" | "kb200":
            assert len(answer.rows) == work.ROWS[load]


def client(url: str) -> None:
    """A blocking client."""
    from soagen_runtime import parallel

    orders = OrdersClient(url).with_options(timeout=20)

    def call(load: str, given: dict[str, Any]) -> Any:
        method = getattr(orders, METHODS.get(load, load))
        return lambda: check(load, method(**given))

    def batch(load: str, given: dict[str, Any]) -> Any:
        method = getattr(orders.calls, METHODS.get(load, load))
        return lambda n: check(load, parallel(*[method(**given) for _ in range(n)]).run()[-1])

    given = arguments()
    driver.blocking(
        {load: call(load, given[load]) for load in given}, {load: batch(load, given[load]) for load in given}
    )


def async_client(url: str) -> None:
    """An asyncio client."""

    async def make() -> Any:
        orders = AsyncOrdersClient(url).with_options(timeout=20)

        def call(load: str, given: dict[str, Any]) -> Any:
            method = getattr(orders, METHODS.get(load, load))

            async def one() -> None:
                check(load, await method(**given))

            return one

        return {load: call(load, given) for load, given in arguments().items()}

    driver.asynchronous(make)


if __name__ == "__main__":
    {"client": client, "async_client": async_client}[sys.argv[1]](f"redis://127.0.0.1:{sys.argv[2]}")
