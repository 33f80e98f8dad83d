"""The services of the tests, written for PySOA: what ``tests/interop/contracts`` says, in Conformity."""

from __future__ import annotations

import datetime
import decimal
import itertools
import sys
import time
from pathlib import Path

import currint
import pytz
from conformity import fields
from conformity.fields.currency import Amount
from pysoa.common.errors import Error
from pysoa.server.action import Action
from pysoa.server.action.switched import SwitchedAction
from pysoa.server.errors import ActionError, JobError
from pysoa.server.server import Server

from tests.interop.peer.switched import PricesServer

sys.path.append(str(Path(__file__).parents[3] / "examples" / "from_pysoa"))

from before.services import SERVERS as EXAMPLES

_numbers = itertools.count(1)

TEXT = fields.UnicodeString()
ANYTHING = fields.SchemalessDictionary(key_type=fields.UnicodeString())
ITEM = fields.Dictionary(
    {
        "sku": fields.UnicodeString(min_length=1, max_length=64),
        "quantity": fields.Integer(gte=1, lte=1000),
        "unit_price": Amount(gte=0),
    }
)


class Echo(Action):
    request_schema = ANYTHING
    response_schema = ANYTHING

    def run(self, request):
        return request.body


class CreateOrder(Action):
    request_schema = fields.Dictionary(
        {
            "customer_id": fields.UnicodeString(min_length=1),
            "items": fields.List(ITEM, min_length=1, max_length=100),
            "note": fields.Nullable(fields.UnicodeString(max_length=500)),
            "placed_at": fields.DateTime(),
        },
        optional_keys=("note",),
    )
    response_schema = fields.Dictionary(
        {
            "order": fields.Dictionary(
                {
                    "id": TEXT,
                    "status": fields.Constant("pending", "paid", "shipped"),
                    "items": fields.List(ITEM),
                    "total": Amount(),
                    "created_on": fields.Date(),
                    "tax": fields.Decimal(gte=decimal.Decimal("0")),
                }
            )
        }
    )

    def run(self, request):
        items = request.body["items"]
        minor = sum(item["quantity"] * item["unit_price"].value for item in items)
        return {
            "order": {
                "id": f"ord-{next(_numbers):08d}",
                "status": "pending",
                "items": items,
                "total": currint.Amount(items[0]["unit_price"].currency, minor),
                "created_on": request.body["placed_at"].date(),
                "tax": (decimal.Decimal(minor) * decimal.Decimal("0.0825") / 100).quantize(decimal.Decimal("0.01")),
            }
        }


class Fail(Action):
    request_schema = fields.Dictionary({"reason": TEXT}, optional_keys=("reason",))

    def run(self, request):
        reason = request.body.get("reason", "no reason")
        variables = {"limit": 5, "skus": ["A-1", "B-2"]}
        message = f"The order was rejected: {reason}"
        raise ActionError(
            errors=[Error(code="ORDER_REJECTED", message=message, field="items.0.sku", variables=variables)]
        )


class Sleep(Action):
    request_schema = fields.Dictionary({"seconds": fields.Float(gte=0, lte=60)})
    response_schema = fields.Dictionary({"slept": fields.Float()})

    def run(self, request):
        time.sleep(request.body["seconds"])
        return {"slept": request.body["seconds"]}


class Big(Action):
    request_schema = fields.Dictionary({"size": fields.Integer(), "fill": TEXT}, optional_keys=("fill",))
    response_schema = fields.Dictionary({"data": TEXT})

    def run(self, request):
        return {"data": request.body.get("fill", "x") * request.body["size"]}


class Bounded(Action):
    request_schema = fields.Dictionary(
        {
            "an_int": fields.Integer(gt=5, gte=1, lt=100, lte=1000),
            "a_float": fields.Float(gte=0, lte=60),
            "another_float": fields.Float(gt=-0.5, lt=60.0),
            "a_decimal": fields.Decimal(gt=decimal.Decimal("0.10"), lte=decimal.Decimal("1e3")),
            "an_amount": Amount(valid_currencies={"EUR", "USD"}, gt=5, gte=1),
            "a_date": fields.Date(gte=datetime.date(2020, 1, 1)),
            "a_time": fields.Time(lt=datetime.time(18, 0)),
            "in_utc": fields.DateTime(gte=datetime.datetime(2020, 1, 1, tzinfo=pytz.utc)),
            "a_text": fields.UnicodeString(min_length=2),
        }
    )

    def run(self, request):
        return {}


class Boom(Action):
    def run(self, request):
        raise ValueError("boom")


class BadResponse(Action):
    response_schema = fields.Dictionary({"x": fields.Integer()})

    def run(self, request):
        return {"x": "not an int"}


class Unserializable(Action):
    def run(self, request):
        zone = datetime.timezone(datetime.timedelta(hours=1))
        return {"value": datetime.datetime(2024, 1, 1, tzinfo=zone), "other": object()}


class Nothing(Action):
    def run(self, request):
        return None


class FailJob(Action):
    def run(self, request):
        raise JobError(errors=[Error(code="JOB_CODE", message="job message", field="f", variables={"a": 1})])


