"""``soagen-server`` as a process: its signals, its exit codes, and what a worker's death costs."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.wire import JobResult, ReplyMessage, decode_reply, encode_request, keys, request_meta

from tests.delivery.conftest import Stage, is_alive, wait_for
from tests.delivery.tally import TallyClient

BLOCKING, ASYNCIO = "tests.delivery.tally:Tally", "tests.delivery.tally:AsyncTally"
both_kinds = pytest.mark.parametrize("target", [BLOCKING, ASYNCIO], ids=["blocking", "asyncio"])


@both_kinds
def test_a_request_that_kills_its_worker_is_answered_at_once(stage: Stage, target: str) -> None:
    stage.serve("--workers", "2", target=target)
    stage.client.call("once", "warm")
    with pytest.raises(soagen.WorkerLost):
        stage.client.call("once", "poison", fate="die")
    answered = time.time()
    assert stage.ledger.starts()["poison"] == 1
    assert answered - stage.ledger.last_starts()["poison"].at < 0.5
    assert stage.client.call("once", "next") == "next"


@both_kinds
def test_an_idempotent_one_costs_three_workers_and_no_more(stage: Stage, target: str) -> None:
    stage.serve("--workers", "2", target=target)
    with pytest.raises(soagen.WorkerLost, match="3 workers"):
        stage.client.call("again", "poison", fate="die")
    assert stage.ledger.starts()["poison"] == 3
    with redis.Redis.from_url(stage.redis_url) as broker:
        ((_, line),) = broker.xrange(keys.dead("tally"))
    assert (line[b"reason"], line[b"actions"]) == (b"worker lost, attempt 3", b"again")
    assert line[b"correlation_id"] == b"poison"


def test_a_oneway_request_is_run_again_if_it_may_be_and_reported_if_not(stage: Stage) -> None:
    stage.serve("--workers", "2")
    stage.client.call("note", "again", fate="die")
    stage.client.call("tell", "never", fate="die")
    wait_for(lambda: stage.ledger.starts()["again"] == 3, "three attempts")
    with redis.Redis.from_url(stage.redis_url) as broker:
        lines = wait_for(lambda: len(found := broker.xrange(keys.dead("tally"))) == 2 and found, "two lines")
    assert {line[b"correlation_id"] for _, line in lines} == {b"again", b"never"}
    assert stage.ledger.starts()["never"] == 1


@both_kinds
def test_a_stop_finishes_what_runs(stage: Stage, target: str) -> None:
    server = stage.serve(target=target)
    stage.client.call("once", "warm")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.client.call, "once", "slow", seconds=1)
        wait_for(lambda: stage.ledger.starts()["slow"], "the start of the call")
        server.send(signal.SIGTERM)
        assert call.result(10) == "slow"
    assert server.wait() == 0
    with redis.Redis.from_url(stage.redis_url) as broker:
        assert broker.zcard(keys.workers("tally")) == 0


@both_kinds
def test_what_outlasts_the_grace_time_is_answered(stage: Stage, target: str) -> None:
    server = stage.serve("--grace", "0.5", target=target)
    stage.client.call("once", "warm")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.client.with_options(timeout=20).call, "once", "slow", seconds=15)
        wait_for(lambda: stage.ledger.starts()["slow"], "the start of the call")
        server.send(signal.SIGTERM)
        with pytest.raises(soagen.WorkerLost):
            call.result(5)
    assert server.wait() == 0


def test_a_second_stop_is_quick(stage: Stage) -> None:
    server = stage.serve("--grace", "60")
    stage.client.call("once", "warm")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.client.with_options(timeout=20).call, "once", "slow", seconds=15)
        wait_for(lambda: stage.ledger.starts()["slow"], "the start of the call")
        server.send(signal.SIGINT)
        wait_for(lambda: "stopping" in server.written(), "the first stop")
        server.send(signal.SIGINT)
        with pytest.raises(soagen.WorkerLost):
            call.result(5)
    assert server.wait(5) == 0


@both_kinds
def test_replacing_the_workers_costs_no_call(stage: Stage, target: str) -> None:
    server = stage.serve("--workers", "2", target=target)
    stage.client.call("once", "warm")
    before = set(wait_for(lambda: len(found := server.workers()) == 2 and found, "two workers"))
    over = threading.Event()

    def keep_calling(name: str) -> int:
        calls = 0
        with TallyClient(stage.redis_url) as client:
            while not over.is_set():
                assert client.call("once", f"{name}-{calls}") == f"{name}-{calls}"
                calls += 1
        return calls

    with ThreadPoolExecutor(2) as pool:
        callers = [pool.submit(keep_calling, name) for name in ("a", "b")]
        server.send(signal.SIGHUP)
        wait_for(lambda: len(server.workers()) == 2 and before.isdisjoint(server.workers()), "two other workers")
        over.set()
        assert all(caller.result(10) > 0 for caller in callers)
    assert max(stage.ledger.starts().values()) == 1


def test_a_worker_makes_room_after_enough_requests(stage: Stage) -> None:
    server = stage.serve("--max-requests", "5")
    stage.client.call("once", "warm")
    before = server.workers()
    for number in range(10):
        assert stage.client.call("once", str(number)) == str(number)
    wait_for(lambda: server.workers() and server.workers() != before, "another worker")


@both_kinds
def test_an_action_that_overruns_its_time_is_answered(stage: Stage, target: str) -> None:
    server = stage.serve("--timeout", "0.3", target=target)
    stage.client.call("once", "warm")
    with pytest.raises(soagen.ActionTimeout, match=r"once ran longer than the 0\.3 s"):
        stage.client.call("once", "slow", seconds=3)
    assert stage.client.call("once", "next") == "next"
    if target == BLOCKING:
        assert "Thread 0x" in server.written()  # the stacks


def answers_to(stage: Stage, *bodies: dict[str, Any]) -> JobResult:
    """The one reply to a job of several actions that goes on after errors."""
    reply_to = f"service.tally.{'0' * 32}!{'1' * 12}"
    job = {
        "control": {"continue_on_error": True, "suppress_response": False},
        "context": {"correlation_id": "c", "switches": []},
        "actions": [{"action": "once", "body": body} for body in bodies],
    }
    replies = keys.reply_list(reply_to)
    with redis.Redis.from_url(stage.redis_url) as broker:
        broker.rpush(keys.request_list("tally"), encode_request(1, request_meta(reply_to, time.time() + 20), job))
        wait_for(lambda: broker.llen(replies), "the reply")
        stage.client.call("again", "after")  # by now a second one would have come
        (message,) = broker.lrange(replies, 0, -1)
    reply = decode_reply(message)
    assert isinstance(reply, ReplyMessage)
    return reply.result


@both_kinds
def test_a_request_that_overruns_its_time_as_a_whole_is_answered(stage: Stage, target: str) -> None:
    stage.serve("--job-timeout", "0.5", "--timeout", "0.8", target=target)
    stage.client.call("once", "warm")
    result = answers_to(stage, {"token": "a", "seconds": 0.3}, {"token": "b", "seconds": 3}, {"token": "c"})
    (error,) = result.errors
    assert (error.code, result.actions) == ("JOB_TIMEOUT", ())
    assert "its job ran longer than the 0.5 s" in error.message
    assert stage.ledger.starts().keys() == {"warm", "a", "b", "after"}


@both_kinds
def test_after_an_action_that_overran_none_is_started(stage: Stage, target: str) -> None:
    stage.serve("--timeout", "0.3", target=target)
    stage.client.call("once", "warm")
    result = answers_to(stage, {"token": "a"}, {"token": "b", "seconds": 3}, {"token": "c"})
    assert [[error.code for error in action.errors] for action in result.actions] == [[], ["ACTION_TIMEOUT"]]
    assert stage.ledger.starts().keys() == {"warm", "a", "b", "after"}


def test_workers_that_crash_again_and_again_are_given_up(stage: Stage) -> None:
    server = stage.serve("--workers", "2", target="tests.delivery.crashing:Crashing")
    assert server.wait() == 3
    assert server.written().count("is not replaced") == 2


def test_hooks_run_where_and_when_they_should(stage: Stage, tmp_path: Path) -> None:
    server = stage.serve(target="tests.delivery.hooked:Hooked", SOAGEN_TEST_HOOKS=str(tmp_path / "hooks"))
    stage.client.call("once", "warm")
    (worker,) = server.workers()
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    lines = (tmp_path / "hooks").read_text(encoding="ascii").split("\n")[:-1]
    supervisor = server.process.pid
    assert lines == [f"before_fork {supervisor}"] + [f"{hook} {worker}" for hook in ("after_fork", "setup", "teardown")]


def test_stacks_are_dumped_on_request(stage: Stage) -> None:
    server = stage.serve()
    stage.client.call("once", "warm")
    server.send(signal.SIGUSR1)
    wait_for(lambda: server.written().count("Current thread") >= 2, "the stacks of both processes")
    assert stage.client.call("once", "next") == "next"


def test_a_log_for_machines(stage: Stage) -> None:
    server = stage.serve("--log-format", "json")
    stage.client.call("once", "warm")
    with pytest.raises(soagen.ServerError):
        stage.client.call("once", "broken", fate="raise")
    server.send(signal.SIGTERM)
    server.wait()
    lines = [json.loads(line) for line in server.written().splitlines()]
    (failed,) = [line for line in lines if line["level"] == "error"]
    assert "LookupError: as asked" in failed["exception"]
    assert {"time", "logger", "process", "message"} <= failed.keys()


def test_the_heartbeat_file_is_written_while_all_is_well(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    server = stage.serve("--heartbeat-file", str(path))
    stage.client.call("once", "warm")
    first = wait_for(lambda: path.exists() and path.read_text(encoding="ascii"), "a heartbeat")
    wait_for(lambda: path.read_text(encoding="ascii") != first, "the next one")
    server.send(signal.SIGTERM)
    server.wait()
    assert not path.exists()


def test_workers_end_when_their_supervisor_is_gone(stage: Stage) -> None:
    server = stage.serve()
    stage.client.call("once", "warm")
    (worker,) = server.workers()
    server.process.kill()
    server.process.wait()
    wait_for(lambda: not is_alive(worker), "the worker's end")


def test_a_redis_that_may_evict_is_refused(stage: Stage) -> None:
    with redis.Redis.from_url(stage.redis_url) as broker:
        broker.config_set("maxmemory-policy", "allkeys-lru")
        try:
            server = stage.serve()
            assert server.wait() == 2
        finally:
            broker.config_set("maxmemory-policy", "noeviction")
    assert "soagen-server: this Redis may throw requests away" in server.written()


def test_a_stopped_worker_is_taken_for_dead_after_its_lease(stage: Stage) -> None:
    server = stage.serve()
    stage.client.call("once", "warm")
    (worker,) = server.workers()
    with pytest.raises(soagen.WorkerLost):
        stage.client.with_options(timeout=10).call("once", "stopped", fate="stop")
    taken = time.time() - stage.ledger.last_starts()["stopped"].at
    os.kill(worker, signal.SIGCONT)
    assert 2 < taken < 4.5
    assert stage.client.call("once", "next") == "next"
    assert stage.ledger.starts()["stopped"] == 1


def test_a_host_that_is_lost_is_noticed_after_its_lease(stage: Stage) -> None:
    servers = [stage.serve(), stage.serve()]
    stage.client.call("once", "warm")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.client.call, "once", "slow", seconds=10)
        wait_for(lambda: stage.ledger.starts()["slow"], "the start of the call")
        holder = stage.ledger.last_worker()
        (lost,) = [server for server in servers if holder in server.workers()]
        lost.process.kill()  # first of all: it would see to what its worker held
        os.kill(holder, signal.SIGKILL)
        killed = time.monotonic()
        with pytest.raises(soagen.WorkerLost):
            call.result(10)
    assert 1.5 < time.monotonic() - killed < 4
    assert stage.client.call("once", "next") == "next"


@pytest.mark.parametrize(
    ("words", "environment"), [(["--reload"], {}), ([], {"SOAGEN_SERVER_RELOAD": "yes"})], ids=["option", "variable"]
)
def test_a_server_that_starts_anew_serves_and_ends(stage: Stage, words: list[str], environment: dict[str, str]) -> None:
    server = stage.serve(*words, **environment)
    assert stage.client.call("once", "warm") == "warm"
    server.send(signal.SIGTERM)
    assert server.wait() == 0


def test_a_server_is_set_up_by_a_file(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "soagen.toml"
    path.write_text("[server]\nworkers = 2\nconcurrency = 3\n[server.logging]\nformat = 'json'\nrequests = 'info'\n")
    server = stage.serve("--workers", "1", SOAGEN_CONFIG=str(path))
    assert stage.client.call("once", "warm") == "warm"
    assert len(server.workers()) == 1
    lines = [json.loads(line) for line in server.written().splitlines()]
    (line,) = [line for line in lines if line["logger"] == "soagen.server.calls"]
    assert (line["message"], line["action"], type(line["request_id"])) == ("request of tally.once", "once", int)


def test_an_asyncio_server_runs_on_the_loop_that_it_is_told(stage: Stage) -> None:
    server = stage.serve("--event-loop", "uvloop", target=ASYNCIO)
    assert stage.client.call("once", "warm") == "warm"
    (worker,) = server.workers()
    assert "uvloop" in Path(f"/proc/{worker}/maps").read_text()
    server.send(signal.SIGTERM)
    assert server.wait() == 0
