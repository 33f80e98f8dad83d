"""The decisions of delivery, without a Redis: leases, verdicts on what the dead held, respawns, retries, replies as
they come.
"""

from __future__ import annotations

import signal
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from soagen_runtime import errors
from soagen_runtime.core.retry import Budget, RetryPolicy, may_repeat
from soagen_runtime.core.verdict import ATTEMPTS, Answer, Drop, PutBack, Redelivery, attempt_of
from soagen_runtime.server.respawn import EXIT_OVERRUN, End, Respawn, end_of
from soagen_runtime.transport.redis.checks import problem_of
from soagen_runtime.transport.redis.lease import Identity, slots_of
from soagen_runtime.transport.redis.resp import NOTHING_YET, PlainReader, new_reader, pack
from soagen_runtime.wire import decode_reply, decode_request, encode_request, request_meta

from tests.delivery.tally import SERVICE

NOW = 1_000_000.0
REPLY_TO = "service.tally.0123456789abcdef0123456789abcdef!0123456789ab"
REDELIVERY = Redelivery(SERVICE, 400_000)


def request(*actions: str, attempt: int | None = None, expiry: float = NOW + 10, **control: Any) -> bytes:
    job = {
        "control": {"continue_on_error": False, "suppress_response": False, **control},
        "context": {"correlation_id": "c", "switches": []},
        "actions": [{"action": action, "body": {}} for action in actions],
    }
    extra = {} if attempt is None else {"soagen": {"attempt": attempt, "other": 1}}
    return encode_request(7, request_meta(REPLY_TO, expiry, extra), job)


# --- what the dead held

VERDICTS = [
    ("idempotent", request("again"), PutBack),
    ("all idempotent", request("again", "again"), PutBack),
    ("one that is not", request("again", "once"), Answer),
    ("not idempotent", request("once"), Answer),
    ("an unknown action is refused each time", request("fly"), PutBack),
    ("the second attempt", request("again", attempt=2), PutBack),
    ("the last attempt", request("again", attempt=ATTEMPTS), Answer),
    ("an attempt that is no number", request("again", attempt="x"), PutBack),  # type: ignore[arg-type]  # hostile
    ("nobody waits", request("tell", suppress_response=True), Drop),
    ("nobody waits, and it may run again", request("note", suppress_response=True), PutBack),
    ("expired", request("again", expiry=NOW - 1), Drop),
    ("garbage", b"\xff\xfe", Drop),
    ("nothing", b"", Drop),
    ("too large", b"x" * 400_001, Drop),
]


@pytest.mark.parametrize(("name", "data", "kind"), VERDICTS, ids=[v[0] for v in VERDICTS])
def test_verdicts(name: str, data: bytes, kind: type) -> None:
    assert type(REDELIVERY.judge(data, NOW)) is kind


def test_what_is_put_back_is_the_same_but_for_its_attempt() -> None:
    verdict = REDELIVERY.judge(request("again", attempt=2), NOW)
    assert isinstance(verdict, PutBack)
    before, after = decode_request(request("again", attempt=2)), decode_request(verdict.message)
    assert (after.request_id, after.body, after.expiry) == (before.request_id, before.body, before.expiry)
    assert after.meta == {**before.meta, "soagen": {"attempt": 3, "other": 1}}
    assert attempt_of(after) == 3


def test_an_answer_is_a_reply_to_its_request() -> None:
    verdict = REDELIVERY.judge(request("once"), NOW)
    assert isinstance(verdict, Answer)
    reply = decode_reply(verdict.message)
    assert verdict.reply_to == REPLY_TO
    assert reply.request_id == 7  # type: ignore[union-attr]  # never cut
    assert [error.code for error in reply.result.errors] == [errors.WORKER_LOST]  # type: ignore[union-attr]  # as above
    assert verdict.about == {"request_id": "7", "correlation_id": "c", "actions": "once"}


@given(st.binary(max_size=300))
def test_a_verdict_is_given_on_whatever_it_is(data: bytes) -> None:
    prefix = b"pysoa-redis/3//content-type:application/msgpack;"
    for entry in (data, prefix + data):
        assert isinstance(REDELIVERY.judge(entry, NOW), (PutBack, Answer, Drop))


# --- leases


def identity(slots: int = 2) -> Identity:
    return Identity(f"w.1.1:{slots}", [f"slot{n}" for n in range(slots)])


def test_nothing_is_taken_without_a_lease_nor_beyond_it() -> None:
    one = identity()
    assert one.block(10, 0.5) == 0
    one.renewed(10, 3)
    assert (one.block(10, 0.5), one.block(12.75, 0.5), one.block(13, 0.5)) == (0.5, 0.25, 0)
    assert one.may_start(12.9)
    assert not one.may_start(13)


@pytest.mark.parametrize("change", ["lost", "left_at"])
def test_nothing_is_started_under_an_identity_in_doubt(change: str) -> None:
    one = identity()
    one.renewed(10, 3)
    setattr(one, change, 10.5 if change == "left_at" else True)
    assert not one.may_start(10.6)


def test_an_identity_that_was_left_is_over_when_nothing_runs_and_nothing_can_arrive() -> None:
    one = identity()
    one.left_at = 10
    one.running.add(0)
    assert not one.is_over(20)
    one.release(0)
    assert not one.is_over(12)
    assert one.is_over(13)


def test_a_slot_is_used_again_as_late_as_can_be() -> None:
    one = identity(3)
    used = []
    for _ in range(6):
        index = one.free.popleft()
        one.running.add(index)
        used.append(index)
        one.release(index)
    assert used == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("member", ["", "x", ":3", "a:b", "a:-1", "a:999999", "a:²"])
