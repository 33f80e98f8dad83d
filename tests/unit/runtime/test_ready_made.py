"""Ready-made middleware: observers and checks, as layers of either kind of end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime.action import Action
from soagen_runtime.context import Call, Context, current_call
from soagen_runtime.errors import ContractError
from soagen_runtime.middleware import (
    ActionCall,
    Failure,
    JobRequest,
    Timing,
    allowed_callers,
    async_checked,
    async_observed,
    checked,
    observed,
    reporting,
    required_context,
    timing,
)


class Listed(ContractError):
    CODE = "LISTED"


class Unlisted(ContractError):
    CODE = "UNLISTED"


ACTION: Action[Any, Any] = Action(
    name="pay",
    wire="pay",
    method="pay",
    encode_request=lambda value, strict: {},
    decode_request=lambda data, strict: None,
    encode_response=lambda value, strict: {},
    decode_response=lambda data, strict: None,
    errors=(Listed,),
)


@dataclass
class Pay:
    number: str = field(repr=False)
    door: str


SERVED = ActionCall(service="bank", action=ACTION, request=Pay("4242", "left"), context=Context())
CALLED = ActionCall(service="bank", action=ACTION, request=Pay("4242", "left"))


@pytest.fixture(params=["blocking", "asyncio"])
def run(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Has a call go through one layer of either kind, made of an observer or a check; its answer is given or raised."""
    is_async = request.param == "asyncio"

    def run(asked: Any, answer: Any, *, observer: Any = None, check: Any = None) -> Any:
        def blocking(asked: Any) -> Any:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        async def suspending(asked: Any) -> Any:
            return blocking(asked)

        if is_async:
            layer = async_observed(observer) if observer else async_checked(check)
            return asyncio.run(layer(asked, suspending))
        return (observed(observer) if observer else checked(check))(asked, blocking)

    return run


def ticking() -> Callable[[], float]:
    times = iter((10.0, 12.5))
    return lambda: next(times)


REMOTE_CRASH = soagen.ServerError([soagen.Error(code="SERVER_ERROR", message="m")]).as_remote()
REMOTE_FAULT = soagen.InvalidRequest([soagen.Error(code="INVALID", message="m", is_caller_error=True)]).as_remote()

# What comes of a call; its outcome and whether it is reported, on a server and on a client.
ENDS: list[tuple[Any, tuple[str, bool], tuple[str, bool]]] = [
    ("answer", ("ok", False), ("ok", False)),
    (Listed("m"), ("LISTED", False), ("LISTED", False)),
    (Listed("m").as_remote(), ("LISTED", False), ("LISTED", False)),
    (Unlisted("m"), ("UNLISTED", False), ("UNLISTED", False)),
    (Unlisted("m").as_remote(), ("SERVER_ERROR", True), ("UNLISTED", False)),
    (soagen.ActionError.of("ODD", "m"), ("ODD", False), ("ODD", False)),
    (soagen.JobError.of("CLOSED", "m"), ("CLOSED", False), ("CLOSED", True)),
    (soagen.PermissionDenied.lacking("a"), ("NOT_AUTHORIZED", False), ("NOT_AUTHORIZED", False)),
    (REMOTE_CRASH, ("SERVER_ERROR", True), ("SERVER_ERROR", True)),
    (REMOTE_FAULT, ("SERVER_ERROR", True), ("INVALID", False)),
    (LookupError("bang"), ("SERVER_ERROR", True), ("LookupError", False)),
    (soagen.CallTimeout("late"), ("SERVER_ERROR", True), ("CallTimeout", True)),
    (soagen.WorkerLost([soagen.Error(code="WORKER_LOST", message="m")]), ("WORKER_LOST", False), ("WORKER_LOST", True)),
    (KeyboardInterrupt(), ("KeyboardInterrupt", False), ("KeyboardInterrupt", False)),
]


@pytest.mark.parametrize("asked", [SERVED, CALLED], ids=["server", "client"])
@pytest.mark.parametrize(("answer", "served", "called"), ENDS, ids=lambda value: type(value).__name__)
def test_what_became_of_an_action_is_timed_and_reported(
    run: Any, asked: ActionCall, answer: Any, served: tuple[str, bool], called: tuple[str, bool]
) -> None:
    outcome, reported = served if asked is SERVED else called
    timings: list[Timing] = []
    failures: list[Failure] = []
    for observer in (timing(timings.append, clock=ticking()), reporting(failures.append, redact=["door"])):
        if isinstance(answer, BaseException):
            with pytest.raises(type(answer)) as raised:
                run(asked, answer, observer=observer)
            assert raised.value is answer
        else:
            assert run(asked, answer, observer=observer) == answer
    assert timings == [Timing(service="bank", action="pay", seconds=2.5, outcome=outcome)]
    assert [failure.error for failure in failures] == ([answer] if reported else [])
    assert all(failure.request == {"number": "***", "door": "***"} for failure in failures)


def test_a_failure_says_whose_call_it_was(run: Any) -> None:
    failures: list[Failure] = []
    token = current_call.set(Call(service="bank", correlation_id="abc"))
    try:
        with pytest.raises(LookupError):
            run(SERVED, LookupError("bang"), observer=reporting(failures.append))
    finally:
        current_call.reset(token)
    (failure,) = failures
    assert (failure.service, failure.action, failure.correlation_id) == ("bank", "pay", "abc")
    assert "4242" not in repr(failure)


def broken_hook(seen: Any) -> None:
    raise RuntimeError("no connection to statsd")


def broken_observer(asked: Any) -> Any:
    raise RuntimeError("no connection to statsd")


@pytest.mark.parametrize("observer", [timing(broken_hook), broken_observer])
def test_an_observer_that_fails_is_logged_and_the_call_goes_on(run: Any, observer: Any, caplog: Any) -> None:
    assert run(SERVED, "answer", observer=observer) == "answer"
    with pytest.raises(LookupError):
        run(SERVED, LookupError("bang"), observer=observer)
    assert caplog.text.count("an observer failed") == 2


def job(**context: Any) -> JobRequest:
    return JobRequest(service="bank", control={}, context=context, actions=())


def test_a_context_without_what_it_needs_is_refused(run: Any) -> None:
    check = required_context("tenant", "locale", "user")
    assert run(job(tenant="a", locale="", user=0), "answer", check=check) == "answer"
    with pytest.raises(soagen.JobError) as raised:
        run(job(locale="en", user=None), "answer", check=check)
    said = [(error.code, error.message, error.field) for error in raised.value.errors]
    assert said == [
        ("MISSING", "Missing key: tenant", "context.tenant"),
        ("MISSING", "Missing key: user", "context.user"),
    ]


@pytest.mark.parametrize(
    ("calling", "actions", "allowed"),
    [
        ("shop", None, True),
        ("till", ["pay"], True),
        ("bot", None, False),
        (None, None, False),
        ("bot", ["refund"], True),
    ],
)
def test_only_some_may_call(run: Any, calling: str | None, actions: list[str] | None, allowed: bool) -> None:
    check = allowed_callers("shop", "till", actions=actions)
    token = current_call.set(Call(service="bank", calling_service=calling))
    try:
        if allowed:
            assert run(SERVED, "answer", check=check) == "answer"
        else:
            with pytest.raises(soagen.PermissionDenied, match="not for everybody"):
                run(SERVED, "answer", check=check)
    finally:
        current_call.reset(token)
