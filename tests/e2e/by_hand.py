"""A server of probe that is played by hand: a test takes each request itself, and decides what comes back, and when."""

from __future__ import annotations

import time
from typing import Any

import redis
from soagen_runtime.wire import (
    DEFAULT_FORMAT,
    ActionResult,
    JobResult,
    RequestMessage,
    cut,
    decode_request,
    encode_reply,
    keys,
)

QUEUE = keys.request_list("probe")
CHUNK = 102_400


class ByHand:
    """See the module. ``broker`` is its connection to Redis."""

    def __init__(self, broker: redis.Redis) -> None:
        self.broker: Any = broker

    def take(self) -> RequestMessage:
        """The next request."""
        popped = self.broker.blpop([QUEUE], timeout=10)
        assert popped is not None, "no request came"
        return decode_request(popped[1])

    def say(self, request: RequestMessage, *messages: bytes) -> None:
        """Pushes messages to where a request wants its reply."""
        self.broker.rpush(keys.reply_list(request.reply_to), *messages)

    def added(self, request: RequestMessage, total: int) -> None:
        """Answers a request of the action add."""
        self.say(request, *_messages(request, "add", {"total": total, "moods": []}))

    def inflated(self, request: RequestMessage, size: int) -> list[bytes]:
        """The reply to a request of the action inflate, in pieces."""
        return _messages(request, "inflate", {"text": "x" * size})

    def kill_connections(self) -> None:
        """Cuts every connection but its own."""
        self.broker.client_kill_filter(_type="normal", skipme=True)


def _messages(request: RequestMessage, action: str, body: dict[str, Any]) -> list[bytes]:
    result = JobResult(actions=[ActionResult(action, body)])
    return cut(DEFAULT_FORMAT, encode_reply(request, result, time.time() + 60), CHUNK)
