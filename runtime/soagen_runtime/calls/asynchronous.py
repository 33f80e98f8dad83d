"""Calls of an asyncio client, as values. What is started runs as a task, which the client's transport keeps alive."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from soagen_runtime.action import Action
from soagen_runtime.core.caller import Caller
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask
from soagen_runtime.errors import CallError, ConfigurationError

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

    @abstractmethod
    async def run(self) -> R_co:
        """Makes the call and waits. Returns the response, or raises `CallError`."""

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


class AsyncCall(AsyncPending[R_co]):
    """One action, asked for by one client."""

    async def run(self) -> R_co:
        """Makes the call and waits. Returns the response, or raises `CallError`."""
        (ask,) = self._asks
        response: R_co = await self._caller.call(ask.action, ask.request)
        return response


class AsyncJob(AsyncPending[R_co], Generic[R_co, Outcomes_co]):
    """Several actions in one request, run in order by one worker. Made by `soagen_runtime.job`."""

    def __init__(self, calls: Sequence[AsyncCall[Any]], *, continue_on_error: bool) -> None:
        first = calls[0]
        if any(call._caller is not first._caller for call in calls):
            raise ConfigurationError("the calls of a job are made by one client: make them all from the same `calls`")
        super().__init__(first._caller, [ask for call in calls for ask in call._asks])
        self._continue = continue_on_error

    async def run(self) -> R_co:
        """The responses. Raises the first error there is, of an action or of the job as a whole."""
        responses: Any = tuple([outcome.value for outcome in await self._run()])
        return responses  # type: ignore[no-any-return]  # `job` says of which types

    async def outcomes(self) -> Outcomes_co:
        """What came of each action; those that were not run have an `ActionNotRun`. Raises `CallError` where the job as
        a whole has no result.
        """
        outcomes: Any = tuple(await self._run())
        return outcomes  # type: ignore[no-any-return]  # `job` says of which types

    async def _run(self) -> list[Outcome[Any]]:
        return await self._caller.job(self._asks, continue_on_error=self._continue)


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
        return await asyncio.gather(*(pending.outcome() for pending in self._pending))


class AsyncCalls:
    """The base of what generated asyncio clients have as ``calls``."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def _call(self, action: Action[Any, R], request: Any) -> AsyncCall[R]:
        return AsyncCall(self._caller, (Ask(action, request),))

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
