"""Whatever was captured from PySOA, or tried on it by hand, given to a generated server and a generated client.

The vectors of ``tests/vectors`` are replayed as they are: the same bytes, at the time at which they were sent. A reply
must be PySOA's to the byte, but for the time at which it expires. What is not replayed is in `DIFFERENT`, with its
reason.
"""

from __future__ import annotations

import ast
import asyncio
import json
import re
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import msgpack
import pytest
import soagen_runtime as soagen
from soagen_runtime.core.dispatch import Dispatcher
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Nothing, Reply
from soagen_runtime.core.verdict import REPLY_LIFETIME
from soagen_runtime.wire import ReplyMessage, decode_reply, decode_request, keys

from tests.driving import Caller
from tests.interop.conftest import NOBODY
from tests.interop.peers import Site
from tests.interop.serving import messages_in
from tests.interop.soagen_services import LabLogic, lab_server

VECTORS = Path(__file__).parents[1] / "vectors"
_EXPIRY = re.compile(rb"(?<=\xaa__expiry__)(\xcb.{8}|\xce.{4})", re.DOTALL)
_JSON_EXPIRY = re.compile(rb'(?<="__expiry__": )[0-9.]+')


def vectors(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (VECTORS / file).read_text(encoding="utf-8").splitlines()]


def dated(message: bytes, expiry: float) -> bytes:
    """A message that expires at another time."""
    packed = b"\xcb" + struct.pack(">d", expiry)
    return _JSON_EXPIRY.sub(repr(expiry).encode(), _EXPIRY.sub(lambda _: packed, message))


def whole_reply(message: bytes) -> ReplyMessage:
    """A reply that is not in pieces."""
    reply = decode_reply(message)
    assert isinstance(reply, ReplyMessage)
    return reply


def undated(message: bytes) -> bytes:
    """A message without the time at which it expires."""
    return dated(message, 0.0)


@pytest.fixture
def serve_bytes(api: ModuleType, server_kind: str) -> Callable[..., Reply | Nothing]:
    """Has a generated server serve one message at a time: no transport is between."""

    def serve(message: bytes, now: float, order_number: int = 1) -> Reply | Nothing:
        logic = LabLogic(api)
        logic.order_numbers = iter([order_number])
        dispatcher: Dispatcher = lab_server(api, server_kind, logic).dispatcher()
        served = dispatcher.serve(message, now)
        return run_blocking(served) if server_kind == "blocking" else asyncio.run(served)

    return serve


# --- captured between PySOA's peers

DIFFERENT = {
    "timeout_7": "the action answers with the job's control, which a handler of soagen's does not see",
    "chained_context_calling_service": "the action answers with the number of its own call, likewise",
}


def captured() -> list[Any]:
    """Each request to the lab, with the reply to it, or None."""
    lines = vectors("messages.jsonl")
    replies = {
        (line["name"], whole_reply(bytes.fromhex(line["hex"])).request_id): line
        for line in lines
        if "!" in line["list"]
    }
    pairs = []
    for line in lines:
        if line["list"] == keys.request_list("lab") and line["name"] not in DIFFERENT:
            request = bytes.fromhex(line["hex"])
            reply = replies.get((line["name"], decode_request(request).request_id))
            pairs.append(pytest.param(request, reply, id=line["name"]))
    return pairs


@pytest.mark.parametrize(("request_message", "reply"), captured())
def test_a_captured_request_gets_the_captured_reply(
    serve_bytes: Callable[..., Reply | Nothing], request_message: bytes, reply: dict[str, Any] | None
) -> None:
    expiry = decode_request(request_message).expiry
    assert expiry is not None
    number = re.search(rb"ord-(\d{8})", bytes.fromhex(reply["hex"])) if reply else None
    served = serve_bytes(request_message, expiry - REPLY_LIFETIME, int(number[1]) if number else 1)
    if reply is None:
        assert served == Nothing("no reply is wanted")
        return
    assert isinstance(served, Reply)
    assert keys.reply_list(served.reply_to) == reply["list"]
    (message,) = served.messages
    assert undated(message) == undated(bytes.fromhex(reply["hex"]))


# --- hand-made requests, most of them not quite right

SET_ASIDE = {
    "without request_id",
    "without meta",
    "without meta.reply_to",
    "with request_id = None",
    "with meta.__expiry__ = 1",
    "with meta.reply_to = 'no-exclamation-mark'",  # PySOA answers into any list, that of a service's requests too
    "with meta.reply_to = 5",
    "empty message",
    "garbage",
    "not a map",
}
"""What cannot be answered, or must not be. All else is answered, also where PySOA's server exits."""

AT = 1795461395.0  # a minute before the hand-made requests expire


@pytest.mark.parametrize("case", vectors("requests_to_a_server.jsonl"), ids=lambda case: case["case"])
def test_a_hand_made_request(serve_bytes: Callable[..., Reply | Nothing], case: dict[str, Any]) -> None:
    served = serve_bytes(bytes.fromhex(case["hex"]), AT)
    if case["case"] in SET_ASIDE:
        assert isinstance(served, Nothing)
        return
    assert isinstance(served, Reply)
    (message,) = served.messages
    if "reply_hex" in case:
        assert keys.reply_list(served.reply_to) == case["reply_list"]
        assert undated(message) == undated(bytes.fromhex(case["reply_hex"]))
    else:
        # PySOA's server has exited, or said nothing. Who gets this reply can read it.
        assert whole_reply(message).result.errors or whole_reply(message).result.actions


