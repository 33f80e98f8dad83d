"""Plays one run and prints its table; exits with 1 if a promise was broken."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from soagen_runtime.wire import keys

from tests.delivery.chaos.callers import Book, asyncio_caller, blocking_caller, pysoa_caller, started_caller
from tests.delivery.chaos.monkey import Monkey
from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.chaos.verdict import Verdict, judge, table
from tests.delivery.tally import LEDGER, Ledger


def play(seconds: float, seed: int, *, unsafe: bool, folder: Path) -> tuple[Verdict, Counter[str]]:
    """One run."""
    rng = random.Random(seed)
    ledger = Ledger(folder / "ledger")
    broker = Broker(folder)
    environment = {LEDGER: str(ledger.path)}
    servers = [
        ServerProcess(broker.url, kind, 2, folder / f"{kind}.log", unsafe=unsafe, environment=environment)
        for kind in ("blocking", "asyncio")
    ]
    book, reported = Book(), set[str]()
    calm, over, settled = threading.Event(), threading.Event(), threading.Event()
    monkey = Monkey(broker, servers, random.Random(rng.random()))

    def seeded() -> random.Random:
        return random.Random(rng.random())

    threads = [
        *[threading.Thread(target=blocking_caller, args=(broker.url, book, seeded(), over)) for _ in range(3)],
        threading.Thread(target=asyncio_caller, args=(broker.url, book, seeded(), over)),
        threading.Thread(target=started_caller, args=(broker.url, book, seeded(), over)),
        *[threading.Thread(target=pysoa_caller, args=(broker.client, book, seeded(), over)) for _ in range(2)],
    ]
    havoc = threading.Thread(target=monkey.run, args=(calm,))
    following = threading.Thread(target=follow_dead, args=(broker, reported, settled))
    try:
        for thread in (following, havoc, *threads):
            thread.start()
        time.sleep(seconds)
        calm.set()
        havoc.join()
        over.set()
        for thread in threads:
            thread.join()
        left_over = settle_down(broker)
        settled.set()
        following.join()
    finally:
        for event in (calm, over, settled):
            event.set()
        for server in servers:
            server.stop()
        broker.stop()
    return judge(book, ledger, monkey.history, reported, left_over), monkey.deeds


def settle_down(broker: Broker, seconds: float = 15.0) -> list[str]:
    """Waits until nothing is in the list or in a slot; what still is after so many seconds."""
    until = time.monotonic() + seconds
    with broker.client() as client:
        while True:
            left: list[str] = [key.decode() for key in client.keys("*:sg:p:*")]
            left += [keys.request_list("tally")] * client.llen(keys.request_list("tally"))
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.05)


def follow_dead(broker: Broker, reported: set[str], over: threading.Event) -> None:
    """Notes the tokens in the dead stream as they come, since it has an end; once more when all is over."""
    last: Any = b"0"
    with broker.client() as client:
        while True:
            ends = over.wait(0.2)
            with suppress(redis.RedisError):
                for _, lines in client.xread({keys.dead("tally"): last}):
                    last = lines[-1][0]
                    reported.update(fields.get(b"correlation_id", b"").decode() for _, fields in lines)
            if ends:
                return


def main() -> int:
    """Plays, prints, and says whether all was kept."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unsafe", action="store_true", help="workers that take with BLPOP: this loses calls")
    parser.add_argument("--keep", type=Path, help="a folder for logs and ledger that is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        verdict, deeds = play(options.seconds, options.seed, unsafe=options.unsafe, folder=folder)
    kind = "the unsafe way" if options.unsafe else "as promised"
    lines = [f"seed {options.seed}, {options.seconds:g} s, {kind}", table(verdict, deeds)]
    for name in ("lost", "doubled", "stray", "left_over"):
        lines += [f"{name}: {token}" for token in getattr(verdict, name)[:10]]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if verdict.kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
