"""``make garbage``: a queue full of what is no request. The server stays up, its memory flat, and callers are served.

Messages are noise, requests with some bytes changed, and headers that claim much and hold nothing, in a seeded order.
The workers' memory is looked at after each batch. It may grow while the first tenth is served (caches fill, and the
dead stream); from then on it is flat.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from soagen_runtime.wire import encode_request, keys, request_meta

from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.tally import LEDGER, TallyClient

BATCH = 500
PATIENCE = 60.0  # seconds for one batch

QUEUE = keys.request_list("tally")
PREAMBLE = b"pysoa-redis/3//content-type:application/msgpack;"


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


_MAKERS: Sequence[Callable[[random.Random], bytes]] = [noise] * 6 + [bent] * 6 + [nested]


def throw(broker: Any, worker: int, messages: int, seed: int = 7) -> Iterator[int]:
    """Has a worker served so many messages, and gives what it holds in memory, in kB, after each batch. Raises
    `TimeoutError` if it stops taking them.
    """
    rng = random.Random(seed)
    for _ in range(messages // BATCH):
        broker.rpush(QUEUE, *[rng.choice(_MAKERS)(rng) for _ in range(BATCH)])
        until = time.monotonic() + PATIENCE
        while broker.llen(QUEUE):
            if time.monotonic() > until:
                raise TimeoutError("the garbage is not taken any more")
            time.sleep(0.005)
        yield resident(worker)


def resident(pid: int) -> int:
    """kB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


def growth(sizes: Sequence[int]) -> int:
    """By how many kB memory grew after the first tenth: the most of the last half above the most before it."""
    tenth, half = len(sizes) // 10, len(sizes) // 2
    return max(sizes[half:]) - max(sizes[tenth:half])


FLAT = 2048
"""kB that memory may grow by, and be called flat: what an allocator keeps to itself."""


def main() -> int:
    """Throws at a worker of either kind, prints, and says whether all was kept."""
    parser = argparse.ArgumentParser(prog="garbage", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    options = parser.parse_args()
    grew = False
    for kind in ("blocking", "asyncio"):
        with tempfile.TemporaryDirectory() as temporary:
            sizes, up = _play(kind, options.messages, Path(temporary))
        tenths = [sizes[len(sizes) * tenth // 10 - 1] for tenth in range(1, 11)]
        grew = grew or not up or growth(sizes) > FLAT
        sys.stdout.write(
            f"{kind}: {options.messages} messages, {'up' if up else 'DOWN'}, memory grew by {growth(sizes)} kB;"
            f" kB after each tenth: {' '.join(map(str, tenths))}\n"
        )
    return 1 if grew else 0


def _play(kind: str, messages: int, folder: Path) -> tuple[list[int], bool]:
    """Memory after each batch, and whether the worker is up after all, and serves."""
    broker = Broker(folder, fsync=None)
    environment = {LEDGER: str(folder / "ledger")}
    server = ServerProcess(broker.url, kind, 1, folder / "log", unsafe=False, environment=environment)
    try:
        with TallyClient(broker.url) as client, broker.client() as connection:
            client.with_options(timeout=20).call("again", "first", quiet=True)
            (worker,) = server.workers()
            sizes = list(throw(connection, worker, messages))
            served = client.call("again", "last", quiet=True) == "last"
            return sizes, served and server.workers() == [worker]
    finally:
        server.stop()
        broker.stop()


if __name__ == "__main__":
    raise SystemExit(main())
