"""Calls of an asyncio client, as values. What is started runs as a task, which the client's transport keeps alive."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from soagen_runtime.action import Action, Service
from soagen_runtime.calls.expanding import Rounds, groups
from soagen_runtime.core.caller import Caller
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask, named
from soagen_runtime.errors import CallError, ConfigurationError
from soagen_runtime.expansions import Expand, paths

if TYPE_CHECKING:
    from soagen_runtime.standard import IntrospectResponse, StatusResponse

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Outcomes_co = TypeVar("Outcomes_co", covariant=True)

_started: set[asyncio.Task[Any]] = set()  # an event loop alone does not keep its tasks alive


class AsyncPending(ABC, Generic[R_co]):
    """Something to be called: an `AsyncCall` or an `AsyncJob`. It can be run as often as one likes."""

    def __init__(self, caller: Caller, asks: Sequence[Ask[Any]]) -> None:
        self._caller = caller
        self._asks = asks
        self._continue = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {named(self._caller.service, self._asks)}>"

    async def run(self) -> R_co:
        """Makes the call and waits. Returns the response, or raises `CallError`."""
        return self._whole(await self._run())

    async def outcome(self) -> Outcome[R_co]:
        """Makes the call and waits; a `CallError` is the outcome too."""
        try:
            return Outcome(await self.run())
        except CallError as error:
            return Outcome(None, error)

    def start(self) -> asyncio.Task[R_co]:
        """Makes the call as a task of the running loop, to be awaited later."""
        task: asyncio.Task[R_co] = asyncio.create_task(self.run())
        _started.add(task)
        task.add_done_callback(_started.discard)
        return task

    async def forget(self) -> None:
        """Sends the request and waits for nothing; no reply will be made. Raises `CallError` if it cannot be sent."""
        await self._caller.forget(self._asks, continue_on_error=self._continue)

    async def _run(self) -> list[Outcome[Any]]:
        """What came of each action, with what was to be expanded."""
        if not any(ask.expand for ask in self._asks):
            return await self._answers(self._caller)
        (answer,) = await _together([self])
        return answer.value

    @abstractmethod
    async def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        """What came of each action. Raises `CallError` where the request as a whole has no result."""

    @abstractmethod
    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        """What `run` returns. Raises the first error there is."""


class AsyncCall(AsyncPending[R_co]):
    """One action, asked for by one client."""

    async def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        (ask,) = self._asks
        return [Outcome(await caller.call(ask.action, ask.request))]

    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        (outcome,) = outcomes
        response: R_co = outcome.value
        return response


class AsyncJob(AsyncPending[R_co], Generic[R_co, Outcomes_co]):
    """Several actions in one request, run in order by one worker. Made by `soagen_runtime.job`."""

    def __init__(self, calls: Sequence[AsyncCall[Any]], *, continue_on_error: bool) -> None:
        first = calls[0]
        if any(call._caller is not first._caller for call in calls):
            raise ConfigurationError("the calls of a job are made by one client: make them all from the same `calls`")
        super().__init__(first._caller, [ask for call in calls for ask in call._asks])
        self._continue = continue_on_error

    async def outcomes(self) -> Outcomes_co:
        """What came of each action; those that were not run have an `ActionNotRun`. Raises `CallError` where the job as
        a whole has no result.
        """
        outcomes: Any = tuple(await self._run())
        return outcomes  # type: ignore[no-any-return]  # `job` says of which types

    async def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        return await caller.job(self._asks, continue_on_error=self._continue)

    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        responses: Any = tuple([outcome.value for outcome in outcomes])
        return responses  # type: ignore[no-any-return]  # `job` says of which types


class AsyncParallel(Generic[R_co, Outcomes_co]):
    """Several requests at a time. Made by `soagen_runtime.parallel`."""

    def __init__(self, pending: Sequence[AsyncPending[Any]]) -> None:
        self._pending = pending

    async def run(self) -> R_co:
        """The responses, in the order of the calls, when all have ended. Raises the first error there is."""
        responses: Any = tuple([outcome.value for outcome in await self._run()])
        return responses  # type: ignore[no-any-return]  # `parallel` says of which types

    async def outcomes(self) -> Outcomes_co:
        """What came of each call, in their order."""
        outcomes: Any = tuple(await self._run())
        return outcomes  # type: ignore[no-any-return]  # `parallel` says of which types

    async def _run(self) -> list[Outcome[Any]]:
        together = await _together(self._pending)
        return [_of_whole(pending, answer) for pending, answer in zip(self._pending, together, strict=True)]


async def _together(pending: Sequence[AsyncPending[Any]]) -> list[Outcome[list[Outcome[Any]]]]:
    """What came of the actions of each; what is to be expanded is, when all answers are there."""
    expanded = groups([(each._caller, each._asks) for each in pending])
    callers = {number: group.caller for group in expanded for number in group.members}
    waiting = (each._answers(callers.get(number, each._caller)) for number, each in enumerate(pending))
    answers = await asyncio.gather(*map(_caught, waiting))
    rounds = Rounds(expanded, answers)
    while calls := rounds.calls():
        made = [AsyncCall[Any](caller, (ask,)) for caller, ask in calls]
        rounds.settle(await AsyncParallel[Any, Any](made).outcomes())
    rounds.finish()
    return answers


async def _caught(made: Awaitable[R]) -> Outcome[R]:
    try:
        return Outcome(await made)
    except CallError as error:
        return Outcome(None, error)


def _of_whole(pending: AsyncPending[R], answer: Outcome[list[Outcome[Any]]]) -> Outcome[R]:
    try:
        return Outcome(pending._whole(answer.value))
    except CallError as error:
        return Outcome(None, error)


class AsyncCalls:
    """The base of what generated asyncio clients have as ``calls``."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def service(self) -> Service[Any]:
        """The table of the service."""
        return self._caller.service

    def _call(self, action: Action[Any, R], request: Any, expand: Iterable[Expand[Any]] = ()) -> AsyncCall[R]:
        return AsyncCall(self._caller, (Ask(action, request, paths(expand)),))

    def status(self, *, verbose: bool = True) -> AsyncCall[StatusResponse]:
        """The versions of a server and, if ``verbose``, what its health checks find."""
        from soagen_runtime.standard import STATUS, StatusRequest

        return self._call(STATUS, StatusRequest(verbose=verbose))

    def introspect(
        self, *, action_name: str | None = None, contract_part: int | None = None
    ) -> AsyncCall[IntrospectResponse]:
        """What a server does: every action in PySOA's form, or the one of that name; or a part of its contract."""
        from soagen_runtime.standard import INTROSPECT, IntrospectRequest

        return self._call(INTROSPECT, IntrospectRequest(action_name=action_name, contract_part=contract_part))
