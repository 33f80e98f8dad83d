"""The deadlines of all calls that wait at one channel, behind one alarm.

Almost every call ends long before its deadline, so that a timer for each is set and taken back for nothing: 5 of the
40 microseconds that a call takes a client. Here one alarm is set for the earliest deadline there is. When it goes off
it ends the calls that are late, and is set anew for the earliest of those that are left.
"""

from __future__ import annotations

import asyncio
from typing import Any

from soagen_runtime.transport.redis.clock import Clock


class Late(Exception):
    """What a future is given whose deadline is over."""


class Deadlines:
    """Futures by number, each with a Unix time in seconds on the broker's clock. For one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watched: dict[int, tuple[float, asyncio.Future[Any]]] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = float("inf")

    def watch(self, number: int, future: asyncio.Future[Any], until: float) -> None:
        """Ends a future with `Late` at a time, unless it is forgotten before."""
        self._watched[number] = (until, future)
        if until < self._alarm_at:
            self._set(until)

    def forget(self, number: int) -> None:
        """Lets a future alone."""
        self._watched.pop(number, None)

    def close(self) -> None:
        """Lets all alone."""
        self._watched.clear()
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, float("inf")

    def _set(self, until: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = until
        self._alarm = asyncio.get_running_loop().call_later(max(0.0, until - self._clock.now()), self._ring)

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, float("inf")
        now = self._clock.now()
        for until, future in self._watched.values():
            if until <= now and not future.done():
                future.set_exception(Late())
        if left := [until for until, _ in self._watched.values() if until > now]:
            self._set(min(left))
