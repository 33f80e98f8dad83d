"""Jobs that are none, with the codes, messages, fields and order of PySOA's own schema."""

from typing import Any

import pytest
from soagen_runtime.wire import validate_job

_CONTROL: dict[str, Any] = {"continue_on_error": False}
_CONTEXT: dict[Any, Any] = {"correlation_id": "c", "switches": []}
_ACTIONS: list[Any] = [{"action": "echo", "body": {}}]


def _shown(body: Any) -> list[tuple[str, str, str | None]]:
    errors = validate_job(body)
    assert not any(error.is_caller_error for error in errors)
    return [(error.code, error.message, error.field) for error in errors]


@pytest.mark.parametrize(
    "body",
    [
        {"control": _CONTROL, "context": _CONTEXT, "actions": _ACTIONS},
        {"actions": _ACTIONS * 3, "context": {**_CONTEXT, "x": 1, b"y": 2}, "control": {**_CONTROL, "timeout": "?"}},
        {"control": {**_CONTROL, "suppress_response": True}, "context": _CONTEXT, "actions": [{"action": ""}]},
        {"control": _CONTROL, "context": {**_CONTEXT, "switches": [1, -2], "caller": ""}, "actions": _ACTIONS},
    ],
)
def test_good_job(body: Any) -> None:
    assert _shown(body) == []


# Each as PySOA 1.4.9's `JobRequestSchema.errors` gives it.
CASES: list[tuple[Any, list[tuple[str, str, str | None]]]] = [
    (None, [("INVALID", "Not a dict", None)]),
    ([], [("INVALID", "Not a dict", None)]),
    (
        {},
        [
            ("MISSING", "Missing key: control", "control"),
            ("MISSING", "Missing key: context", "context"),
            ("MISSING", "Missing key: actions", "actions"),
        ],
    ),
    (
        {"control": 1, "context": 2, "actions": 3, "zz": 1, "aa": 2},
        [
            ("INVALID", "Not a dict", "control"),
            ("INVALID", "Not a dict", "context"),
            ("INVALID", "Not a list", "actions"),
            ("UNKNOWN", "Extra keys present: aa, zz", None),
        ],
    ),
    (
        {
            "control": {"continue_on_error": 1, "suppress_response": None},
            "context": {"caller": 1, "calling_service": None, "correlation_id": b"c", "switches": [1, True, "x", 2.0]},
            "actions": [
                {"action": 5, "body": []},
                7,
                {},
                {"action": "a", "extra": 1, "body": {1: 2, "x": 1, None: 3}},
            ],
        },
        [
            ("INVALID", "Not a boolean", "control.continue_on_error"),
            ("INVALID", "Not a boolean", "control.suppress_response"),
            ("INVALID", "Not a unicode string", "context.caller"),
            ("INVALID", "Not a unicode string", "context.calling_service"),
            ("INVALID", "Not a unicode string", "context.correlation_id"),
            ("INVALID", "Not an integer", "context.switches.1"),
            ("INVALID", "Not an integer", "context.switches.2"),
            ("INVALID", "Not an integer", "context.switches.3"),
            ("INVALID", "Not a unicode string", "actions.0.action"),
            ("INVALID", "Not a dict", "actions.0.body"),
            ("INVALID", "Not a dict", "actions.1"),
            ("MISSING", "Missing key: action", "actions.2.action"),
            ("INVALID", "Not a unicode string", "actions.3.body.1"),
            ("INVALID", "Not a unicode string", "actions.3.body.None"),
            ("UNKNOWN", "Extra keys present: extra", "actions.3"),
        ],
    ),
    (
        {"control": {}, "context": {"switches": ()}, "actions": []},
        [
            ("MISSING", "Missing key: continue_on_error", "control.continue_on_error"),
            ("MISSING", "Missing key: correlation_id", "context.correlation_id"),
            ("INVALID", "Not a list", "context.switches"),
            ("INVALID", "List is shorter than 1", "actions"),
        ],
    ),
]


@pytest.mark.parametrize(("body", "errors"), CASES)
def test_faulty_job(body: Any, errors: list[tuple[str, str, str | None]]) -> None:
    assert _shown(body) == errors


def test_unknown_keys_of_several_types_are_listed() -> None:
    body = {"control": _CONTROL, "context": _CONTEXT, "actions": _ACTIONS, 5: 1, "b": 2}
    assert _shown(body) == [("UNKNOWN", "Extra keys present: 5, b", None)]


@pytest.mark.parametrize(
    "part",
    [
        {"context": {"correlation_id": "c", "switches": ["x"] * 10_000}},
        {"actions": [None] * 10_000},
        {"actions": [{"action": "a", "body": dict.fromkeys(range(10_000))}]},
    ],
)
def test_hostile_job_does_not_get_an_answer_many_times_its_size(part: dict[str, Any]) -> None:
    body = {"control": _CONTROL, "context": _CONTEXT, "actions": _ACTIONS, **part}
    assert 100 <= len(validate_job(body)) <= 101
