"""Plays one run and prints its table; exits with 1 if a promise was broken."""

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

from soagen_runtime.wire import keys

from tests.delivery.chaos.callers import Book, asyncio_caller, blocking_caller, pysoa_caller
from tests.delivery.chaos.monkey import Monkey
from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.tally import LEDGER, Ledger


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run. Times are in milliseconds."""

    outcomes: Counter[str]
    lost: list[str]
    doubled: list[str]
    stray: list[str]
    left_over: list[str]
    worker_lost: list[float]

    @property
    def kept(self) -> bool:
        """Whether everything that is promised was kept."""
        return not (self.lost or self.doubled or self.stray or self.left_over)


def judge(book: Book, ledger: Ledger, reported: set[str], left_over: list[str]) -> Verdict:
    """Compares what callers saw with what was started, and with what the dead stream reports."""
    starts, last_starts = ledger.starts(), ledger.last_starts()
    lost, doubled, stray, waits = [], [], [], []
    for call in book.calls:
        if call.outcome in ("", "CallTimeout") or (
            call.outcome == "sent" and starts[call.token] == 0 and call.token not in reported
        ):
            lost.append(call.token)
        elif call.outcome == "replied" and starts[call.token] == 0:
            stray.append(call.token)
        if call.action in ("once", "tell") and starts[call.token] > 1:
            doubled.append(call.token)
        if call.wrong or (call.replies or 0) > 1:
            stray.append(call.token)
        if call.outcome == "WORKER_LOST" and call.fate == "die" and call.token in last_starts:
            waits.append((call.ended_at - last_starts[call.token]) * 1000)
    return Verdict(Counter(call.outcome for call in book.calls), lost, doubled, stray, left_over, sorted(waits))


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
    book, over, calm = Book(), threading.Event(), threading.Event()
    monkey = Monkey(broker, servers, random.Random(rng.random()))

    def seeded() -> random.Random:
        return random.Random(rng.random())

    threads = [
        *[threading.Thread(target=blocking_caller, args=(broker.url, book, seeded(), over)) for _ in range(3)],
        threading.Thread(target=asyncio_caller, args=(broker.url, book, seeded(), over)),
        *[threading.Thread(target=pysoa_caller, args=(broker.client, book, seeded(), over)) for _ in range(2)],
    ]
    havoc = threading.Thread(target=monkey.run, args=(calm,))
    try:
        for thread in threads:
            thread.start()
        havoc.start()
        time.sleep(seconds)
        calm.set()
        havoc.join()
        over.set()
        for thread in threads:
            thread.join()
        left_over = settle_down(broker)
        reported = reported_dead(broker)
    finally:
        calm.set()
        over.set()
        for server in servers:
            server.stop()
        broker.stop()
    return judge(book, ledger, reported, left_over), monkey.deeds


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


def reported_dead(broker: Broker) -> set[str]:
    """The tokens in the dead stream."""
    with broker.client() as client:
        lines = client.xrange(keys.dead("tally"))
    return {fields.get(b"correlation_id", b"").decode() for _, fields in lines}


def table(verdict: Verdict, deeds: Counter[str]) -> str:
    """The run in figures."""
    waits = verdict.worker_lost
    lines = [
        ("monkey", ", ".join(f"{name} {count}" for name, count in sorted(deeds.items()))),
        ("calls", str(sum(verdict.outcomes.values()))),
        *[(f"  {name or 'never ended'}", str(count)) for name, count in verdict.outcomes.most_common()],
        ("lost", str(len(verdict.lost))),
        ("doubled", str(len(verdict.doubled))),
        ("stray", str(len(verdict.stray))),
        ("left over", str(len(verdict.left_over))),
    ]
    if waits:
        p50, p99 = waits[len(waits) // 2], waits[min(len(waits) - 1, int(len(waits) * 0.99))]
        lines.append(("to WORKER_LOST", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {waits[-1]:.1f} ms ({len(waits)})"))
    return "\n".join(f"{name:<28}{value}" for name, value in lines)


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
