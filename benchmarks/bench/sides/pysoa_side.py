"""PySOA 1.4.9 at its best: ``pysoa_side.py server|client PORT``, in its own environment.

Logging at WARNING, no `client_routing`, MessagePack with its C extension, hiredis.
"""

from __future__ import annotations

import sys

import currint
import driver
import pytz
import work
from conformity import fields
from conformity.fields.currency import Amount as AmountField
from pysoa.server.action import Action
from pysoa.server.server import Server

LINE = fields.Dictionary(
    {
        "sku": fields.UnicodeString(min_length=1, max_length=64),
        "quantity": fields.Integer(gte=1, lte=1000),
        "unit_price": AmountField(gte=0),
    }
)
ECHO = fields.Dictionary({"message": fields.UnicodeString(), "n": fields.Integer(), "ok": fields.Boolean()})
CREATE_ORDER = fields.Dictionary(
    {
        "customer_id": fields.UnicodeString(min_length=1),
        "lines": fields.List(LINE, min_length=1, max_length=100),
        "note": fields.Nullable(fields.UnicodeString(max_length=500)),
        "placed_at": fields.DateTime(),
    },
    optional_keys=("note",),
)
ORDER = fields.Dictionary(
    {
        "id": fields.UnicodeString(),
        "status": fields.Constant("pending", "paid", "shipped"),
        "lines": fields.List(LINE),
        "total": AmountField(),
        "tax": fields.Decimal(gte=0),
        "placed_at": fields.DateTime(),
    }
)
REPORTS = {rows: [work.ROW] * rows for rows in work.ROWS.values()}


class EchoAction(Action):
    """Returns what it is given."""

    request_schema = ECHO
    response_schema = ECHO

    def run(self, request):
        return request.body


class CreateOrderAction(Action):
    """Makes an order."""

    request_schema = CREATE_ORDER
    response_schema = fields.Dictionary({"order": ORDER})

    def run(self, request):
        lines = request.body["lines"]
        minor = sum(line["quantity"] * line["unit_price"].value for line in lines)
        return {
            "order": {
                "id": work.order_id(),
                "status": "pending",
                "lines": lines,
                "total": currint.Amount(lines[0]["unit_price"].currency, minor),
                "tax": work.tax_of(minor),
                "placed_at": request.body["placed_at"],
            }
        }


class ReportAction(Action):
    """Returns many rows."""

    request_schema = fields.Dictionary({"rows": fields.Integer()})
    response_schema = fields.Dictionary({"rows": fields.List(fields.UnicodeString())})

    def run(self, request):
        return {"rows": REPORTS[request.body["rows"]]}


class OrdersServer(Server):
    """The service."""

    service_name = "pysoa_orders"
    action_class_map = {"echo": EchoAction, "create_order": CreateOrderAction, "report": ReportAction}


def transport(port, side):
    """The settings of one end."""
    return {
        "path": f"pysoa.common.transport.redis_gateway.{side.lower()}:Redis{side}Transport",
        "kwargs": {"backend_type": "redis.standard", "backend_layer_kwargs": {"hosts": [("127.0.0.1", port)]}},
    }


def server(port):
    """Serves until it is stopped."""
    logging = {
        "version": 1,
        "formatters": {"console": {"format": "%(message)s"}},
        "handlers": {"console": {"level": "WARNING", "class": "logging.StreamHandler", "formatter": "console"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "disable_existing_loggers": False,
    }
    made = OrdersServer(OrdersServer.settings_class({"transport": transport(port, "Server"), "logging": logging}))
    made.run()


def client(port):
    """A client; what is in flight is a batch of `call_actions_parallel`, PySOA's way."""
    from pysoa.client.client import Client

    orders = Client({"pysoa_orders": {"transport": transport(port, "Client")}})
    usd = currint.currencies["USD"]
    bodies = {
        "echo": ("echo", work.ECHO),
        "create_order": (
            "create_order",
            {
                "customer_id": work.CUSTOMER,
                "lines": [
                    {"sku": sku, "quantity": quantity, "unit_price": currint.Amount(usd, minor)}
                    for sku, quantity, minor in work.LINES
                ],
                "note": work.NOTE,
                "placed_at": work.PLACED_AT.replace(tzinfo=pytz.UTC),
            },
        ),
        "kb10": ("report", {"rows": work.ROWS["kb10"]}),
        "kb200": ("report", {"rows": work.ROWS["kb200"]}),
    }

    def check(load, body):
        match load:
            case "echo":
                assert body["n"] == work.ECHO["n"]
            case "create_order":
                assert body["order"]["total"].value == work.TOTAL
            case _:
                assert len(body["rows"]) == work.ROWS[load]

    def call(load, action, body):
        return lambda: check(load, orders.call_action("pysoa_orders", action, body, timeout=20).body)

    def batch(load, action, body):
        def many(n):
            asked = [{"action": action, "body": body}] * n
            answers = list(orders.call_actions_parallel("pysoa_orders", asked, timeout=20))
            check(load, answers[-1].body)

        return many

    driver.blocking(
        {load: call(load, *asked) for load, asked in bodies.items()},
        {load: batch(load, *asked) for load, asked in bodies.items()},
    )


if __name__ == "__main__":
    {"server": server, "client": client}[sys.argv[1]](int(sys.argv[2]))