class ServerFault(Action):
    def run(self, request):
        errors = [
            Error(code="E1", message="m1", is_caller_error=False),
            Error(code="E2", message="m2", denied_permissions=["orders.write"], is_caller_error=True),
        ]
        raise ActionError(errors=errors, set_is_caller_error_to=None)


class ShowContext(Action):
    def run(self, request):
        return {
            "context": request.context,
            "control": request.control,
            "switches": sorted(request.switches),
            "action": request.action,
            "body": request.body,
        }


class Greet(Action):
    request_schema = fields.Dictionary({"name": TEXT})

    def run(self, request):
        return {"greeting": f"Hello {request.body['name']}"}


class GreetInTheirLanguage(Action):
    request_schema = fields.Dictionary({"name": TEXT, "lang": fields.Constant("en", "fr")})

    def run(self, request):
        word = {"en": "Hi", "fr": "Salut"}[request.body["lang"]]
        return {"greeting": f"{word} {request.body['name']}"}


class SwitchedGreet(SwitchedAction):
    switch_to_action_map = ((5, GreetInTheirLanguage), (SwitchedAction.DEFAULT_ACTION, Greet))


def _price(taken, **more):
    """An action that says which one it is."""

    class Price(Action):
        request_schema = fields.Dictionary({"sku": fields.UnicodeString(min_length=1, max_length=64), **more})
        response_schema = fields.Dictionary({"taken": TEXT, "switches": fields.List(fields.Integer())})

        def run(self, request):
            return {"taken": taken, "switches": sorted(request.switches)}

    return Price


class SwitchedPrice(SwitchedAction):
    switch_to_action_map = (
        (8, _price("negotiated", offer=fields.Integer())),
        (7, _price("cheap")),
        (SwitchedAction.DEFAULT_ACTION, _price("base")),
    )


class SwitchedRate(SwitchedAction):
    switch_to_action_map = ((7, _price("cheap")), (9, _price("base")))


class Relay(Action):
    """Sends on, without waiting for an answer; the caller's context goes along by itself."""

    def run(self, request):
        body = {"from": "relay"}
        number = request.client.send_request("audit", [{"action": "record", "body": body}], suppress_response=True)
        return {"context": dict(request.context), "audit_request_id": number}


PAYMENT = fields.Polymorph(
    "paymentType",
    {
        "creditCard": fields.Dictionary({"paymentType": fields.Constant("creditCard"), "last4": TEXT}),
        "iban": fields.Dictionary({"paymentType": fields.Constant("iban"), "iban": TEXT}),
    },
)
KINDS = {
    "aBool": fields.Boolean(),
    "anInt": fields.Integer(),
    "aFloat": fields.Float(),
    "aText": TEXT,
    "someBytes": fields.ByteString(),
    "aDecimal": fields.Decimal(),
    "anAmount": Amount(),
    "aDate": fields.Date(),
    "aTime": fields.Time(),
    "inUTC": fields.DateTime(),
    "naive": fields.DateTime(),
    "duration-us": fields.Integer(),
    "UUID": TEXT,
    "a list": fields.List(fields.Integer()),
    "a.map": fields.SchemalessDictionary(key_type=TEXT, value_type=fields.Decimal()),
    "orNull": fields.Nullable(TEXT),
    "class": fields.Constant("new", "used"),
    "payment": PAYMENT,
    "open": ANYTHING,
}


class RoundTrip(Action):
    """Every type there and back, under names that no Python programmer would choose."""

    request_schema = fields.Dictionary(KINDS)
    response_schema = fields.Dictionary(KINDS)

    def run(self, request):
        return request.body


class LabServer(Server):
    service_name = "lab"
    action_class_map = {  # noqa: RUF012 - as PySOA declares it
        "echo": Echo,
        "create_order": CreateOrder,
        "fail": Fail,
        "sleep": Sleep,
        "big": Big,
        "bounded": Bounded,
        "boom": Boom,
        "bad_response": BadResponse,
        "unserializable": Unserializable,
        "none": Nothing,
        "job_error": FailJob,
        "server_error": ServerFault,
        "context": ShowContext,
        "greet": SwitchedGreet,
        "price": SwitchedPrice,
        "rate": SwitchedRate,
        "relay": Relay,
        "roundTrip": RoundTrip,
    }


class Hop(Action):
    """Notes what it sees of its call, and calls the next service of the route."""

    request_schema = fields.Dictionary({"route": fields.List(TEXT)})

    def run(self, request):
        context = request.context
        seen = {
            "service": request._server.service_name,
            "correlation_id": context["correlation_id"],
            "switches": sorted(context["switches"]),
            "caller": context.get("caller"),
            "calling_service": context.get("calling_service"),
            "locale": context.get("locale"),
            "deadline": context.get("deadline"),
        }
        if not request.body["route"]:
            return {"hops": [seen]}
        following, *rest = request.body["route"]
        return {"hops": [seen, *request.client.call_action(following, "hop", {"route": rest}).body["hops"]]}


def _station(name):
    return type(name.capitalize(), (Server,), {"service_name": name, "action_class_map": {"hop": Hop, "fail": Fail}})


SERVERS = {
    "lab": LabServer,
    "prices": PricesServer,
    **EXAMPLES,
    **{name: _station(name) for name in ("north", "middle", "south")},
}
