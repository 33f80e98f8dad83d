"""Servers whose process kills itself at a chosen point of a request's way: what its token says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from soagen_runtime.core.transport import Outcome, Taken
from soagen_runtime.transport.redis import seat, settling

from tests.delivery.tally import AsyncTally, Tally

POINTS = ("taken", "running", "done", "settling", "settled")


def _die_if(found: bool) -> None:
    if found:
        os.kill(os.getpid(), signal.SIGKILL)


class FailingSeat(seat.Seat):
    """Dies once it has taken, has done or settles a request that asks for it."""

    async def take(self, room: int, wait: float) -> list[Taken]:
        taken = await super().take(room, wait)
        _die_if(any(b"at-taken" in one.data for one in taken))
        return taken

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        _die_if(b"at-done" in taken.data)
        await super().settle(taken, outcome)

    def _acknowledge(self, settles: Sequence[Any], reply: Any) -> None:
        _die_if(any(b"at-settled" in settle.request for settle in settles))
        super()._acknowledge(settles, reply)


def _failing_in_one(
    in_one: Callable[[Sequence[Any]], tuple[bytes, int]],
) -> Callable[[Sequence[Any]], tuple[bytes, int]]:
    def fail(settles: Sequence[Any]) -> tuple[bytes, int]:
        _die_if(any(b"at-settling" in settle.request for settle in settles))
        return in_one(settles)

    return fail


def _install() -> None:
    from soagen_runtime.transport.redis import serving

    setattr(serving, "Seat", FailingSeat)  # noqa: B010  # in this process alone; a plain assignment is an error of types
    setattr(seat, "in_one", _failing_in_one(settling.in_one))  # noqa: B010  # as above


def blocking() -> Tally:
    _install()
    return Tally()


def asynchronous() -> AsyncTally:
    _install()
    return AsyncTally()
