from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from soagen_runtime.context import Call, Context, bind, carry, current_call


def test_a_context_outside_of_a_call_is_empty() -> None:
    context = Context()
    assert context.correlation_id == ""
    assert context.switches == frozenset()
    assert not context.is_on(1)
    assert context.deadline is None


def test_a_bound_context_tells_of_its_call() -> None:
    context = Context()
    bind(context, Call(service="orders", request_id=7, correlation_id="c", switches=frozenset({3}), deadline=9.5))
    assert (context.request_id, context.correlation_id, context.deadline) == (7, "c", 9.5)
    assert context.is_on(3)


def test_the_call_is_known_in_tasks_and_in_threads_that_carry_it() -> None:
    call = Call(service="orders")

    async def in_task() -> Call | None:
        return await asyncio.to_thread(current_call.get)

    async def main() -> Call | None:
        return await asyncio.create_task(in_task())

    def served(_: int) -> Call | None:
        return current_call.get()

    token = current_call.set(call)
    try:
        assert asyncio.run(main()) is call
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(carry(current_call.get)).result() is call
            assert pool.submit(current_call.get).result() is None
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(carry(served), range(8))) == [call] * 8
    finally:
        current_call.reset(token)
    assert current_call.get() is None
