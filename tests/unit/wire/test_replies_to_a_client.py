"""What a PySOA client makes of replies that are not quite right, and what we make of them.

We take all that PySOA's client takes, and more (keys that we do not know, a missing context). What remains is refused
with the id of its call, so that it hurts that call and no other; half of them break a PySOA client for good.
"""

import ast
import copy
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from soagen_runtime.errors import Error
from soagen_runtime.wire import InvalidMessage, Piece, ReplyMessage, decode_reply
from soagen_runtime.wire.chunks import cut
from soagen_runtime.wire.frame import DEFAULT_FORMAT

_V3 = b"pysoa-redis/3//content-type:application/msgpack;"

_GOOD: dict[str, Any] = {
    "request_id": 7,
    "meta": {"client_version": [1, 4, 9], "reply_to": "service.fake.ab!7f", "__expiry__": 1795464975.5},
    "body": {
        "errors": [],
        "context": {"correlation_id": "c"},
        "actions": [{"action": "echo", "errors": [], "body": {"a": 1}}],
    },
}
_ERROR: dict[str, Any] = {
    "code": "X",
    "message": "m",
    "field": None,
    "traceback": None,
    "variables": None,
    "denied_permissions": None,
    "is_caller_error": True,
}

# Refused, of those that are made by an edit; all else is taken.
_REFUSED = {
    "without request_id",
    "without body",
    "without body.actions.0.action",
    "with body = None",
    "action error without code",
    "action error without message",
}


def _with_error(**changes: Any) -> dict[str, Any]:
    reply = copy.deepcopy(_GOOD)
    error = {key: value for key, value in {**_ERROR, **changes}.items() if value is not ...}
    reply["body"]["actions"][0].update(errors=[error], body={})
    return reply


def _edited(case: str) -> dict[str, Any]:
    """The good reply with the change that the case's name states."""
    if case.startswith("action error"):
        without, extra = case.partition("without ")[2], {"extra": 1} if "extra" in case else {}
        return _with_error(**extra, **({without: ...} if without else {}))
    reply = copy.deepcopy(_GOOD)
    path, _, value = case.removeprefix("without ").removeprefix("with ").partition(" = ")
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner: Any = reply
    for part in way:
        inner = inner[part]
    if case.startswith("without "):
        del inner[last]
    else:
        inner[last] = ast.literal_eval(value)
    return reply


_IS_EDIT = ("complete", "without ", "with ", "action error")


@pytest.mark.vectors("replies_to_a_client.jsonl", only=lambda case: case["case"].startswith(_IS_EDIT))
def test_edited_reply(case: dict[str, Any]) -> None:
    name: str = case["case"]
    reply = _GOOD if name.startswith("complete") else _edited(name)
    message = _V3 + msgpack.packb(reply)
    if name in _REFUSED:
        with pytest.raises(InvalidMessage) as refused:
            decode_reply(message)
        assert refused.value.request_id == reply.get("request_id")
        return
    taken = decode_reply(message)
    assert isinstance(taken, ReplyMessage)
    assert taken.request_id == reply["request_id"]
    if name.startswith("action error"):
        assert [(error.code, error.message) for error in taken.result.actions[0].errors] == [("X", "m")]
        assert taken.result.actions[0].errors[0].is_caller_error == ("is_caller_error" not in name)
    elif case["pysoa"].startswith("ActionResponse(action="):
        # PySOA took it: we see the same.
        (action,) = taken.result.actions
        assert f"ActionResponse(action={action.action!r}, errors=[], body={action.body!r})" == case["pysoa"]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("protocol 1", msgpack.packb(_GOOD)),
        ("protocol 2", b"content-type:application/msgpack;" + msgpack.packb(_GOOD)),
        ("no content type", b"pysoa-redis/3//" + msgpack.packb(_GOOD)),
        ("unknown content type", b"pysoa-redis/3//content-type:application/x-foo;" + msgpack.packb(_GOOD)),
        ("unknown header", b"pysoa-redis/3//x-trace:1;content-type:application/msgpack;" + msgpack.packb(_GOOD)),
        ("id without a count", b"pysoa-redis/3//chunk-id:1;" + msgpack.packb(_GOOD)),
    ],
)
def test_reply_in_another_dress(what: str, message: bytes) -> None:
    reply = decode_reply(message)
    assert isinstance(reply, ReplyMessage)
    assert reply.result.actions[0].body == {"a": 1}


@pytest.mark.parametrize(
    ("what", "message", "request_id"),
    [
        ("empty", b"", None),
        ("garbage", b"\xc1garbage", None),
        ("not a map", _V3 + b"\x91\x01", None),
        ("another version", b"pysoa-redis/9//content-type:application/msgpack;" + msgpack.packb(_GOOD), 7),
        ("trailing bytes", _V3 + msgpack.packb(_GOOD) + b"\x00", 7),
        ("a bad value", _V3 + msgpack.packb({**_GOOD, "body": msgpack.ExtType(5, b"\0\3abc")}), 7),
        ("an expiry that is none", _V3 + msgpack.packb({**_GOOD, "meta": {"__expiry__": "soon"}}), 7),
        ("errors that are no list", _V3 + msgpack.packb({**_GOOD, "body": {"errors": {"a": 1}}}), 7),
        ("actions that are no list", _V3 + msgpack.packb({**_GOOD, "body": {"actions": 1}}), 7),
        ("an action that is no map", _V3 + msgpack.packb({**_GOOD, "body": {"actions": [1]}}), 7),
        ("piece 0", b"pysoa-redis/3//chunk-count:3;chunk-id:0;x", None),
        ("piece 4 of 3", b"pysoa-redis/3//chunk-count:3;chunk-id:4;x", None),
        ("piece x", b"pysoa-redis/3//chunk-count:3;chunk-id:x;x", None),
        ("x pieces", b"pysoa-redis/3//chunk-count:x;chunk-id:1;x", None),
        ("a count without an id", b"pysoa-redis/3//chunk-count:3;" + msgpack.packb(_GOOD), None),
    ],
)
def test_reply_that_is_none(what: str, message: bytes, request_id: int | None) -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_reply(message)
    assert refused.value.request_id == request_id
    assert refused.value.errors


def test_small_pieces_are_read_too(unsqueezed: Callable[[str], bytes]) -> None:
    whole = _V3 + msgpack.packb(_GOOD)
    pieces = [decode_reply(piece) for piece in cut(DEFAULT_FORMAT, whole, 60)]
    assert all(isinstance(piece, Piece) for piece in pieces)


def test_optional_parts_of_an_error_may_be_anything() -> None:
    reply = _with_error(field=["a", 1], traceback=5, variables=[1], denied_permissions="p", is_caller_error="yes")
    taken = decode_reply(_V3 + msgpack.packb(reply))
    assert isinstance(taken, ReplyMessage)
    assert taken.result.actions[0].errors == (Error(code="X", message="m", field="['a', 1]", traceback="5"),)
