"""FastStream over Redis lists, with pydantic: ``faststream_side.py server|async_client PORT``."""

from __future__ import annotations

import asyncio
import datetime
import logging
import sys
from decimal import Decimal
from typing import Any, Literal

import driver
import work
from faststream import FastStream
from faststream.redis import RedisBroker
from pydantic import BaseModel, Field


class Money(BaseModel):
    """An amount."""

    currency: str
    minor: int


class Line(BaseModel):
    """One line of an order."""

    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=1, le=1000)
    unit_price: Money


class CreateOrder(BaseModel):
    """A request."""

    customer_id: str = Field(min_length=1)
    lines: list[Line] = Field(min_length=1, max_length=100)
    note: str | None = Field(None, max_length=500)
    placed_at: datetime.datetime


class Order(BaseModel):
    """An order."""

    id: str
    status: Literal["pending", "paid", "shipped"]
    lines: list[Line]
    total: Money
    tax: Decimal
    placed_at: datetime.datetime


class Echo(BaseModel):
    """A request and a response."""

    message: str
    n: int
    ok: bool


def broker_at(port: str) -> RedisBroker:
    """FastStream's connection, without a log line for each message."""
    return RedisBroker(f"redis://127.0.0.1:{port}/0", logger=None, log_level=logging.CRITICAL, max_connections=1000)


def server(port: str) -> None:
    """Serves until it is stopped."""
    broker = broker_at(port)

    @broker.subscriber(list="faststream.echo")
    async def echo(asked: Echo) -> Echo:
        return asked

    @broker.subscriber(list="faststream.create_order")
    async def create_order(asked: CreateOrder) -> Order:
        minor = sum(line.quantity * line.unit_price.minor for line in asked.lines)
        return Order(
            id=work.order_id(),
            status="pending",
            lines=asked.lines,
            total=Money(currency="USD", minor=minor),
            tax=work.tax_of(minor),
            placed_at=asked.placed_at,
        )

    asyncio.run(FastStream(broker, logger=None).run())


def async_client(port: str) -> None:
    """An asyncio client; FastStream has no other."""

    async def make() -> Any:
        broker = broker_at(port)
        await broker.connect()
        lines = [
            Line(sku=sku, quantity=quantity, unit_price=Money(currency="USD", minor=minor))
            for sku, quantity, minor in work.LINES
        ]
        asked = CreateOrder(customer_id=work.CUSTOMER, lines=lines, note=work.NOTE, placed_at=work.PLACED_AT)

        async def echo() -> None:
            reply = await broker.request(Echo(**work.ECHO), list="faststream.echo", timeout=20)
            assert Echo.model_validate_json(reply.body).n == work.ECHO["n"]

        async def create_order() -> None:
            reply = await broker.request(asked, list="faststream.create_order", timeout=20)
            assert Order.model_validate_json(reply.body).total.minor == work.TOTAL

        return {"echo": echo, "create_order": create_order}

    driver.asynchronous(make)


if __name__ == "__main__":
    {"server": server, "async_client": async_client}[sys.argv[1]](sys.argv[2])
