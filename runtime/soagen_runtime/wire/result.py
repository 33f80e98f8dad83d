"""The result of a job, and its errors, as they stand in a reply (``docs/wire.md``, section "A message").

The order of keys is PySOA's. Optional keys of what comes in may be missing or null, and keys that we do not know are
skipped: PySOA's own client dies from some of those. What goes out is complete and has no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from soagen_runtime.errors import Error


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What came of one action: a body, or errors. ``body`` of a reply that was read may be anything."""

    action: str
    body: Any = field(default_factory=dict)
    errors: Sequence[Error] = ()


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of a job: a result for each action that was run, or errors of the job as a whole.

    ``context`` has the request's ``correlation_id``, and nothing when the job as a whole failed.
    """

    actions: Sequence[ActionResult] = ()
    errors: Sequence[Error] = ()
    context: dict[str, Any] = field(default_factory=dict)


def error_to_map(error: Error, *, caller_errors: bool = True) -> dict[str, Any]:
    """An error as it travels; without ``is_caller_error`` for a client that is too old to know it."""
    sent: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "field": error.field,
        "traceback": error.traceback,
        "variables": error.variables,
        "denied_permissions": error.denied_permissions,
    }
    if caller_errors:
        sent["is_caller_error"] = error.is_caller_error
    return sent


def result_to_map(result: JobResult, *, caller_errors: bool = True) -> dict[str, Any]:
    """The body of a reply."""
    return {
        "errors": [error_to_map(error, caller_errors=caller_errors) for error in result.errors],
        "context": result.context,
        "actions": [
            {
                "action": action.action,
                "errors": [error_to_map(error, caller_errors=caller_errors) for error in action.errors],
                "body": action.body,
            }
            for action in result.actions
        ],
    }


class Malformed(ValueError):
    """A result or an error that is none; the text says what is wrong with it."""


def error_from_map(sent: Any) -> Error:
    """An error as it was sent. Raises `Malformed` without a code and a message that are strings."""
    parts = _map(sent, "error")
    code, message = parts.get("code"), parts.get("message")
    if type(code) is not str or type(message) is not str:
        raise Malformed("an error has no code or no message")
    variables, permissions = parts.get("variables"), parts.get("denied_permissions")
    return Error(
        code=code,
        message=message,
        field=_text(parts.get("field")),
        traceback=_text(parts.get("traceback")),
        variables=variables if type(variables) is dict else None,
        denied_permissions=permissions if type(permissions) is list else None,
        is_caller_error=parts.get("is_caller_error") is True,
    )


def result_from_map(sent: Any) -> JobResult:
    """The body of a reply as it was sent. Raises `Malformed`."""
    parts = _map(sent, "result")
    actions, errors, context = parts.get("actions"), parts.get("errors"), parts.get("context")
    return JobResult(
        tuple([_action_from_map(action) for action in _list(actions, "actions")]) if actions else (),
        _errors_from(errors) if errors else (),
        context if type(context) is dict else {},
    )


def _action_from_map(sent: Any) -> ActionResult:
    parts = _map(sent, "action's result")
    action, errors = parts.get("action"), parts.get("errors")
    if type(action) is not str:
        raise Malformed("an action's result has no name")
    return ActionResult(action, parts.get("body", {}), _errors_from(errors) if errors else ())


def _errors_from(sent: Any) -> tuple[Error, ...]:
    return tuple([error_from_map(error) for error in _list(sent, "errors")])


def _map(value: Any, noun: str) -> dict[Any, Any]:
    if type(value) is not dict:
        raise Malformed(f"its {noun} is not a map")
    return value


def _list(value: Any, noun: str) -> list[Any]:
    if type(value) is not list:
        raise Malformed(f"its {noun} are not a list")
    return value


def _text(value: Any) -> str | None:
    """What is no string, though it should be one, is shown as text rather than refused."""
    return value if value is None or type(value) is str else str(value)
