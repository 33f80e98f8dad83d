"""Servers whose process kills itself at a chosen point of a request's way: what its token says."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any

from soagen_runtime.core.transport import Outcome, Reply, Taken
from soagen_runtime.transport.redis import seat, settling

from tests.delivery.tally import AsyncTally, Tally

POINTS = ("taken", "running", "done", "settling", "settled")


def _die_if(found: bool) -> None:
    if found:
        os.kill(os.getpid(), signal.SIGKILL)


def _written(settle: settling.Settle) -> bytes:
    """The reply that a settle delivers."""
    return b"".join(settle.outcome.messages) if isinstance(settle.outcome, Reply) else b""


class FailingSeat(seat.Seat):
    """Dies once it has taken, has done or settles a request that asks for it."""

    async def take(self, room: int, wait: float) -> list[Taken]:
        taken = await super().take(room, wait)
        _die_if(any(b"at-taken" in one.data for one in taken))
        return taken

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        _die_if(b"at-done" in taken.data)
        await super().settle(taken, outcome)

    def _acknowledge(self, batch: settling.Batch, reply: Any) -> bool:
        _die_if(any(b"at-settled" in _written(settle) for settle in batch.settles))
        return super()._acknowledge(batch, reply)


class FailingBatch(settling.Batch):
    """Dies when it is written with the settle of a request that asks for it."""

    __slots__ = ()

    def __init__(self, settles: Sequence[Any], *, scripted: bool) -> None:
        _die_if(any(b"at-settling" in _written(settle) for settle in settles))
        super().__init__(settles, scripted=scripted)


def _install() -> None:
    from soagen_runtime.transport.redis import serving

    setattr(serving, "Seat", FailingSeat)  # noqa: B010  # in this process alone; a plain assignment is an error of types
    setattr(seat, "Batch", FailingBatch)  # noqa: B010  # as above


def blocking() -> Tally:
    _install()
    return Tally()


def asynchronous() -> AsyncTally:
    _install()
    return AsyncTally()
