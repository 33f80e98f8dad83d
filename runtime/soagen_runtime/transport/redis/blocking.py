"""The blocking driver: each call under way has a list of replies of its own, so threads do not meet.

Its methods are ``async def`` and never suspend; see `soagen_runtime.core.stepping`.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import redis

from soagen_runtime.errors import CallTimeout, ConnectionFailed
from soagen_runtime.transport.redis.masters import (
    CAPACITY,
    MAX_BLOCK,
    PAUSE,
    PUSH,
    REPLY_LIFETIME,
    TURN,
    Master,
    Ring,
    new_client_id,
    offset_of,
    request_lifetime,
)
from soagen_runtime.transport.replies import ReplyReader, checked, is_for
from soagen_runtime.wire import ReplyMessage, keys


class _Connection:
    """The library's client for one master, with our errors, our scripts and the master's clock."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._redis = redis.Redis.from_url(master.url, **master.options())
        self._push = self._redis.register_script(PUSH)
        self._offset: float | None = None

    def now(self) -> float:
        if self._offset is None:
            before = time.time()
            with self._master.translated():
                reply = self._redis.time()
            self._offset = offset_of(reply, before, time.time())
        return time.time() + self._offset

    def push(self, key: str, lifetime: int, messages: tuple[bytes, ...]) -> None:
        with self._master.translated():
            self._push(keys=[key], args=[lifetime, CAPACITY, *messages])

    def pop(self, key: str, seconds: float) -> bytes | None:
        """The first message of a list, or None if none came within ``seconds``, which is at most `MAX_BLOCK`."""
        with self._master.translated():
            popped: Any = self._redis.blpop([key], timeout=max(0.001, seconds))
        return None if popped is None else bytes(popped[1])

    def close(self) -> None:
        self._redis.close()


class BlockingEnd:
    """The calling end of a blocking client."""

    def __init__(self, masters: Sequence[Master]) -> None:
        self._ring = Ring([_Connection(master) for master in masters])
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        """A new identity: after a fork, two processes must not read one list of replies."""
        self._pid = os.getpid()
        self._client_id = new_client_id()
        self._numbers = itertools.count(1)
        self._idle: defaultdict[str, list[BlockingChannel]] = defaultdict(list)

    async def now(self) -> float:
        return self._ring.first.now()

    async def open(self, service: str) -> BlockingChannel:
        with self._lock:
            if self._pid != os.getpid():
                self._forget()
            idle = self._idle[service]
            if idle:
                return idle.pop()
            reply_to = keys.reply_address(service, self._client_id, next(self._numbers))
            return BlockingChannel(self._ring, service, reply_to, idle)

    async def close(self) -> None:
        for connection in self._ring:
            connection.close()


class BlockingChannel:
    """A list of replies, used by one call at a time."""

    def __init__(self, ring: Ring[_Connection], service: str, reply_to: str, idle: list[BlockingChannel]) -> None:
        self.reply_to = reply_to
        self._ring = ring
        self._service = service
        self._idle = idle
        self._requests = keys.request_list(service)
        self._replies = keys.reply_list(reply_to)
        self._holder = ring.of_replies(self._replies)
        self._reader = ReplyReader()
        self._ids = itertools.count(1)

    def next_request_id(self) -> int:
        return next(self._ids)

    async def send(self, request_id: int, message: bytes, *, lifetime: float, awaited: bool) -> None:
        self._ring.next().push(self._requests, request_lifetime(lifetime), (message,))

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        failure: ConnectionFailed | None = None
        while (remaining := until - self._ring.first.now()) > 0:
            try:
                data = self._holder.pop(self._replies, min(remaining, MAX_BLOCK))
            except ConnectionFailed as error:
                # The request is out; its reply will wait in the list until the broker is back.
                failure = error
                time.sleep(min(remaining, PAUSE))
                continue
            failure = None
            for reply in self._reader.read(data) if data is not None else ():
                # A reply to an earlier call, one that was given up, is dropped here.
                if is_for(request_id, reply):
                    return checked(reply)
        if failure is not None:
            raise failure
        raise CallTimeout(f"no reply of {self._service} in time")

    def release(self) -> None:
        # Of a call that was given up between two pieces of its reply, the rest may still come; nobody shall read it.
        if not self._reader.is_midway:
            self._idle.append(self)


class BlockingServerEnd:
    """The serving end of a blocking worker."""

    def __init__(self, masters: Sequence[Master]) -> None:
        self._ring = Ring([_Connection(master) for master in masters])

    async def now(self) -> float:
        return self._ring.first.now()

    async def take(self, service: str, wait: float) -> bytes | None:
        key = keys.request_list(service)
        if len(self._ring) == 1:
            return self._ring.first.pop(key, min(wait, MAX_BLOCK))
        for _ in range(max(1, int(wait / TURN))):
            data = self._ring.next().pop(key, TURN)
            if data is not None:
                return data
        return None

    async def settle(self, reply_to: str, messages: tuple[bytes, ...]) -> None:
        key = keys.reply_list(reply_to)
        self._ring.of_replies(key).push(key, REPLY_LIFETIME, messages)

    async def close(self) -> None:
        for connection in self._ring:
            connection.close()
