"""Callers of each kind, who write down what came of every call."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import redis
import soagen_runtime as soagen
from soagen_runtime.calls.blocking import Future
from soagen_runtime.wire import decode_reply, encode_request, keys, request_meta

from tests.delivery.tally import AsyncTallyClient, TallyClient

TIMEOUT = 20.0  # seconds; longer than anything that the monkey does lasts


@dataclass(slots=True)
class Call:
    """One call and its end. ``outcome`` is ``replied``, the code or class of an error, ``cancelled``, ``unsent`` (it
    may or may not have left a client that has no way to know) or, if it never ended, empty; ``replies`` is how many
    came, where that was counted.
    """

    token: str
    action: str
    fate: str = ""
    outcome: str = ""
    replies: int | None = None
    ended_at: float = 0.0
    wrong: bool = False


@dataclass
class Book:
    """All calls of a run."""

    calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, name: str, rng: random.Random) -> tuple[Call, dict[str, Any]]:
        action = rng.choice(["once", "once", "again", "note", "tell"])
        fate = "die" if rng.random() < 0.004 else ""
        with self._lock:
            call = Call(f"{name}-{len(self.calls)}", action, fate)
            self.calls.append(call)
        request: dict[str, Any] = {"seconds": rng.choice([0, 0, 0, 0.01, 0.05])}
        return call, {**request, "fate": fate} if fate else request


def _name_of(error: soagen.CallError) -> str:
    return getattr(error, "code", None) or type(error).__name__


def _end(call: Call, token: str) -> None:
    call.outcome = "replied" if call.action not in ("note", "tell") else "sent"
    call.wrong = call.action not in ("note", "tell") and token != call.token


def blocking_caller(url: str, book: Book, rng: random.Random, over: threading.Event) -> None:
    """One thread with a blocking client."""
    with TallyClient(url) as shared:
        client = shared.with_options(timeout=TIMEOUT)
        while not over.is_set():
            call, request = book.new("b", rng)
            try:
                _end(call, client.call(call.action, call.token, **request))
            except soagen.CallError as error:
                call.outcome = _name_of(error)
            call.ended_at = time.time()
            over.wait(rng.random() * 0.01)


def asyncio_caller(url: str, book: Book, rng: random.Random, over: threading.Event, tasks: int = 8) -> None:
    """One event loop with several tasks on one asyncio client; calls are cancelled now and then."""

    async def one(client: AsyncTallyClient) -> None:
        while not over.is_set():
            call, request = book.new("a", rng)
            making = asyncio.ensure_future(client.call(call.action, call.token, **request))
            if rng.random() < 0.05:
                await asyncio.sleep(rng.random() * 0.01)
                making.cancel()
            try:
                _end(call, await making)
            except soagen.CallError as error:
                call.outcome = _name_of(error)
            except asyncio.CancelledError:
                call.outcome = "cancelled"
            call.ended_at = time.time()
            await asyncio.sleep(rng.random() * 0.02)

    async def main() -> None:
        async with AsyncTallyClient(url) as shared:
            client = shared.with_options(timeout=TIMEOUT)
            await asyncio.gather(*[one(client) for _ in range(tasks)])

    asyncio.run(main())


def started_caller(url: str, book: Book, rng: random.Random, over: threading.Event, most: int = 6) -> None:
    """One thread with a blocking client that has several calls outstanding, and asks for them in any order."""
    outstanding: list[tuple[Call, Future[Any]]] = []
    with TallyClient(url) as shared:
        client = shared.with_options(timeout=TIMEOUT)
        while outstanding or not over.is_set():
            if not over.is_set() and len(outstanding) < rng.randint(1, most):
                call, request = book.new("s", rng)
                try:
                    outstanding.append((call, client.start(call.action, call.token, **request)))
                except soagen.CallError as error:
                    call.outcome = _name_of(error)
                continue
            call, future = outstanding.pop(rng.randrange(len(outstanding)))
            try:
                _end(call, str(future.result().get("token", "")))
            except soagen.CallError as error:
                call.outcome = _name_of(error)
            # It was told when it asked, which says nothing about when it could have been told.
            over.wait(rng.random() * 0.005)


def pysoa_caller(
    connect: Callable[[], Any], book: Book, rng: random.Random, over: threading.Event, *, counts: bool = True
) -> None:
    """A client as PySOA's, which counts its replies; each call has a list of its own, which is looked at and never
    emptied. Unless it ``counts``: then it takes its replies from there, as PySOA's does.
    """
    client = connect()
    waiting: list[tuple[Call, str]] = []
    number = 0
    while not over.is_set():
        number += 1
        call, request = book.new("p", rng)
        reply_to = f"service.tally.{rng.getrandbits(128):032x}!{rng.getrandbits(48):012x}"
        job = {
            "control": {"continue_on_error": False, "suppress_response": call.action in ("note", "tell")},
            "context": {"correlation_id": call.token, "switches": []},
            "actions": [{"action": call.action, "body": {"token": call.token, **request}}],
        }
        message = encode_request(number, request_meta(reply_to, time.time() + TIMEOUT), job)
        try:
            client.rpush(keys.request_list("tally"), message)
        except redis.RedisError:
            call.outcome = "unsent"
            over.wait(0.05)
            continue
        if call.action in ("note", "tell"):
            call.outcome = "sent"
            continue
        if rng.random() < 0.1:
            call.outcome = "unread"  # a reply that nobody reads
            continue
        _read(client, call, keys.reply_list(reply_to), number)
        if counts:
            waiting.append((call, keys.reply_list(reply_to)))
        else:
            client.delete(keys.reply_list(reply_to))
    time.sleep(1)
    for call, key in waiting:  # a second reply may have come later
        with suppress(redis.RedisError):
            call.replies = max(call.replies or 0, client.llen(key))


def _read(client: Any, call: Call, key: str, number: int) -> None:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        try:
            found = client.lrange(key, 0, -1)
        except redis.RedisError:
            time.sleep(0.05)
            continue
        if found:
            reply = decode_reply(found[0])
            result = reply.result  # type: ignore[union-attr]  # these replies are never cut
            errors = [*result.errors, *(error for action in result.actions for error in action.errors)]
            call.replies = len(found)
            call.outcome = errors[0].code if errors else "replied"
            call.wrong = reply.request_id != number or (  # type: ignore[union-attr]  # as above
                not errors and result.actions[0].body.get("token") != call.token
            )
            call.ended_at = time.time()
            return
        time.sleep(0.003)
