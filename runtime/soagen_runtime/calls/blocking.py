"""Calls of a blocking client, as values.

What is started has left when ``start`` returns. Its reply is read whenever somebody asks for it; a client may have many
outstanding, ask for them in any order, and make other calls meanwhile. Where there is middleware, whose plain functions
cannot be left half way through, or something to expand, a started call runs in a thread of the client's.
"""

from __future__ import annotations

import concurrent.futures
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from soagen_runtime.action import Action, Service
from soagen_runtime.calls.expanding import Rounds, groups
from soagen_runtime.context import carry
from soagen_runtime.core.caller import Caller
from soagen_runtime.core.exchange import Exchange, NotYet
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask, named
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import CallError, ConfigurationError, ConnectionFailed
from soagen_runtime.expansions import Expand, paths
from soagen_runtime.wire import JobResult

if TYPE_CHECKING:
    from soagen_runtime.standard import IntrospectResponse, StatusResponse

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Outcomes_co = TypeVar("Outcomes_co", covariant=True)

MOST_THREADS = 64  # started calls with middleware that run at a time; others wait for their turn


class Threads:
    """The threads of one client, and of all that were derived from it; there are none until they are needed."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """A fork takes no threads along."""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._executor: concurrent.futures.ThreadPoolExecutor | None = None
        self._inner: Threads | None = None

    @property
    def inner(self) -> Threads:
        """Threads for what is waited for in these threads, which would be waited for in vain if there were no more."""
        with self._lock:
            if self._inner is None:
                self._inner = Threads()
            return self._inner

    def submit(self, function: Callable[[], R]) -> concurrent.futures.Future[R]:
        """Runs a function as part of the call that is being served."""
        if self._pid != os.getpid():
            self._forget()
        with self._lock:
            if self._executor is None:
                self._executor = concurrent.futures.ThreadPoolExecutor(MOST_THREADS, "soagen-call")
            return self._executor.submit(carry(function))

    def close(self) -> None:
        """Waits for what runs."""
        if self._pid != os.getpid():
            self._forget()
        with self._lock:
            executor, self._executor = self._executor, None
            inner, self._inner = self._inner, None
        if executor is not None:
            executor.shutdown()
        if inner is not None:
            inner.close()


class Future(ABC, Generic[R_co]):
    """A call that was started. One that is let go of unasked costs nothing but its reply.

    Its reply is that of the process that has started it: in a process that was forked since, it has ended in
    `ConnectionFailed`.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()

    @property
    def _is_foreign(self) -> bool:
        return self._pid != os.getpid()

    @abstractmethod
    def result(self, timeout: float | None = None) -> R_co:
        """The response, waited for up to ``timeout`` seconds, but never beyond the call's own deadline.

        Raises `TimeoutError` if it is not there yet, and may be asked for again; `CallError` (also as a
        `TimeoutError`, `CallTimeout`) for the call that has none. It may be asked for as often as one likes.
        """

    def outcome(self, timeout: float | None = None) -> Outcome[R_co]:
        """The response, or the error in its place. Raises `TimeoutError` if neither is there yet."""
        try:
            return Outcome(self.result(timeout))
        except CallError as error:
            return Outcome(None, error)

    @abstractmethod
    def done(self) -> bool:
        """Whether `result` would not have to wait."""


class _Awaited(Future[R_co]):
    """Its request has left, and its reply is still with the transport."""

    def __init__(self, exchange: Exchange, conclude: Callable[[JobResult | None], R_co]) -> None:
        super().__init__()
        self._exchange: Exchange | None = exchange
        self._conclude = conclude
        self._lock = threading.Lock()
        self._outcome: Outcome[R_co] | None = None

    def result(self, timeout: float | None = None) -> R_co:
        until = None if timeout is None else time.monotonic() + timeout
        if self._is_foreign and self._outcome is None:
            raise _foreign()
        if not self._lock.acquire(timeout=-1 if timeout is None else max(0.0, timeout)):
            raise TimeoutError("the reply is not there yet: another thread waits for it")
        try:
            if self._outcome is None:
                self._outcome = self._wait(None if until is None else max(0.0, until - time.monotonic()))
        finally:
            self._lock.release()
        return self._outcome.value

    def _wait(self, seconds: float | None) -> Outcome[R_co]:
        assert self._exchange is not None, "it is waited for until there is an outcome"
        try:
            outcome = Outcome[R_co](self._conclude(run_blocking(self._exchange.result(seconds))))
        except NotYet:
            raise TimeoutError("the reply is not there yet") from None
        except CallError as error:
            outcome = Outcome(None, error)
        self._exchange = None
        return outcome

    def done(self) -> bool:
        try:
            self.outcome(0.0)
        except TimeoutError:
            return False
        return True

    def __del__(self) -> None:
        if self._exchange is not None:
            self._exchange.release()


