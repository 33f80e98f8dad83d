"""The unsafe way: requests are popped, replies are pushed, and who dies in between takes the request along.

For comparison only: the chaos run over it has to lose calls, and its speed is what safety is measured against. It
writes with the same links.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from soagen_runtime.action import Service
from soagen_runtime.core.transport import Nothing, Outcome, Taken
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker
from soagen_runtime.transport.redis.async_link import AsyncLink
from soagen_runtime.transport.redis.link import BlockingLink, Link, accepted
from soagen_runtime.transport.redis.masters import masters_of
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.wire import keys

from tests.delivery.tally import SERVERS


class UnsafeEnd:
    """A `ServerTransport` and its only `Seat`, without a promise."""

    beat_every = 0.6

    def __init__(self, url: str, kind: str) -> None:
        (master,) = masters_of(url)
        self._link: Link = BlockingLink(master) if kind == "blocking" else AsyncLink(master)
        self._settle_link: Link | None = None if kind == "blocking" else AsyncLink(master)
        self._pending: list[bytes] = []
        self._breadth = 1
        self._requests = ""

    async def start(self, service: Service[Any], *, request_bytes: int, name: str | None = None) -> None:
        self._requests = keys.request_list(service.name)

    def now(self) -> float:
        return time.time()

    def seat(self, slots: int) -> UnsafeEnd:
        return self

    def beat(self) -> None: ...

    async def take(self, room: int, wait: float) -> Sequence[Taken]:
        count = min(room, self._breadth)
        settles, self._pending = self._pending, []
        request = [*settles, pack("BLPOP", self._requests, wait), *[pack("LPOP", self._requests)] * (count - 1)]
        replies = accepted(await self._link.exchange(b"".join(request), 2 * len(settles) + count))
        first, *others = replies[2 * len(settles) :]
        found = [data for data in (first[1] if first else None, *others) if data is not None]
        self._breadth = len(found) + len(found) // 2 + 1
        return [Taken(data, None) for data in found]

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        if isinstance(outcome, Nothing):
            return
        replies = keys.reply_list(outcome.reply_to)
        request = pack("RPUSH", replies, *outcome.messages) + pack("EXPIRE", replies, 60)
        if self._settle_link is None:
            self._pending.append(request)
        else:
            await self._settle_link.exchange(request, 2)

    async def put_back(self, taken: Taken) -> None: ...

    async def leave(self) -> None:
        settles, self._pending = self._pending, []
        if settles:
            await self._link.exchange(b"".join(settles), 2 * len(settles))

    async def close(self) -> None:
        await self._link.close()
        if self._settle_link is not None:
            await self._settle_link.close()


def work(url: str, kind: str) -> None:
    dispatcher = SERVERS[kind]().dispatcher()
    if kind == "blocking":
        worker = BlockingWorker(dispatcher, UnsafeEnd(url, kind))
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()
        return

    async def run() -> None:
        async_worker = AsyncWorker(dispatcher, UnsafeEnd(url, kind))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, async_worker.stop)
        await async_worker.run()

    asyncio.run(run())


def main(url: str, kind: str, workers: int) -> None:
    """Keeps workers running until SIGTERM."""
    children: set[int] = set()
    stopping: list[int] = []

    def stop(number: int, frame: object) -> None:
        stopping.append(number)
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while children or not stopping:
        while len(children) < workers and not stopping:
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                try:
                    work(url, kind)
                finally:
                    os._exit(0)
            children.add(pid)
        try:
            ended, _ = os.wait()
        except ChildProcessError:
            break
        children.discard(ended)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
