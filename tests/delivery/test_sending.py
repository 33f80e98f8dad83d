"""What the script that sends lets in, and what it refuses."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.transport.redis.calling import ABSENCE, CAPACITY, Lines
from soagen_runtime.wire import keys

from tests.delivery.tally import TallyClient

QUEUE = keys.request_list("tally")


@pytest.fixture
def broker(redis_url: str) -> Iterator[Any]:
    with redis.Redis.from_url(redis_url) as connection:
        yield connection


class Channel:
    """A channel whose commands are run one by one."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._lines = Lines("tally", "client", 1)

    def push(self, number: int, message: bytes = b"x", *, after: int = 0, lifetime: float = 5) -> Any:
        """What Redis answers."""
        packed = self._lines.push(number, lifetime, message, after=after, whole=True)
        connection = self._broker.connection_pool.get_connection()
        try:
            connection.send_packed_command([packed])
            return connection.read_response()
        except redis.ResponseError as error:
            return str(error)
        finally:
            self._broker.connection_pool.release(connection)


def test_a_request_is_let_in_once_however_often_it_is_sent(broker: Any) -> None:
    channel = Channel(broker)
    assert [channel.push(1, b"a"), channel.push(1, b"a"), channel.push(2, b"b"), channel.push(1, b"a")] == [1, 0, 2, 0]
    assert broker.lrange(QUEUE, 0, -1) == [b"a", b"b"]


def test_what_comes_before_the_one_it_should_follow_is_refused(broker: Any) -> None:
    channel = Channel(broker)
    assert channel.push(1, after=0) == 1
    assert "GAP" in channel.push(3, after=2)
    assert [channel.push(2, after=1), channel.push(3, after=2)] == [2, 3]


def test_what_was_refused_never_gets_in(broker: Any) -> None:
    channel = Channel(broker)
    broker.rpush(QUEUE, *[b"x"] * CAPACITY)
    assert "QUEUEFULL" in channel.push(1)
    broker.delete(QUEUE)
    assert channel.push(1) == 0
    assert broker.llen(QUEUE) == 0


def test_the_list_lives_longer_and_never_shorter(broker: Any) -> None:
    channel = Channel(broker)
    channel.push(1, lifetime=100)
    assert 105 <= broker.ttl(QUEUE) <= 111
    channel.push(2, lifetime=5)
    assert 105 <= broker.ttl(QUEUE) <= 111


LONG, RECENTLY = ABSENCE + 2, ABSENCE - 5
DESERTED = {
    "deserted": (LONG, b"waiting", LONG, True),
    "PySOA's workers take what waits": (LONG, b"another", LONG, False),
    "what waits first has not waited for long": (LONG, b"waiting", RECENTLY, False),
    "nobody has looked yet": (LONG, b"waiting", None, False),
    "nothing waits": (LONG, None, LONG, False),
    "a restart": (RECENTLY, b"waiting", LONG, False),
    "no soagen worker was ever here": (None, b"waiting", LONG, False),
}
"""How many seconds ago a worker was seen, what waits, since when another request waits first, and what is said then."""


@pytest.mark.parametrize("case", DESERTED)
def test_a_deserted_service_is_said_at_once(redis_url: str, broker: Any, case: str) -> None:
    seen_ago, waiting, looked_ago, refused = DESERTED[case]
    if seen_ago is not None:
        broker.set(keys.seen("tally"), int((time.time() - seen_ago) * 1000))
    if looked_ago is not None:
        since = int((time.time() - looked_ago) * 1000)
        broker.set(keys.head("tally"), f"{hashlib.sha1(b'waiting').hexdigest()} {since}")
    if waiting is not None:
        broker.rpush(QUEUE, waiting)
    with TallyClient(redis_url) as client:
        expected = soagen.NoWorkers if refused else soagen.CallTimeout
        with pytest.raises(expected):
            client.with_options(timeout=0.2).call("once", "x")
    assert broker.llen(QUEUE) == (waiting is not None) + (not refused)
