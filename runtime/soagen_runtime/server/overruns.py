"""Time limits, enforced: for asyncio handlers by cancelling them, for blocking ones by a thread that answers in their
place.

A thread that runs a handler cannot be stopped. When its time is over, or that of its whole job, the watch takes the
request over (from then on the thread has no say in it), writes every stack to the log, answers `ACTION_TIMEOUT` or
`JOB_TIMEOUT`, and the process ends as soon as its other threads have finished what they do, so that another can take
its place.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from soagen_runtime.action import Action
from soagen_runtime.core.guard import JobOverrun, Overrun
from soagen_runtime.core.transport import Outcome
from soagen_runtime.errors import Error

log = logging.getLogger("soagen.server")


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds that actions may run: by method, and for all others; and that a job may run as a whole. None is as long
    as they like.
    """

    default: float | None
    by_method: Mapping[str, float]
    job: float | None = None

    def of(self, action: Action[Any, Any]) -> float | None:
        """The limit of an action."""
        return self.by_method.get(action.method, self.default)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.default is not None or self.job is not None or bool(self.by_method)


@dataclass(frozen=True, slots=True)
class CancellingGuard:
    """Cancels a handler when its time is over."""

    limits: TimeLimits

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`."""
        seconds = self.limits.of(action)
        return await handling if seconds is None else await _within(Overrun(action.name, seconds), seconds, handling)

    async def run_job(self, handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`."""
        seconds = self.limits.job
        return await handling if seconds is None else await _within(JobOverrun(seconds), seconds, handling)


async def _within(overrun: Overrun, seconds: float, handling: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(seconds) as limit:
            return await handling
    except TimeoutError:
        if not limit.expired():
            raise  # the handler's own
        raise overrun from None


@dataclass(eq=False, slots=True)
class _Running:
    """Something under way for a request: when its time is over, and what is answered then."""

    request: WatchedGuard
    due: float
    overrun: Overrun
    outcome: Callable[[Error], Outcome]


class Watch:
    """A thread that looks after blocking handlers, and calls ``ended`` when it had to answer for one."""

    def __init__(self, limits: TimeLimits, ended: Callable[[], None]) -> None:
        self.limits = limits
        self._ended = ended
        self._running: set[_Running] = set()
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._look, name="soagen-time-limits", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def guard(self, answer: Callable[[Outcome], None]) -> WatchedGuard:
        """The guard of one request; ``answer`` delivers an outcome in its thread's place."""
        return WatchedGuard(self, answer)

    async def run(
        self,
        request: WatchedGuard,
        seconds: float | None,
        overrun: Callable[[float], Overrun],
        outcome: Callable[[Error], Outcome],
        handling: Awaitable[Any],
    ) -> Any:
        """Looks after what runs for a request, if it has a limit. Raises `TakenOver` where the request was answered
        meanwhile.
        """
        running = None
        if seconds is not None:
            running = _Running(request, time.monotonic() + seconds, overrun(seconds), outcome)
            with self._changed:
                self._running.add(running)
                self._changed.notify()
        try:
            return await handling
        finally:
            with self._changed:
                if running is not None:
                    self._running.discard(running)
                if request.is_answered:
                    raise TakenOver

    def _look(self) -> None:
        while (running := self._next_overrun()) is not None:
            log.error("%s; its process makes room for another", running.overrun)
            faulthandler.dump_traceback(sys.stderr, all_threads=True)
            try:
                running.request.answer(running.outcome(running.overrun.as_error()))
            except Exception:
                log.exception("the caller of a handler that ran too long could not be told")
            self._ended()

    def _next_overrun(self) -> _Running | None:
        """Waits for the next whose time is over, and takes its request over; None at the end."""
        with self._changed:
            while not self._over:
                first = min(self._running, key=lambda running: running.due, default=None)
                now = time.monotonic()
                if first is not None and first.due <= now:
                    first.request.is_answered = True
                    self._running = {running for running in self._running if running.request is not first.request}
                    return first
                self._changed.wait(None if first is None else first.due - now)
        return None


class TakenOver(BaseException):
    """Ends a thread whose request was answered for: it has no say any more. No handler or dispatcher may catch it."""


@dataclass(eq=False, slots=True)
class WatchedGuard:
    """Has a `Watch` look after one request. ``is_answered`` is whether it had to answer in its thread's place."""

    watch: Watch
    answer: Callable[[Outcome], None]
    is_answered: bool = False

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`. Raises `TakenOver`."""
        seconds = self.watch.limits.of(action)
        return await self.watch.run(self, seconds, partial(Overrun, action.name), overrun, handling)

    async def run_job(self, handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`. Raises `TakenOver`."""
        return await self.watch.run(self, self.watch.limits.job, JobOverrun, overrun, handling)
