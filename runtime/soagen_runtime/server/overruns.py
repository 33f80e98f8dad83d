"""Time limits, enforced: for asyncio handlers by cancelling them, for blocking ones by a thread that answers in their
place.

A thread that runs a handler cannot be stopped. When its time is over the watch takes the request over (from then on
the thread has no say in it), writes every stack to the log, answers `ACTION_TIMEOUT`, and the process ends as soon as
its other threads have finished what they do, so that another can take its place.
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
from typing import Any

from soagen_runtime.action import Action
from soagen_runtime.core.guard import Overrun
from soagen_runtime.core.transport import Outcome
from soagen_runtime.errors import Error

log = logging.getLogger("soagen.server")


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds that actions may run: by method, and for all others. None is as long as they like."""

    default: float | None
    by_method: Mapping[str, float]

    def of(self, action: Action[Any, Any]) -> float | None:
        """The limit of an action."""
        return self.by_method.get(action.method, self.default)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.default is not None or bool(self.by_method)


@dataclass(frozen=True, slots=True)
class CancellingGuard:
    """Cancels a handler when its time is over."""

    limits: TimeLimits

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`."""
        seconds = self.limits.of(action)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await handling
        except TimeoutError:
            if not limit.expired():
                raise  # the handler's own
            assert seconds is not None, "only a limit expires"
            raise Overrun(action.name, seconds) from None


@dataclass(eq=False, slots=True)
class _Running:
    """A handler under way: when its time is over, and what is done then."""

    due: float
    overrun: Overrun
    answer: Callable[[Outcome], None]
    outcome: Callable[[Error], Outcome]


class Watch:
    """A thread that looks after blocking handlers, and calls ``ended`` when it had to answer for one."""

    def __init__(self, limits: TimeLimits, ended: Callable[[], None]) -> None:
        self._limits = limits
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

    def add(
        self,
        action: Action[Any, Any],
        answer: Callable[[Outcome], None],
        outcome: Callable[[Error], Outcome],
    ) -> _Running | None:
        """Begins to look after a handler, if it has a limit."""
        seconds = self._limits.of(action)
        if seconds is None:
            return None
        running = _Running(time.monotonic() + seconds, Overrun(action.name, seconds), answer, outcome)
        with self._changed:
            self._running.add(running)
            self._changed.notify()
        return running

    def remove(self, running: _Running) -> bool:
        """Takes note that a handler has ended. False if it was answered for already."""
        with self._changed:
            if running in self._running:
                self._running.remove(running)
                return True
            return False

    def _look(self) -> None:
        while (running := self._next_overrun()) is not None:
            log.error("%s; its process makes room for another", running.overrun)
            faulthandler.dump_traceback(sys.stderr, all_threads=True)
            try:
                running.answer(running.outcome(running.overrun.as_error()))
            except Exception:
                log.exception("the caller of a handler that ran too long could not be told")
            self._ended()

    def _next_overrun(self) -> _Running | None:
        """Waits for the next handler whose time is over, and takes its request over; None at the end."""
        with self._changed:
            while not self._over:
                first = min(self._running, key=lambda running: running.due, default=None)
                now = time.monotonic()
                if first is not None and first.due <= now:
                    self._running.remove(first)
                    return first
                self._changed.wait(None if first is None else first.due - now)
        return None


class TakenOver(BaseException):
    """Ends a thread whose request was answered for: it has no say any more. No handler or dispatcher may catch it."""


@dataclass(frozen=True, slots=True)
class WatchedGuard:
    """Has a `Watch` look after the handlers of one request."""

    watch: Watch
    answer: Callable[[Outcome], None]

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """See `soagen_runtime.core.guard.Guard`. Raises `TakenOver`."""
        running = self.watch.add(action, self.answer, overrun)
        try:
            return await handling
        finally:
            if running is not None and not self.watch.remove(running):
                raise TakenOver
