"""What a client reads, and when it forgets it; and connections that are lost, but go on at the other end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from soagen_runtime.transport.redis.inbox import LIFETIME, LOOK, MOST_LEFT, Inbox
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


def waits(key: str, seconds: float) -> bytes:
    return pack("BLMOVE", "replies", key, "LEFT", "RIGHT", seconds)


def kept(key: str) -> bytes:
    return pack("EXPIRE", key, LIFETIME)


def test_what_was_read_is_forgotten_with_the_next_read() -> None:
    inbox, key = new(), first_key()
    moved = pack("LMOVE", "replies", key, "LEFT", "RIGHT")
    assert inbox.read(1.0, 1) == [waits(key, 1.0), moved, kept(key)]
    assert inbox.took([b"a", None, 1]) == [b"a"]
    assert inbox.read(0) == [pack("DEL", key), moved, kept(key)]
    assert inbox.took([1, None, 0]) == []
    assert inbox.read(0) == [moved, kept(key)]


def test_what_never_left_was_not_lost() -> None:
    inbox = new()
    inbox.read(1.0)
    inbox.unsent()
    assert not inbox.is_in_doubt
    assert inbox.read(1.0)[0] == waits(first_key(), 1.0)


def test_what_arrives_in_an_inbox_that_was_left_is_given_once(clock: list[float]) -> None:
    inbox, key = new(), first_key()
    inbox.read(1.0)
    inbox.took([b"read", 1])
    inbox.read(1.0)  # lost: it may empty the inbox yet, or not, and put something into it
    for held, given in [([b"read"], []), ([b"read", b"late"], [b"late"]), ([b"late", b"later"], [b"later"])]:
        assert inbox.read(1.0) == [pack("LRANGE", key, 0, -1), kept(key)]
        assert inbox.took([held, 1]) == given
        assert inbox.is_in_doubt
        assert inbox.read(1.0) == [waits(f"{key}.1", LOOK), kept(f"{key}.1")]
        assert inbox.took([None, 0]) == []
    clock[0] += SETTLED_DOWN
    inbox.read(1.0)
    assert inbox.took([[b"late", b"later", b"last"], 1]) == [b"last"]
    assert not inbox.is_in_doubt
    assert inbox.read(1.0) == [pack("DEL", key), waits(f"{key}.1", 1.0), kept(f"{key}.1")]
    assert inbox.took([1, b"next", 1]) == [b"next"]


def test_doubt_lasts_from_when_redis_is_heard_again(clock: list[float]) -> None:
    inbox = new()
    inbox.read(1.0)
    clock[0] += 10 * SETTLED_DOWN
    inbox.read(1.0)
    inbox.took([[], 0])
    assert inbox.is_in_doubt


def test_a_look_that_is_lost_is_made_again(clock: list[float]) -> None:
    inbox, key = new(), first_key()
    inbox.read(1.0)
    inbox.read(1.0)
    assert inbox.read(1.0) == [waits(f"{key}.1", LOOK), kept(f"{key}.1")]
    inbox.took([None, 0])
    inbox.read(1.0)
    assert inbox.took([[b"a"], 1]) == [b"a"]


def test_of_many_losses_the_newest_are_looked_at(clock: list[float]) -> None:
    inbox = new()
    for _ in range(MOST_LEFT + 3):
        waited, looked = inbox.read(1.0), inbox.read(1.0)
    assert waited[-1] == kept(f"{first_key()}.{MOST_LEFT + 2}")
    assert looked[1] == kept(f"{first_key()}.3")
    assert len(looked) == 2 * MOST_LEFT


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
