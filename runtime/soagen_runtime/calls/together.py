"""Several calls as one: in one request (`job`), or at the same time (`parallel`).

The overloads say to type checkers which responses come, for up to eight calls of different actions and for any number
of calls of one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar, overload

from soagen_runtime.calls.asynchronous import AsyncCall, AsyncJob, AsyncParallel, AsyncPending
from soagen_runtime.calls.blocking import Call, Job, Parallel, Pending
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.errors import ConfigurationError

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")


@overload
def job(a: Call[A], /, *, continue_on_error: bool = ...) -> Job[tuple[A], tuple[Outcome[A]]]: ...


@overload
def job(
    a: Call[A], b: Call[B], /, *, continue_on_error: bool = ...
) -> Job[tuple[A, B], tuple[Outcome[A], Outcome[B]]]: ...


@overload
def job(
    a: Call[A], b: Call[B], c: Call[C], /, *, continue_on_error: bool = ...
) -> Job[tuple[A, B, C], tuple[Outcome[A], Outcome[B], Outcome[C]]]: ...


@overload
def job(
    a: Call[A], b: Call[B], c: Call[C], d: Call[D], /, *, continue_on_error: bool = ...
) -> Job[tuple[A, B, C, D], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]]: ...


@overload
def job(
    a: Call[A], b: Call[B], c: Call[C], d: Call[D], e: Call[E], /, *, continue_on_error: bool = ...
) -> Job[tuple[A, B, C, D, E], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]]: ...


@overload
def job(
    a: Call[A], b: Call[B], c: Call[C], d: Call[D], e: Call[E], f: Call[F], /, *, continue_on_error: bool = ...
) -> Job[tuple[A, B, C, D, E, F], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]]: ...


@overload
def job(
    a: Call[A],
    b: Call[B],
    c: Call[C],
    d: Call[D],
    e: Call[E],
    f: Call[F],
    g: Call[G],
    /,
    *,
    continue_on_error: bool = ...,
) -> Job[
    tuple[A, B, C, D, E, F, G],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]],
]: ...


@overload
def job(
    a: Call[A],
    b: Call[B],
    c: Call[C],
    d: Call[D],
    e: Call[E],
    f: Call[F],
    g: Call[G],
    h: Call[H],
    /,
    *,
    continue_on_error: bool = ...,
) -> Job[
    tuple[A, B, C, D, E, F, G, H],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G], Outcome[H]],
]: ...


@overload
def job(*calls: Call[A], continue_on_error: bool = ...) -> Job[tuple[A, ...], tuple[Outcome[A], ...]]: ...


@overload
def job(a: AsyncCall[A], /, *, continue_on_error: bool = ...) -> AsyncJob[tuple[A], tuple[Outcome[A]]]: ...


@overload
def job(
    a: AsyncCall[A], b: AsyncCall[B], /, *, continue_on_error: bool = ...
) -> AsyncJob[tuple[A, B], tuple[Outcome[A], Outcome[B]]]: ...


@overload
def job(
    a: AsyncCall[A], b: AsyncCall[B], c: AsyncCall[C], /, *, continue_on_error: bool = ...
) -> AsyncJob[tuple[A, B, C], tuple[Outcome[A], Outcome[B], Outcome[C]]]: ...


@overload
def job(
    a: AsyncCall[A], b: AsyncCall[B], c: AsyncCall[C], d: AsyncCall[D], /, *, continue_on_error: bool = ...
) -> AsyncJob[tuple[A, B, C, D], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]]: ...


@overload
def job(
    a: AsyncCall[A],
    b: AsyncCall[B],
    c: AsyncCall[C],
    d: AsyncCall[D],
    e: AsyncCall[E],
    /,
    *,
    continue_on_error: bool = ...,
) -> AsyncJob[tuple[A, B, C, D, E], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]]: ...


@overload
def job(
    a: AsyncCall[A],
    b: AsyncCall[B],
    c: AsyncCall[C],
    d: AsyncCall[D],
    e: AsyncCall[E],
    f: AsyncCall[F],
    /,
    *,
    continue_on_error: bool = ...,
) -> AsyncJob[
    tuple[A, B, C, D, E, F], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]
]: ...


@overload
def job(
    a: AsyncCall[A],
    b: AsyncCall[B],
    c: AsyncCall[C],
    d: AsyncCall[D],
    e: AsyncCall[E],
    f: AsyncCall[F],
    g: AsyncCall[G],
    /,
    *,
    continue_on_error: bool = ...,
) -> AsyncJob[
    tuple[A, B, C, D, E, F, G],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]],
]: ...


@overload
def job(
    a: AsyncCall[A],
    b: AsyncCall[B],
    c: AsyncCall[C],
    d: AsyncCall[D],
    e: AsyncCall[E],
    f: AsyncCall[F],
    g: AsyncCall[G],
    h: AsyncCall[H],
    /,
    *,
    continue_on_error: bool = ...,
) -> AsyncJob[
    tuple[A, B, C, D, E, F, G, H],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G], Outcome[H]],
]: ...


@overload
def job(*calls: AsyncCall[A], continue_on_error: bool = ...) -> AsyncJob[tuple[A, ...], tuple[Outcome[A], ...]]: ...


def job(*calls: Any, continue_on_error: bool = False) -> Any:
    """Several actions in one request: one worker runs them in order, and stops at the first error unless it is told to
    ``continue_on_error``. They are calls of one client, with its options.

    Raises `ConfigurationError` for none, and for calls of several clients.
    """
    if not calls:
        raise ConfigurationError("a job has at least one call")
    if isinstance(calls[0], AsyncCall):
        return AsyncJob[Any, Any](_all(calls, AsyncCall), continue_on_error=continue_on_error)
    return Job[Any, Any](_all(calls, Call), continue_on_error=continue_on_error)


@overload
def parallel(a: Pending[A], /) -> Parallel[tuple[A], tuple[Outcome[A]]]: ...


@overload
def parallel(a: Pending[A], b: Pending[B], /) -> Parallel[tuple[A, B], tuple[Outcome[A], Outcome[B]]]: ...


@overload
def parallel(
    a: Pending[A], b: Pending[B], c: Pending[C], /
) -> Parallel[tuple[A, B, C], tuple[Outcome[A], Outcome[B], Outcome[C]]]: ...


@overload
def parallel(
    a: Pending[A], b: Pending[B], c: Pending[C], d: Pending[D], /
) -> Parallel[tuple[A, B, C, D], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]]: ...


@overload
def parallel(
    a: Pending[A], b: Pending[B], c: Pending[C], d: Pending[D], e: Pending[E], /
) -> Parallel[tuple[A, B, C, D, E], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]]: ...


@overload
def parallel(
    a: Pending[A], b: Pending[B], c: Pending[C], d: Pending[D], e: Pending[E], f: Pending[F], /
) -> Parallel[
    tuple[A, B, C, D, E, F], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]
]: ...


@overload
def parallel(
    a: Pending[A], b: Pending[B], c: Pending[C], d: Pending[D], e: Pending[E], f: Pending[F], g: Pending[G], /
) -> Parallel[
    tuple[A, B, C, D, E, F, G],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]],
]: ...


@overload
def parallel(
    a: Pending[A],
    b: Pending[B],
    c: Pending[C],
    d: Pending[D],
    e: Pending[E],
    f: Pending[F],
    g: Pending[G],
    h: Pending[H],
    /,
) -> Parallel[
    tuple[A, B, C, D, E, F, G, H],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G], Outcome[H]],
]: ...


@overload
def parallel(*calls: Pending[A]) -> Parallel[tuple[A, ...], tuple[Outcome[A], ...]]: ...


@overload
def parallel(a: AsyncPending[A], /) -> AsyncParallel[tuple[A], tuple[Outcome[A]]]: ...


@overload
def parallel(
    a: AsyncPending[A], b: AsyncPending[B], /
) -> AsyncParallel[tuple[A, B], tuple[Outcome[A], Outcome[B]]]: ...


@overload
def parallel(
    a: AsyncPending[A], b: AsyncPending[B], c: AsyncPending[C], /
) -> AsyncParallel[tuple[A, B, C], tuple[Outcome[A], Outcome[B], Outcome[C]]]: ...


@overload
def parallel(
    a: AsyncPending[A], b: AsyncPending[B], c: AsyncPending[C], d: AsyncPending[D], /
) -> AsyncParallel[tuple[A, B, C, D], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D]]]: ...


@overload
def parallel(
    a: AsyncPending[A], b: AsyncPending[B], c: AsyncPending[C], d: AsyncPending[D], e: AsyncPending[E], /
) -> AsyncParallel[tuple[A, B, C, D, E], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E]]]: ...


@overload
def parallel(
    a: AsyncPending[A],
    b: AsyncPending[B],
    c: AsyncPending[C],
    d: AsyncPending[D],
    e: AsyncPending[E],
    f: AsyncPending[F],
    /,
) -> AsyncParallel[
    tuple[A, B, C, D, E, F], tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F]]
]: ...


@overload
def parallel(
    a: AsyncPending[A],
    b: AsyncPending[B],
    c: AsyncPending[C],
    d: AsyncPending[D],
    e: AsyncPending[E],
    f: AsyncPending[F],
    g: AsyncPending[G],
    /,
) -> AsyncParallel[
    tuple[A, B, C, D, E, F, G],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G]],
]: ...


@overload
def parallel(
    a: AsyncPending[A],
    b: AsyncPending[B],
    c: AsyncPending[C],
    d: AsyncPending[D],
    e: AsyncPending[E],
    f: AsyncPending[F],
    g: AsyncPending[G],
    h: AsyncPending[H],
    /,
) -> AsyncParallel[
    tuple[A, B, C, D, E, F, G, H],
    tuple[Outcome[A], Outcome[B], Outcome[C], Outcome[D], Outcome[E], Outcome[F], Outcome[G], Outcome[H]],
]: ...


@overload
def parallel(*calls: AsyncPending[A]) -> AsyncParallel[tuple[A, ...], tuple[Outcome[A], ...]]: ...


def parallel(*calls: Any) -> Any:
    """Several calls and jobs at the same time, of one client or of many; what comes is in their order. Without any,
    there are no results.

    Raises `ConfigurationError` for calls of blocking and asyncio clients together.
    """
    if not calls:
        return _NoCalls()
    if isinstance(calls[0], AsyncPending):
        return AsyncParallel[Any, Any](_all(calls, AsyncPending))
    return Parallel[Any, Any](_all(calls, Pending))


class _NoCalls:
    """What a list that turned out to be empty gives: nothing, whether it is awaited or not."""

    def run(self) -> _Nothing:
        return _Nothing()

    outcomes = run


class _Nothing(tuple[()]):
    def __await__(self) -> Generator[Any, None, tuple[()]]:
        return ()
        yield  # makes it a generator, as the protocol wants it


def _all(calls: tuple[Any, ...], kind: type[Any]) -> tuple[Any, ...]:
    for call in calls:
        if isinstance(call, (list, tuple)):
            raise ConfigurationError("calls are given one by one, and not as a list of them: put a `*` before it")
        if not isinstance(call, kind):
            shown = repr(call) if isinstance(call, (Pending, AsyncPending)) else f"a {type(call).__name__}"
            raise ConfigurationError(
                f"{shown} does not fit here: take what `client.calls` gives, of blocking clients or of asyncio ones"
            )
    return calls
