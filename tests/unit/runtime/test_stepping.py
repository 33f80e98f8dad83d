from __future__ import annotations

import asyncio

import pytest
from soagen_runtime.core.stepping import run_blocking


async def test_nothing_suspends() -> None:
    async def inner() -> int:
        return 42

    async def outer() -> int:
        return await inner() + 1

    assert run_blocking(outer()) == 43


def test_an_exception_goes_through() -> None:
    async def fails() -> None:
        raise LookupError("x")

    with pytest.raises(LookupError):
        run_blocking(fails())


def test_a_coroutine_that_suspends_is_refused_and_closed() -> None:
    ended = []

    async def waits() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append(True)

    with pytest.raises(RuntimeError, match="suspended"):
        run_blocking(waits())
    assert ended == [True]
