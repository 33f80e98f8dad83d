"""``make soak``: calls for a while, and whether anything grows.

Connections, file descriptors and memory of client, server and Redis, and the number of keys, are sampled while calls
of every kind are made. What lives longest in Redis without being asked for, the replies that nobody reads and what is
kept of clients that ended without a word, lives for 71 s; so the first 90 s are for warming up. From then on the slope
of each figure is the median of the slopes between any two samples, which no single peak moves.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soagen_runtime as soagen

from tests.delivery.chaos.callers import Book, asyncio_caller, blocking_caller, pysoa_caller, started_caller
from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.tally import LEDGER, TallyClient


@dataclass(frozen=True, slots=True)
class Bound:
    """By how much a figure may grow in all after warming up: by so much, or by this part of it."""

    amount: float
    part: float


BOUNDS = {
    "connections": Bound(1, 0.0),
    "keys": Bound(20, 0.05),
    "client descriptors": Bound(1, 0.0),
    "server descriptors": Bound(1, 0.0),
    "client kB": Bound(1500, 0.02),
    "server kB": Bound(1500, 0.01),
    "redis kB": Bound(500, 0.05),
}
WARM_UP = 90.0  # seconds
SHORTEST = 150.0  # seconds; less says nothing
EVERY = 0.5  # seconds between two samples


def sample(broker: Broker, servers: list[ServerProcess], client: Any) -> dict[str, float]:
    """All figures, now."""
    info = client.info()
    workers = [pid for server in servers for pid in (server.process.pid, *server.workers())]
    return {
        "connections": info["connected_clients"],
        "keys": client.dbsize(),
        "client descriptors": descriptors(os.getpid()),
        "server descriptors": sum(map(descriptors, workers)),
        "client kB": resident(os.getpid()),
        "server kB": sum(map(resident, workers)),
        "redis kB": info["used_memory"] / 1024,
    }


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> float:
    """kB that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


class ForgetfulBook(Book):
    """Keeps no calls: they would be what grows."""

    def new(self, name: str, rng: random.Random) -> tuple[Any, dict[str, Any]]:
        call, request = super().new(name, rng)
        request.pop("fate", None)
        call.fate = ""
        if len(self.calls) > 1000:
            del self.calls[:500]
        return call, {**request, "quiet": True}


def soak(seconds: float, folder: Path) -> list[dict[str, float]]:
    """Makes calls, and samples."""
    broker = Broker(folder, fsync=None)
    environment = {LEDGER: str(folder / "ledger")}
    servers = [
        ServerProcess(broker.url, kind, 1, folder / f"{kind}.log", unsafe=False, environment=environment)
        for kind in ("blocking", "asyncio")
    ]
    book, over = ForgetfulBook(), threading.Event()
    threads = [
        threading.Thread(target=blocking_caller, args=(broker.url, book, random.Random(1), over)),
        threading.Thread(target=asyncio_caller, args=(broker.url, book, random.Random(2), over)),
        threading.Thread(
            target=pysoa_caller, args=(broker.client, book, random.Random(3), over), kwargs={"counts": False}
        ),
        threading.Thread(target=started_caller, args=(broker.url, book, random.Random(4), over)),
        threading.Thread(target=come_and_go, args=(broker.url, over)),
    ]
    samples = []
    try:
        for thread in threads:
            thread.start()
        with broker.client() as client:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(EVERY)
                samples.append(sample(broker, servers, client))
    finally:
        over.set()
        for thread in threads:
            thread.join()
        for server in servers:
            server.stop()
        broker.stop()
    return samples


def come_and_go(url: str, over: threading.Event) -> None:
    """Clients that live for one call."""
    while not over.wait(0.05):
        with TallyClient(url) as client:
            try:
                client.call("again", "x", quiet=True)
            except soagen.CallError:
                continue


def growth(samples: Sequence[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """The median of each figure, and by how much it grew, after warming up."""
    warm = samples[int(WARM_UP / EVERY) :]
    return {
        name: (statistics.median(s[name] for s in warm), slope([s[name] for s in warm]) * len(warm)) for name in BOUNDS
    }


def slope(figures: Sequence[float]) -> float:
    """By how much figures grow from one to the next: the median of the slopes between any two of them."""
    apart = len(figures) // 3  # those that are near each other only show how they tremble
    slopes = [
        (figures[late] - figures[early]) / (late - early)
        for early in range(len(figures) - apart)
        for late in range(early + apart, len(figures))
    ]
    return statistics.median(slopes)


def main() -> int:
    """Soaks, prints, and says whether anything grew."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    options = parser.parse_args()
    if options.seconds < SHORTEST:
        parser.error(f"less than {SHORTEST:g} seconds say nothing: {WARM_UP:g} of them are for warming up")
    with tempfile.TemporaryDirectory() as temporary:
        found = growth(soak(options.seconds, Path(temporary)))
    grew = []
    sys.stdout.write(f"{'after warming up':<20}{'median':>12}{'growth':>12}\n")
    for name, (median, grown) in found.items():
        bound = BOUNDS[name]
        if grown > max(bound.amount, bound.part * median):
            grew.append(name)
        sys.stdout.write(f"{name:<20}{median:>12,.0f}{grown:>12,.1f}{'   grows' if name in grew else ''}\n")
    return 1 if grew else 0


if __name__ == "__main__":
    raise SystemExit(main())
