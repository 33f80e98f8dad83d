"""A connection cut at every frame of a call, before and after the frame arrived, at the client's end and at the
server's.

After each: the call ended in its reply or in a typed error, what may not run twice has not, and nothing is left behind.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from soagen_runtime.wire import keys

from tests.delivery.ends import Caller, outcome_of, serve
from tests.delivery.proxy import CuttingProxy
from tests.delivery.tally import Ledger

MOST_FRAMES = 30  # of one call at one end


@pytest.fixture
def proxy(redis_url: str) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
    yield proxy
    proxy.close()


@pytest.mark.parametrize("end", ["client", "server"])
@pytest.mark.parametrize("server_kind", ["blocking", "asyncio"])
@pytest.mark.parametrize("client_kind", ["blocking", "asyncio"])
def test_a_connection_that_is_cut_at_any_frame_costs_no_call(
    redis_url: str, proxy: CuttingProxy, tmp_path: Path, client_kind: str, server_kind: str, end: str
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    stop = serve(server_kind, proxy.url if end == "server" else redis_url, ledger)
    caller = Caller(client_kind, proxy.url if end == "client" else redis_url)
    tokens = (f"t{number}" for number in itertools.count())
    asked: list[tuple[str, str]] = []
    try:
        caller.call("once", "warm")
        for name in ("once", "again"):
            for after in (False, True):
                for cut_at in range(1, MOST_FRAMES):
                    token = next(tokens)
                    proxy.arm(cut_at, after=after)
                    began = time.monotonic()
                    outcome = outcome_of(caller, name, token)
                    assert outcome == token or (name, outcome) == ("once", "WorkerLost"), f"{name}, {after=} {cut_at=}"
                    assert time.monotonic() - began < 3, f"{name}, cut {after=} {cut_at=}"
                    asked.append((name, token))
                    if proxy.is_armed:
                        break  # the call has fewer frames than this
    finally:
        proxy.arm(None)
        caller.close()
        stop()
    starts = ledger.starts()
    assert [token for name, token in asked if name == "once" and starts[token] > 1] == []
    assert [token for _, token in asked if starts[token] == 0] == []
    assert_nothing_is_left(redis_url)


def assert_nothing_is_left(redis_url: str) -> None:
    """No request in the list or in a slot, and nobody registered."""
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.llen(keys.request_list("tally")) == 0
        assert broker.keys("*:sg:p:*") == []
        assert broker.zcard(keys.workers("tally")) == 0
