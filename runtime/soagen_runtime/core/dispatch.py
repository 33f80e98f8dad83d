"""A call as the server sees it: bytes in, an answer out, whatever the bytes are.

`Dispatcher.serve` never raises for what comes in. It returns a `Reply`, or a `Nothing` that says why nobody is
answered. The stages are PySOA's: envelope, job, actions; an error stops at the stage where it arose
(``docs/wire.md``, "Errors with fixed codes"). A server is the authority: it decodes strictly, and checks what its
handlers return before it sends it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from soagen_runtime.action import BUILT_IN, Action, Service
from soagen_runtime.context import Call, Context, bind, current_call
from soagen_runtime.core.answers import unknown_action
from soagen_runtime.core.guard import Guard, JobOverrun, Overrun
from soagen_runtime.core.middleware import JobRequest, Onion, job_result
from soagen_runtime.core.transport import Nothing, Reply
from soagen_runtime.core.verdict import REPLY_LIFETIME, Redelivery, describe, is_suppressed
from soagen_runtime.errors import (
    ACTION_TIMEOUT,
    OUTCOME_UNKNOWN,
    REQUEST_TOO_LARGE,
    RESPONSE_NOT_SERIALIZABLE,
    RESPONSE_TOO_LARGE,
    SERVER_ERROR,
    ActionError,
    ContractError,
    Error,
    Fault,
    JobError,
    NotSerializable,
)
from soagen_runtime.settings import ServerLimits, ServerSettings
from soagen_runtime.validation import Invalid
from soagen_runtime.wire import (
    ActionResult,
    InvalidMessage,
    JobResult,
    RequestMessage,
    codec_for,
    cut,
    decode_request,
    encode_reply,
    envelope_size,
    keys,
    validate_job,
)

Handler: TypeAlias = Callable[[Any, Any], Awaitable[Any]]

# A request of up to this many times the limit is still read, so that its caller can be told: one that never gets its
# reply leaves a PySOA client out of step for good. Beyond, it would cost too much.
_FAR_TOO_LARGE = 4

log = logging.getLogger("soagen.server")


@dataclass(frozen=True, slots=True)
class _Binding:
    """One contract of an action, and what runs it."""

    action: Action[Any, Any]
    handler: Handler


class Dispatcher:
    """Serves messages of one service with the handlers of one server object.

    ``handlers`` has a coroutine function for each action's ``method``; ``suspends`` says whether they may wait for an
    event loop, as those of an asyncio server do. ``on_job`` is around every job that is one. Without ``settings``
    whatever has a serializer here is read. Raises `ConfigurationError` for content types without one.
    """

    def __init__(
        self,
        service: Service[Any],
        handlers: Mapping[str, Handler],
        *,
        suspends: bool,
        settings: ServerSettings | None = None,
        on_job: Onion[JobRequest, JobResult] | None = None,
    ) -> None:
        self.service = service
        self.suspends = suspends
        self.limits = ServerLimits() if settings is None else settings.limits
        read = None if settings is None else settings.content_types
        self._content_types = None if read is None else frozenset(codec_for(name).content_type for name in read)
        self._sends_tracebacks = settings is not None and settings.send_tracebacks
        self._on_job = on_job
        self._redelivery = Redelivery(service, self.most_bytes)
        self._bindings: dict[str, list[_Binding]] = {}
        for action in service.actions:
            self._bindings.setdefault(action.wire, []).append(_Binding(action, handlers[action.method]))

    @property
    def most_bytes(self) -> int:
        """More bytes than this are not read at all."""
        return _FAR_TOO_LARGE * self.limits.request_bytes

    async def serve(self, data: bytes, now: float, guard: Guard | None = None, *, master: str = "") -> Reply | Nothing:
        """Serves one message; ``now`` is the Unix time in seconds on the broker's clock. ``guard`` watches over how
        long handlers run. ``master`` is the name of the broker that the message was taken from, if that one may not
        know all that was done with it at another.
        """
        try:
            message = self._admit(data, now)
        except InvalidMessage as invalid:
            return self._refuse(invalid, now)
        if isinstance(message, Nothing):
            return message
        if master and self._may_have_run(message, master):
            return self._say_unknown(message, now)
        if guard is None:
            result = await self._serve_job(message, now, None)
        else:
            result = await self._watch_job(message, now, guard)
        return self._answer(message, result, now)

    def _may_have_run(self, message: RequestMessage, master: str) -> bool:
        """Whether it was sent to another master, may have run there, and must not run twice."""
        sent_to = message.ours.get("master", master)
        return sent_to != master and not self._redelivery.is_idempotent(message.body)

    def _say_unknown(self, message: RequestMessage, now: float) -> Reply | Nothing:
        log.warning("%s: a request was sent to another master, and may have run there", self.service.name)
        if is_suppressed(message.body):
            return Nothing("outcome unknown", dropped=True, about=describe(message))
        text = "The request was sent to another Redis master, and may have run there; it was not run again"
        return self._write(message, _job_error(OUTCOME_UNKNOWN, text), now)

    async def _watch_job(self, message: RequestMessage, now: float, guard: Guard) -> JobResult:
        def overrun(error: Error) -> Reply | Nothing:
            return self._answer(message, JobResult(errors=(error,)), now)

        try:
            result: JobResult = await guard.run_job(self._serve_job(message, now, guard), overrun)
        except JobOverrun as error:
            log.error("%s: %s", self.service.name, error)
            return JobResult(errors=(error.as_error(),))
        return result

    def _answer(self, message: RequestMessage, result: JobResult, now: float) -> Reply | Nothing:
        return Nothing("no reply is wanted") if is_suppressed(message.body) else self._write(message, result, now)

    def _admit(self, data: bytes, now: float) -> RequestMessage | Nothing:
        if len(data) > self.most_bytes:
            return self._set_aside(f"{len(data)} bytes are far more than the allowed {self.limits.request_bytes}")
        message = decode_request(data, self._content_types)
        if not keys.is_reply_address(self.service.name, message.reply_to):
            return self._set_aside("its reply_to is no reply list of this service")
        size = envelope_size(message.format, data)
        if size > self.limits.request_bytes:
            text = f"The request is {size} bytes, and {self.limits.request_bytes} are allowed"
            raise InvalidMessage(text, request=message, errors=[Error(code=REQUEST_TOO_LARGE, message=text)])
        if message.expiry is not None and message.expiry < now:
            log.info("%s: dropped a request that expired %.3f s ago", self.service.name, now - message.expiry)
            return Nothing("expired")
        return message

    def _set_aside(self, reason: str) -> Nothing:
        log.warning("%s: set a message aside: %s", self.service.name, reason)
        return Nothing(reason, dropped=True)

    def _refuse(self, invalid: InvalidMessage, now: float) -> Reply | Nothing:
        """Answers what is no request, if it says where to and under which number."""
        request = invalid.request
        if request is None or not keys.is_reply_address(self.service.name, request.reply_to):
            return self._set_aside(str(invalid))
        log.warning("%s: refused a message: %s", self.service.name, invalid)
        return self._write(request, JobResult(errors=invalid.errors), now)

    # --- the job

    async def _serve_job(self, message: RequestMessage, now: float, guard: Guard | None) -> JobResult:
        errors = validate_job(message.body)
        if errors:
            return JobResult(errors=errors)
        if self._on_job is None:
            return await self._run_job(message, now, guard)
        token = current_call.set(self._describe(message, "", frozenset(message.body["context"]["switches"])))
        try:
            return await self._in_layers(self._on_job, message, now, guard)
        finally:
            current_call.reset(token)

    async def _in_layers(
        self, on_job: Onion[JobRequest, JobResult], message: RequestMessage, now: float, guard: Guard | None
    ) -> JobResult:
        async def core(job: JobRequest) -> JobResult:
            return await self._run_job(message._replace(body=job.to_map()), now, guard)

        try:
            return job_result(await on_job.around(JobRequest.from_map(self.service.name, message.body), core))
        except JobError as error:
            if not error.is_remote:
                return JobResult(errors=error.errors)
            failure: Exception = error
        except Exception as error:
            failure = error
        log.error("%s: a middleware failed", self.service.name, exc_info=failure)
        return JobResult(errors=(self._server_error(str(failure), failure),))

    async def _run_job(self, message: RequestMessage, now: float, guard: Guard | None) -> JobResult:
        carried: dict[str, Any] = message.body["context"]
        try:
            results = await self._run_actions(message, now, guard, self._decode_context(message.body))
        except JobError as error:
            return JobResult(errors=error.errors)
        return JobResult(actions=results, context={"correlation_id": carried["correlation_id"]})

    def _decode_context(self, job: dict[str, Any]) -> Context:
        try:
            context: Context = self.service.decode_context(job["context"], True)
        except Invalid as invalid:
            if all(action["action"] in BUILT_IN for action in job["actions"]):
                return Context()  # who asks how a server is need not know what its contract wants
            raise JobError([_error(fault.under("context")) for fault in invalid.faults]) from None
        return context

    async def _run_actions(
        self, message: RequestMessage, now: float, guard: Guard | None, context: Context
    ) -> list[ActionResult]:
        results: list[ActionResult] = []
        job: dict[str, Any] = message.body
        switches = frozenset(job["context"]["switches"])

        def overrun(name: str, error: Error) -> Reply | Nothing:
            """What is answered in place of a handler that cannot be stopped."""
            told = [*results, ActionResult(name, errors=(error,))]
            result = JobResult(actions=told, context={"correlation_id": job["context"]["correlation_id"]})
            return self._answer(message, result, now)

        for asked in job["actions"]:
            name = asked["action"]
            binding = self._select(name, switches)
            if binding is None:
                results.append(ActionResult(name, errors=(unknown_action(name),)))
            else:
                results.append(await self._run_action(binding, asked, message, switches, context, guard, overrun))
            if results[-1].errors and (not job["control"]["continue_on_error"] or _ran_too_long(results[-1])):
                break
        return results

    # --- one action

    async def _run_action(
        self,
        binding: _Binding,
        asked: dict[str, Any],
        message: RequestMessage,
        switches: frozenset[int],
        context: Context,
        guard: Guard | None,
        overrun: Callable[[str, Error], Reply | Nothing],
    ) -> ActionResult:
        name, action = asked["action"], binding.action
        try:
            request = action.decode_request(asked.get("body", {}), True)
        except Invalid as invalid:
            return ActionResult(name, errors=[_error(fault, is_caller_error=True) for fault in invalid.faults])
        call = self._describe(message, action.name, switches)
        bind(context, call)
        token = current_call.set(call)
        try:
            handling = binding.handler(request, context)
            response = await (handling if guard is None else guard.run(action, handling, partial(overrun, name)))
            return ActionResult(name, action.encode_response(response, True))
        except Exception as error:
            return ActionResult(name, errors=self._answered(action, error))
        finally:
            current_call.reset(token)

    def _describe(self, message: RequestMessage, action: str, switches: frozenset[int]) -> Call:
        carried: dict[str, Any] = message.body["context"]
        deadline = carried.get("deadline")
        return Call(
            service=self.service.name,
            action=action,
            request_id=message.request_id,
            correlation_id=carried["correlation_id"],
            switches=switches,
            caller=_text(carried.get("caller")),
            calling_service=_text(carried.get("calling_service")),
            deadline=float(deadline) if isinstance(deadline, (int, float)) else None,
            raw=carried,
        )

    def _select(self, name: str, switches: frozenset[int]) -> _Binding | None:
        """The contract that serves: the first variant whose switch is on, else the base."""
        for binding in self._bindings.get(name, ()):
            if binding.action.switch is None or binding.action.switch in switches:
                return binding
        return None

    def _answered(self, action: Action[Any, Any], error: Exception) -> Sequence[Error]:
        """What the caller is told of an exception. Raises a `JobError` that a handler raised, which is for the whole
        job.
        """
        name = f"{self.service.name}.{action.name}"
        match error:
            case Overrun():
                log.error("%s: %s", name, error)
                return (error.as_error(),)
            case JobError() if not error.is_remote:
                raise error
            case ActionError() if type(error) in action.errors or not error.is_remote:
                return [told for each in error.each for told in self._told(action, each)]
            case Invalid():
                log.error("%s: the response breaks its contract: %s", name, error)
                return (self._server_error(_broken_response(action.wire, error), error),)
            case _:
                # What another service answered, and nobody caught, is not this action's answer: its codes and paths
                # are about another request.
                log.error("%s failed", name, exc_info=error)
                return (self._server_error(str(error), error),)

    def _told(self, action: Action[Any, Any], error: ActionError) -> Sequence[Error]:
        if not isinstance(error, ContractError):
            return error.errors
        if type(error) not in action.errors:
            log.warning(
                "%s.%s answered %s, which its contract does not list", self.service.name, action.name, error.code
            )
        first, *others = error.errors
        try:
            variables = error.to_variables(True)
        except Invalid as invalid:
            return self._answered(action, invalid)
        return (replace(first, variables=variables or None), *others)

    def _server_error(self, text: str, error: Exception) -> Error:
        trace = "".join(traceback.format_exception(error)) if self._sends_tracebacks else None
        return Error(code=SERVER_ERROR, message=f"Internal server error: {text}", traceback=trace)

    # --- writing

    def _write(self, message: RequestMessage, result: JobResult, now: float) -> Reply:
        expiry = now + REPLY_LIFETIME
        try:
            data = encode_reply(message, result, expiry)
        except NotSerializable as error:
            log.error("%s: a response could not be written down: %s", self.service.name, error)
            text = "Could not send the response because it failed to serialize"
            data = encode_reply(message, _job_error(RESPONSE_NOT_SERIALIZABLE, text), expiry)
        size = envelope_size(message.format, data)
        if size > self._most_bytes(message):
            log.error("%s: a response of %d bytes is too large", self.service.name, size)
            text = "Could not send the response because it was too large"
            data = encode_reply(message, _job_error(RESPONSE_TOO_LARGE, text), expiry)
        if self.limits.chunk_bytes is None or not message.format.chunks:
            return Reply(message.reply_to, (data,))
        return Reply(message.reply_to, tuple(cut(message.format, data, self.limits.chunk_bytes)))

    def _most_bytes(self, message: RequestMessage) -> int:
        """What a reply may have at most. Where large ones are cut, a client too old for pieces is sent none."""
        if self.limits.chunk_bytes is None or message.format.chunks:
            return self.limits.reply_bytes
        return min(self.limits.reply_bytes, self.limits.chunk_bytes)


def _ran_too_long(result: ActionResult) -> bool:
    """Whether an action used its time up: then, as with PySOA, none comes after it."""
    return any(error.code == ACTION_TIMEOUT for error in result.errors)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _error(fault: Fault, *, is_caller_error: bool = False) -> Error:
    return Error(code=fault.code, message=fault.message, field=fault.path or None, is_caller_error=is_caller_error)


def _broken_response(action: str, invalid: Invalid) -> str:
    faults = (f"{fault.path or None} {fault.code}: {fault.message}" for fault in invalid.faults)
    return "\n\t".join((f"{action} had an invalid response:", *faults))


def _job_error(code: str, text: str) -> JobResult:
    return JobResult(errors=(Error(code=code, message=text),))
