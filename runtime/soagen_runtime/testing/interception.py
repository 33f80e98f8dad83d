"""How stubs get between clients and their services.

While anything stands in for a service, each client of it in this process that calls a stubbed action, blocking or
asyncio, whatever its transport, is given a transport that asks the stubs first, those that were entered last before the
others. What they have no answer for goes where it would have gone. Requests and replies are bytes, as on any transport,
and the stub serves them with a dispatcher, as a server does; so what a stub takes and answers, a server could.

A job of which some actions are stubbed is taken apart: each of its actions is run where it belongs, one after the
other, and the job ends where it would have ended. The real server gets its part as jobs of one action each.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from soagen_runtime.action import Action, Service
from soagen_runtime.core.dispatch import Dispatcher
from soagen_runtime.core.interception import intercepted
from soagen_runtime.core.transport import Channel, ClientTransport, Nothing
from soagen_runtime.errors import CallTimeout, TransportError
from soagen_runtime.testing.answers import PassedOn
from soagen_runtime.transport.replies import join
from soagen_runtime.wire import (
    ActionResult,
    JobResult,
    ReplyMessage,
    RequestMessage,
    decode_request,
    encode_request,
    keys,
    request_meta,
)


class NotStubbed(AssertionError):
    """An action was called that nothing stands in for, and whose service cannot be reached. Says what to stub.

    It is no `CallError`, so that code which handles failing calls does not handle it.
    """


class NoAnswer(BaseException):
    """A stub has nothing to say to a request, which therefore goes on. No `Exception`: a dispatcher would answer it."""


class Stand(Protocol):
    """What stands in for a service."""

    @property
    def service(self) -> Service[Any]:
        """The service."""
        ...

    @property
    def dispatcher(self) -> Dispatcher:
        """Serves what is stubbed; `NoAnswer` and `PassedOn` come out of it."""
        ...

    def stands_for(self, action: str) -> bool:
        """Whether the action of this sent name is stubbed, under any of its contracts."""
        ...


_lock = threading.Lock()
_stands: dict[str, list[Stand]] = {}
_request_ids = itertools.count(1)


def install(stand: Stand) -> None:
    """Puts a stub before its service, and before other stubs of it."""
    name = stand.service.name

    def intercept(transport: ClientTransport, suspends: bool, actions: Sequence[str]) -> ClientTransport:
        for each in tuple(_stands.get(name, ())):
            if any(each.stands_for(action) for action in actions):
                transport = StubTransport(each, transport)
        return transport

    with _lock:
        _stands.setdefault(name, []).append(stand)
        intercepted[name] = intercept


def remove(stand: Stand) -> None:
    """Takes a stub out of the way again."""
    name = stand.service.name
    with _lock:
        _stands[name].remove(stand)
        if not _stands[name]:
            del intercepted[name], _stands[name]


class StubTransport:
    """Asks a stub first, and ``real`` for what it has no answer to. For one call or job."""

    def __init__(self, stand: Stand, real: ClientTransport) -> None:
        self.stand = stand
        self.real = real
        self.was_real = False
        """Whether any of it went to the real service."""

    async def now(self, within: float = math.inf) -> float:
        """The time of this machine: nobody may be there to ask for another."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Waits before a call is made again, unless it is the stub that is called again."""
        if self.was_real:
            await self.real.sleep(seconds)

    async def open(self, service: str, *, shared: bool = False) -> StubChannel:
        """A channel for one request."""
        return StubChannel(self)

    async def close(self) -> None:
        """Leaves the real transport to its client."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One action of a request, on its way to whoever runs it."""

    message: RequestMessage
    action: dict[str, Any]

    @property
    def is_suppressed(self) -> bool:
        return self.message.body["control"].get("suppress_response") is True

    def job(self, *, suppressed: bool, shift: float = 0.0) -> dict[str, Any]:
        """A job of this action alone; ``shift`` is what another clock is ahead of this one, in seconds."""
        context = self.message.body["context"]
        if shift and isinstance(context.get("deadline"), float):
            context = {**context, "deadline": context["deadline"] + shift}
        control = {"continue_on_error": False, "suppress_response": suppressed}
        return {"control": control, "context": context, "actions": [self.action]}

    def encode(self, request_id: int, reply_to: str, *, suppressed: bool, shift: float = 0.0) -> bytes:
        """The request for this action alone."""
        extra = {key: value for key, value in self.message.meta.items() if key not in _OWN_META}
        meta = request_meta(reply_to, (self.message.expiry or 0.0) + shift, extra)
        return encode_request(request_id, meta, self.job(suppressed=suppressed, shift=shift))


