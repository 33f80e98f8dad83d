"""Middleware: plain functions around jobs and around actions, on clients and on servers.

A layer is given what is asked and the ``next`` layer; it calls that, once, and returns what comes of it, or something
else::

    def measure(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
        before = time.perf_counter()
        try:
            return next(job)
        finally:
            note(job.service, time.perf_counter() - before)

The first of several is the outermost. On asyncio ends a layer is an ``async def`` and awaits ``next``; on blocking ends
it is a ``def``, and neither is taken for the other.

A layer around *jobs* sees what travels: the whole request and its whole result, errors included, and raises what has no
result at all. A layer around *actions* sees values: the request and the response as the contract's classes, and errors
as exceptions.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from soagen_runtime.action import Action
from soagen_runtime.context import Context
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConfigurationError
from soagen_runtime.wire import JobResult

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

Next: TypeAlias = Callable[[Asked], Answer]
"""The next layer of a blocking end."""

AsyncNext: TypeAlias = Callable[[Asked], Awaitable[Answer]]
"""The next layer of an asyncio end."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action in a job, as it travels: its sent name, and a body of plain values."""

    action: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job as it travels (``docs/wire.md``, section "A message"). To pass on another, use `dataclasses.replace`.

    ``control`` has ``continue_on_error`` and ``suppress_response``; ``context`` has what every call carries, the
    protocol's own keys included.
    """

    service: str
    control: dict[str, Any]
    context: dict[str, Any]
    actions: Sequence[ActionRequest]

    @classmethod
    def from_map(cls, service: str, job: dict[str, Any]) -> JobRequest:
        """From a job that is known to be one."""
        actions = [ActionRequest(each["action"], each.get("body", {})) for each in job["actions"]]
        return cls(service=service, control=job["control"], context=job["context"], actions=actions)

    def to_map(self) -> dict[str, Any]:
        """The job's map."""
        actions = [{"action": each.action, "body": each.body} for each in self.actions]
        return {"control": self.control, "context": self.context, "actions": actions}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """One action that is asked for: ``request`` is of the class that the contract gives it.

    ``context`` is what the handler is given; None on a client.
    """

    service: str
    action: Action[Any, Any]
    request: Any
    context: Context | None = None


JobMiddleware: TypeAlias = Callable[[JobRequest, Next[JobRequest, JobResult]], JobResult]
AsyncJobMiddleware: TypeAlias = Callable[[JobRequest, AsyncNext[JobRequest, JobResult]], Awaitable[JobResult]]
ActionMiddleware: TypeAlias = Callable[[ActionCall, Next[ActionCall, Any]], Any]
AsyncActionMiddleware: TypeAlias = Callable[[ActionCall, AsyncNext[ActionCall, Any]], Awaitable[Any]]


class Onion(Generic[Asked, Answer]):
    """Some layers, as one. ``suspends`` is whether they are those of an asyncio end. Raises `ConfigurationError` for a
    layer of the other kind.
    """

    def __init__(self, layers: Sequence[Callable[..., Any]], *, suspends: bool) -> None:
        for layer in layers:
            _check(layer, suspends=suspends)
        self._layers = tuple(reversed(layers))
        self._suspends = suspends

    async def around(self, asked: Asked, core: Callable[[Asked], Any]) -> Answer:
        """What the layers make of the answer of ``core``, a coroutine function."""
        if self._suspends:
            step = core
        else:

            def step(asked: Asked) -> Any:
                return run_blocking(core(asked))

        for layer in self._layers:
            step = _wrapped(layer, step)
        answer: Answer = await step(asked) if self._suspends else step(asked)
        return answer


def onion(own: Sequence[Callable[..., Any]], given: Any, *, suspends: bool) -> Onion[Any, Any] | None:
    """The runtime's own layers, and those that were ``given`` within them, as one; None if there are none, so that a
    call without any costs nothing. Raises `ConfigurationError`.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ConfigurationError(f"middleware is a list or a tuple of functions, and not {given!r}")
    layers = [*own, *given]
    return Onion(layers, suspends=suspends) if layers else None


def job_result(given: Any) -> JobResult:
    """What layers gave as the result of a job. Raises `ConfigurationError` for anything else."""
    if not isinstance(given, JobResult):
        raise ConfigurationError(
            f"a middleware around jobs returned {given!r} in place of a JobResult: does it return what `next` gives?"
        )
    return given


def _wrapped(layer: Callable[..., Any], step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda asked: layer(asked, step)


def _check(layer: Callable[..., Any], *, suspends: bool) -> None:
    if not callable(layer):
        raise ConfigurationError(f"a middleware is a function of what is asked and the next layer, and not {layer!r}")
    name = getattr(layer, "__qualname__", type(layer).__name__)
    function = inspect.unwrap(layer)
    if not inspect.isroutine(function):
        function = type(function).__call__
    is_async = inspect.iscoroutinefunction(function)
    if is_async and not suspends:
        raise ConfigurationError(f"the middleware {name} is an `async def`: on a blocking end it has to be a `def`")
    if suspends and not is_async:
        raise ConfigurationError(f"the middleware {name} is a `def`: on an asyncio end it has to be an `async def`")