class _Running(Future[R_co]):
    """It runs in a thread."""

    def __init__(self, running: concurrent.futures.Future[R_co]) -> None:
        super().__init__()
        self._running = running

    def result(self, timeout: float | None = None) -> R_co:
        if self._is_foreign and not self._running.done():
            raise _foreign()
        return self._running.result(timeout)

    def done(self) -> bool:
        return self._is_foreign or self._running.done()


def _foreign() -> ConnectionFailed:
    return ConnectionFailed("the call was started before this process was forked; its reply goes to the other process")


class Pending(ABC, Generic[R_co]):
    """Something to be called: a `Call` or a `Job`. It can be run as often as one likes."""

    def __init__(self, caller: Caller, threads: Threads, asks: Sequence[Ask[Any]]) -> None:
        self._caller = caller
        self._threads = threads
        self._asks = asks
        self._continue = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {named(self._caller.service, self._asks)}>"

    def run(self) -> R_co:
        """Makes the call and waits. Returns the response, or raises `CallError`."""
        return self._whole(self._run())

    def outcome(self) -> Outcome[R_co]:
        """Makes the call and waits; a `CallError` is the outcome too."""
        try:
            return Outcome(self.run())
        except CallError as error:
            return Outcome(None, error)

    def start(self) -> Future[R_co]:
        """Sends the request now; the reply can be asked for later. What the broker has against it is said then.

        Raises `RequestInvalid`, `RequestTooLarge` and `VariantActive`; `CallTimeout` where no time is left of the call
        that is being served, and `ConnectionFailed` where the broker could not be reached by this client yet.
        """
        if self._expands:
            return _Running(self._threads.submit(self.run))
        return self._begin(self._caller, self._whole)

    def forget(self) -> None:
        """Sends the request and waits for nothing; no reply will be made. Raises `CallError` if it cannot be sent."""
        run_blocking(self._caller.forget(self._asks, continue_on_error=self._continue))

    @property
    def _expands(self) -> bool:
        return any(ask.expand for ask in self._asks)

    def _run(self) -> list[Outcome[Any]]:
        """What came of each action, with what was to be expanded."""
        if not self._expands:
            return self._answers(self._caller)
        (answer,) = _together([self])
        return answer.value

    def _begin(self, caller: Caller, conclude: Callable[[list[Outcome[Any]]], R]) -> Future[R]:
        """Sends the request; what was to be expanded is not in what comes."""
        if caller.has_middleware:
            return _Running(self._threads.submit(lambda: conclude(self._answers(caller))))
        begun = caller.begin(self._asks, continue_on_error=self._continue, shared=True)
        return _Awaited(run_blocking(begun), lambda result: conclude(self._concluded(result)))

    @abstractmethod
    def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        """What came of each action. Raises `CallError` where the request as a whole has no result."""

    @abstractmethod
    def _concluded(self, result: JobResult | None) -> list[Outcome[Any]]:
        """What a result means for each action. Raises `CallError` where it is none."""

    @abstractmethod
    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        """What `run` returns. Raises the first error there is."""


class Call(Pending[R_co]):
    """One action, asked for by one client."""

    def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        (ask,) = self._asks
        return [Outcome(run_blocking(caller.call(ask.action, ask.request)))]

    def _concluded(self, result: JobResult | None) -> list[Outcome[Any]]:
        (ask,) = self._asks
        return [Outcome(self._caller.conclude(ask, result))]

    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        (outcome,) = outcomes
        response: R_co = outcome.value
        return response


