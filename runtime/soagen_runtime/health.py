"""Health checks: methods of a server that say how it is, for ``status``.

A check is a method marked with `health_check`: a ``def`` on a blocking server, an ``async def`` on an asyncio one. It
takes nothing but ``self``, and tells what it finds in one of three ways, of which any may be mixed::

    @health_check
    def database(self) -> Iterator[Health]:
        yield Diagnostic("pool_size", self.pool.size)                         # told beside, in whatever state
        if self.pool.is_nearly_full:
            yield HealthWarning("POOL_NEARLY_FULL", "Few connections left.")  # somebody should look
        self.pool.ping()                                                      # what it raises is an error as well

- yield or return findings (one, or several), or return None where all is well;
- raise one: `HealthError` and `HealthWarning` are exceptions too;
- raise anything else: that is an error under the check's own name, ``DATABASE_FAILED``, and the other checks are run.

What a server needs of others is a check as well: ``return health_of(self.stock, self.payments)``.

On the wire a finding is what PySOA makes of it: a code and a description, in the list of its level.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar

from soagen_runtime.action import Service
from soagen_runtime.calls import AsyncCalls, Calls, Outcome, parallel
from soagen_runtime.errors import ActionError, SoagenError, TransportError
from soagen_runtime.standard import STATUS, StatusResponse


class _Finding(SoagenError):
    """What a check found: ``code`` never changes, so that a program can tell it; ``description`` is for people."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class HealthError(_Finding):
    """Something keeps the server from doing its work."""


class HealthWarning(_Finding):
    """Something that somebody should look at."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to know beside that, under a name of its own: any value that can be sent."""

    name: str
    value: Any


Health: TypeAlias = HealthError | HealthWarning | Diagnostic
"""What a check may find."""

Found: TypeAlias = Health | Iterable[Health] | None
"""What a check may return."""

Check = TypeVar("Check", bound=Callable[[Any], Found | Awaitable[Found] | AsyncIterable[Health]])

_MARK = "_soagen_health_check"


def health_check(method: Check) -> Check:
    """Marks a method of a server as a health check; see the module."""
    setattr(method, _MARK, True)
    return method


def checks_of(server: object) -> dict[str, Callable[[], Any]]:
    """The checks of a server by their names, those of base classes first."""
    names = [
        name for base in reversed(type(server).__mro__) for name, value in vars(base).items() if hasattr(value, _MARK)
    ]
    found = {name: getattr(server, name) for name in names}
    return {name: check for name, check in found.items() if hasattr(check, _MARK)}


# --- the health of other services

PATIENCE: Final = 2.0
"""Seconds that the others have for their answers."""


class Caller(Protocol):
    """A generated blocking client."""

    def with_options(self, *, timeout: float) -> Self:
        """The client with other habits."""
        ...

    @property
    def calls(self) -> Calls:
        """Its actions, as calls that are yet to be made."""
        ...


class AsyncCaller(Protocol):
    """A generated asyncio client."""

    def with_options(self, *, timeout: float) -> Self:
        """The client with other habits."""
        ...

    @property
    def calls(self) -> AsyncCalls:
        """Its actions, as calls that are yet to be made."""
        ...


def health_of(*clients: Caller) -> list[Health]:
    """Asks other services for their status, all at a time, without their own health checks: so that services which
    call each other do not ask round and round. Those that don't answer within `PATIENCE` are errors; what the others
    answer is the diagnostic ``services``.
    """
    callers = [client.with_options(timeout=PATIENCE).calls for client in clients]
    outcomes = parallel(*(caller.status(verbose=False) for caller in callers)).outcomes()
    return _judged([caller.service for caller in callers], outcomes)


async def health_of_async(*clients: AsyncCaller) -> list[Health]:
    """As `health_of`, over asyncio clients."""
    callers = [client.with_options(timeout=PATIENCE).calls for client in clients]
    outcomes = await parallel(*(caller.status(verbose=False) for caller in callers)).outcomes()
    return _judged([caller.service for caller in callers], outcomes)


def _judged(services: Sequence[Service[Any]], outcomes: Sequence[Outcome[StatusResponse]]) -> list[Health]:
    answers: dict[str, Any] = {}
    found: list[Health] = [Diagnostic("services", answers)]
    for service, outcome in zip(services, outcomes, strict=True):
        if outcome.error is None:
            answers[service.name] = STATUS.encode_response(outcome.value, False)
        else:
            found.append(HealthError(f"{service.name.upper()}_{_what(outcome.error)}_ERROR", str(outcome.error)))
    return found


def _what(error: Exception) -> str:
    """PySOA's word for what went wrong."""
    return next((word for kind, word in _WORDS.items() if isinstance(error, kind)), "CALL")


_WORDS: Final = {TransportError: "TRANSPORT", ActionError: "STATUS"}
