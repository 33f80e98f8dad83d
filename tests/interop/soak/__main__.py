"""``make soak-interop``: both kinds of worker and both kinds of client on one queue.

Exits with 1 if a call could tell the difference, if a PySOA client believes to be owed a reply, or if anything is left
in Redis in the end. The reply to a call that was cancelled is nobody's: it may stay until it expires.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from tests.conftest import start_redis
from tests.interop.generated import generate_into, imported
from tests.interop.peers import HOST, Site, interpreter
from tests.interop.serving import messages_in
from tests.interop.soak.book import Book
from tests.interop.soak.callers import AsyncCaller, BlockingCaller, PySOACaller
from tests.interop.soak.stage import Workers

SETTLING = 30.0  # seconds that what was forgotten may take to be run


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is left to say."""

    book: Book
    changes: Counter[str]
    left_over: list[str]

    @property
    def is_good(self) -> bool:
        """Whether all was as it must be, and both kinds have served every kind of client."""
        served = {(client, who) for client in self.book.actions for who in ("PySOA", "soagen")}
        return not self.book.faults and not self.left_over and served <= self.book.served_by.keys()

    def table(self) -> str:
        """All of it, to be read."""
        changes = ", ".join(f"{name} {n}" for name, n in sorted(self.changes.items())) or "none"
        faults = "\n".join(["", *self.book.faults])
        return (
            f"{self.book.table()}\nworkers: {changes}\nleft over: {', '.join(self.left_over) or 'nothing'}"
            f"\nfaults: {self.book.number_of_faults}{faults}\n"
        )


def soak(seconds: float, seed: int, folder: Path, *, pause: float, absence: float) -> Verdict:
    """One run: so many seconds of calls, while workers change."""
    rng, python, book = random.Random(seed), interpreter(), Book()
    process, port = start_redis(folder)
    site = Site((port,), 0)
    generated = folder / "generated"
    generate_into(generated)
    api = imported(generated)
    workers = Workers(site, python, generated, folder / "soagen.log", random.Random(rng.random()), pause)
    callers: list[Any] = [
        *[PySOACaller(python, site, book, random.Random(rng.random())) for _ in range(2)],
        *[BlockingCaller(api, site.url, book, random.Random(rng.random())) for _ in range(2)],
        AsyncCaller(api, site.url, book, random.Random(rng.random())),
    ]
    over, calm = threading.Event(), threading.Event()
    threads = [threading.Thread(target=caller.run, args=(over,)) for caller in callers]
    changing = threading.Thread(target=workers.change, args=(calm, absence))
    try:
        workers.start()
        for thread in (*threads, changing):
            thread.start()
        time.sleep(seconds)
        calm.set()
        changing.join()
        over.set()
        for thread in threads:
            thread.join()
        left_over = settled(port, book.forms[AsyncCaller.name, "cancelled"])
        workers.stop()
    finally:
        calm.set()
        over.set()
        workers.stop()
        process.terminate()
        process.wait()
        sys.path.remove(str(generated))
    for fault in workers.faults:
        book.blame("workers", "end", fault)
    return Verdict(book, workers.changes, left_over)


def settled(port: int, cancelled: int) -> list[str]:
    """Waits until no message is left but the replies to so many cancelled calls. What still is after `SETTLING`
    seconds.
    """
    until = time.monotonic() + SETTLING
    with redis.Redis(HOST, port) as connection:
        while (left := _left(connection, cancelled)) and time.monotonic() < until:
            time.sleep(0.05)
    return left


def _left(connection: Any, cancelled: int) -> list[str]:
    keys = [key.decode() for key in messages_in(connection)]
    replies = [key for key in keys if "!" in key and connection.ttl(key) > 0]
    unread = sum(connection.llen(key) for key in replies)
    return keys if unread > cancelled else [key for key in keys if key not in replies]


def main() -> int:
    """Soaks, prints, and says whether all was well."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    # Long enough for a service that soagen's workers have left to count as one that nobody serves, if it were so.
    parser.add_argument("--absence", type=float, default=15.0, help="how long one kind of worker is away, in seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        verdict = soak(options.seconds, options.seed, Path(temporary), pause=3.0, absence=options.absence)
    sys.stdout.write(verdict.table())
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
