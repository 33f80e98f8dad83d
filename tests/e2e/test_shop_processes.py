"""The shop as it runs in production: three `soagen-server` processes and a Redis."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.api.common import CommonSwitch, Line
from shop.api.orders import AsyncOrdersClient, OrdersClient, OrdersContext, OrderStatus
from shop.api.stock import OutOfStock, StockClient
from shop.demo import ADA, CARD, TEA_FOR_TWO

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
SERVERS = ("shop.stock:Stock", "shop.payments:Payments", "shop.orders:Orders")
PATIENT = 30.0  # seconds; a request waits in its list until the server has started


class Processes:
    """The servers, each with its own log."""

    def __init__(self, redis_url: str, logs: Path) -> None:
        self._logs = {server: (logs / f"{server.partition(':')[2]}.log").open("wb") for server in SERVERS}
        self.running = {server: self._start(server, redis_url) for server in SERVERS}

    def _start(self, server: str, redis_url: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "soagen_runtime.server.cli", server, "--redis", redis_url]
        environment = {**os.environ, "SHOP_REDIS": redis_url}
        log = self._logs[server]
        return subprocess.Popen(command, cwd=SHOP, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def stop(self) -> dict[str, int]:
        """Asks each to stop, as soon as it can be asked; their exit codes."""
        for process in self.running.values():
            while process.poll() is None and not _can_be_asked(process.pid):
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
        codes = {server: process.wait() for server, process in self.running.items()}
        for log in self._logs.values():
            log.close()
        return codes

    def log(self, server: str) -> str:
        return Path(self._logs[server].name).read_text()


def _can_be_asked(pid: int) -> bool:
    """Whether a process handles SIGTERM by now: one that still starts would just end."""
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.fixture
def processes(redis_url: str, tmp_path: Path) -> Iterator[Processes]:
    running = Processes(redis_url, tmp_path)
    yield running
    for server, code in running.stop().items():
        assert code == 0, running.log(server)


def test_an_order_goes_through_three_processes(processes: Processes, redis_url: str) -> None:
    with OrdersClient(redis_url) as client, StockClient(redis_url) as stock:
        orders = client.with_options(
            timeout=PATIENT, correlation_id="three", context=OrdersContext(session_token="a secret")
        )
        order = orders.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order
        assert (order.status, str(order.total)) == (OrderStatus.PAID, "37.90 EUR")
        assert orders.get_order(id_=order.id_).order == order
        switched = orders.with_options(switches=[CommonSwitch.SUMMER_SALE])
        assert str(switched.place_order(lines=TEA_FOR_TWO, ship_to=ADA, method=CARD).order.total) == "30.32 EUR"
        with pytest.raises(OutOfStock) as short:
            orders.place_order(lines=[Line(sku="POT-3", quantity=2)], ship_to=ADA, method=CARD)
        assert (short.value.sku, short.value.available) == ("POT-3", 1)
        level = stock.with_options(timeout=PATIENT).levels(skus=["CUP-7"]).levels["CUP-7"]
        assert (level.on_shelf, level.reserved) == (2, 4)
    processes.stop()
    for server in SERVERS:
        assert "a secret" not in processes.log(server)


async def test_asyncio_callers_share_a_client(processes: Processes, redis_url: str) -> None:
    async with AsyncOrdersClient(redis_url) as client:
        orders = client.with_options(timeout=PATIENT)
        quotes = await asyncio.gather(*(orders.quote(lines=[Line(sku="TEA-1", quantity=n)]) for n in range(1, 11)))
    assert [quote.total.value for quote in quotes] == [890 * n for n in range(1, 11)]
