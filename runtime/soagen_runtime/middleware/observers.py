"""Observers that a team would write anyway: how long actions take, and which of them fail.

Each gives what it sees to a function of yours; what that does with it (statsd, Prometheus, OpenTelemetry, Sentry) is
its own affair. It is a plain function on asyncio ends too: it must not block.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from soagen_runtime.context import current_call
from soagen_runtime.core.middleware import ActionCall
from soagen_runtime.errors import SERVER_ERROR, ActionError, CallError, JobError
from soagen_runtime.middleware.layers import Ended, Observer
from soagen_runtime.redaction import Redactor

OK: Final = "ok"
"""The outcome of an action that gave a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long an action took. ``outcome`` is `OK`, the code of an error, or the name of the class of one without
    (``CallTimeout``): few enough to be a label.
    """

    service: str
    action: str
    seconds: float
    outcome: str


def timing(hook: Callable[[Timing], object], *, clock: Callable[[], float] = time.perf_counter) -> Observer[ActionCall]:
    """Tells ``hook`` of every action when it has ended. ``clock`` gives seconds."""

    def begin(call: ActionCall) -> Ended:
        begun = clock()

        def end(_: Any, error: BaseException | None) -> None:
            seconds = clock() - begun
            outcome = outcome_of(call, error)
            hook(Timing(service=call.service, action=call.action.name, seconds=seconds, outcome=outcome))

        return end

    return begin


def outcome_of(call: ActionCall, error: BaseException | None) -> str:
    """See `Timing`."""
    match error:
        case None:
            return OK
        case ActionError() | JobError() if not _crashes(call, error):
            return error.code
        case Exception() if _is_served(call):
            return SERVER_ERROR
        case _:
            return type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An action that failed: ``request`` and ``context`` as plain data, without what must not be seen."""

    error: Exception
    service: str
    action: str
    correlation_id: str | None
    request: Any = field(repr=False)
    context: Any = field(repr=False)


def reporting(hook: Callable[[Failure], object], *, redact: Iterable[str] = ()) -> Observer[ActionCall]:
    """Tells ``hook`` of every action that failed, as the exception comes by.

    On a server that is what its caller is told as `SERVER_ERROR`; on a client, whatever is neither an error that the
    action lists nor the caller's own fault. ``redact`` are names to hide beside what is sensitive.
    """
    redacted = Redactor(redact)

    def begin(call: ActionCall) -> Ended:
        def end(_: Any, error: BaseException | None) -> None:
            if isinstance(error, Exception) and _is_failure(call, error):
                serving = current_call.get()
                failure = Failure(
                    error=error,
                    service=call.service,
                    action=call.action.name,
                    correlation_id=None if serving is None else serving.correlation_id,
                    request=redacted(call.request),
                    context=redacted(call.context),
                )
                hook(failure)

        return end

    return begin


def _is_failure(call: ActionCall, error: Exception) -> bool:
    if _is_served(call):
        return not isinstance(error, (ActionError, JobError)) or _crashes(call, error)
    if isinstance(error, (ActionError, JobError)):
        return type(error) not in call.action.errors and not error.is_caller_error
    return isinstance(error, CallError)


def _crashes(call: ActionCall, error: ActionError | JobError) -> bool:
    """Whether a server takes it for no answer of its own: nobody has caught what another service said."""
    return _is_served(call) and error.is_remote and type(error) not in call.action.errors


def _is_served(call: ActionCall) -> bool:
    return call.context is not None
