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
    """A result or an error that is none; the text says what is wrong with it, and where."""


def error_from_map(sent: Any, path: str = "error") -> Error:
    """An error as it was sent. Raises `Malformed` without a code and a message that are strings."""
    parts = _map(sent, path)
    variables, permissions = parts.get("variables"), parts.get("denied_permissions")
    return Error(
        code=_string(parts.get("code"), f"{path}.code"),
        message=_string(parts.get("message"), f"{path}.message"),
        field=_string_or_none(parts.get("field")),
        traceback=_string_or_none(parts.get("traceback")),
        variables=variables if type(variables) is dict else None,
        denied_permissions=permissions if type(permissions) is list else None,
        is_caller_error=parts.get("is_caller_error") is True,
    )


def result_from_map(sent: Any) -> JobResult:
    """The body of a reply as it was sent. Raises `Malformed`."""
    parts = _map(sent, "body")
    return JobResult(
        actions=tuple(
            _action_from_map(action, f"body.actions.{index}")
            for index, action in enumerate(_list(parts.get("actions"), "body.actions"))
        ),
        errors=_errors_from(parts, "body"),
        context=parts["context"] if type(parts.get("context")) is dict else {},
    )


def _action_from_map(sent: Any, path: str) -> ActionResult:
    parts = _map(sent, path)
    return ActionResult(
        _string(parts.get("action"), f"{path}.action"), parts.get("body", {}), _errors_from(parts, path)
    )


def _errors_from(parts: dict[Any, Any], path: str) -> tuple[Error, ...]:
    errors = _list(parts.get("errors"), f"{path}.errors")
    return tuple(error_from_map(error, f"{path}.errors.{index}") for index, error in enumerate(errors))


def _map(value: Any, path: str) -> dict[Any, Any]:
    if type(value) is not dict:
        raise Malformed(f"{path} is not a map")
    return value


def _list(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if type(value) is not list:
        raise Malformed(f"{path} is not a list")
    return value


def _string(value: Any, path: str) -> str:
    if type(value) is not str:
        raise Malformed(f"{path} is not a string")
    return value


def _string_or_none(value: Any) -> str | None:
    """Anything else that a server may have put there is shown as text rather than refused."""
    return value if value is None or type(value) is str else str(value)
