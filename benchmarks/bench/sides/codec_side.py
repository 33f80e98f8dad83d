"""Decoding and checking the order of five lines, without MessagePack: ``codec_side.py ROUNDS``, prints a JSON object.

Each begins with what its own wire would have given it as plain values: dicts and lists, money as an amount or as two
fields, the moment as a datetime.
"""

from __future__ import annotations

import datetime
import json
import sys
import timeit
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import pydantic
import work
from bench_api.orders.codec import decode_create_order_request, encode_create_order_request
from conformity import fields
from conformity.fields.currency import Amount as AmountField
from currint import Amount

ORDER = {
    "customer_id": work.CUSTOMER,
    "lines": [
        {"sku": sku, "quantity": quantity, "unit_price": Amount.from_code_and_minor("USD", minor)}
        for sku, quantity, minor in work.LINES
    ],
    "note": work.NOTE,
    "placed_at": work.PLACED_AT,
}
PLAIN = {
    **ORDER,
    "lines": [
        {"sku": sku, "quantity": quantity, "unit_price": {"currency": "USD", "minor": minor}}
        for sku, quantity, minor in work.LINES
    ],
}


class StructMoney(msgspec.Struct):
    """An amount."""

    currency: str
    minor: Annotated[int, msgspec.Meta(ge=0)]


class StructLine(msgspec.Struct):
    """A line."""

    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    unit_price: StructMoney


class StructOrder(msgspec.Struct):
    """A request."""

    customer_id: Annotated[str, msgspec.Meta(min_length=1)]
    lines: Annotated[list[StructLine], msgspec.Meta(min_length=1, max_length=100)]
    placed_at: datetime.datetime
    note: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class ModelMoney(pydantic.BaseModel):
    """An amount."""

    currency: str
    minor: int = pydantic.Field(ge=0)


class ModelLine(pydantic.BaseModel):
    """A line."""

    sku: str = pydantic.Field(min_length=1, max_length=64)
    quantity: int = pydantic.Field(ge=1, le=1000)
    unit_price: ModelMoney


class ModelOrder(pydantic.BaseModel):
    """A request."""

    customer_id: str = pydantic.Field(min_length=1)
    lines: list[ModelLine] = pydantic.Field(min_length=1, max_length=100)
    placed_at: datetime.datetime
    note: str | None = pydantic.Field(None, max_length=500)


CONFORMITY = fields.Dictionary(
    {
        "customer_id": fields.UnicodeString(min_length=1),
        "lines": fields.List(
            fields.Dictionary(
                {
                    "sku": fields.UnicodeString(min_length=1, max_length=64),
                    "quantity": fields.Integer(gte=1, lte=1000),
                    "unit_price": AmountField(gte=0),
                }
            ),
            min_length=1,
            max_length=100,
        ),
        "note": fields.Nullable(fields.UnicodeString(max_length=500)),
        "placed_at": fields.DateTime(),
    },
    optional_keys=("note",),
)

DECODED = decode_create_order_request(ORDER, True)
WAYS: dict[str, Callable[[], Any]] = {
    "soagen": lambda: decode_create_order_request(ORDER, True),
    "msgspec": lambda: msgspec.convert(PLAIN, StructOrder),
    "pydantic": lambda: ModelOrder.model_validate(PLAIN),
    "Conformity": lambda: CONFORMITY.errors(ORDER),
    "soagen, encode": lambda: encode_create_order_request(DECODED, True),
}


def main() -> None:
    """Measures; the ways take turns, and the best of each is told, in microseconds."""
    assert not CONFORMITY.errors(ORDER)
    best = dict.fromkeys(WAYS, float("inf"))
    for _ in range(int(sys.argv[1])):
        for name, way in WAYS.items():
            best[name] = min(best[name], timeit.timeit(way, number=1000) * 1000)
    print(json.dumps(best))


if __name__ == "__main__":
    main()
