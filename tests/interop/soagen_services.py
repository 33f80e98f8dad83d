"""The services of ``contracts/``, written for soagen: they do what `tests.interop.peer.services` does with PySOA.

What a handler does stands here once, as a plain function; an asyncio server has coroutine functions around them.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

import soagen_runtime as soagen
from currint import Amount

NOWHERE = "redis://127.0.0.1:1/0"
ANOTHER_ZONE = dt.timezone(dt.timedelta(hours=1))


class LabLogic:
    """What the actions of lab do. ``order_numbers`` may be set, for replies that must have given ones."""

    def __init__(self, api: ModuleType) -> None:
        self.api = api
        self.order_numbers: Iterator[int] = itertools.count(1)

    def echo(self, body: dict[str, Any], ctx: Any) -> dict[str, Any]:
        return body

    def context(self, body: dict[str, Any], ctx: Any) -> dict[str, Any]:
        # A handler does not see the job's control: nothing in it is for a handler to decide.
        control = {"continue_on_error": False, "suppress_response": False}
        return {
            "context": dict(ctx.call.raw),
            "control": control,
            "switches": sorted(ctx.switches),
            "action": ctx.call.action,
            "body": body,
        }

    def create_order(self, request: Any, ctx: Any) -> Any:
        minor = sum(item.quantity * item.unit_price.value for item in request.items)
        order = self.api.lab.Order(
            id_=f"ord-{next(self.order_numbers):08d}",
            status=self.api.lab.OrderStatus.PENDING,
            items=request.items,
            total=Amount(request.items[0].unit_price.currency, minor),
            created_on=request.placed_at.date(),
            tax=(Decimal(minor) * Decimal("0.0825") / 100).quantize(Decimal("0.01")),
        )
        return self.api.lab.CreateOrderResponse(order=order)

    def fail(self, request: Any, ctx: Any) -> Any:
        # As PySOA's handler does it, with words and a path of its own. The class of the contract is for the caller.
        message = f"The order was rejected: {request.reason or 'no reason'}"
        variables = {"limit": 5, "skus": ["A-1", "B-2"]}
        error = soagen.Error(code="ORDER_REJECTED", message=message, field="items.0.sku", variables=variables)
        raise soagen.ActionError([replace(error, is_caller_error=True)])

    def sleep(self, request: Any, ctx: Any) -> Any:
        time.sleep(request.seconds)  # the asyncio server is held up by it, as a busy one is
        return self.api.lab.SleepResponse(slept=request.seconds)

    def big(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.BigResponse(data=request.fill * request.size)

    def bounded(self, request: Any, ctx: Any) -> None:
        return None

    def boom(self, request: Any, ctx: Any) -> Any:
        raise ValueError("boom")

    def bad_response(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.BadResponseResponse(x="not an int")

    def unserializable(self, request: Any, ctx: Any) -> Any:
        value = dt.datetime(2024, 1, 1, tzinfo=ANOTHER_ZONE)
        return self.api.lab.UnserializableResponse(value=value, other=object())

    def none(self, request: Any, ctx: Any) -> None:
        return None

    def job_error(self, request: Any, ctx: Any) -> Any:
        raise soagen.JobError([soagen.Error(code="JOB_CODE", message="job message", field="f", variables={"a": 1})])

    def server_error(self, request: Any, ctx: Any) -> Any:
        permissions = ["orders.write"]
        second = soagen.Error(code="E2", message="m2", denied_permissions=permissions, is_caller_error=True)
        raise soagen.ActionError([soagen.Error(code="E1", message="m1"), second])

    def greet(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.GreetResponse(greeting=f"Hello {request.name}")

    def greet_their_language(self, request: Any, ctx: Any) -> Any:
        word = {"en": "Hi", "fr": "Salut"}[request.lang]
        return self.api.lab.GreetResponse(greeting=f"{word} {request.name}")

    def price(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.PriceResponse(taken="base", switches=sorted(ctx.switches))

    def price_negotiated(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.PriceResponse(taken="negotiated", switches=sorted(ctx.switches))

    def price_cheap(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.PriceResponse(taken="cheap", switches=sorted(ctx.switches))

    def rate(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.RateResponse(taken="base", switches=sorted(ctx.switches))

    def rate_cheap(self, request: Any, ctx: Any) -> Any:
        return self.api.lab.RateResponse(taken="cheap", switches=sorted(ctx.switches))

    def round_trip(self, request: Any, ctx: Any) -> Any:
        return request


def _method(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
    if kind == "blocking":
        return lambda self, request, ctx: function(request, ctx)

    async def method(self: Any, request: Any, ctx: Any) -> Any:
        return function(request, ctx)

    return method


def _base(api: ModuleType, service: str, kind: str, role: str) -> Any:
    prefix = "Async" if kind == "asyncio" else ""
    return getattr(getattr(api, service), f"{prefix}{service.capitalize()}{role}")


def lab_server(api: ModuleType, kind: str, logic: LabLogic, audit: str = NOWHERE) -> Any:
    """The lab, of a kind; ``audit`` is the URL that its action relay sends to."""
    return lab_class(api, kind, logic, audit)()


def lab_class(api: ModuleType, kind: str, logic: LabLogic, audit: str = NOWHERE) -> Any:
    """The class of such a lab."""
    base = _base(api, "lab", kind, "Server")
    names = [action.method for action in base.service.actions if action.method != "relay"]
    methods = {name: _method(getattr(logic, name), kind) for name in names}
    client = _base(api, "audit", kind, "Client")(audit)
    methods["relay"] = _relay(api, client, kind)
    return type("Lab", (base,), {"clients": [client], **methods})


def _relay(api: ModuleType, client: Any, kind: str) -> Callable[..., Any]:
    def answer(ctx: Any) -> Any:
        return api.lab.RelayResponse(context=dict(ctx.call.raw), audit_request_id=0)

    def relay(self: Any, request: Any, ctx: Any) -> Any:
        client.record(origin="relay")
        return answer(ctx)

    async def relay_asyncio(self: Any, request: Any, ctx: Any) -> Any:
        await client.record(origin="relay")
        return answer(ctx)

    return relay if kind == "blocking" else relay_asyncio


def lab_client(api: ModuleType, kind: str, transport: Any) -> Any:
    """A generated client of the lab."""
    return _base(api, "lab", kind, "Client")(transport)


def station_server(api: ModuleType, kind: str, name: str, url: str) -> Any:
    """A station of a call chain, which calls the next one over ``url``."""
    others = {other: _base(api, other, kind, "Client")(url) for other in ("north", "middle", "south")}

    def seen(ctx: Any) -> Any:
        return api.shared.Seen(
            service=name,
            correlation_id=ctx.correlation_id,
            switches=sorted(ctx.switches),
            caller=ctx.caller,
            calling_service=ctx.calling_service,
            locale=ctx.locale,
            deadline=ctx.deadline,
        )

    def hop(self: Any, request: Any, ctx: Any) -> Any:
        hops = [seen(ctx)]
        if request.route:
            hops += others[request.route[0]].hop(route=request.route[1:]).hops
        return api.shared.Hops(hops=hops)

    async def hop_asyncio(self: Any, request: Any, ctx: Any) -> Any:
        hops = [seen(ctx)]
        if request.route:
            hops += (await others[request.route[0]].hop(route=request.route[1:])).hops
        return api.shared.Hops(hops=hops)

    base = _base(api, name, kind, "Server")
    method = hop if kind == "blocking" else hop_asyncio
    return type(name, (base,), {"hop": method, "clients": list(others.values())})()
