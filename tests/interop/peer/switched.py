"""A service with switches that have names: what `soagen import-pysoa` finds in its code."""

from __future__ import annotations

import enum

from conformity import fields
from pysoa.server.action import Action
from pysoa.server.action.status import BaseStatusAction
from pysoa.server.action.switched import SwitchedAction
from pysoa.server.server import Server

DYNAMIC_PRICING = 12
VERSION = 7
ALSO_SEVEN = 7


class Switch(enum.Enum):
    BY_WEIGHT = 3


class Quote(Action):
    """What an item costs."""

    request_schema = fields.Dictionary({"sku": fields.UnicodeString()})
    response_schema = fields.Dictionary({"price": fields.Integer(), "how": fields.UnicodeString()})

    how = "by the book"

    def run(self, request):
        return {"price": 1, "how": self.how}


class ByDemand(Quote):
    """What an item costs while prices follow demand."""

    how = "by demand"


class ByWeight(Quote):
    request_schema = fields.Dictionary({"sku": fields.UnicodeString(), "grams": fields.Integer(gte=1)})

    how = "by weight"


class Old(Quote):
    how = "as ever"


class SwitchedQuote(SwitchedAction):
    switch_to_action_map = (
        (DYNAMIC_PRICING, ByDemand),
        (Switch.BY_WEIGHT, ByWeight),
        (VERSION, Old),
        (SwitchedAction.DEFAULT_ACTION, Quote),
    )


class Status(BaseStatusAction):
    """A status of its own."""


class PricesServer(Server):
    """Tells prices."""

    service_name = "Price-List.v2"
    action_class_map = {"quote": SwitchedQuote, "status": Status}  # noqa: RUF012 - as PySOA declares it


NOT_A_SERVER = Quote