def test_a_worker_outlives_them_all(
    soagen_lab: Site, broker: Callable[[int], Any], caller: Callable[..., Caller]
) -> None:
    connection = broker(soagen_lab.db)
    cases = vectors("requests_to_a_server.jsonl")
    soon = time.time() + 60
    connection.rpush(keys.request_list("lab"), *(dated(bytes.fromhex(case["hex"]), soon) for case in cases))
    assert caller(soagen_lab).with_options(timeout=30).echo({"a": 1}) == {"a": 1}
    assert connection.llen(keys.request_list("lab")) == 0
    for _ in range(len(cases) - len(SET_ASIDE)):
        assert connection.blpop([keys.reply_list("lab.probe!")], timeout=4) is not None
    assert messages_in(connection) == []


# --- hand-made replies, most of them not quite right

GOOD: dict[str, Any] = {
    "errors": [],
    "context": {"correlation_id": "c"},
    "actions": [{"action": "echo", "errors": [], "body": {"a": 1}}],
}
V3 = b"pysoa-redis/3//content-type:application/msgpack;"


def good(request: Any) -> dict[str, Any]:
    return {"request_id": request.request_id, "meta": dict(request.meta), "body": json.loads(json.dumps(GOOD))}


def edited(name: str) -> Callable[[Any], list[bytes]]:
    """The good reply with the change that the case's name states."""

    def make(request: Any) -> list[bytes]:
        reply = good(request)
        if name.startswith("action error"):
            error = dict.fromkeys(("field", "traceback", "variables", "denied_permissions"))
            error |= {"code": "X", "message": "m", "is_caller_error": True}
            error.pop(name.partition("without ")[2], None)
            error |= {"extra": 1} if "extra" in name else {}
            reply["body"]["actions"][0] |= {"errors": [error], "body": {}}
        elif name != "complete response":
            _edit(reply, name)
        return [V3 + msgpack.packb(reply)]

    return make


def _edit(reply: dict[str, Any], name: str) -> None:
    path, _, value = re.sub("^with(out)? ", "", name).partition(" = ")
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    inner: Any = reply
    for part in way:
        inner = inner[part]
    if name.startswith("without"):
        del inner[last]
    else:
        inner[last] = json.loads(value.replace("None", "null").replace("'", '"'))


def dressed(head: bytes) -> Callable[[Any], list[bytes]]:
    return lambda request: [head + msgpack.packb(good(request))]


def in_pieces(order: list[int]) -> Callable[[Any], list[bytes]]:
    def make(request: Any) -> list[bytes]:
        whole = msgpack.packb(good(request))
        size = len(whole) // 3 + 1
        return [V3 + b"chunk-count:3;chunk-id:%d;" % (i + 1) + whole[i * size : (i + 1) * size] for i in order]

    return make


OTHERS: dict[str, Callable[[Any], list[bytes]]] = {
    "protocol 1 response to a protocol 3 request": dressed(b""),
    "protocol 2 response to a protocol 3 request": dressed(b"content-type:application/msgpack;"),
    "unknown content-type": dressed(b"pysoa-redis/3//content-type:application/x-foo;"),
    "unknown header": dressed(b"pysoa-redis/3//x-trace:1;content-type:application/msgpack;"),
    "three small chunks (far below 102400 bytes)": in_pieces([0, 1, 2]),
    "three chunks out of order": in_pieces([0, 2, 1]),
    "one of three chunks missing (last)": in_pieces([0, 1]),
    "garbage": lambda request: [b"\xc1garbage"],
    "empty message": lambda request: [b""],
}

BROKEN = {
    "without body",
    "with body = None",
    "without body.actions",
    "with body.actions = []",
    "with body = {}",
    "without body.actions.0.action",
    "with body.actions.0.body = None",
    "action error without code",
    "action error without message",
}
"""It says whose it is, and is wrong: its call is told so."""

LOST = {
    "without request_id",
    "with request_id = 999999999",
    "three chunks out of order",
    "one of three chunks missing (last)",
    "garbage",
    "empty message",
}
"""Nobody can say whose it is. A blocking client, whose list is of one call at a time, may know all the same."""


@pytest.mark.parametrize("case", vectors("replies_to_a_client.jsonl"), ids=lambda case: case["case"])
def test_a_hand_made_reply_hurts_one_call_at_most(
    caller: Callable[..., Caller], site: Callable[[int], Site], broker: Callable[[int], Any], case: dict[str, Any]
) -> None:
    name = case["case"]
    client = caller(site(NOBODY))
    connection = broker(NOBODY)

    def answer(make: Callable[[Any], list[bytes]]) -> None:
        popped = connection.blpop([keys.request_list("lab")], timeout=4)
        request = decode_request(popped[1])
        connection.rpush(keys.reply_list(request.reply_to), *make(request))

    def call(make: Callable[[Any], list[bytes]], timeout: float) -> Any:
        with ThreadPoolExecutor(1) as pool:
            answered = pool.submit(answer, make)
            try:
                return client.with_options(timeout=timeout).echo({"a": 1})
            finally:
                answered.result(15)

    make = OTHERS.get(name) or edited(name)
    if name in BROKEN:
        with pytest.raises(soagen.ReplyInvalid):
            call(make, 10)
    elif name in LOST:
        with pytest.raises((soagen.ReplyInvalid, soagen.CallTimeout)):
            call(make, 0.2)
    elif name.startswith("action error"):
        with pytest.raises(soagen.ActionError, match="X: m"):
            call(make, 10)
    else:
        # PySOA's client took it, or died from a key that it does not know, or of a reply that came late.
        body = re.search(r"body=(\{.*\})", case["pysoa"])
        assert call(make, 10) == (ast.literal_eval(body[1]) if body else {"a": 1})
    assert call(edited("complete response"), 10) == {"a": 1}
