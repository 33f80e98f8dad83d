"""Deadlines behind one alarm: whoever is late is told, whoever is not is left alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from soagen_runtime.transport.redis.deadlines import Deadlines, Late


class Still:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time


async def settle() -> None:
    """Lets timers that are due go off."""
    for _ in range(3):
        await asyncio.sleep(0)


def test_who_is_late_is_told_and_the_next_is_waited_for() -> None:
    async def main() -> None:
        clock: Any = Still()
        deadlines = Deadlines(clock)
        loop = asyncio.get_running_loop()
        early, late, done = loop.create_future(), loop.create_future(), loop.create_future()
        clock.time = 103.0  # so that what is over is so at once, and what is not is far away
        deadlines.watch(1, late, 1000.0)
        deadlines.watch(2, done, 102.0)
        done.set_result("there")
        deadlines.watch(3, early, 101.0)
        await settle()
        with pytest.raises(Late):
            await early
        assert await done == "there"
        assert not late.done()
        clock.time = 2000.0
        deadlines.watch(4, loop.create_future(), 900.0)
        await settle()
        with pytest.raises(Late):
            await late
        deadlines.close()

    asyncio.run(main())


def test_who_is_forgotten_is_left_alone() -> None:
    async def main() -> None:
        clock: Any = Still()
        deadlines = Deadlines(clock)
        future = asyncio.get_running_loop().create_future()
        deadlines.watch(1, future, 0.0)
        deadlines.forget(1)
        await settle()
        assert not future.done()
        deadlines.close()

    asyncio.run(main())
