"""A call as the client makes it: what is sent, and what the reply means.

`prepare` and `conclude` are pure; `call` puts a channel between them. What a call inherits while a handler runs
(correlation id, switches, context, deadline) is decided in `prepare`; see `soagen_runtime.context`.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from soagen_runtime.action import Action, Service
from soagen_runtime.context import Call, current_call
from soagen_runtime.core.answers import ErrorTable
from soagen_runtime.core.interception import intercepted
from soagen_runtime.core.options import CallOptions
from soagen_runtime.core.retry import may_repeat
from soagen_runtime.core.transport import ClientTransport
from soagen_runtime.errors import (
    INVALID,
    CallError,
    CallTimeout,
    Fault,
    NotSerializable,
    ReplyInvalid,
    RequestInvalid,
    RequestTooLarge,
    TransportError,
    VariantActive,
)
from soagen_runtime.validation import Invalid
from soagen_runtime.wire import DEFAULT_FORMAT, JobResult, encode_request, envelope_size, request_meta

Request = TypeVar("Request")
Response = TypeVar("Response")

DEFAULT_TIMEOUT = 5.0  # seconds; PySOA's `message_receive_timeout_in_seconds`
ONEWAY_LIFETIME = 60.0  # seconds that a request may wait when nobody waits for it; PySOA's `message_expiry_in_seconds`
_BODY = "actions.0.body."  # where the action's body stands in a job
MAX_REQUEST_BYTES = 102_400  # PySOA's limit for requests


async def call(
    transport: ClientTransport,
    service: Service[Any],
    table: ErrorTable,
    action: Action[Request, Response],
    request: Request,
    options: CallOptions,
) -> Response:
    """Makes one call and returns the response; that of a oneway action is empty, and nobody is waited for.

    Raises one of the `CallError` classes; which one says whether anything was sent.
    """
    serving = current_call.get()
    if intercepted and (interceptor := intercepted.get(service.name)) is not None:
        transport = interceptor(transport, False, [action.wire])
    now = await transport.now()
    deadline = _deadline(action, options, serving, now)
    name = f"{service.name}.{action.name}"
    if deadline <= now:
        raise CallTimeout(f"{name} was not called: no time is left of the call that is served")
    job = prepare(service, action, request, options, serving, deadline)
    attempt = 1
    while True:
        try:
            result = await _attempt(transport, service, action, job, now, deadline)
            response = (
                conclude(service, table, action, result) if result is not None else action.decode_response({}, False)
            )
        except CallError as error:
            if not may_repeat(action, error):
                if not isinstance(error, TransportError):
                    options.budget.succeeded()
                raise
            delay = options.retry.delay(attempt, error)
            now = await transport.now()
            if not options.budget.failed() or attempt >= options.retry.attempts:
                raise
            if delay is None or now + delay >= deadline:
                raise
            await transport.sleep(delay)
            now += delay
            attempt += 1
        else:
            options.budget.succeeded()
            return response


async def _attempt(
    transport: ClientTransport,
    service: Service[Any],
    action: Action[Any, Any],
    job: dict[str, Any],
    now: float,
    deadline: float,
) -> JobResult | None:
    """One request, and its result; None where nobody waits for one. Raises `CallError`."""
    channel = await transport.open(service.name)
    try:
        request_id = channel.next_request_id()
        lifetime = ONEWAY_LIFETIME if action.oneway else deadline - now
        message = _write(service, action, request_id, channel.reply_to, now + lifetime, job)
        await channel.send(request_id, message, lifetime=lifetime, until=deadline, awaited=not action.oneway)
        if action.oneway:
            return None
        reply = await channel.receive(request_id, deadline)
    finally:
        channel.release()
    return reply.result


def prepare(
    service: Service[Any],
    action: Action[Request, Any],
    request: Request,
    options: CallOptions,
    serving: Call | None,
    deadline: float,
) -> dict[str, Any]:
    """The job that is sent. Raises `RequestInvalid` and `VariantActive`."""
    try:
        body = action.encode_request(request, False)
    except Invalid as invalid:
        raise RequestInvalid(f"{service.name}.{action.name}", invalid.faults) from None
    except RecursionError:
        fault = Fault(INVALID, "", "Nested deeper than can be sent, or within itself")
        raise RequestInvalid(f"{service.name}.{action.name}", [fault]) from None
    return {
        "control": {"continue_on_error": False, "suppress_response": action.oneway},
        "context": _context(service, action, options, serving, deadline),
        "actions": [{"action": action.wire, "body": body}],
    }


def _deadline(action: Action[Any, Any], options: CallOptions, serving: Call | None, now: float) -> float:
    timeout = options.timeout
    if timeout is None:
        timeout = action.timeout if action.timeout is not None else DEFAULT_TIMEOUT
    deadline = now + timeout
    if action.oneway or serving is None or serving.deadline is None:
        return deadline
    return min(deadline, serving.deadline)


def _context(
    service: Service[Any], action: Action[Any, Any], options: CallOptions, serving: Call | None, deadline: float
) -> dict[str, Any]:
    inherited = serving.raw if serving is not None else {}
    switches = options.switches | (serving.switches if serving is not None else frozenset())
    correlation_id = options.correlation_id or (serving.correlation_id if serving is not None else "")
    context: dict[str, Any] = {
        "correlation_id": correlation_id or uuid.uuid4().hex,
        "switches": sorted(_select(service, action, switches)),
    }
    given = {**inherited, **options.context}
    context.update((key, value) for key, value in given.items() if key not in context)
    if serving is not None:
        context["calling_service"] = serving.service
    if action.oneway:
        context.pop("deadline", None)  # it may well be run after the call that sends it has ended
    else:
        context["deadline"] = deadline
    return context


def _select(service: Service[Any], action: Action[Any, Any], switches: frozenset[int]) -> frozenset[int]:
    """The switches that make a server take this very contract of the action (``docs/language.md``, "Variants")."""
    rivals = switches.intersection(action.unless)
    if rivals:
        raise VariantActive(
            f"{service.name}.{action.name} was not called: switch {min(rivals)} is on, which selects another contract"
            f" of {action.wire}; call the method of that variant, or make the call without the switch"
        )
    return switches if action.switch is None else switches | {action.switch}


def _write(
    service: Service[Any], action: Action[Any, Any], request_id: int, reply_to: str, expiry: float, job: dict[str, Any]
) -> bytes:
    try:
        message = encode_request(request_id, request_meta(reply_to, expiry), job)
    except NotSerializable as error:
        faults = [Fault(f.code, f.path.removeprefix(_BODY), f.message) for f in error.faults]
        raise RequestInvalid(f"{service.name}.{action.name}", faults) from error
    size = envelope_size(DEFAULT_FORMAT, message)
    if size > MAX_REQUEST_BYTES:
        raise RequestTooLarge(size, MAX_REQUEST_BYTES)
    return message


def conclude(service: Service[Any], table: ErrorTable, action: Action[Any, Response], result: JobResult) -> Response:
    """The response in a reply. Raises `JobError`, `ActionError` and `ReplyInvalid`."""
    name = f"{service.name}.{action.name}"
    if result.errors:
        raise table.job_error(result.errors)
    if not result.actions:
        raise ReplyInvalid(f"the reply of {name} holds no answer")
    answer = result.actions[0]
    if answer.errors:
        raise table.action_error(answer.errors)
    try:
        return action.decode_response(answer.body, False)
    except Invalid as invalid:
        raise ReplyInvalid(f"the response of {name} breaks its contract: {invalid}") from None
