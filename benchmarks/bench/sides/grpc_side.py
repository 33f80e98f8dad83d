"""gRPC's Python, with generated stubs: ``grpc_side.py server|async_server|client|async_client PORT``."""

from __future__ import annotations

import asyncio
import sys
from concurrent import futures
from decimal import Decimal
from typing import Any

import driver
import grpc
import orders_pb2 as pb
import orders_pb2_grpc as stubs
import work

REPORTS = {rows: pb.ReportResponse(rows=[work.ROW] * rows) for rows in work.ROWS.values()}


def create_order(request: Any) -> Any:
    """The answer to an order; the tax is a decimal, in gRPC's usual form."""
    minor = sum(line.quantity * line.unit_price.minor for line in request.lines)
    order = pb.Order(
        id=work.order_id(),
        status=pb.PENDING,
        lines=request.lines,
        total=pb.Money(currency=request.lines[0].unit_price.currency, minor=minor),
        tax=str(work.tax_of(minor)),
    )
    order.placed_at.FromDatetime(request.placed_at.ToDatetime())
    return pb.CreateOrderResponse(order=order)


class Orders(stubs.OrdersServicer):
    """The blocking server."""

    def echo(self, request: Any, context: Any) -> Any:
        return pb.Echo(message=request.message, n=request.n, ok=request.ok)

    def create_order(self, request: Any, context: Any) -> Any:
        return create_order(request)

    def report(self, request: Any, context: Any) -> Any:
        return REPORTS[request.rows]


class AsyncOrders(stubs.OrdersServicer):
    """The asyncio server."""

    async def echo(self, request: Any, context: Any) -> Any:
        return pb.Echo(message=request.message, n=request.n, ok=request.ok)

    async def create_order(self, request: Any, context: Any) -> Any:
        return create_order(request)

    async def report(self, request: Any, context: Any) -> Any:
        return REPORTS[request.rows]


def server(port: str) -> None:
    """Serves until it is stopped."""
    made = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    stubs.add_OrdersServicer_to_server(Orders(), made)
    made.add_insecure_port(f"127.0.0.1:{port}")
    made.start()
    made.wait_for_termination()


def async_server(port: str) -> None:
    """Serves until it is stopped."""

    async def main() -> None:
        made = grpc.aio.server()
        stubs.add_OrdersServicer_to_server(AsyncOrders(), made)
        made.add_insecure_port(f"127.0.0.1:{port}")
        await made.start()
        await made.wait_for_termination()

    asyncio.run(main())


def asked(load: str) -> Any:
    """The request of a load, made anew from plain values for each call, as ours is from typed ones."""
    match load:
        case "echo":
            return pb.Echo(**work.ECHO)
        case "create_order":
            lines = [
                pb.Line(sku=sku, quantity=quantity, unit_price=pb.Money(currency="USD", minor=minor))
                for sku, quantity, minor in work.LINES
            ]
            request = pb.CreateOrderRequest(customer_id=work.CUSTOMER, lines=lines, note=work.NOTE)
            request.placed_at.FromDatetime(work.PLACED_AT)
            return request
        case _:
            return pb.ReportRequest(rows=work.ROWS[load])


def check(load: str, answer: Any) -> None:
    """That an answer is the right one, and its values are Python's."""
    match load:
        case "echo":
            assert answer.n == work.ECHO["n"]
        case "create_order":
            assert answer.order.total.minor == work.TOTAL
            assert Decimal(answer.order.tax)
            assert answer.order.placed_at.ToDatetime()
        case _:
            assert len(answer.rows) == work.ROWS[load]


METHODS = {"kb10": "report", "kb200": "report"}


def client(port: str) -> None:
    """A blocking client."""
    stub = stubs.OrdersStub(grpc.insecure_channel(f"127.0.0.1:{port}"))

    def call(load: str) -> Any:
        method = getattr(stub, METHODS.get(load, load))
        return lambda: check(load, method(asked(load), timeout=20))

    driver.blocking({load: call(load) for load in work.LOADS})


def async_client(port: str) -> None:
    """An asyncio client."""

    async def make() -> Any:
        stub = stubs.OrdersStub(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))

        def call(load: str) -> Any:
            method = getattr(stub, METHODS.get(load, load))

            async def one() -> None:
                check(load, await method(asked(load), timeout=20))

            return one

        return {load: call(load) for load in work.LOADS}

    driver.asynchronous(make)


if __name__ == "__main__":
    sides = {"server": server, "async_server": async_server, "client": client, "async_client": async_client}
    sides[sys.argv[1]](sys.argv[2])
