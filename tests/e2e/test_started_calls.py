"""What was started and is asked for later, when things go wrong meanwhile: lost connections, closed clients, forks,
replies that are broken or come in pieces, threads that ask at once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import msgpack
import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.transport.redis.link import BlockingLink

from tests.conftest import start_redis
from tests.delivery.proxy import CuttingProxy
from tests.e2e.by_hand import CHUNK, QUEUE, ByHand
from tests.e2e.conftest import World


@pytest.fixture
def server(redis_url: str) -> Iterator[ByHand]:
    with redis.Redis.from_url(redis_url) as broker:
        yield ByHand(broker)


@pytest.fixture
def client(api: ModuleType, redis_url: str) -> Iterator[Any]:
    with api.probe.ProbeClient(redis_url) as client:
        yield client.with_options(timeout=10)


def started(client: Any, n: int = 0) -> Any:
    return client.calls.add(a=n, b=0).start()


# --- in whatever order, by whomever


def test_replies_may_come_in_any_order(client: Any, server: ByHand) -> None:
    futures = [started(client, n) for n in range(5)]
    requests = [server.take() for _ in futures]
    for n in (3, 0, 4, 2, 1):
        server.added(requests[n], n)
    assert [future.result().total for future in futures] == list(range(5))


def test_a_result_may_be_asked_for_again_and_by_several(client: Any, server: ByHand) -> None:
    future = started(client)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(future.result) for _ in range(4)]
        server.added(server.take(), 7)
        assert [each.result(10).total for each in asked] == [7] * 4
    assert future.result().total == 7


def test_many_threads_start_ask_and_forget_at_once(api: ModuleType, redis_url: str, server_kind: str) -> None:
    world = World(api, "blocking", server_kind, redis_url)
    with api.probe.ProbeClient(redis_url) as client, ThreadPoolExecutor(8) as pool:

        def work(n: int) -> list[int]:
            first, second, third = (client.calls.add(a=n, b=b).start() for b in range(3))
            client.calls.note(text="x").forget()
            now = client.add(a=n, b=3).total
            del second
            return [third.result().total, now, first.result().total]

        assert list(pool.map(work, range(40))) == [[n + 2, n + 3, n] for n in range(40)]
    world.close()


def test_whoever_reads_for_all_does_not_stay_longer_than_its_own_reply(client: Any, server: ByHand) -> None:
    first, second = started(client, 1), started(client, 2)
    requests = [server.take(), server.take()]
    with ThreadPoolExecutor(2) as pool:
        waits = [pool.submit(future.result) for future in (first, second)]
        server.added(requests[0], 1)
        assert waits[0].result(5).total == 1
        server.added(requests[1], 2)
        assert waits[1].result(5).total == 2


def test_it_can_be_asked_whether_it_is_there(client: Any, server: ByHand) -> None:
    future = started(client)
    request = server.take()
    assert not future.done()
    with pytest.raises(TimeoutError, match="not there yet") as caught:
        future.result(0.01)
    assert not isinstance(caught.value, soagen.CallError)
    server.added(request, 5)
    while not future.done():
        pass
    assert future.outcome().value.total == 5


def test_a_reply_that_came_in_time_is_there_after_the_deadline(client: Any, server: ByHand) -> None:
    soon = client.with_options(timeout=0.05)
    future, late = started(soon, 1), started(soon, 2)
    server.added(server.take(), 1)
    with pytest.raises(soagen.CallTimeout):
        late.result()
    assert future.result().total == 1


def test_a_future_that_is_let_go_of_leaves_nothing_behind(client: Any, server: ByHand, redis_url: str) -> None:
    for n in range(20):
        started(client, n)
    kept = started(client, 20)
    for n in range(21):
        server.added(server.take(), n)
    assert kept.result().total == 20
    for key in server.broker.keys("*!*"):
        assert b":sg:" in key or server.broker.llen(key) == 0


# --- an error is asked for when it is asked for


def test_what_the_broker_has_against_it_is_said_when_it_is_asked_for(client: Any, server: ByHand) -> None:
    server.broker.rpush(QUEUE, *[b"x"] * 10_000)
    future = started(client)
    with pytest.raises(soagen.QueueFull):
        future.result()
    assert future.done()


def test_a_broken_reply_harms_no_other(client: Any, server: ByHand) -> None:
    future = started(client)
    request = server.take()
    for request_id in ([1], {"a": 1}, None, "x", 1.0, True, 99):
        reply = {"request_id": request_id, "meta": {}, "body": {}}
        server.say(request, b"pysoa-redis/3//content-type:application/msgpack;" + msgpack.packb(reply))
    server.say(request, b"", b"\xc1")
    server.added(request, 7)
    assert future.result().total == 7


def test_a_reply_whose_rest_never_comes_costs_one_call(client: Any, server: ByHand) -> None:
    lost = client.with_options(timeout=0.2).calls.inflate(size=1).start()
    request = server.take()
    server.say(request, *server.inflated(request, 250_000)[:1])
    with pytest.raises(soagen.CallTimeout):
        lost.result()
    following = client.calls.inflate(size=2).start()
    request = server.take()
    server.say(request, *server.inflated(request, 250_000))
    assert len(following.result().text) == 250_000


# --- connections


def test_a_lost_connection_is_not_noticed(client: Any, server: ByHand) -> None:
    futures = [started(client, n) for n in range(4)]
    requests = [server.take() for _ in futures]
    server.added(requests[0], 0)
    assert futures[0].result().total == 0
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(futures[1].result)
        for n in (1, 2, 3):
            server.kill_connections()
            server.added(requests[n], n)
        assert waiting.result(10).total == 1
    assert [future.result().total for future in futures] == [0, 1, 2, 3]
    server.kill_connections()
    another = started(client, 9)
    server.added(server.take(), 9)
    assert another.result().total == 9


@pytest.mark.parametrize("kind", ["a call", "a started call", "asyncio"])
def test_a_reply_in_pieces_outlives_a_cut_at_any_frame(
    api: ModuleType, redis_url: str, kind: str, request: pytest.FixtureRequest
) -> None:
    proxy = CuttingProxy(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
    request.addfinalizer(proxy.close)
    world = World(api, "asyncio" if kind == "asyncio" else "blocking", "blocking", proxy.url, serve=False)
    client = world.client("probe").with_options(timeout=5)
    size = 3 * CHUNK
    over = threading.Event()

    def serve() -> None:
        # As PySOA's servers do it: the pieces one by one.
        with redis.Redis.from_url(redis_url) as broker:
            server = ByHand(broker)
            while True:
                message = server.take()
                if over.is_set():
                    return
                for piece in server.inflated(message, size):
                    server.say(message, piece)

    def call() -> Any:
        return client.calls.inflate(size=1).start().result() if kind == "a started call" else client.inflate(size=1)

    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(serve)
        call()
        for cut_at in range(1, 60):
            proxy.arm(cut_at, after=True)
            assert len(call().text) == size, f"cut at {cut_at}"
            if proxy.is_armed:
                break  # the call has fewer frames than this
        proxy.arm(None)
        over.set()
        client.calls.inflate(size=0).start() if kind == "a started call" else world.client("probe").note(text="over")
        serving.result(20)
    world.close()


def test_who_is_interrupted_may_ask_again_and_nothing_is_lost(
    client: Any, server: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = started(client, 1), started(client, 2)
    for n in (1, 2):
        server.added(server.take(), n)
    read = BlockingLink._read

    def interrupted(link: BlockingLink, connection: Any) -> None:
        read(link, connection)
        monkeypatch.undo()
        raise KeyboardInterrupt  # it has arrived, and is not in hand

    monkeypatch.setattr(BlockingLink, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        first.result()
    assert (second.result().total, first.result().total) == (2, 1)


def test_nobody_waits_for_a_slow_sender_beyond_its_own_time(client: Any, server: ByHand) -> None:
    started(client)
    server.take()
    server.broker.execute_command("CLIENT", "PAUSE", 20_000, "WRITE")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(started, client, 1)
        hasty = started(client.with_options(timeout=0.2), 2)
        with pytest.raises((soagen.ConnectionFailed, soagen.CallTimeout)):
            hasty.result()
        assert not slow.done()
        server.broker.execute_command("CLIENT", "UNPAUSE")
        server.added(server.take(), 5)
        assert slow.result(20).result().total == 5


def test_a_redis_that_forgets_everything_ends_each_call_in_time(
    api: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    process, port = start_redis(tmp_path_factory.mktemp("forgets"))
    with api.probe.ProbeClient(f"redis://127.0.0.1:{port}/0") as client:
        futures = [started(client.with_options(timeout=0.5), n) for n in range(3)]
        process.terminate()
        process.wait()
        assert not futures[0].done()
        for future in futures:
            with pytest.raises((soagen.ConnectionFailed, soagen.CallTimeout)):
                future.result()
        with pytest.raises(soagen.ConnectionFailed):
            client.add(a=1, b=1)


# --- the end of a client, and of a process


def test_who_waits_when_the_client_is_closed_is_told_at_once(api: ModuleType, redis_url: str, server: ByHand) -> None:
    client = api.probe.ProbeClient(redis_url).with_options(timeout=60)
    future = started(client)
    with ThreadPoolExecutor(3) as pool:
        waits = [pool.submit(future.result), pool.submit(started(client).result), pool.submit(client.add, a=1, b=1)]
        for _ in range(3):
            server.take()
        client.close()
        for wait in waits:
            with pytest.raises(soagen.ConnectionFailed, match="was closed"):
                wait.result(10)
    again = started(client)  # it connects anew
    server.added(server.take(), 3)
    assert again.result().total == 3
    client.close()


def in_a_child(function: Callable[[], object]) -> Callable[[], object]:
    """Runs a function in a process that is forked now. Returns what waits for what it returns, or raises."""
    context = multiprocessing.get_context("fork")
    near, far = context.Pipe()

    def tell() -> None:
        try:
            far.send(function())
        except Exception as error:
            far.send(repr(error))

    process = context.Process(target=tell)
    process.start()

    def told() -> object:
        assert near.poll(20), "the child says nothing"
        process.join(20)
        return near.recv()

    return told


def test_a_child_has_its_own_calls_and_not_its_parents(client: Any, server: ByHand) -> None:
    future = started(client)
    request = server.take()

    def ask() -> object:
        mine = started(client, 1)
        return str(future.outcome().error), future.done(), mine.result().total

    told = in_a_child(ask)
    server.added(server.take(), 11)
    why = "the call was started before this process was forked; its reply goes to the other process"
    assert told() == (why, True, 11)
    server.added(request, 5)
    assert future.result().total == 5


def test_a_child_has_threads_of_its_own(api: ModuleType, redis_url: str, server: ByHand) -> None:
    def layer(call: Any, further: Any) -> Any:
        return further(call)

    with api.probe.ProbeClient(redis_url, action_middleware=[layer]) as client:
        future = started(client, 1)
        request = server.take()

        def ask() -> object:
            mine = started(client, 2)
            return type(future.outcome().error).__name__, future.done(), mine.result().total

        told = in_a_child(ask)
        server.added(server.take(), 2)
        assert told() == ("ConnectionFailed", True, 2)
        server.added(request, 1)
        assert future.result().total == 1


# --- asyncio


def test_tasks_that_are_cancelled_harm_no_other(api: ModuleType, redis_url: str, server: ByHand) -> None:
    async def main() -> list[int]:
        async with api.probe.AsyncProbeClient(redis_url) as client:
            tasks = [client.calls.add(a=n, b=0).start() for n in range(6)]
            requests = [await asyncio.to_thread(server.take) for _ in tasks]
            for n in (1, 4):
                tasks[n].cancel()
            for request in requests:
                server.added(request, request.body["actions"][0]["body"]["a"])
            totals = [(await task).total for n, task in enumerate(tasks) if n not in (1, 4)]
            assert all(tasks[n].cancelled() for n in (1, 4))
            return totals

    assert asyncio.run(main()) == [0, 2, 3, 5]


def test_tasks_that_wait_when_the_client_is_closed_are_told_at_once(
    api: ModuleType, redis_url: str, server: ByHand
) -> None:
    async def main() -> None:
        client = api.probe.AsyncProbeClient(redis_url).with_options(timeout=60)
        tasks = [client.calls.add(a=n, b=0).start() for n in range(3)]
        for _ in tasks:
            await asyncio.to_thread(server.take)
        await client.close()
        for task in tasks:
            with pytest.raises(soagen.ConnectionFailed, match="was closed"):
                await task
        again = client.calls.add(a=1, b=1).start()  # it connects anew
        server.added(await asyncio.to_thread(server.take), 2)
        assert (await again).total == 2
        with pytest.raises(soagen.CallTimeout):
            await client.with_options(timeout=0.05).add(a=1, b=1)
        await client.close()

    asyncio.run(main())


def test_a_job_that_is_cancelled_half_way_through_its_reply_costs_no_other(
    api: ModuleType, redis_url: str, server: ByHand
) -> None:
    async def main() -> int:
        async with api.probe.AsyncProbeClient(redis_url) as client:
            client = client.with_options(timeout=5)
            lost = client.calls.inflate(size=1).start()
            request = await asyncio.to_thread(server.take)
            kept = client.calls.add(a=1, b=1).start()
            server.say(request, *server.inflated(request, 250_000)[:1])
            server.added(await asyncio.to_thread(server.take), 2)
            await kept
            lost.cancel()
            await asyncio.wait([lost])
            following = client.calls.inflate(size=2).start()
            request = await asyncio.to_thread(server.take)
            server.say(request, *server.inflated(request, 250_000))
            return len((await following).text)

    assert asyncio.run(main()) == 250_000
