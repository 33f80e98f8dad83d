"""What every side of the benchmark asks and answers, as plain values. Standard library alone: each side runs in its own
environment.
"""

from __future__ import annotations

import datetime
import decimal
import itertools

ECHO = {"message": "hello, world", "n": 42, "ok": True}
LINES = [  # sku, quantity, minor units of USD
    ("WIDGET-001", 2, 1999),
    ("GADGET-002", 1, 149950),
    ("DOODAD-003", 12, 75),
    ("GIZMO-0004", 3, 4200),
    ("TRINKET-05", 40, 15),
]
CUSTOMER = "cust-0012345"
NOTE = "Leave at the door"
PLACED_AT = datetime.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=datetime.UTC)
ROW = "x" * 100
LOADS = {"echo": "an echo", "create_order": "an order of five lines", "kb10": "a reply of 10 kB", "kb200": "of 200 kB"}
ROWS = {"kb10": 100, "kb200": 2000}

TOTAL = sum(quantity * minor for _, quantity, minor in LINES)
_TAX_RATE = decimal.Decimal("0.0825")
_numbers = itertools.count(1)


def order_id() -> str:
    """The next order's."""
    return f"ord-{next(_numbers):08d}"


def tax_of(minor: int) -> decimal.Decimal:
    """The tax on an amount."""
    return (decimal.Decimal(minor) * _TAX_RATE / 100).quantize(decimal.Decimal("0.01"))
