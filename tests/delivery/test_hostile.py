"""A queue full of garbage: the server stays up, its memory flat, and its callers served. And clients that are
cancelled at random.
"""

from __future__ import annotations

import asyncio
import random
import resource
import time
from pathlib import Path

import pytest
import redis
from soagen_runtime.transport.redis.settling import DEAD_LENGTH
from soagen_runtime.wire import encode_request, keys, request_meta

from tests.delivery.conftest import Stage, wait_for
from tests.delivery.tally import AsyncTallyClient

QUEUE = keys.request_list("tally")
PREAMBLE = b"pysoa-redis/3//content-type:application/msgpack;"
MESSAGES = 20_000
BATCH = 500
MEGABYTE = 1024


def good(rng: random.Random) -> bytes:
    """A request that would be served."""
    meta = request_meta(f"service.tally.{rng.getrandbits(128):032x}!1", time.time() + 60)
    job = {
        "control": {"continue_on_error": False, "suppress_response": True},
        "context": {"correlation_id": "c", "switches": []},
        "actions": [{"action": "again", "body": {"token": "x", "quiet": True}}],
    }
    return encode_request(1, meta, job)


def bent(rng: random.Random) -> bytes:
    """A request with a few bytes changed, cut out or put in."""
    data = bytearray(good(rng))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        match rng.randrange(3):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randint(1, 20)]
            case 2:
                data[at:at] = rng.randbytes(rng.randint(1, 20))
    return bytes(data)


def nested(rng: random.Random) -> bytes:
    """Headers of arrays or maps that claim much and hold nothing."""
    header = rng.choice([b"\x91", b"\xdc\xff\xff", b"\xdd\x00\x01\x00\x00", b"\xdf\x00\x0f\xff\xff", b"\x81\xa1a"])
    return PREAMBLE + header * rng.randint(1, 100_000 // len(header))


def noise(rng: random.Random) -> bytes:
    """Bytes."""
    return rng.choice([b"", PREAMBLE]) + rng.randbytes(rng.randint(0, 300))


@pytest.mark.parametrize("target", ["tests.delivery.tally:Tally", "tests.delivery.tally:AsyncTally"])
def test_garbage_costs_neither_the_server_nor_its_memory(stage: Stage, target: str) -> None:
    server = stage.serve("--log-level", "error", target=target)
    stage.client.call("once", "warm")
    (worker,) = server.workers()
    rng = random.Random(7)
    makers = [noise] * 6 + [bent] * 6 + [nested]
    sizes = []
    with redis.Redis.from_url(stage.redis_url) as broker:
        for _ in range(MESSAGES // BATCH):
            broker.rpush(QUEUE, *[rng.choice(makers)(rng) for _ in range(BATCH)])
            wait_for(lambda: broker.llen(QUEUE) == 0, "the end of the garbage", 60)
            sizes.append(resident(worker))
        assert broker.xlen(keys.dead("tally")) < 1.1 * DEAD_LENGTH
    assert server.workers() == [worker]
    assert stage.client.call("once", "next") == "next"
    assert max(sizes) < sizes[0] + 30 * MEGABYTE, f"{sizes} kB"
    assert sizes[-1] < sizes[len(sizes) // 2] + 4 * MEGABYTE, f"{sizes} kB"


def resident(pid: int) -> int:
    """kB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


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
