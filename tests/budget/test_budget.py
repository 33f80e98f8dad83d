"""What a call may cost, whatever the clock says: steps of Python, commands and round trips of Redis, bytes.

The budget stands in `budget.json`. A change that makes a call dearer fails here until the budget is raised knowingly;
one that makes it cheaper fails too, so that the budget stays what is true. ``python -m tests.budget.test_budget URL``
prints what there is now.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
import redis
from currint import Amount
from soagen_runtime import LocalTransport, RedisTransport
from soagen_runtime.server.worker import BlockingWorker

from benchmarks.bench.sides import work
from soagen.generate import Options, generate
from soagen.load import load

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "benchmarks" / "bench" / "contracts" / "orders.soa.yaml"
PACKAGE = "budget_generated"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CALLS = 400


def budget() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "budget.json").read_text())
    return found


@contextmanager
def generated() -> Iterator[ModuleType]:
    """The contract of the benchmarks, compiled and imported."""
    loaded = load([str(CONTRACT)])
    assert loaded.project is not None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in generate(loaded.project, Options(package=PACKAGE)).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            importlib.invalidate_caches()
            yield importlib.import_module(f"{PACKAGE}.orders")
        finally:
            sys.path.remove(folder)


@pytest.fixture(scope="module")
def orders() -> Iterator[ModuleType]:
    with generated() as module:
        yield module


def server(orders: ModuleType) -> Any:
    def create_order(self: Any, request: Any, ctx: Any) -> Any:
        order = orders.Order(
            id_="o_1",
            status=orders.Status.PENDING,
            lines=request.lines,
            total=request.lines[0].unit_price,
            tax=work.tax_of(1000),
            placed_at=request.placed_at,
        )
        return orders.CreateOrderResponse(order=order)

    methods = {
        "echo": lambda self, request, ctx: orders.EchoResponse(message=request.message, n=request.n, ok=request.ok),
        "create_order": create_order,
        "report": lambda self, request, ctx: orders.ReportResponse(rows=["x" * 100] * request.rows),
        "wait": lambda self, request, ctx: None,
    }
    return type("Orders", (orders.OrdersServer,), methods)()


def calls_of(orders: ModuleType, client: Any) -> dict[str, Callable[[], Any]]:
    """The calls whose cost is known."""
    lines = [
        orders.Line(sku=sku, quantity=quantity, unit_price=Amount.from_code_and_minor("USD", minor))
        for sku, quantity, minor in work.LINES
    ]
    order = {"customer_id": work.CUSTOMER, "lines": lines, "note": work.NOTE, "placed_at": work.PLACED_AT}
    return {"echo": lambda: client.echo(**work.ECHO), "create_order": lambda: client.create_order(**order)}


def steps_of(call: Callable[[], Any]) -> int:
    """How many of Python's instructions a call executes, both ends in one thread: the least of some calls, since the
    collection of garbage may fall into one.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    for _ in range(20):  # what is made once is made, and what adapts has adapted
        call()
    counts = []
    before = sys.gettrace()
    for _ in range(5):
        count = 0
        sys.settrace(trace)
        try:
            call()
        finally:
            sys.settrace(before)
        counts.append(count)
    return min(counts)


def steps(orders: ModuleType) -> dict[str, int]:
    client = orders.OrdersClient(LocalTransport(server(orders)))
    return {name: steps_of(call) for name, call in calls_of(orders, client).items()}


@contextmanager
def served(orders: ModuleType, url: str) -> Iterator[Any]:
    """A client of a worker in a thread."""
    ready = threading.Event()
    worker = BlockingWorker(server(orders).dispatcher(), RedisTransport(url).blocking_server(), ready=ready.set)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert ready.wait(10)
        with orders.OrdersClient(url) as client:
            yield client
    finally:
        worker.stop()
        thread.join()


def work_of_redis(orders: ModuleType, url: str) -> dict[str, dict[str, float]]:
    """Commands, round trips and bytes of a call. Heartbeats come between, few for so many calls. That Redis knew no
    script when the client came costs its later calls nothing.
    """
    found = {}
    with redis.Redis.from_url(url) as connection, served(orders, url) as client:
        connection.script_flush()

        def stats() -> tuple[int, int, int]:
            told: Any = connection.info("stats")
            moved = told["total_net_input_bytes"] + told["total_net_output_bytes"]
            return told["total_commands_processed"], told["total_reads_processed"], moved

        for name, call in calls_of(orders, client).items():
            call()
            before = stats()
            for _ in range(CALLS):
                call()
            spent = [(after - then) / CALLS for after, then in zip(stats(), before, strict=True)]
            found[name] = dict(zip(("commands", "round_trips", "bytes"), spent, strict=True))
    return found


def test_steps_of_python(orders: ModuleType) -> None:
    known = budget()["steps"].get(PYTHON)
    if known is None:
        pytest.skip(f"steps differ with the version of Python, and {PYTHON} has no budget")
    for name, count in steps(orders).items():
        # A few dozen steps hang on what else has been imported.
        assert count == pytest.approx(known[name], rel=0.03), f"{name}: {count} steps"


def test_work_of_redis(orders: ModuleType, redis_url: str) -> None:
    known = budget()["redis"]
    for name, found in work_of_redis(orders, redis_url).items():
        assert round(found["commands"]) == known[name]["commands"], f"{name}: {found}"
        assert round(found["round_trips"]) == known[name]["round_trips"], f"{name}: {found}"
        assert found["bytes"] == pytest.approx(known[name]["bytes"], rel=0.03), f"{name}: {found}"


def main() -> None:
    """Prints what is to be written into `budget.json`."""
    with generated() as orders:
        counted = {"steps": {PYTHON: steps(orders)}, "redis": work_of_redis(orders, sys.argv[1])}
    print(json.dumps(counted, indent=2))  # noqa: T201  # what this program is for


if __name__ == "__main__":
    main()
