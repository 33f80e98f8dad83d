"""A Redis that does not answer any more: every call ends by its deadline all the same."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soagen_runtime as soagen

from tests.delivery.chaos.stage import Broker
from tests.delivery.ends import Caller, serve
from tests.delivery.tally import Ledger, TallyClient

DEADLINE = 0.4  # seconds; the socket alone would give up after 2
BY_THEN = 1.2  # with room for a busy machine


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path, fsync=None)
    stop = serve("blocking", broker.url, Ledger(tmp_path / "ledger"))
    yield broker
    broker.process.send_signal(signal.SIGCONT)
    stop()
    broker.stop()


Ask = Callable[[], object]


def a_call(kind: str) -> Callable[[str], tuple[Ask, Ask]]:
    def begin(url: str) -> tuple[Ask, Ask]:
        caller = Caller(kind, url)
        return lambda: caller.call("again", "x", DEADLINE), caller.close

    return begin


def a_future(url: str) -> tuple[Ask, Ask]:
    client = TallyClient(url)
    return lambda: client.with_options(timeout=DEADLINE).start("again", "x").result(), client.close


@pytest.mark.parametrize("warm", [True, False], ids=["a client that was heard", "a new client"])
@pytest.mark.parametrize(
    "begin", [a_call("blocking"), a_call("asyncio"), a_future], ids=["blocking", "asyncio", "future"]
)
def test_a_call_ends_by_its_deadline(broker: Broker, begin: Callable[[str], tuple[Ask, Ask]], warm: bool) -> None:
    ask, close = begin(broker.url)
    if warm:
        ask()
    broker.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises((soagen.CallTimeout, soagen.ConnectionFailed)):
        ask()
    assert time.monotonic() - began < BY_THEN
    broker.process.send_signal(signal.SIGCONT)
    ask()
    close()