class Job(Pending[R_co], Generic[R_co, Outcomes_co]):
    """Several actions in one request, run in order by one worker. Made by `soagen_runtime.job`."""

    def __init__(self, calls: Sequence[Call[Any]], *, continue_on_error: bool) -> None:
        first = calls[0]
        if any(call._caller is not first._caller for call in calls):
            raise ConfigurationError("the calls of a job are made by one client: make them all from the same `calls`")
        super().__init__(first._caller, first._threads, [ask for call in calls for ask in call._asks])
        self._continue = continue_on_error

    def outcomes(self) -> Outcomes_co:
        """What came of each action; those that were not run have an `ActionNotRun`. Raises `CallError` where the job as
        a whole has no result.
        """
        outcomes: Any = tuple(self._run())
        return outcomes  # type: ignore[no-any-return]  # `job` says of which types

    def _answers(self, caller: Caller) -> list[Outcome[Any]]:
        return run_blocking(caller.job(self._asks, continue_on_error=self._continue))

    def _concluded(self, result: JobResult | None) -> list[Outcome[Any]]:
        return self._caller.conclude_job(self._asks, result)

    def _whole(self, outcomes: Sequence[Outcome[Any]]) -> R_co:
        responses: Any = tuple([outcome.value for outcome in outcomes])
        return responses  # type: ignore[no-any-return]  # `job` says of which types


class Parallel(Generic[R_co, Outcomes_co]):
    """Several requests at a time. Made by `soagen_runtime.parallel`."""

    def __init__(self, pending: Sequence[Pending[Any]]) -> None:
        self._pending = pending

    def run(self) -> R_co:
        """The responses, in the order of the calls, when all have ended. Raises the first error there is."""
        responses: Any = tuple([outcome.value for outcome in self._run()])
        return responses  # type: ignore[no-any-return]  # `parallel` says of which types

    def outcomes(self) -> Outcomes_co:
        """What came of each call, in their order."""
        outcomes: Any = tuple(self._run())
        return outcomes  # type: ignore[no-any-return]  # `parallel` says of which types

    def _run(self) -> list[Outcome[Any]]:
        together = _together(self._pending)
        return [_of_whole(pending, answer) for pending, answer in zip(self._pending, together, strict=True)]


def _together(pending: Sequence[Pending[Any]]) -> list[Outcome[list[Outcome[Any]]]]:
    """What came of the actions of each; what is to be expanded is, when all answers are there."""
    expanded = groups([(each._caller, each._asks) for each in pending])
    callers = {number: group.caller for group in expanded for number in group.members}
    if len(pending) == 1:
        answers = [_caught(lambda: pending[0]._answers(callers.get(0, pending[0]._caller)))]
    else:
        begun = [
            _caught(partial(each._begin, callers.get(number, each._caller), list))
            for number, each in enumerate(pending)
        ]
        answers = [_caught(partial(_result, future)) for future in begun]
    rounds = Rounds(expanded, answers)
    while calls := rounds.calls():
        made = [Call[Any](caller, pending[0]._threads.inner, (ask,)) for caller, ask in calls]
        rounds.settle(Parallel[Any, Any](made).outcomes())
    rounds.finish()
    return answers


def _caught(made: Callable[[], R]) -> Outcome[R]:
    try:
        return Outcome(made())
    except CallError as error:
        return Outcome(None, error)


def _result(future: Outcome[Future[R]]) -> R:
    return future.value.result()


def _of_whole(pending: Pending[R], answer: Outcome[list[Outcome[Any]]]) -> Outcome[R]:
    return _caught(lambda: pending._whole(answer.value))


class Calls:
    """The base of what generated clients have as ``calls``."""

    def __init__(self, caller: Caller, threads: Threads) -> None:
        self._caller = caller
        self._threads = threads

    @property
    def service(self) -> Service[Any]:
        """The table of the service."""
        return self._caller.service

    def _call(self, action: Action[Any, R], request: Any, expand: Iterable[Expand[Any]] = ()) -> Call[R]:
        return Call(self._caller, self._threads, (Ask(action, request, paths(expand)),))

    def status(self, *, verbose: bool = True) -> Call[StatusResponse]:
        """The versions of a server and, if ``verbose``, what its health checks find."""
        from soagen_runtime.standard import STATUS, StatusRequest

        return self._call(STATUS, StatusRequest(verbose=verbose))

    def introspect(
        self, *, action_name: str | None = None, contract_part: int | None = None
    ) -> Call[IntrospectResponse]:
        """What a server does: every action in PySOA's form, or the one of that name; or a part of its contract."""
        from soagen_runtime.standard import INTROSPECT, IntrospectRequest

        return self._call(INTROSPECT, IntrospectRequest(action_name=action_name, contract_part=contract_part))
