"""What safe delivery costs: the same calls over the same links, with slots and leases, and with BLPOP and RPUSH.

Short runs of both ways take turns, so that what else the machine does hits both. Printed are medians of the calls a
second and of the processor time that a call takes of server and Redis together, and what safety costs of either.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.tally import LEDGER, AsyncTallyClient, TallyClient

ROUNDS = 7
SECONDS = 1.0
IN_FLIGHT = 64


def one_at_a_time(url: str) -> float:
    """Calls a second of one blocking caller."""
    with TallyClient(url) as client:
        client.call("again", "warm", quiet=True)
        calls, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < SECONDS:
            client.call("again", "x", quiet=True)
            calls += 1
    return calls / spent


def in_flight(url: str) -> float:
    """Calls a second of `IN_FLIGHT` tasks on one asyncio client."""

    async def main() -> float:
        async with AsyncTallyClient(url) as client:
            await client.call("again", "warm", quiet=True)
            calls, began = 0, time.perf_counter()

            async def caller() -> None:
                nonlocal calls
                while time.perf_counter() - began < SECONDS:
                    await client.call("again", "x", quiet=True)
                    calls += 1

            await asyncio.gather(*[caller() for _ in range(IN_FLIGHT)])
            return calls / (time.perf_counter() - began)

    return asyncio.run(main())


CASES = (
    ("blocking caller, blocking worker", "blocking", one_at_a_time),
    ("blocking caller, asyncio worker", "asyncio", one_at_a_time),
    (f"{IN_FLIGHT} in flight, asyncio worker", "asyncio", in_flight),
)


def main() -> int:
    """Runs and prints."""
    with tempfile.TemporaryDirectory() as temporary:
        for name, kind, measure in CASES:
            figures: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
            for _ in range(ROUNDS):
                for unsafe in (False, True):
                    figures[unsafe].append(_measured(Path(temporary), kind, measure, unsafe=unsafe))
            (safe, safe_time), (bare, bare_time) = (_medians(figures[unsafe]) for unsafe in (False, True))
            sys.stdout.write(
                f"{name:<34} safe {safe:>7,.0f}/s {safe_time:>4.0f} us   unsafe {bare:>7,.0f}/s {bare_time:>4.0f} us"
                f"   price {1 - safe / bare:>6.1%} of calls, {safe_time - bare_time:>4.0f} us of processor time\n"
            )
    return 0


def _medians(figures: Sequence[tuple[float, float]]) -> tuple[float, float]:
    rates, times = zip(*figures, strict=True)
    return statistics.median(rates), statistics.median(times)


def _measured(folder: Path, kind: str, measure: Callable[[str], float], *, unsafe: bool) -> tuple[float, float]:
    """Calls a second, and microseconds of processor time a call of the worker and Redis."""
    broker = Broker(folder, fsync=None)
    environment = {LEDGER: str(folder / "ledger")}
    server = ServerProcess(broker.url, kind, 1, folder / "log", unsafe=unsafe, environment=environment)
    try:
        with TallyClient(broker.url) as client:
            client.with_options(timeout=20).call("again", "warm", quiet=True)
        processes = [broker.process.pid, *server.workers()]
        before = sum(map(_processor_time, processes))
        rate = measure(broker.url)
        spent = sum(map(_processor_time, processes)) - before
        return rate, spent / (rate * SECONDS) * 1e6
    finally:
        server.stop()
        broker.stop()


def _processor_time(pid: int) -> float:
    """Seconds that a process has run."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