_OWN_META = frozenset({"client_version", "reply_to", "__expiry__"})


class StubChannel:
    """Runs a request when it is sent, and has its reply ready."""

    def __init__(self, transport: StubTransport) -> None:
        self._transport = transport
        self._stand = transport.stand
        self._outcome: ReplyMessage | Exception | None = None
        self.reply_to = keys.reply_address(self._stand.service.name, "stub", 0)

    def next_request_id(self) -> int:
        """A number that no other request to a stub has."""
        return next(_request_ids)

    async def master(self, until: float) -> str:
        """Nothing: a stub has no broker."""
        return ""

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        """Runs the request. What comes of it is for `receive` to say, if that is called."""
        request = decode_request(message)
        self._transport.was_real = False
        try:
            result = await self._run(request, until)
        except (PassedOn, NotStubbed, TransportError, CallTimeout) as error:
            self._outcome = error.error if isinstance(error, PassedOn) else error
            if not awaited:
                raise self._outcome from None
        else:
            self._outcome = ReplyMessage(request_id, {}, None, result, request.format)

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        """The reply. Raises what the stub was told to raise, and what the real transport raises."""
        assert self._outcome is not None, "receive() comes after send()"
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def release(self) -> None:
        """Forgets the reply."""
        self._outcome = None

    # --- the job, action by action

    async def _run(self, request: RequestMessage, until: float) -> JobResult:
        results: list[ActionResult] = []
        context: dict[str, Any] = {}
        for action in request.body["actions"]:
            result = await self._run_action(_Part(request, action), until)
            if result.errors:
                return result
            results += result.actions
            context = result.context
            if any(each.errors for each in result.actions) and not request.body["control"]["continue_on_error"]:
                break
        return JobResult(results, context=context)

    async def _run_action(self, part: _Part, until: float) -> JobResult:
        if not self._stand.stands_for(part.action["action"]):
            return await self._forward(part, until, "is not stubbed")
        try:
            message = part.encode(next(_request_ids), self.reply_to, suppressed=False)
            outcome = await self._stand.dispatcher.serve(message, time.time())
        except NoAnswer:
            return await self._forward(part, until, "is stubbed, but not for this request or contract")
        assert not isinstance(outcome, Nothing), outcome.reason
        return join(outcome.messages).result

    async def _forward(self, part: _Part, until: float, why: str) -> JobResult:
        """Has an action run by the real service. Raises `NotStubbed` where it cannot be reached."""
        self._transport.was_real = True
        name = self._name(part)
        try:
            return await self._ask(part, until)
        except TransportError as error:
            if error.never_left:
                raise NotStubbed(
                    f"{name} {why}, and its service cannot be reached: {error}. {self._hint(part)}"
                ) from error
            raise
        except CallTimeout as error:
            error.add_note(f"{name} {why}, so it was called. {self._hint(part)}")
            raise

    async def _ask(self, part: _Part, until: float) -> JobResult:
        real = self._transport.real
        shift = await real.now() - time.time()
        channel: Channel = await real.open(self._stand.service.name)
        try:
            request_id = channel.next_request_id()
            message = part.encode(request_id, channel.reply_to, suppressed=part.is_suppressed, shift=shift)
            lifetime = max(0.001, (part.message.expiry or until) - time.time())
            awaited = not part.is_suppressed
            await channel.send(request_id, message, lifetime=lifetime, until=until + shift, awaited=awaited)
            return (await channel.receive(request_id, until + shift)).result if awaited else JobResult()
        finally:
            channel.release()

    # --- words

    def _called(self, part: _Part) -> Action[Any, Any] | None:
        """The contract that an action is called under."""
        switches = part.message.body["context"]["switches"]
        for action in self._stand.service.actions:
            if action.wire == part.action["action"] and (action.switch is None or action.switch in switches):
                return action
        return None

    def _name(self, part: _Part) -> str:
        action = self._called(part)
        return f"{self._stand.service.name}.{part.action['action'] if action is None else action.method}"

    def _hint(self, part: _Part) -> str:
        action = self._called(part)
        if action is None:
            return "It is no action of the contract, and cannot be stubbed"
        return f"Stub it: `.{action.method}.returns(...)`"