def test_names_that_nobody_here_has_made_have_no_slots(member: str) -> None:
    assert slots_of("tally", member) == []


# --- respawns


def statuses(*ends: tuple[End, float]) -> list[float | None]:
    history = Respawn()
    return [history.after(end, at) for end, at in ends]


def test_three_crashes_in_fifteen_seconds_are_too_many() -> None:
    assert statuses((End.CRASHED, 0), (End.CRASHED, 7), (End.CRASHED, 14.9))[-1] is None
    assert statuses((End.CRASHED, 0), (End.CRASHED, 8), (End.CRASHED, 15.5))[-1] is not None


def test_eight_crashes_in_a_minute_are_too_many() -> None:
    assert statuses(*[(End.CRASHED, 8.0 * n) for n in range(8)])[-1] is None
    assert None not in statuses(*[(End.CRASHED, 9.0 * n) for n in range(20)])


def test_what_was_killed_from_outside_is_replaced_after_pauses_that_grow() -> None:
    pauses = statuses(*[(End.KILLED, 0.1 * n) for n in range(9)])
    assert pauses == [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
    assert statuses((End.KILLED, 0), (End.KILLED, 1), (End.KILLED, 17))[-1] == 0


def test_what_ended_as_asked_is_replaced_at_once() -> None:
    assert statuses(*[(End.ASKED, 0.0)] * 20) == [0.0] * 20


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (0, End.ASKED),
        (EXIT_OVERRUN << 8, End.ASKED),
        (1 << 8, End.CRASHED),
        (signal.SIGKILL, End.KILLED),
        (signal.SIGSEGV, End.CRASHED),
    ],
)
def test_how_a_worker_ended(status: int, end: End) -> None:
    assert end_of(status) is end


# --- retries

FAILED = errors.Error(code="X", message="x")


def test_what_is_made_again() -> None:
    def may(error: errors.CallError) -> tuple[bool, bool]:
        return may_repeat(False, error), may_repeat(True, error)

    assert may(errors.ConnectionFailed("", never_left=True)) == (True, True)
    assert may(errors.ConnectionFailed("")) == (False, False)
    assert may(errors.QueueFull("")) == (False, False)
    assert may(errors.CallTimeout("")) == (False, False)
    assert may(errors.WorkerLost((FAILED,))) == (False, False)
    assert may(errors.OutcomeUnknown((FAILED,))) == (False, True)
    assert may(errors.ServerError((FAILED,))) == (False, False)


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 0.05), (2, 0.1), (3, 0.2), (4, 0.4), (5, 0.8), (6, 1.0), (7, 1.0)]
)
def test_waits_are_random_below_a_ceiling_that_doubles(attempt: int, ceiling: float) -> None:
    error = errors.ConnectionFailed("")
    assert RetryPolicy().delay(attempt, error, 0.0) == 0
    assert RetryPolicy().delay(attempt, error, 0.5) == pytest.approx(ceiling / 2)


@pytest.mark.parametrize(("said", "delay"), [(2, 2.0), (0.5, 0.5), (-1, None)])
def test_what_the_server_says_goes(said: float, delay: float | None) -> None:
    error = errors.ActionError((errors.Error(code="BUSY", message="", variables={"retry_after": said}),))
    assert RetryPolicy().delay(1, error) == delay


def test_a_budget_runs_out_and_fills_again() -> None:
    budget = Budget()
    assert [budget.failed() for _ in range(60)] == [True] * 49 + [False] * 11
    for _ in range(200):
        budget.succeeded()
    assert budget.failed()


# --- replies of Redis

REPLIES = b"+OK\r\n:42\r\n$3\r\na\r\n\r\n$-1\r\n*2\r\n$1\r\nx\r\n*1\r\n:-1\r\n*-1\r\n-ERR no\r\n*0\r\n$0\r\n\r\n"
READ = [b"OK", 42, b"a\r\n", None, [b"x", [-1]], None, "ERR no", [], b""]


@given(st.lists(st.integers(0, len(REPLIES)), max_size=6))
def test_both_readers_read_alike_however_the_bytes_come(cuts: list[int]) -> None:
    for reader in (PlainReader(), new_reader()):
        replies = []
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(REPLIES)], strict=True):
            reader.feed(REPLIES[start:end])
            while (reply := reader.gets()) is not NOTHING_YET:
                replies.append(str(reply) if isinstance(reply, redis.ResponseError) else reply)
        assert replies == READ


def test_a_command_is_an_array_of_its_words() -> None:
    assert pack("SET", b"\xff", 1, 0.5) == b"*4\r\n$3\r\nSET\r\n$1\r\n\xff\r\n$1\r\n1\r\n$3\r\n0.5\r\n"


@pytest.mark.parametrize(
    ("server", "replication", "policy", "said"),
    [
        ({"redis_version": "7.0.15"}, {"role": "master"}, "noeviction", None),
        ({"redis_version": "6.2.0"}, {}, None, None),
        ({}, {}, None, None),
        ({"redis_version": "6.0.16"}, {}, None, "version 6.0.16"),
        ({"redis_version": "7.2.4"}, {"role": "slave"}, None, "is a slave"),
        ({"redis_version": "7.2.4"}, {"role": "master"}, "volatile-lru", "volatile-lru"),
    ],
)
def test_which_redis_will_do(
    server: dict[str, str], replication: dict[str, str], policy: str | None, said: str | None
) -> None:
    problem = problem_of(server, replication, policy)
    assert problem is None if said is None else said in (problem or "")
