"""Requests, responses and errors of actions in the log, as settings have them (``docs/logging.md``).

Requests and responses are seen by a layer around actions, as values, so that what the contract calls sensitive is known.
Errors are seen by a layer around jobs: those too that came before any handler. Of errors only what says what is wrong
is logged, and no variables; of a request that does not fit its contract, nothing else.

A layer is made only where its level is enabled. Where nothing is logged, nothing is in the way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

from soagen_runtime.core.middleware import ActionCall, JobRequest
from soagen_runtime.errors import ActionError, Error, JobError
from soagen_runtime.logs import Structured
from soagen_runtime.middleware.layers import Ended, Observer
from soagen_runtime.redaction import HIDDEN, Redactor
from soagen_runtime.settings import CallLogging
from soagen_runtime.wire import JobResult

SERVER_CALLS: Final = logging.getLogger("soagen.server.calls")
CLIENT_CALLS: Final = logging.getLogger("soagen.client.calls")

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def action_observers(settings: CallLogging, log: logging.Logger) -> list[Observer[ActionCall]]:
    """What logs requests and responses: one, or none."""
    requests, responses = _enabled(log, settings.requests), _enabled(log, settings.responses)
    if requests is None and responses is None:
        return []
    redact = Redactor(settings.redact)

    def begin(call: ActionCall) -> Ended:
        name = f"{call.service}.{call.action.name}"
        if requests is not None:
            shown = HIDDEN if call.action.sensitive_request else redact(call.request)
            log.log(requests, Structured(f"request of {name}", request=shown))

        def end(response: Any, error: BaseException | None) -> None:
            if responses is not None and error is None:
                shown = HIDDEN if call.action.sensitive_response else redact(response)
                log.log(responses, Structured(f"response of {name}", response=shown))

        return end

    return [begin]


def job_observers(settings: CallLogging, log: logging.Logger) -> list[Observer[JobRequest]]:
    """What logs errors: one, or none."""
    level = _enabled(log, settings.errors)
    if level is None:
        return []

    def begin(job: JobRequest) -> Ended:
        names = "+".join(action.action for action in job.actions)

        def end(result: JobResult | None, error: BaseException | None) -> None:
            if isinstance(error, (ActionError, JobError)):
                log.log(level, Structured(f"errors of {job.service}.{names}", errors=_described(error.errors)))
            elif isinstance(error, Exception):
                log.log(level, Structured(f"errors of {job.service}.{names}", error=f"{type(error).__name__}: {error}"))
            elif result is not None:
                if result.errors:
                    log.log(level, Structured(f"errors of {job.service}.{names}", errors=_described(result.errors)))
                for action in result.actions:
                    if action.errors:
                        text = f"errors of {job.service}.{action.action}"
                        log.log(level, Structured(text, errors=_described(action.errors)))

        return end

    return [begin]


def _enabled(log: logging.Logger, level: str) -> int | None:
    number = _LEVELS.get(level)
    return number if number is not None and log.isEnabledFor(number) else None


def _described(errors: Iterable[Error]) -> list[dict[str, Any]]:
    found = []
    for error in errors:
        said: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.field is not None:
            said["field"] = error.field
        if error.denied_permissions:
            said["denied_permissions"] = error.denied_permissions
        found.append(said)
    return found
