"""The orders service: asyncio, and a caller of the other two.

It hands nothing on by itself: the correlation id, the switches and the context of the call that is served go along with
every call that it makes meanwhile.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import uuid
from collections import Counter
from decimal import Decimal
from typing import NamedTuple

from currint import Amount
from soagen_runtime import LocalTransport

from shop.api.common import CommonSwitch, Line
from shop.api.orders import (
    AlreadyShipped,
    AsyncOrdersServer,
    CancelOrderRequest,
    CancelOrderResponse,
    GetOrderRequest,
    GetOrderResponse,
    NoSuchOrder,
    Order,
    OrdersContext,
    OrderStatus,
    PlaceOrderRequest,
    PlaceOrderResponse,
    QuoteRequest,
    QuoteResponse,
    QuoteSummerSaleResponse,
    RecordViewRequest,
)
from shop.api.payments import AsyncPaymentsClient, PaymentDeclined
from shop.api.stock import AsyncStockClient
from shop.journal import arrived

BROKER = os.environ.get("SHOP_REDIS", "redis://localhost:6379/0")
SALE = Decimal("0.80")


class _Placed(NamedTuple):
    """An order, and what to undo when it is taken back."""

    order: Order
    reservation_id: uuid.UUID


class Orders(AsyncOrdersServer):
    """Takes orders and follows them until they ship."""

    def __init__(self, broker: str | LocalTransport = BROKER) -> None:
        """``broker`` is where the other services are."""
        self._stock = AsyncStockClient(broker)
        self._payments = AsyncPaymentsClient(broker)
        self._placed: dict[str, _Placed] = {}
        self._numbers = itertools.count(1001)
        self.views: Counter[str] = Counter()

    async def quote(self, request: QuoteRequest, ctx: OrdersContext) -> QuoteResponse:
        """Tells what some articles would cost now."""
        arrived(ctx)
        return QuoteResponse(total=await self._price(request.lines))

    async def quote_summer_sale(self, request: QuoteRequest, ctx: OrdersContext) -> QuoteSummerSaleResponse:
        """Tells what some articles cost in the sale, and for how long."""
        arrived(ctx)
        full = await self._price(request.lines)
        midnight = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return QuoteSummerSaleResponse(
            total=full.apply_factor(SALE),
            instead_of=full,
            valid_until=midnight + dt.timedelta(days=1),
        )

    async def place_order(self, request: PlaceOrderRequest, ctx: OrdersContext) -> PlaceOrderResponse:
        """Reserves articles, collects the money and places the order."""
        arrived(ctx)
        # What stock and payments answer with is in this action's contract too: nobody need translate it.
        total = await self._price(request.lines)
        if ctx.is_on(CommonSwitch.SUMMER_SALE):
            total = total.apply_factor(SALE)
        reserved = await self._stock.reserve(lines=request.lines)
        number = f"o_{next(self._numbers)}"
        try:
            charged = await self._payments.charge(order_id=number, amount=total, method=request.method)
        except PaymentDeclined:
            await self._stock.release(reservation_id=reserved.reservation.id_)
            raise
        order = Order(
            id_=number,
            status=OrderStatus.PAID,
            lines=request.lines,
            ship_to=request.ship_to,
            total=total,
            receipt=charged.receipt,
            placed_at=dt.datetime.now(dt.UTC),
            gift_note=request.gift_note,
            labels=request.labels,
        )
        self._placed[number] = _Placed(order, reserved.reservation.id_)
        return PlaceOrderResponse(order=order)

    async def get_order(self, request: GetOrderRequest, ctx: OrdersContext) -> GetOrderResponse:
        """Shows an order."""
        arrived(ctx)
        return GetOrderResponse(order=self._find(request.id_).order)

    async def cancel_order(self, request: CancelOrderRequest, ctx: OrdersContext) -> CancelOrderResponse:
        """Takes an order back, with its articles and its money; a second time changes nothing."""
        arrived(ctx)
        order, reservation_id = self._find(request.id_)
        if order.status is OrderStatus.SHIPPED:
            raise AlreadyShipped(id_=order.id_)
        await self._stock.release(reservation_id=reservation_id)
        if order.receipt is not None:
            await self._payments.refund(receipt_id=order.receipt.id_)
        order.status = OrderStatus.CANCELLED
        return CancelOrderResponse(order=order)

    async def record_view(self, request: RecordViewRequest, ctx: OrdersContext) -> None:
        """Notes that somebody has looked at an article."""
        arrived(ctx)
        self.views[request.sku] += 1

    async def _price(self, lines: list[Line]) -> Amount:
        levels = (await self._stock.levels(skus=sorted({line.sku for line in lines}))).levels
        return sum(
            (levels[line.sku].price.apply_factor(line.quantity) for line in lines),
            Amount.ZERO,
        )

    def _find(self, number: str) -> _Placed:
        if number not in self._placed:
            raise NoSuchOrder(id_=number)
        return self._placed[number]
