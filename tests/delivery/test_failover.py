"""A replica is promoted: what may have run at the master before it, and must not run twice, is not started again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from soagen_runtime.transport.redis.origin import name_of, origin_of
from soagen_runtime.wire import decode_reply, encode_request, keys, request_meta

from tests.delivery.chaos.stage import Broker
from tests.delivery.conftest import wait_for
from tests.delivery.ends import Caller, outcome_of, serve
from tests.delivery.proxy import CuttingProxy
from tests.delivery.tally import Ledger

QUEUE = keys.request_list("tally")
KINDS = ["blocking", "asyncio"]


class Pair:
    """A master and its replica, and an address that leads to the one and then to the other."""

    def __init__(self, folder: Path) -> None:
        for name in ("master", "replica"):
            (folder / name).mkdir()
        self.master = Broker(folder / "master", fsync=None)
        self.replica = Broker(folder / "replica", fsync=None, replica_of=self.master.port)
        self.proxy = CuttingProxy(self.master.port)
        self.ledger = Ledger(folder / "ledger")
        self.ask(self.replica, lambda client: client.info("replication")["master_link_status"] == "up")

    def ask(self, broker: Broker, question: Callable[[Any], Any]) -> None:
        """Waits until a Redis says yes."""
        with broker.client() as client:
            wait_for(lambda: question(client), "an answer of Redis")

    def promote(self) -> None:
        """From now on the replica goes its own way."""
        with self.replica.client() as client:
            client.replicaof("NO", "ONE")

    def fail_over(self) -> None:
        """The master is gone, and everybody is led to the replica."""
        self.master.stop()
        self.proxy.lead_to(self.replica.port)

    def close(self) -> None:
        self.proxy.close()
        for broker in (self.master, self.replica):
            broker.stop()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


@pytest.fixture
def in_background() -> Iterator[Callable[..., Future[str]]]:
    with ThreadPoolExecutor(4) as pool:

        def call(caller: Caller, name: str, token: str, **request: Any) -> Future[str]:
            return pool.submit(outcome_of, caller, name, token, 20, **request)

        yield call


def request_of_a_pysoa_client(action: str, token: str) -> tuple[bytes, str]:
    """A request that names no master, and the list of its reply."""
    reply_to = f"service.tally.{'0' * 32}!{'1' * 12}"
    job = {
        "control": {"continue_on_error": False, "suppress_response": False},
        "context": {"correlation_id": token, "switches": []},
        "actions": [{"action": action, "body": {"token": token}}],
    }
    return encode_request(1, request_meta(reply_to, time.time() + 20), job), keys.reply_list(reply_to)


@pytest.mark.parametrize("server", KINDS)
@pytest.mark.parametrize("client", KINDS)
def test_what_waited_at_another_master_is_not_run_if_it_may_have_been(
    pair: Pair, in_background: Callable[..., Future[str]], client: str, server: str
) -> None:
    callers = [Caller(client, pair.proxy.url) for _ in range(2)]
    unnamed, replies = request_of_a_pysoa_client("once", "unnamed")
    calls = [in_background(caller, name, name) for caller, name in zip(callers, ("once", "again"), strict=True)]
    with pair.master.client() as master:
        master.rpush(QUEUE, unnamed)
    pair.ask(pair.replica, lambda redis: redis.llen(QUEUE) == 3)
    pair.promote()
    pair.fail_over()
    stop = serve(server, pair.proxy.url, pair.ledger)
    try:
        assert [call.result(20) for call in calls] == ["OutcomeUnknown", "again"]
        pair.ask(pair.replica, lambda redis: redis.llen(replies))
        with pair.replica.client() as redis:
            assert decode_reply(redis.lindex(replies, 0)).result.errors == ()  # type: ignore[union-attr]  # not cut
        assert outcome_of(callers[0], "once", "next") == "next"  # which was sent to the master of now
    finally:
        for caller in callers:
            caller.close()
        stop()
    assert pair.ledger.starts() == {"again": 1, "unnamed": 1, "next": 1}


@pytest.mark.parametrize("server", KINDS)
def test_what_ran_at_a_master_that_told_nobody_is_not_run_again(
    pair: Pair, in_background: Callable[..., Future[str]], server: str
) -> None:
    callers = [Caller("blocking", pair.proxy.url) for _ in range(2)]
    calls = [
        in_background(caller, name, name, seconds=0.5) for caller, name in zip(callers, ("once", "again"), strict=True)
    ]
    pair.ask(pair.replica, lambda redis: redis.llen(QUEUE) == 2)
    pair.promote()  # what happens at the master is not copied any more
    stops = [serve(server, pair.proxy.url, pair.ledger) for _ in range(2)]
    wait_for(lambda: pair.ledger.starts() == {"once": 1, "again": 1}, "the starts at the master")
    pair.fail_over()
    try:
        assert [call.result(20) for call in calls] == ["OutcomeUnknown", "again"]
    finally:
        for caller in callers:
            caller.close()
        for stop in stops:
            stop()
    assert pair.ledger.starts() == {"once": 1, "again": 2}
    pair.ask(pair.replica, lambda redis: not redis.keys("*:sg:p:*") and not redis.exists(QUEUE))


def test_what_may_have_run_and_nobody_waits_for_is_reported(pair: Pair) -> None:
    caller = Caller("blocking", pair.proxy.url)
    caller.call("tell", "told")
    caller.close()
    pair.ask(pair.replica, lambda redis: redis.llen(QUEUE) == 1)
    pair.promote()
    pair.fail_over()
    stop = serve("blocking", pair.proxy.url, pair.ledger)
    try:
        pair.ask(pair.replica, lambda redis: redis.xlen(keys.dead("tally")))
        with pair.replica.client() as redis:
            ((_, line),) = redis.xrange(keys.dead("tally"))
    finally:
        stop()
    assert (line[b"reason"], line[b"correlation_id"]) == (b"outcome unknown", b"told")
    assert pair.ledger.starts() == {}


@pytest.mark.parametrize(("fsync", "outcome"), [("always", "token"), ("everysec", "OutcomeUnknown")])
def test_a_restart_is_no_question_only_where_nothing_is_forgotten(
    tmp_path: Path, in_background: Callable[..., Future[str]], fsync: str, outcome: str
) -> None:
    broker, ledger = Broker(tmp_path, fsync=fsync), Ledger(tmp_path / "ledger")
    caller = Caller("blocking", broker.url)
    try:
        call = in_background(caller, "once", "token")
        with broker.client() as redis:
            wait_for(lambda: redis.llen(QUEUE), "the request")
        broker.stop()
        broker.start()
        stop = serve("blocking", broker.url, ledger)
        assert call.result(20) == outcome
        stop()
    finally:
        caller.close()
        broker.stop()


# --- who a Redis says that it is

SERVER = b"# Server\r\nredis_version:7.0.15\r\nrun_id:abc123\r\ntcp_port:6379\r\n"
FIRST = b"role:master\r\nmaster_replid2:0000000000000000000000000000000000000000\r\n"
PROMOTED = b"role:master\r\nmaster_replid2:0011223344556677889900112233445566778899\r\n"
ALWAYS = [b"appendonly", b"yes", b"appendfsync", b"always"]
REFUSED = Exception("NOPERM")


@pytest.mark.parametrize(
    ("replication", "append", "origin"),
    [
        (FIRST, ALWAYS, ""),
        (PROMOTED, ALWAYS, "abc123"),
        (FIRST, [b"appendonly", b"yes", b"appendfsync", b"everysec"], "abc123"),
        (FIRST, [b"appendonly", b"no", b"appendfsync", b"always"], "abc123"),
        (FIRST, REFUSED, "abc123"),
        (REFUSED, ALWAYS, "abc123"),
    ],
    ids=["forgets nothing", "promoted", "forgets a second", "keeps nothing", "does not say", "does not say either"],
)
def test_which_redis_may_have_forgotten(replication: object, append: object, origin: str) -> None:
    assert origin_of([SERVER, replication, append]) == origin


def test_who_may_not_ask_knows_no_name() -> None:
    assert name_of(SERVER) == "abc123"
    assert name_of(REFUSED) == ""
    assert origin_of([REFUSED, FIRST, ALWAYS]) == ""
