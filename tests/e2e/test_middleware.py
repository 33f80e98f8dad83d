"""Middleware on clients and servers, around jobs and around actions, in every pairing of their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime import LocalTransport, job, parallel
from soagen_runtime.middleware import (
    ActionRequest,
    Failure,
    JobResult,
    Timing,
    async_checked,
    async_observed,
    checked,
    observed,
    reporting,
    required_context,
    timing,
)

from tests.e2e.conftest import World


class Notes(list[str]):
    """What the layers of a test have seen, in order; it makes layers of either kind from one description."""

    def layer(
        self, kind: str, name: str, describe: Callable[[Any], str], change: Callable[[Any], Any] | None = None
    ) -> Any:
        change = change or (lambda asked: asked)

        def before(asked: Any) -> Any:
            self.append(f"{name} > {describe(asked)}")
            return change(asked)

        def after(answer: Any) -> Any:
            self.append(f"{name} < {type(answer).__name__}")
            return answer

        if kind == "blocking":
            return lambda asked, next: after(next(before(asked)))

        async def layer(asked: Any, next: Any) -> Any:
            return after(await next(before(asked)))

        return layer


def sent(asked: Any) -> str:
    return " ".join(each.action for each in asked.actions)


def called(asked: Any) -> str:
    return str(asked.action.name)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def local(api: ModuleType, client_kind: str, server_kind: str) -> Iterator[World]:
    world = World(api, client_kind, server_kind, None)
    yield world
    world.close()


def layered(world: World, notes: Notes, **more: Any) -> Any:
    kind = world.client_kind
    return world.client(
        "probe",
        job_middleware=[notes.layer(kind, "outer", sent), notes.layer(kind, "inner", sent)],
        action_middleware=[notes.layer(kind, "action", called)],
        **more,
    )


def test_the_first_layer_is_the_outermost_and_jobs_are_within_actions(local: World, notes: Notes) -> None:
    probe = layered(local, notes)
    assert probe.add(a=1, b=2).total == 3
    assert notes == [
        "action > add", "outer > add", "inner > add", "inner < JobResult", "outer < JobResult", "action < AddResponse"
    ]  # fmt: skip


def test_each_action_of_a_job_has_its_layers(local: World, notes: Notes) -> None:
    probe = layered(local, notes)
    outcomes = probe.outcomes(job(probe.calls.add(a=1, b=2), probe.calls.add(a=99, b=2), probe.calls.see()))
    assert [type(each.error).__name__ for each in outcomes] == ["NoneType", "TooMuch", "ActionNotRun"]
    assert [note for note in notes if ">" in note] == [
        "action > add", "action > add", "action > see", "outer > add add see", "inner > add add see"
    ]  # fmt: skip


def test_started_forgotten_and_parallel_calls_have_their_layers(local: World, notes: Notes) -> None:
    probe = layered(local, notes)
    assert probe.result(probe.start(probe.calls.add(a=1, b=2))).total == 3
    assert [each.total for each in probe.run(parallel(probe.calls.add(a=1, b=1), probe.calls.add(a=2, b=2)))] == [2, 4]
    probe.forget(probe.calls.note(text="x"))
    assert notes.count("outer < JobResult") == notes.count("inner > add") + 1 == 4


def test_a_layer_may_change_what_is_asked(local: World, notes: Notes) -> None:
    def louder(call: Any) -> Any:
        return replace(call, request=replace(call.request, a=call.request.a + 10))

    def tagged(asked: Any) -> Any:
        return replace(asked, context={**asked.context, "tenant": "t9"})

    kind = local.client_kind
    probe = local.client(
        "probe",
        job_middleware=[notes.layer(kind, "job", sent, tagged)],
        action_middleware=[notes.layer(kind, "action", called, louder)],
    )
    assert probe.add(a=1, b=2).total == 13
    assert local.client("probe", job_middleware=[notes.layer(kind, "job", sent, tagged)]).see().tenant == "t9"


def test_a_layer_may_answer_by_itself(local: World) -> None:
    answer = local.api.probe.AddResponse(total=-1, moods=[])

    def cached(call: Any, next: Any) -> Any:
        return answer if call.action.name == "add" else next(call)

    async def cached_async(call: Any, next: Any) -> Any:
        return answer if call.action.name == "add" else await next(call)

    layer = cached if local.client_kind == "blocking" else cached_async
    probe = local.client("probe", action_middleware=[layer])
    assert probe.add(a=100, b=100) is answer
    one, seen, two = probe.run(job(probe.calls.add(a=1, b=1), probe.calls.see(hops=3), probe.calls.add(a=1, b=1)))
    assert (one, seen.hops, two) == (answer, 3, answer)
    assert probe.run(job(probe.calls.add(a=1, b=1))) == (answer,)


# --- on servers


@pytest.fixture
def serving(api: ModuleType, client_kind: str, server_kind: str, notes: Notes) -> Iterator[Callable[..., Any]]:
    """Gives a client of a probe whose server has these layers."""
    worlds = []

    def serve(client: dict[str, Any] | None = None, **middleware: Any) -> Any:
        world = World(api, client_kind, server_kind, None)
        worlds.append(world)
        for name, layers in middleware.items():
            setattr(world.probe, name, layers)
        transport = LocalTransport(world.probe)
        return world.client("probe", transport=transport, **(client or {}))

    yield serve
    for world in worlds:
        world.close()


def test_a_servers_layers_are_around_its_jobs_and_its_actions(
    serving: Callable[..., Any], server_kind: str, notes: Notes
) -> None:
    probe = serving(
        job_middleware=[notes.layer(server_kind, "job", sent)],
        action_middleware=[notes.layer(server_kind, "outer", called), notes.layer(server_kind, "inner", called)],
    )
    assert probe.run(job(probe.calls.add(a=1, b=2), probe.calls.see()))[0].total == 3
    assert notes == [
        "job > add see",
        "outer > add", "inner > add", "inner < AddResponse", "outer < AddResponse",
        "outer > see", "inner > see", "inner < Seen", "outer < Seen",
        "job < JobResult",
    ]  # fmt: skip


def failing(kind: str, error: Exception) -> Any:
    def layer(asked: Any, next: Any) -> Any:
        raise error

    async def async_layer(asked: Any, next: Any) -> Any:
        raise error

    return layer if kind == "blocking" else async_layer


def test_a_layer_that_fails_is_a_server_error(serving: Callable[..., Any], server_kind: str) -> None:
    probe = serving(action_middleware=[failing(server_kind, LookupError("lost"))])
    with pytest.raises(soagen.ServerError, match="Internal server error: lost"):
        probe.see()
    probe = serving(job_middleware=[failing(server_kind, LookupError("lost"))])
    with pytest.raises(soagen.JobError, match="SERVER_ERROR: Internal server error: lost"):
        probe.see()


def test_a_layer_may_refuse_with_an_error(serving: Callable[..., Any], server_kind: str, api: ModuleType) -> None:
    probe = serving(action_middleware=[failing(server_kind, api.shared.Forbidden(who="you"))])
    with pytest.raises(api.shared.Forbidden):
        probe.add(a=1, b=1)
    refused = soagen.JobError([soagen.Error(code="NOT_TODAY", message="closed")])
    probe = serving(job_middleware=[failing(server_kind, refused)])
    with pytest.raises(soagen.JobError, match="NOT_TODAY: closed"):
        probe.add(a=1, b=1)


def test_a_layer_sees_the_error_of_a_handler(serving: Callable[..., Any], server_kind: str) -> None:
    caught: list[Exception] = []

    def layer(call: Any, next: Any) -> Any:
        try:
            return next(call)
        except Exception as error:
            caught.append(error)
            raise

    async def async_layer(call: Any, next: Any) -> Any:
        try:
            return await next(call)
        except Exception as error:
            caught.append(error)
            raise

    probe = serving(action_middleware=[layer if server_kind == "blocking" else async_layer])
    with pytest.raises(soagen.ServerError):
        probe.crash(text="boom")
    assert [repr(error) for error in caught] == ["LookupError('boom')"]


def test_a_layer_may_add_an_action_to_a_job(serving: Callable[..., Any], server_kind: str) -> None:
    def doubled(asked: Any) -> Any:
        return replace(asked, actions=[*asked.actions, ActionRequest("see", {})])

    notes = Notes()
    probe = serving(job_middleware=[notes.layer(server_kind, "job", sent, doubled)])
    assert probe.add(a=1, b=2).total == 3


# --- the wrong kind


def plain(asked: Any, next: Any) -> Any:
    return next(asked)


async def suspending(asked: Any, next: Any) -> Any:
    return await next(asked)


class Callables:
    async def __call__(self, asked: Any, next: Any) -> Any:
        return await next(asked)


@pytest.mark.parametrize("argument", ["job_middleware", "action_middleware"])
def test_a_layer_of_the_other_kind_is_refused(local: World, argument: str) -> None:
    wrong = suspending if local.client_kind == "blocking" else plain
    with pytest.raises(soagen.ConfigurationError, match=f"the middleware {wrong.__name__} is a"):
        local.client("probe", **{argument: [wrong]})
    with pytest.raises(soagen.ConfigurationError, match="a middleware is a function"):
        local.client("probe", **{argument: ["measure"]})
    with pytest.raises(soagen.ConfigurationError, match="middleware is a list or a tuple of functions"):
        local.client("probe", **{argument: plain})


def forgetful(asked: Any, next: Any) -> Any:
    next(asked)


async def forgetful_async(asked: Any, next: Any) -> Any:
    await next(asked)


@pytest.mark.parametrize("argument", ["job_middleware", "action_middleware"])
def test_a_layer_that_loses_the_answer_is_told(local: World, argument: str) -> None:
    layer = forgetful if local.client_kind == "blocking" else forgetful_async
    probe = local.client("probe", **{argument: [layer]})
    with pytest.raises(soagen.ConfigurationError, match=r"^a middleware around .* returned None in place of"):
        probe.add(a=1, b=2)
    with pytest.raises(soagen.ConfigurationError, match="does it return what `next` gives"):
        probe.run(job(probe.calls.see(), probe.calls.add(a=1, b=2)))
    if argument == "action_middleware":
        probe.forget(probe.calls.note(text="x"))  # there is none to lose


def test_a_servers_layer_that_loses_the_result_is_told_to_the_caller(
    serving: Callable[..., Any], server_kind: str
) -> None:
    probe = serving(job_middleware=[forgetful if server_kind == "blocking" else forgetful_async])
    with pytest.raises(soagen.JobError, match=r"SERVER_ERROR: .* returned None in place of a JobResult: does it"):
        probe.add(a=1, b=2)


def test_a_layer_may_be_an_object(local: World) -> None:
    if local.client_kind == "asyncio":
        assert local.client("probe", action_middleware=[Callables()]).add(a=1, b=1).total == 2
    else:
        with pytest.raises(soagen.ConfigurationError, match="`async def`"):
            local.client("probe", action_middleware=[Callables()])


def test_a_servers_layer_of_the_other_kind_is_refused(serving: Callable[..., Any], server_kind: str) -> None:
    with pytest.raises(soagen.ConfigurationError, match="the middleware"):
        serving(job_middleware=[suspending if server_kind == "blocking" else plain])


def test_a_result_may_be_replaced(local: World) -> None:
    error = soagen.JobError([soagen.Error(code="X", message="y")])

    def replaced(asked: Any, next: Any) -> Any:
        return JobResult(errors=error.errors)

    async def replaced_async(asked: Any, next: Any) -> Any:
        return replaced(asked, next)

    probe = local.client("probe", job_middleware=[replaced if local.client_kind == "blocking" else replaced_async])
    with pytest.raises(soagen.JobError, match="X: y"):
        probe.see()


def test_ready_made_layers_stand_at_either_end_of_either_kind(
    serving: Callable[..., Any], server_kind: str, client_kind: str, api: ModuleType
) -> None:
    served: list[Timing] = []
    called: list[Timing] = []
    failures: list[Failure] = []
    watch, ask = (observed, checked) if server_kind == "blocking" else (async_observed, async_checked)
    look = observed if client_kind == "blocking" else async_observed
    probe = serving(
        job_middleware=[ask(required_context("tenant"))],
        action_middleware=[watch(timing(served.append)), watch(reporting(failures.append))],
        client={"action_middleware": [look(timing(called.append))]},
    )
    with pytest.raises(soagen.JobInvalid, match="Missing key: tenant"):
        probe.crash(text="bang")
    probe = probe.with_options(context=api.probe.ProbeContext(tenant="acme"), correlation_id="abc")
    with pytest.raises(soagen.ServerError):
        probe.crash(text="bang")
    assert probe.add(a=1, b=2).total == 3
    assert [(each.action, each.outcome) for each in served] == [("crash", "SERVER_ERROR"), ("add", "ok")]
    outcomes = [(each.action, each.outcome) for each in called]
    assert outcomes == [("crash", "MISSING"), ("crash", "SERVER_ERROR"), ("add", "ok")]
    (failure,) = failures
    assert (str(failure.error), failure.correlation_id, failure.request) == ("bang", "abc", {"text": "bang"})
