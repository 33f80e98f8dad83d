"""``make soak``: calls for a while, and whether anything grows.

Connections, file descriptors and memory of client, server and Redis, and the number of keys, are sampled while calls
of every kind are made. The first third is for warming up; after it, what the samples of the last third have more than
those of the second is growth.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soagen_runtime as soagen

from tests.delivery.chaos.callers import Book, asyncio_caller, blocking_caller, pysoa_caller
from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.tally import LEDGER, TallyClient


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a figure may grow from the second third to the last: by so much, or by this part of it."""

    amount: float
    part: float


BOUNDS = {
    "connections": Bound(2, 0.0),
    "keys": Bound(50, 0.35),
    "client descriptors": Bound(2, 0.0),
    "server descriptors": Bound(2, 0.0),
    "client kB": Bound(3000, 0.03),
    "server kB": Bound(2000, 0.02),
    "redis kB": Bound(3000, 0.35),
}


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
    """Makes calls, and samples twice a second."""
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
        threading.Thread(target=pysoa_caller, args=(broker.client, book, random.Random(3), over)),
        threading.Thread(target=come_and_go, args=(broker.url, over)),
    ]
    samples = []
    try:
        for thread in threads:
            thread.start()
        with broker.client() as client:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(0.5)
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


def growth(samples: list[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """The median of the second third and of the last, for each figure."""
    third = len(samples) // 3
    return {
        name: (
            statistics.median(s[name] for s in samples[third : 2 * third]),
            statistics.median(s[name] for s in samples[2 * third :]),
        )
        for name in BOUNDS
    }


def main() -> int:
    """Soaks, prints, and says whether anything grew."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    # Replies that nobody reads, and the names of clients that are gone, live for a minute or so: it takes longer to
    # see that they go.
    parser.add_argument("--seconds", type=float, default=300.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = growth(soak(options.seconds, Path(temporary)))
    grew = []
    for name, (before, after) in found.items():
        bound = BOUNDS[name]
        if after > before + max(bound.amount, bound.part * before):
            grew.append(name)
        sys.stdout.write(f"{name:<20}{before:>12,.0f}{after:>12,.0f}{'   grows' if name in grew else ''}\n")
    return 1 if grew else 0


if __name__ == "__main__":
    raise SystemExit(main())
