"""A client process of the benchmark: reads ``LOAD IN_FLIGHT SECONDS`` line by line, makes calls, prints a JSON object.

Standard library alone. A side gives it one function for each load: plain (`blocking`), plain for many at once
(`batches`), or a coroutine function (`asynchronous`).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any


def blocking(calls: dict[str, Callable[[], Any]], batches: dict[str, Callable[[int], Any]] | None = None) -> None:
    """Serves the commands with a blocking client."""
    for load, in_flight, seconds in _commands():
        if in_flight == 1:
            _print(_measure(lambda load=load: calls[load](), 1, seconds))
        else:
            assert batches is not None, "this side has no calls in flight"
            _print(_measure(lambda load=load, n=in_flight: batches[load](n), in_flight, seconds))


def _measure(call: Callable[[], Any], calls_each: int, seconds: float) -> dict[str, Any]:
    latencies = []
    clock = time.perf_counter
    cpu, began = time.process_time(), clock()
    end = began + seconds
    now = began
    while now < end:
        call()
        after = clock()
        latencies.append(after - now)
        now = after
    return _figures(latencies, len(latencies) * calls_each, now - began, time.process_time() - cpu)


def asynchronous(make: Callable[[], Awaitable[dict[str, Callable[[], Awaitable[Any]]]]]) -> None:
    """Serves the commands with an asyncio client, which ``make`` opens in the loop."""

    async def main() -> None:
        calls = await make()
        loop = asyncio.get_running_loop()
        commands = iter(_commands())
        while (command := await loop.run_in_executor(None, next, commands, None)) is not None:
            load, in_flight, seconds = command
            _print(await _measure_async(calls[load], in_flight, seconds))

    asyncio.run(main())


async def _measure_async(call: Callable[[], Awaitable[Any]], in_flight: int, seconds: float) -> dict[str, Any]:
    latencies = []
    clock = time.perf_counter
    cpu, began = time.process_time(), clock()
    end = began + seconds

    async def caller() -> None:
        now = clock()
        while now < end:
            await call()
            after = clock()
            latencies.append(after - now)
            now = after

    await asyncio.gather(*[caller() for _ in range(in_flight)])
    return _figures(latencies, len(latencies), clock() - began, time.process_time() - cpu)


def _figures(latencies: list[float], calls: int, seconds: float, cpu: float) -> dict[str, Any]:
    latencies.sort()

    def percentile(part: float) -> float:
        return latencies[min(len(latencies) - 1, int(part * len(latencies)))] * 1e6

    return {"calls": calls, "seconds": seconds, "cpu": cpu, "p50": percentile(0.5), "p99": percentile(0.99)}


def _commands() -> Iterable[tuple[str, int, float]]:
    print("ready", flush=True)
    for line in sys.stdin:
        load, in_flight, seconds = line.split()
        yield load, int(in_flight), float(seconds)


def _print(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)
