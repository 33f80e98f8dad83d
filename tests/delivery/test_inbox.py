"""What a client reads, and when it forgets it; and connections that are lost, but go on at the other end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from soagen_runtime.transport.redis.inbox import MOST_LEFT, Inbox
from soagen_runtime.transport.redis.lease import SETTLED_DOWN
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.wire import keys

from tests.delivery.conftest import wait_for
from tests.delivery.ends import Caller, outcome_of, serve
from tests.delivery.proxy import CuttingProxy
from tests.delivery.tally import Ledger, TallyClient


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def new() -> Inbox:
    return Inbox("tally", "c!1", "replies")


def first_key() -> str:
    return keys.inbox("tally", "c!1")


def test_what_was_read_is_forgotten_with_the_next_write() -> None:
    inbox = new()
    assert inbox.before() == []
    assert inbox.wait(1.0, 2)[0] == pack("BLMOVE", "replies", first_key(), "LEFT", "RIGHT", 1.0)
    assert inbox.received([b"a", None, 1]) == [b"a"]
    assert inbox.before() == [pack("DEL", first_key())]
    inbox.received([None, None, 0])
    assert inbox.before() == []


def test_who_does_not_wait_only_looks() -> None:
    assert new().wait(0)[0] == pack("LMOVE", "replies", first_key(), "LEFT", "RIGHT")


def test_what_arrives_in_an_inbox_that_was_left_is_given_once(clock: list[float]) -> None:
    inbox = new()
    inbox.received([b"read", 1])
    inbox.lost()
    assert inbox.before() == []  # the lost connection's last write may yet do it, or not
    assert inbox.found([[b"read"], 1]) == []
    assert inbox.found([[b"read", b"late"], 1]) == [b"late"]
    assert inbox.found([[b"late", b"later"], 1]) == [b"later"]
    clock[0] += SETTLED_DOWN
    assert inbox.found([[b"late", b"later", b"last"], 1]) == [b"last"]
    assert not inbox.is_in_doubt
    assert inbox.before() == [pack("DEL", first_key())]
    assert inbox.before() == []


def test_while_there_is_doubt_nobody_waits_long(clock: list[float]) -> None:
    inbox = new()
    inbox.lost()
    assert inbox.wait(1.0)[0] == pack("BLMOVE", "replies", f"{first_key()}.1", "LEFT", "RIGHT", 0.05)
    clock[0] += 60
    assert inbox.found([[], 0]) == []  # Redis is only now there again: the doubt begins
    assert inbox.is_in_doubt


def test_of_many_losses_the_newest_are_looked_at() -> None:
    inbox = new()
    for _ in range(MOST_LEFT + 3):
        inbox.lost()
    assert inbox.look()[1] == 2 * MOST_LEFT
    assert inbox.before() == [pack("DEL", first_key(), f"{first_key()}.1", f"{first_key()}.2")]
    assert len(inbox.keys()) == MOST_LEFT + 1


@pytest.fixture
def proxy(redis_url: str) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
    yield proxy
    proxy.close()


def a_future(url: str) -> tuple[Callable[[], str], Callable[[], None]]:
    client = TallyClient(url)
    started = client.start("once", "x")
    return lambda: str(started.result(10)["token"]), client.close


def a_call(kind: str) -> Callable[[str], tuple[Callable[[], str], Callable[[], None]]]:
    def begin(url: str) -> tuple[Callable[[], str], Callable[[], None]]:
        caller = Caller(kind, url)
        return lambda: outcome_of(caller, "once", "x", 10), caller.close

    return begin


@pytest.mark.parametrize(
    "begin", [a_call("blocking"), a_call("asyncio"), a_future], ids=["blocking", "asyncio", "future"]
)
def test_a_reply_that_goes_to_a_connection_which_was_lost_is_found(
    redis_url: str,
    proxy: CuttingProxy,
    tmp_path: Path,
    begin: Callable[[str], tuple[Callable[[], str], Callable[[], None]]],
) -> None:
    """Redis does not notice that the client hung up, and gives the reply to who waited first."""
    with TallyClient(redis_url) as client:
        client.call("note", "first")  # Redis learns the script: a client that is refused for that is in doubt already
    ask, close = begin(proxy.url)
    with ThreadPoolExecutor(1) as pool, redis.Redis.from_url(redis_url) as broker:
        asked = pool.submit(ask)
        wait_for(lambda: broker.llen(keys.request_list("tally")) == 2, "the request")
        wait_for(lambda: broker.info("clients")["blocked_clients"], "a client that waits")
        proxy.hang_up_here()
        wait_for(lambda: broker.info("clients")["blocked_clients"] == 2, "the same client, waiting again")
        stop = serve("blocking", redis_url, Ledger(tmp_path / "ledger"))
        assert asked.result(10) == "x"
        close()
        stop()


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_client_that_is_closed_leaves_nothing(redis_url: str, tmp_path: Path, kind: str) -> None:
    stop = serve("blocking", redis_url, Ledger(tmp_path / "ledger"))
    caller = Caller(kind, redis_url)
    assert caller.call("once", "x") == "x"
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.keys("*:sg:out:*") != []
        caller.close()
        wait_for(lambda: broker.keys("*:sg:out:*") + broker.keys("*:sg:in:*") == [], "an empty Redis")
    stop()
