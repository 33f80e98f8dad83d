"""A request ends once, in whichever way that is written, and however often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Nothing, Outcome, Reply
from soagen_runtime.transport.redis.lease import Identity
from soagen_runtime.transport.redis.link import BlockingLink
from soagen_runtime.transport.redis.masters import masters_of
from soagen_runtime.transport.redis.scripts import SETTLE
from soagen_runtime.transport.redis.settling import SMALL, Batch, Settle, SlotCommands
from soagen_runtime.wire import keys

from tests.delivery.ends import Caller, serve
from tests.delivery.tally import Ledger

QUEUE, REPLIES, DEAD = keys.request_list("tally"), "pysoa:service.tally.c!1", keys.dead("tally")


class Desk:
    """Slots with a request each, and a link over which they are settled."""

    def __init__(self, redis_url: str, broker: Any) -> None:
        (master,) = masters_of(redis_url)
        self.link = BlockingLink(master)
        self.identity = Identity("w:3", [keys.slot("tally", "w", index) for index in range(3)])
        self.broker = broker
        for index, slot in enumerate(self.identity.slots):
            broker.rpush(slot, f"request {index}")
        assert run_blocking(SETTLE.load(self.link))

    def settle(self, outcomes: Sequence[Outcome | None], *, scripted: bool) -> list[bool]:
        settles = [
            Settle(self.identity, index, SlotCommands("tally", self.identity.slots[index]), outcome, 9)
            for index, outcome in enumerate(outcomes)
        ]
        batch = Batch(settles, scripted=scripted)
        return batch.results(self.link.exchange_now(batch.request, batch.count)[-1])

    def replies(self) -> list[bytes]:
        found: list[bytes] = self.broker.lrange(REPLIES, 0, -1)
        return found

    def full(self) -> list[int]:
        """Which slots hold something."""
        return [index for index, slot in enumerate(self.identity.slots) if self.broker.exists(slot)]


@pytest.fixture
def desk(redis_url: str) -> Iterator[Desk]:
    with redis.Redis.from_url(redis_url) as broker:
        desk = Desk(redis_url, broker)
        yield desk
        desk.link.drop()


def reply(*messages: bytes) -> Reply:
    return Reply("service.tally.c!1", messages)


ways = pytest.mark.parametrize("scripted", [True, False], ids=["by the script", "by a transaction"])


@ways
@pytest.mark.parametrize(
    "messages", [(b"a",), (b"x" * (SMALL + 1),), (b"1", b"2", b"3")], ids=["small", "large", "in pieces"]
)
def test_a_reply_is_delivered_once(desk: Desk, messages: tuple[bytes, ...], scripted: bool) -> None:
    assert desk.settle([reply(*messages)], scripted=scripted) == [True]
    assert desk.settle([reply(*messages)], scripted=scripted) == [False]
    assert desk.settle([reply(*messages)], scripted=not scripted) == [False]
    assert desk.replies() == list(messages)
    assert desk.full() == [1, 2]
    assert 55 <= desk.broker.ttl(REPLIES) <= 60


@ways
def test_a_slot_that_another_emptied_delivers_nothing(desk: Desk, scripted: bool) -> None:
    desk.broker.delete(desk.identity.slots[0])
    assert desk.settle([reply(b"late")], scripted=scripted) == [False]
    assert desk.replies() == []


def test_several_are_settled_together_each_for_itself(desk: Desk) -> None:
    desk.broker.delete(desk.identity.slots[1])
    assert desk.settle([reply(b"a"), reply(b"late"), reply(b"1", b"2")], scripted=True) == [True, False, True]
    assert desk.replies() == [b"a", b"1", b"2"]
    assert desk.full() == []


def test_what_has_no_reply(desk: Desk) -> None:
    outcomes = [Nothing("expired"), Nothing("garbage", dropped=True, about={"request_id": "7"}), None]
    assert desk.settle(outcomes, scripted=True) == [True, True, True]
    assert desk.full() == []
    assert desk.broker.lrange(QUEUE, 0, -1) == [b"request 2"]
    ((_, line),) = desk.broker.xrange(DEAD)
    assert line == {b"reason": b"garbage", b"bytes": b"9", b"request_id": b"7"}


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_script_that_redis_forgot_costs_no_reply(redis_url: str, tmp_path: Path, kind: str) -> None:
    ledger = Ledger(tmp_path / "ledger")
    stop = serve(kind, redis_url, ledger)
    caller = Caller("blocking", redis_url)
    with redis.Redis.from_url(redis_url) as broker:
        for number in range(5):
            assert caller.call("once", f"t{number}", 2) == f"t{number}"
            broker.script_flush()
    caller.close()
    stop()
    assert set(ledger.starts().values()) == {1}
