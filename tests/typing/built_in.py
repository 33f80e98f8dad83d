"""Health checks and built-in actions as a user writes them. Where type checkers must object, the line says with which
of mypy's codes (``# E: ...``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from soagen_runtime import (
    Diagnostic,
    Health,
    HealthError,
    HealthWarning,
    health_check,
    health_of,
    health_of_async,
)
from soagen_runtime.calls import AsyncCall, Call
from soagen_runtime.context import Context
from soagen_runtime.standard import IntrospectResponse, StatusRequest, StatusResponse
from soagen_runtime.standard.fetching import fetch_contract
from whole_file.orders import AsyncOrdersClient, AsyncOrdersServer, OrdersClient, OrdersServer


class Orders(OrdersServer):
    version = "1.0"
    other: OrdersClient

    @health_check
    def several(self) -> Iterator[Health]:
        yield Diagnostic("size", 1)
        yield HealthWarning("A", "b")

    @health_check
    def one(self) -> HealthError | None:
        return None

    @health_check
    def nothing(self) -> None:
        raise HealthError("A", "b")

    @health_check
    def others(self) -> list[Health]:
        return health_of(self.other)

    @health_check  # E: type-var
    def as_pysoa_has_it(self) -> list[tuple[bool, str, str]]:
        return [(True, "A", "b")]

    @health_check  # E: type-var
    def asks_for_more(self, request: object) -> None: ...

    def status(self, request: StatusRequest, ctx: Context) -> StatusResponse:
        return super().status(request, ctx)


class AsyncOrders(AsyncOrdersServer):
    other: AsyncOrdersClient

    @health_check
    async def several(self) -> AsyncIterator[Health]:
        yield HealthError("A", "b")

    @health_check
    async def others(self) -> list[Health]:
        return await health_of_async(self.other)


def ask(orders: OrdersClient) -> None:
    status = orders.status()
    assert_type(status, StatusResponse)
    assert_type(orders.calls.status(verbose=False), Call[StatusResponse])
    assert_type(orders.introspect(action_name="get_order"), IntrospectResponse)
    if status.healthcheck is not None:
        for code, description in status.healthcheck.errors:
            assert_type((code, description), tuple[str, str])
    fetch_contract(orders)
    orders.status(verbos=False)  # E: call-arg
    str(status.healthcheck.errors)  # E: union-attr
    health_of(1)  # E: arg-type


async def ask_async(orders: AsyncOrdersClient) -> None:
    assert_type(await orders.status(), StatusResponse)
    assert_type(orders.calls.status(), AsyncCall[StatusResponse])
    health_of(orders)  # E: arg-type
