"""Requests, responses and errors of actions in the log, as settings have them (``docs/logging.md``).

Requests and responses are seen by a layer around actions, as values, so that what the contract calls sensitive is
known. Errors are seen by a layer around jobs: those too that came before any handler. Of errors only what says what is
wrong is logged, and no variables; of a request that does not fit its contract, nothing else.

A layer is made only where its level is enabled. Where nothing is logged, nothing is in the way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from soagen_runtime.core.middleware import ActionCall, JobRequest
from soagen_runtime.errors import ActionError, Error, JobError
from soagen_runtime.logs import Structured
from soagen_runtime.middleware.layers import Ended, Observer, async_observed, observed
from soagen_runtime.redaction import Redactor
from soagen_runtime.settings import CallLogging
from soagen_runtime.wire import JobResult

SERVER_CALLS: Final = logging.getLogger("soagen.server.calls")
CLIENT_CALLS: Final = logging.getLogger("soagen.client.calls")

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


@dataclass(frozen=True, slots=True)
class Layers:
    """What is put around jobs and actions, outside of everything else."""

    jobs: Sequence[Callable[..., Any]]
    actions: Sequence[Callable[..., Any]]


def logged(settings: CallLogging, log: logging.Logger, *, suspends: bool) -> Layers:
    """The layers that log to ``log``; none where nothing is to be logged. ``suspends`` is for an asyncio end."""
    layer = async_observed if suspends else observed
    level = _enabled(log, settings.errors)
    jobs = [] if level is None else [layer(_errors(log, level))]
    requests, responses = _enabled(log, settings.requests), _enabled(log, settings.responses)
    nothing = requests is None and responses is None
    actions = [] if nothing else [layer(_bodies(log, requests, responses, Redactor(settings.redact)))]
    return Layers(jobs, actions)


def _bodies(log: logging.Logger, requests: int | None, responses: int | None, redact: Redactor) -> Observer[ActionCall]:
    def begin(call: ActionCall) -> Ended:
        name = f"{call.service}.{call.action.name}"
        if requests is not None:
            log.log(requests, Structured(f"request of {name}", request=redact(call.request)))

        def end(response: Any, error: BaseException | None) -> None:
            if responses is not None and error is None:
                log.log(responses, Structured(f"response of {name}", response=redact(response)))

        return end

    return begin


def _errors(log: logging.Logger, level: int) -> Observer[JobRequest]:
    serves = log is SERVER_CALLS  # while a client calls, the record is of the call that is served meanwhile

    def tell(name: str, errors: Sequence[Error], action: str | None = None) -> None:
        if errors:
            extra = {"action": action} if serves and action else None  # no action is served any more
            said = Structured(f"errors of {name}", errors=[_described(error) for error in errors])
            log.log(level, said, extra=extra)

    def begin(job: JobRequest) -> Ended:
        names = f"{job.service}.{'+'.join(action.action for action in job.actions)}"

        def end(result: JobResult | None, error: BaseException | None) -> None:
            if isinstance(error, (ActionError, JobError)):
                tell(names, error.errors)
            elif isinstance(error, Exception):
                log.log(level, Structured(f"errors of {names}", error=f"{type(error).__name__}: {error}"))
            elif result is not None:
                tell(names, result.errors)
                for action in result.actions:
                    tell(f"{job.service}.{action.action}", action.errors, action.action)

        return end

    return begin


def _enabled(log: logging.Logger, level: str) -> int | None:
    number = _LEVELS.get(level)
    return number if number is not None and log.isEnabledFor(number) else None


def _described(error: Error) -> dict[str, Any]:
    said: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.field is not None:
        said["field"] = error.field
    if error.denied_permissions:
        said["denied_permissions"] = error.denied_permissions
    return said
