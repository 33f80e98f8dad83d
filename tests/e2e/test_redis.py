"""What only a real broker shows: hostile messages, full lists, lost connections, replies that are not wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.transport.redis import calling
from soagen_runtime.wire import (
    DEFAULT_FORMAT,
    ActionResult,
    JobResult,
    RequestMessage,
    cut,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    format_of,
    keys,
    request_meta,
)

from tests.e2e.conftest import World

QUEUE = keys.request_list("probe")
REPLY_TO = "service.probe.0123456789abcdef0123456789abcdef!0123456789ab"


@pytest.fixture
def broker(redis_url: str) -> Iterator[Any]:
    with redis.Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def served(api: ModuleType, redis_url: str, client_kind: str, server_kind: str) -> Iterator[World]:
    world = World(api, client_kind, server_kind, redis_url)
    yield world
    world.close()


@pytest.fixture
def unserved(api: ModuleType, redis_url: str, client_kind: str) -> Iterator[World]:
    """A client whose service nobody serves: the test plays the server, by hand."""
    world = World(api, client_kind, "blocking", redis_url, serve=False)
    yield world
    world.close()


def job(action: str, body: Any) -> dict[str, Any]:
    return {
        "control": {"continue_on_error": False, "suppress_response": False},
        "context": {"correlation_id": "c", "switches": []},
        "actions": [{"action": action, "body": body}],
    }


def request(request_id: int, body: Any, *, reply_to: str = REPLY_TO, expires_in: float = 10, **format: Any) -> bytes:
    meta = request_meta(reply_to, time.time() + expires_in)
    return encode_request(request_id, meta, body, format_of(**format))


def reply(broker: Any) -> Any:
    popped = broker.blpop([keys.reply_list(REPLY_TO)], timeout=10)
    assert popped is not None, "no reply came"
    return decode_reply(popped[1])


GOOD = job("add", {"a": 1, "b": 2})
ANSWERED: list[tuple[str, Any, str, str | None]] = [
    ("no job", 7, "INVALID", None),
    ("no context", {**GOOD, "context": None}, "INVALID", "context"),
    ("no actions", {**GOOD, "actions": []}, "INVALID", "actions"),
    (
        "a switch that is no number",
        {**GOOD, "context": {"correlation_id": "c", "switches": ["x"]}},
        "INVALID",
        "context.switches.0",
    ),
    (
        "a context of another type",
        {**GOOD, "context": {"correlation_id": "c", "switches": [], "locale": 1}},
        "INVALID",
        "context.locale",
    ),
]


@pytest.mark.parametrize(("name", "body", "code", "field"), ANSWERED, ids=[a[0] for a in ANSWERED])
def test_what_is_no_job_is_answered(
    served: World, broker: Any, name: str, body: Any, code: str, field: str | None
) -> None:
    broker.rpush(QUEUE, request(5, body))
    received = reply(broker)
    assert received.request_id == 5
    assert [(e.code, e.field) for e in received.result.errors] == [(code, field)]


def test_a_request_that_is_too_large_is_answered(served: World, broker: Any) -> None:
    broker.rpush(QUEUE, request(8, job("pass_on", {"value": "x" * 102_400})))
    (error,) = reply(broker).result.errors
    assert error.code == "REQUEST_TOO_LARGE"
    assert "102400 are allowed" in error.message


GARBAGE = [
    b"",
    b"\xff\xfe",
    b"pysoa-redis/3//content-type:application/msgpack;",
    b"pysoa-redis/3//content-type:application/msgpack;\xc1",
    b"pysoa-redis/9//content-type:application/msgpack;\x80",
    b"pysoa-redis/3//content-type:application/msgpack;" + b"\x91" * 90_000,
    b"x" * 500_000,
    request(1, GOOD, reply_to="service.probe"),
    request(1, GOOD, reply_to="service.other.0123456789abcdef0123456789abcdef!0123456789ab"),
    request(1, GOOD, expires_in=-1),
]


def test_a_message_that_is_no_message_is_set_aside_and_the_server_lives(served: World, broker: Any) -> None:
    broker.rpush(QUEUE, *GARBAGE)
    assert served.client("probe").add(a=1, b=2).total == 3
    assert broker.llen(QUEUE) == 0
    assert broker.exists(keys.reply_list(REPLY_TO), keys.reply_list("service.probe")) == 0


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("content_type", ["application/msgpack", "application/json"])
def test_every_version_and_content_type_is_answered_in_kind(
    served: World, broker: Any, version: int, content_type: str
) -> None:
    if version == 1 and content_type == "application/json":
        content_type = "application/msgpack"  # version 1 cannot say
    broker.rpush(QUEUE, request(6, GOOD, version=version, content_type=content_type))
    received = reply(broker)
    assert received.result.actions[0].body == {"total": 3, "moods": ["calm"]}
    assert (received.format.version, received.format.codec.content_type) == (version, content_type)


def test_an_unknown_action_is_answered(served: World, broker: Any) -> None:
    broker.rpush(QUEUE, request(7, job("fly", {})))
    (error,) = reply(broker).result.actions[0].errors
    assert (error.code, error.field) == ("UNKNOWN", "action")
    assert error.message == 'The action "fly" was not found on this server.'


def test_a_server_that_lacks_an_action_gives_its_own_error(unserved: World, broker: Any) -> None:
    error = soagen.Error(code="UNKNOWN", message='The action "see" was not found on this server.', field="action")
    with (
        pytest.raises(soagen.UnknownAction),
        playing_server(broker, JobResult(actions=[ActionResult("see", errors=[error])])),
    ):
        unserved.client("probe").see()


def test_a_code_that_the_contract_does_not_know_is_an_action_error(unserved: World, broker: Any) -> None:
    error = soagen.Error(code="NEWER", message="of a newer version", variables={"a": 1})
    with (
        pytest.raises(soagen.ActionError, match="NEWER: of a newer version") as caught,
        playing_server(broker, JobResult(actions=[ActionResult("see", errors=[error])])),
    ):
        unserved.client("probe").see()
    assert caught.value.errors == (error,)


def test_a_response_that_breaks_the_contract_is_an_invalid_reply(unserved: World, broker: Any) -> None:
    result = JobResult(actions=[ActionResult("add", {"total": "3"})])
    with pytest.raises(soagen.ReplyInvalid, match="total: Not an integer"), playing_server(broker, result):
        unserved.client("probe").add(a=1, b=2)


def test_a_response_of_a_newer_server_is_understood(unserved: World, broker: Any) -> None:
    result = JobResult(actions=[ActionResult("add", {"total": 3, "moods": ["giddy"], "extra": 1})])
    with playing_server(broker, result):
        response = unserved.client("probe").add(a=1, b=2)
    assert (response.moods[0].value, response.moods[0].is_known) == ("giddy", False)


def test_a_broken_reply_hurts_one_call(unserved: World, broker: Any, client_kind: str) -> None:
    client = unserved.client("probe").with_options(timeout=1)
    with pytest.raises((soagen.ReplyInvalid, soagen.CallTimeout)), playing_server(broker, None, [b"\xc1"]):
        client.add(a=1, b=2)
    with playing_server(broker, JobResult(actions=[ActionResult("add", {"total": 3, "moods": []})])):
        assert client.add(a=1, b=2).total == 3


def test_a_late_reply_is_dropped(unserved: World, broker: Any) -> None:
    client = unserved.client("probe")
    with pytest.raises(soagen.CallTimeout):
        client.with_options(timeout=0.05).add(a=1, b=1)
    late = broker.lpop(QUEUE)
    result = JobResult(actions=[ActionResult("add", {"total": 0, "moods": []})])
    answer(broker, late, result)
    with playing_server(broker, JobResult(actions=[ActionResult("add", {"total": 3, "moods": []})])):
        assert client.add(a=1, b=2).total == 3


def test_a_reply_in_pieces_is_joined(unserved: World, broker: Any) -> None:
    result = JobResult(actions=[ActionResult("inflate", {"text": "y" * 250_000})])
    with playing_server(broker, result, chunk=102_400):
        assert unserved.client("probe").inflate(size=1).text == "y" * 250_000


def test_a_server_that_is_not_there_is_a_timeout(unserved: World) -> None:
    with pytest.raises(soagen.CallTimeout, match="no reply of probe"):
        unserved.client("probe").with_options(timeout=0.1).add(a=1, b=2)


def test_a_full_list_is_refused_at_once(unserved: World, broker: Any) -> None:
    broker.rpush(QUEUE, *[b"x"] * calling.CAPACITY)
    with pytest.raises(soagen.QueueFull):
        unserved.client("probe").add(a=1, b=2)
    assert broker.llen(QUEUE) == calling.CAPACITY


@pytest.mark.parametrize(("others", "left"), [(None, 60), (5, 60), (600, 600)])
def test_the_shared_list_only_ever_lives_longer(unserved: World, broker: Any, others: int | None, left: int) -> None:
    if others is not None:
        broker.rpush(QUEUE, b"waiting")
        broker.expire(QUEUE, others)
    with pytest.raises(soagen.CallTimeout):
        unserved.client("probe").with_options(timeout=0.05).add(a=1, b=2)
    assert left - 5 <= broker.ttl(QUEUE) <= left


def test_a_redis_that_is_not_there_is_said_at_once(api: ModuleType, client_kind: str) -> None:
    world = World(api, client_kind, "blocking", "redis://:hush@127.0.0.1:1/0", serve=False)
    with pytest.raises(soagen.ConnectionFailed, match=r"redis://:\*\*\*@127\.0\.0\.1:1/0") as caught:
        world.client("probe").add(a=1, b=2)
    assert isinstance(caught.value, ConnectionError)
    world.close()


def test_calls_go_on_after_every_connection_was_cut(served: World, broker: Any) -> None:
    client = served.client("probe")
    assert client.add(a=1, b=2).total == 3
    broker.client_kill_filter(_type="normal", skipme=True)
    # The connections of server and client are gone: a call may end in an error of its own, and the next ones work.
    client = client.with_options(timeout=0.5)
    deadline = time.monotonic() + 20
    while True:
        try:
            assert client.add(a=2, b=2).total == 4
            break
        except (soagen.ConnectionFailed, soagen.CallTimeout):
            assert time.monotonic() < deadline


def test_many_tasks_share_a_client(api: ModuleType, redis_url: str, server_kind: str) -> None:
    world = World(api, "asyncio", server_kind, redis_url)

    async def main() -> list[int]:
        async with api.probe.AsyncProbeClient(redis_url) as client:
            calls = [client.add(a=a, b=b) for a in range(10) for b in range(10)]
            return [response.total for response in await asyncio.gather(*calls)]

    assert asyncio.run(main()) == [a + b for a in range(10) for b in range(10)]
    world.close()


def test_a_cancelled_task_mixes_no_replies_up(api: ModuleType, redis_url: str) -> None:
    world = World(api, "asyncio", "asyncio", redis_url)

    async def main() -> None:
        async with api.probe.AsyncProbeClient(redis_url) as client:
            for a in range(20):
                tasks = [asyncio.ensure_future(client.add(a=a, b=b)) for b in range(5)]
                await asyncio.sleep(0)
                tasks[a % 5].cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
                sums = [getattr(result, "total", None) for result in results]
                assert sums == [None if b == a % 5 else a + b for b in range(5)]

    asyncio.run(main())
    world.close()


def test_an_asyncio_client_may_be_used_in_one_loop_after_another(api: ModuleType, redis_url: str) -> None:
    world = World(api, "asyncio", "blocking", redis_url)
    client = api.probe.AsyncProbeClient(redis_url)

    async def once() -> int:
        response = await client.add(a=1, b=2)
        await client.close()
        return int(response.total)

    assert [asyncio.run(once()) for _ in range(3)] == [3, 3, 3]
    world.close()


def test_many_threads_share_a_client(api: ModuleType, redis_url: str, server_kind: str) -> None:
    world = World(api, "blocking", server_kind, redis_url)
    with api.probe.ProbeClient(redis_url) as client, ThreadPoolExecutor(8) as pool:
        sums = list(pool.map(lambda n: client.add(a=n, b=1).total, range(80)))
    assert sums == [n + 1 for n in range(80)]
    world.close()


@contextmanager
def playing_server(
    broker: Any, result: JobResult | None, raw: list[bytes] | None = None, chunk: int | None = None
) -> Iterator[None]:
    """Answers the next request with a given result, by hand, while the block runs."""

    def serve() -> None:
        popped = broker.blpop([QUEUE], timeout=10)
        assert popped is not None, "no request came"
        answer(broker, popped[1], result, raw, chunk)

    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve)
        try:
            yield
        finally:
            served.result(15)


def answer(
    broker: Any, data: bytes, result: JobResult | None, raw: list[bytes] | None = None, chunk: int | None = None
) -> None:
    message: RequestMessage = decode_request(data)
    if result is not None:
        whole = encode_reply(message, result, time.time() + 10)
        raw = [whole] if chunk is None else cut(DEFAULT_FORMAT, whole, chunk)
    broker.rpush(keys.reply_list(message.reply_to), *(raw or []))
