"""Errors in a reply become exceptions: which class a code stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from soagen_runtime.action import Service
from soagen_runtime.errors import (
    ACCESS_DENIED,
    ACTION_TIMEOUT,
    INVALID,
    JOB_TIMEOUT,
    MISSING,
    NOT_AUTHORIZED,
    OUTCOME_UNKNOWN,
    RESPONSE_NOT_SERIALIZABLE,
    RESPONSE_TOO_LARGE,
    SERVER_ERROR,
    UNKNOWN,
    WORKER_LOST,
    ActionError,
    ActionTimeout,
    ContractError,
    Error,
    InvalidRequest,
    JobError,
    JobInvalid,
    JobTimeout,
    OutcomeUnknown,
    PermissionDenied,
    ResponseNotSerializable,
    ResponseTooLarge,
    ServerError,
    UnknownAction,
    WorkerLost,
    several,
)
from soagen_runtime.validation import Invalid

_JOB_ERRORS: dict[str, type[JobError]] = {
    MISSING: JobInvalid,
    UNKNOWN: JobInvalid,
    INVALID: JobInvalid,
    JOB_TIMEOUT: JobTimeout,
    RESPONSE_TOO_LARGE: ResponseTooLarge,
    RESPONSE_NOT_SERIALIZABLE: ResponseNotSerializable,
    WORKER_LOST: WorkerLost,
    OUTCOME_UNKNOWN: OutcomeUnknown,
}

_ACTION_ERRORS: dict[str, type[ActionError]] = {
    MISSING: InvalidRequest,
    UNKNOWN: InvalidRequest,
    INVALID: InvalidRequest,
    SERVER_ERROR: ServerError,
    ACTION_TIMEOUT: ActionTimeout,
    NOT_AUTHORIZED: PermissionDenied,
    ACCESS_DENIED: PermissionDenied,
}


_NOT_FOUND = re.compile(r'The action ".*" was not found on this server\.', re.DOTALL)


def unknown_action(action: str) -> Error:
    """What a server answers for an action that it does not have (PySOA's words)."""
    message = f'The action "{action}" was not found on this server.'
    return Error(code=UNKNOWN, message=message, field="action", is_caller_error=True)


@cache
def error_table(service: Service[Any]) -> ErrorTable:
    """The table of a service; there is one of each."""
    return ErrorTable(service)


class ErrorTable:
    """The errors that a contract knows, by their codes."""

    def __init__(self, service: Service[Any]) -> None:
        known = [error for action in service.actions for error in action.errors]
        self._classes: dict[str, type[ContractError]] = {e.CODE: e for e in (*known, *service.errors)}

    def job_error(self, errors: Sequence[Error]) -> JobError:
        """The exception for the errors of a job; at least one is given."""
        first, *others = [_JOB_ERRORS.get(error.code, JobError)((error,)).as_remote() for error in errors]
        return first.with_others(others) if others else first

    def action_error(self, errors: Sequence[Error]) -> ActionError:
        """The exception for the errors of an action; at least one is given."""
        first, *others = map(self._action_error, errors)
        return several(first, *others) if others else first

    def _action_error(self, error: Error) -> ActionError:
        """The exception for one error.

        An error of the contract whose fields cannot be read (a peer of another version) is raised as what every
        unknown code is raised as, `ActionError`, with all its data.
        """
        known = self._classes.get(error.code)
        if known is not None:
            try:
                return known.from_variables(error.variables or {}, False).received((error,))
            except Invalid:
                return ActionError((error,)).as_remote()
        # A field of the request that is called `action` has the same code and path; only the words differ.
        if error.code == UNKNOWN and error.field == "action" and _NOT_FOUND.fullmatch(error.message):
            return UnknownAction((error,)).as_remote()
        return _ACTION_ERRORS.get(error.code, ActionError)((error,)).as_remote()
