"""Servers of `probe` and `mirror`, blocking and asyncio.

What a handler of probe does stands here once, as a plain function; the asyncio server has coroutine functions around
them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from types import ModuleType
from typing import Any

from soagen_runtime import (
    ActionError,
    HealthError,
    HealthWarning,
    health_check,
    health_of,
    health_of_async,
    several,
)

ALL_AT_ONCE = -100
"""What `add` answers with several errors."""


class ProbeLogic:
    """What the actions of probe do; `notes` and `started` are for tests to look at."""

    def __init__(self, api: ModuleType) -> None:
        self.probe = api.probe
        self.shared = api.shared
        self.notes: list[str] = []
        self.noted = threading.Event()
        self.contexts: list[Any] = []
        self._released = threading.Event()

    def release(self) -> None:
        """Lets every waiting handler end."""
        self._released.set()

    def add(self, request: Any, ctx: Any) -> Any:
        if request.a == ALL_AT_ONCE:
            many = self.probe.TooMuch(asked=request.a, limit=100).at("a")
            odd = ActionError.of("ODD", "That is odd", field="b", variables={"b": request.b}, is_caller_error=False)
            raise several(many, self.shared.Forbidden(who="anybody").denying("sums"), odd)
        if request.a < 0:
            raise self.shared.Forbidden(who="anybody")
        if request.a + request.b > 100:
            raise self.probe.TooMuch(asked=request.a + request.b, limit=100).at("b")
        return self.probe.AddResponse(total=request.a + request.b, moods=request.moods)

    def see(self, request: Any, ctx: Any) -> Any:
        self.contexts.append(ctx)
        return self.probe.Seen(
            correlation_id=ctx.correlation_id,
            locale=ctx.locale,
            tenant=ctx.tenant,
            switches=sorted(ctx.switches),
            caller=ctx.caller,
            calling_service=ctx.calling_service,
            has_deadline=ctx.deadline is not None,
            hops=request.hops,
        )

    def crash(self, request: Any, ctx: Any) -> Any:
        if request.text == "cancelled":
            raise asyncio.CancelledError  # as when something that it awaits was cancelled
        raise LookupError(request.text)

    def lie(self, request: Any, ctx: Any) -> Any:
        return self.probe.LieResponse(number=11)

    def leak(self, request: Any, ctx: Any) -> Any:
        raise self.probe.TooMuch(asked=1, limit=0).as_remote()

    def inflate(self, request: Any, ctx: Any) -> Any:
        return self.probe.InflateResponse(text="x" * request.size)

    def pass_on(self, request: Any, ctx: Any) -> Any:
        return self.probe.PassOnResponse(value=object() if request.value == "object()" else request.value)

    def wait(self, request: Any, ctx: Any) -> None:
        self._released.wait(10)

    def note(self, request: Any, ctx: Any) -> None:
        self.notes.append(request.text)
        self.noted.set()

    def quote(self, request: Any, ctx: Any) -> Any:
        return self.probe.QuoteResponse(price=1)

    def quote_fast(self, request: Any, ctx: Any) -> Any:
        return self.probe.QuoteFastResponse(price=2, until=request.at + dt.timedelta(hours=1))

    def quote_bold(self, request: Any, ctx: Any) -> Any:
        return self.probe.QuoteBoldResponse(price=3, bold=True)


ACTIONS = (
    "add",
    "see",
    "crash",
    "lie",
    "leak",
    "inflate",
    "pass_on",
    "wait",
    "note",
    "quote",
    "quote_fast",
    "quote_bold",
)


def make_servers(api: ModuleType, kind: str, transport: Any) -> tuple[Any, Any]:
    """A probe server and a mirror server of one kind; mirror calls probe over ``transport``."""
    make = _blocking if kind == "blocking" else _asyncio
    return make(api, ProbeLogic(api), transport)


def _blocking(api: ModuleType, logic: ProbeLogic, transport: Any) -> tuple[Any, Any]:
    probe_class = type("Probe", (api.probe.ProbeServer,), {name: _method(getattr(logic, name)) for name in ACTIONS})
    client = api.probe.ProbeClient(transport)

    class Mirror(api.mirror.MirrorServer):  # type: ignore[misc, name-defined]  # generated while the tests run
        clients = (client,)
        version, build = "2.1", "2.1+b7"

        def see_probe(self, request: Any, ctx: Any) -> Any:
            return api.mirror.SeeProbeResponse(seen=client.see(hops=request.hops + 1))

        def ask_too_much(self, request: Any, ctx: Any) -> None:
            client.add(a=100, b=100)

        @health_check
        def others(self) -> Any:
            return health_of(client)

        @health_check
        def level(self) -> Any:
            yield HealthWarning("LOW", "It is low.")
            raise HealthError("EMPTY", "It is empty.")

    return _with_logic(probe_class, logic), Mirror()


def _asyncio(api: ModuleType, logic: ProbeLogic, transport: Any) -> tuple[Any, Any]:
    methods = {name: _coroutine_method(getattr(logic, name)) for name in ACTIONS}
    probe_class = type("Probe", (api.probe.AsyncProbeServer,), methods)
    client = api.probe.AsyncProbeClient(transport)

    class Mirror(api.mirror.AsyncMirrorServer):  # type: ignore[misc, name-defined]  # generated while the tests run
        clients = (client,)
        version, build = "2.1", "2.1+b7"

        async def see_probe(self, request: Any, ctx: Any) -> Any:
            return api.mirror.SeeProbeResponse(seen=await client.see(hops=request.hops + 1))

        async def ask_too_much(self, request: Any, ctx: Any) -> None:
            await client.add(a=100, b=100)

        @health_check
        async def others(self) -> Any:
            return await health_of_async(client)

        @health_check
        async def level(self) -> Any:
            yield HealthWarning("LOW", "It is low.")
            raise HealthError("EMPTY", "It is empty.")

    return _with_logic(probe_class, logic), Mirror()


def _with_logic(probe_class: Any, logic: ProbeLogic) -> Any:
    server = probe_class()
    server.logic = logic
    server.clients = ()
    return server


def _method(function: Any) -> Any:
    return lambda self, request, ctx: function(request, ctx)


def _coroutine_method(function: Any) -> Any:
    async def method(self: Any, request: Any, ctx: Any) -> Any:
        if function.__name__ == "wait":
            return await asyncio.to_thread(function, request, ctx)
        return function(request, ctx)

    return method
