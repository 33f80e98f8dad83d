"""A queue full of garbage: the server stays up, its memory flat, and its callers served. And clients that are
cancelled at random.
"""

from __future__ import annotations

import asyncio
import random

import pytest
import redis
from soagen_runtime.transport.redis.settling import DEAD_LENGTH
from soagen_runtime.wire import keys

from tests.delivery.conftest import Stage
from tests.delivery.garbage import FLAT, growth, throw
from tests.delivery.tally import AsyncTallyClient

MESSAGES = 20_000  # `make garbage` throws 100,000


@pytest.mark.parametrize("target", ["tests.delivery.tally:Tally", "tests.delivery.tally:AsyncTally"])
def test_garbage_costs_neither_the_server_nor_its_memory(stage: Stage, target: str) -> None:
    server = stage.serve("--log-level", "error", target=target)
    stage.client.call("once", "warm")
    (worker,) = server.workers()
    with redis.Redis.from_url(stage.redis_url) as broker:
        sizes = list(throw(broker, worker, MESSAGES))
        assert broker.xlen(keys.dead("tally")) < 1.1 * DEAD_LENGTH
    assert server.workers() == [worker]
    assert stage.client.call("once", "next") == "next"
    assert growth(sizes) < 2 * FLAT, f"{sizes} kB"


def test_calls_that_are_cancelled_at_random_mix_no_replies_up(stage: Stage) -> None:
    stage.serve(target="tests.delivery.tally:AsyncTally")
    stage.client.call("once", "warm")
    rng = random.Random(11)

    async def one(client: AsyncTallyClient, number: int) -> bool:
        making = asyncio.ensure_future(client.call("once", f"c{number}", seconds=rng.choice([0, 0, 0.002])))
        if rng.random() < 0.4:
            await asyncio.sleep(rng.random() * 0.004)
            making.cancel()
        try:
            assert await making == f"c{number}"
        except asyncio.CancelledError:
            return False
        return True

    async def main() -> list[bool]:
        ended: list[bool] = []
        async with AsyncTallyClient(stage.redis_url) as client:
            for start in range(0, 1500, 50):
                ended += await asyncio.gather(*[one(client, number) for number in range(start, start + 50)])
        return ended

    ended = asyncio.run(main())
    assert 0 < ended.count(False) < len(ended) // 2
    starts = stage.ledger.starts()
    assert max(starts.values()) == 1
    assert [number for number, replied in enumerate(ended) if replied and not starts[f"c{number}"]] == []
