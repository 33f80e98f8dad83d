"""Whether a job is one: the checks, codes, messages and paths of PySOA's ``JobRequestSchema``.

Errors come in the order of PySOA's schema, unknown keys last in each map. None is the caller's fault
(``is_caller_error`` is false): PySOA holds that only a faulty client library makes such a job.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from soagen_runtime.errors import INVALID, MISSING, UNKNOWN, Error

_JOB_KEYS = frozenset({"control", "context", "actions"})
_ACTION_KEYS = frozenset({"action", "body"})
_CONTEXT_STRINGS = ("caller", "calling_service", "correlation_id")

# Of one kind no more faults than this are listed: a hostile job could make fifty bytes of answer from each of its own.
_MANY = 100

_NO_BODY: dict[str, Any] = {}


def validate_job(body: Any) -> list[Error]:
    """The errors of a request's body as a job, whatever it is; none if it is a good one."""
    if type(body) is not dict:
        return [_invalid("Not a dict", None)]
    errors: list[Error] = []
    for key, check in _CHECKS:
        if key in body:
            check(errors, body[key])
        else:
            errors.append(_missing(key, key))
    if not body.keys() <= _JOB_KEYS:
        _check_extra_keys(errors, body, _JOB_KEYS, None)
    return errors


def _check_control(errors: list[Error], control: Any) -> None:
    if type(control) is not dict:
        errors.append(_invalid("Not a dict", "control"))
        return
    if "continue_on_error" not in control:
        errors.append(_missing("continue_on_error", "control.continue_on_error"))
    elif type(control["continue_on_error"]) is not bool:
        errors.append(_invalid("Not a boolean", "control.continue_on_error"))
    if type(control.get("suppress_response", False)) is not bool:
        errors.append(_invalid("Not a boolean", "control.suppress_response"))


def _check_context(errors: list[Error], context: Any) -> None:
    if type(context) is not dict:
        errors.append(_invalid("Not a dict", "context"))
        return
    if wrong := [key for key in _CONTEXT_STRINGS if key in context and type(context[key]) is not str]:
        errors.extend(_invalid("Not a unicode string", f"context.{key}") for key in wrong)
    if "correlation_id" not in context:
        errors.append(_missing("correlation_id", "context.correlation_id"))
    if "switches" not in context:
        errors.append(_missing("switches", "context.switches"))
    elif type(context["switches"]) is not list:
        errors.append(_invalid("Not a list", "context.switches"))
    elif context["switches"]:
        odd = (index for index, switch in enumerate(context["switches"]) if type(switch) is not int)
        errors.extend(_invalid("Not an integer", f"context.switches.{index}") for index in islice(odd, _MANY))


def _check_actions(errors: list[Error], actions: Any) -> None:
    if type(actions) is not list:
        errors.append(_invalid("Not a list", "actions"))
        return
    if not actions:
        errors.append(_invalid("List is shorter than 1", "actions"))
    for index, action in enumerate(actions):
        _check_action(errors, action, f"actions.{index}")
        if len(errors) > _MANY:
            break


def _check_action(errors: list[Error], action: Any, path: str) -> None:
    if type(action) is not dict:
        errors.append(_invalid("Not a dict", path))
        return
    if "action" not in action:
        errors.append(_missing("action", f"{path}.action"))
    elif type(action["action"]) is not str:
        errors.append(_invalid("Not a unicode string", f"{path}.action"))
    body = action.get("body", _NO_BODY)
    if type(body) is not dict:
        errors.append(_invalid("Not a dict", f"{path}.body"))
    elif odd_keys := [key for key in body if type(key) is not str]:
        errors.extend(_invalid("Not a unicode string", f"{path}.body.{key}") for key in odd_keys[:_MANY])
    if not action.keys() <= _ACTION_KEYS:
        _check_extra_keys(errors, action, _ACTION_KEYS, path)


def _check_extra_keys(errors: list[Error], parts: dict[Any, Any], known: frozenset[str], path: str | None) -> None:
    extra = sorted(str(key) for key in parts.keys() - known)
    errors.append(Error(code=UNKNOWN, message=f"Extra keys present: {', '.join(extra)}", field=path))


def _missing(key: str, path: str) -> Error:
    return Error(code=MISSING, message=f"Missing key: {key}", field=path)


def _invalid(message: str, path: str | None) -> Error:
    return Error(code=INVALID, message=message, field=path)


_CHECKS = (("control", _check_control), ("context", _check_context), ("actions", _check_actions))
