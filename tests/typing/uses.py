"""What a user writes, right and wrong. Where mypy must object, the line says with which code (``# E: ...``)."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import assert_type

from currint import Amount
from soagen_runtime import Outcome, job, parallel
from soagen_runtime.calls import Call, Future
from soagen_runtime.middleware import AsyncNext, JobRequest, JobResult, Next
from whole_file.common import Address
from whole_file.orders import (
    AsyncOrdersClient,
    AsyncOrdersServer,
    Card,
    CreateOrderRequest,
    CreateOrderResponse,
    GetOrderRequest,
    GetOrderResponse,
    Iban,
    LineItem,
    Order,
    OrdersClient,
    OrdersContext,
    OrdersServer,
    OrdersSwitch,
    OrderStatus,
    OutOfStock,
    PaymentMethod,
    QuoteDynamicPricingRequest,
    QuoteDynamicPricingResponse,
    QuoteRequest,
    QuoteResponse,
    RecordViewRequest,
    UnknownPaymentMethod,
)


def call(orders: OrdersClient, home: Address, price: Amount) -> Order:
    line = LineItem(sku="TEA-1", quantity=2, unit_price=price)
    reply = orders.create_order(customer_id="c_1", items=[line], ship_to=home)
    assert_type(reply, CreateOrderResponse)
    assert_type(reply.order.status, OrderStatus)
    assert_type(reply.order.due_on, dt.date | None)
    assert_type(orders.quote(sku="TEA-1", quantity=1), QuoteResponse)
    orders.record_view(order_id="o_1")
    orders.create_order(customer_id="c_1", items=[line])  # E: call-arg
    orders.create_order("c_1", [line], home)  # E: call-arg
    orders.get_order(id_=1)  # E: arg-type
    str(reply.order.totl)  # E: attr-defined
    dynamic = orders.with_options(timeout=0.5, switches=[OrdersSwitch.DYNAMIC_PRICING])
    assert_type(dynamic, OrdersClient)
    orders.with_options(context=OrdersContext(locale="en", auth_token="t"))
    OrdersContext(language="en")  # E: call-arg
    return reply.order


async def call_async(orders: AsyncOrdersClient) -> None:
    reply = await orders.get_order(id_="o_1")
    assert_type(reply, GetOrderResponse)
    str(orders.get_order(id_="o_1").order)  # E: attr-defined


def call_later(orders: OrdersClient, others: AsyncOrdersClient) -> None:
    call = orders.calls.get_order(id_="o_1")
    assert_type(call, Call[GetOrderResponse])
    assert_type(call.run(), GetOrderResponse)
    assert_type(call.start(), Future[GetOrderResponse])
    assert_type(call.outcome().value, GetOrderResponse)
    orders.calls.get_order(id=1)  # E: call-arg
    two = job(call, orders.calls.quote(sku="TEA-1", quantity=1), continue_on_error=True)
    assert_type(two.run(), tuple[GetOrderResponse, QuoteResponse])
    assert_type(two.outcomes(), tuple[Outcome[GetOrderResponse], Outcome[QuoteResponse]])
    many = parallel(*[orders.calls.get_order(id_=name) for name in ("o_1", "o_2")])
    assert_type(many.run(), tuple[GetOrderResponse, ...])
    mixed = parallel(two, orders.calls.record_view(order_id="o_1"))
    assert_type(mixed.run(), tuple[tuple[GetOrderResponse, QuoteResponse], None])
    job(call, two)  # E: call-overload
    parallel(call, others.calls.get_order(id_="o_1"))  # E: call-overload


async def call_later_async(orders: AsyncOrdersClient) -> None:
    call = orders.calls.get_order(id_="o_1")
    assert_type(await call.run(), GetOrderResponse)
    assert_type(call.start(), asyncio.Task[GetOrderResponse])
    two = job(call, orders.calls.quote(sku="TEA-1", quantity=1))
    assert_type(await two.run(), tuple[GetOrderResponse, QuoteResponse])
    assert_type(await parallel(two, call).run(), tuple[tuple[GetOrderResponse, QuoteResponse], GetOrderResponse])


def measure(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
    return next(job)


async def measure_async(job: JobRequest, next: AsyncNext[JobRequest, JobResult]) -> JobResult:
    return await next(job)


OrdersClient("redis://localhost", job_middleware=[measure])
AsyncOrdersClient("redis://localhost", job_middleware=[measure_async])
OrdersClient("redis://localhost", job_middleware=[measure_async])  # E: list-item
OrdersClient("redis://localhost", action_middleware=[measure])  # E: list-item


def describe(method: PaymentMethod) -> str:
    match method:
        case Card(last4=last4):
            return last4
        case Iban(iban=iban):
            return iban
        case UnknownPaymentMethod(tag=tag):
            return tag


def forget_one(method: PaymentMethod) -> str:  # E: return
    match method:
        case Card() | Iban():
            return "known"


def handle(error: OutOfStock) -> tuple[str, int]:
    OutOfStock(sku="TEA-1")  # E: call-arg
    return error.sku, error.available


class Orders(OrdersServer):
    def create_order(self, request: CreateOrderRequest, ctx: OrdersContext) -> CreateOrderResponse:
        assert_type(request.note, str | None)
        assert_type(ctx.locale, str | None)
        assert_type(ctx.correlation_id, str)
        raise OutOfStock(sku=request.items[0].sku, available=0)

    def get_order(self, request: GetOrderRequest, ctx: OrdersContext) -> CreateOrderResponse:  # E: override
        raise NotImplementedError

    def record_view(self, request: RecordViewRequest, ctx: OrdersContext) -> None: ...

    def quote(self, request: QuoteRequest, ctx: OrdersContext) -> QuoteResponse:
        raise NotImplementedError


class Half(AsyncOrdersServer):
    async def quote_dynamic_pricing(
        self, request: QuoteDynamicPricingRequest, ctx: OrdersContext
    ) -> QuoteDynamicPricingResponse:
        assert_type(request.at, dt.datetime)
        return QuoteDynamicPricingResponse(price=Amount.from_code_and_minor("USD", 1), valid_until=request.at)


Orders()  # E: abstract
Half()  # E: abstract
