"""The monkey: what goes wrong, in an order that its seed decides."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import redis
from soagen_runtime.wire import keys

from tests.delivery.chaos.stage import Broker, ServerProcess
from tests.delivery.chaos.times import History

BEYOND_THE_LEASE = 4.5  # seconds

GARBAGE = (
    b"",
    b"\xff\xfe",
    b"pysoa-redis/3//content-type:application/msgpack;\xc1",
    b"pysoa-redis/3//content-type:application/msgpack;" + b"\x91" * 5000,
    b"x" * 200_000,
)


class Monkey:
    """Does one thing after another until it is over, and puts everything right again in the end."""

    def __init__(self, broker: Broker, servers: Sequence[ServerProcess], rng: random.Random) -> None:
        self._broker = broker
        self._servers = servers
        self._rng = rng
        self.deeds: Counter[str] = Counter()
        self.history = History()
        self._stopped: list[tuple[float, int]] = []

    def run(self, over: threading.Event) -> None:
        deeds: dict[Callable[[], None], int] = {
            self.kill: 30,
            self.stop_for_long: 4,
            self.hang_up: 6,
            self.restart_server: 4,
            self.lose_host: 2,
            self.cut_clients: 12,
            self.flush_scripts: 6,
            self.restart_redis: 3,
            self.freeze_redis: 2,
            self.throw_garbage: 8,
        }
        while not over.wait(0.15 + self._rng.random() * 0.5):
            deed = self._rng.choices(list(deeds), list(deeds.values()))[0]
            self.deeds[deed.__name__] += 1
            with suppress(redis.RedisError, ProcessLookupError):
                deed()
            self._continue(time.monotonic())
            for server in self._servers:  # one that began while Redis was away has ended; who runs it begins it again
                server.start_if_ended()
        self._continue(float("inf"))

    def _continue(self, now: float) -> None:
        for due, pid in self._stopped:
            if due <= now:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        self._stopped = [(due, pid) for due, pid in self._stopped if due > now]

    def _worker(self) -> int:
        return self._rng.choice([pid for server in self._servers for pid in server.workers()] or [0])

    def kill(self) -> None:
        if pid := self._worker():
            self.history.died(pid, time.time())
            os.kill(pid, signal.SIGKILL)

    def lose_host(self) -> None:
        server = self._rng.choice(self._servers)
        self.history.hosts.append(time.time())
        server.signal(signal.SIGSTOP)  # first of all: it would see to what its workers held, and begin others
        os.waitid(os.P_PID, server.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        workers = server.workers()
        server.signal(signal.SIGKILL)
        server.process.wait()
        for pid in workers:
            self.history.was_lost(pid, time.time())
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.start()

    def stop_for_long(self) -> None:
        if pid := self._worker():
            self.history.was_lost(pid, time.time())
            os.kill(pid, signal.SIGSTOP)
            self._stopped.append((time.monotonic() + BEYOND_THE_LEASE, pid))

    def hang_up(self) -> None:
        self._rng.choice(self._servers).signal(signal.SIGHUP)

    def restart_server(self) -> None:
        server = self._rng.choice(self._servers)
        server.stop()
        server.start()

    def cut_clients(self) -> None:
        with self._broker.client() as client:
            client.client_kill_filter(_type="normal", skipme=True)

    def flush_scripts(self) -> None:
        with self._broker.client() as client:
            client.script_flush()

    def restart_redis(self) -> None:
        began = time.time()
        self._broker.stop()
        time.sleep(self._rng.random())
        self._broker.start()
        self.history.outages.append((began, time.time()))

    def freeze_redis(self) -> None:
        began = time.time()
        self._broker.process.send_signal(signal.SIGSTOP)
        time.sleep(0.5 + self._rng.random() * BEYOND_THE_LEASE)
        self._broker.process.send_signal(signal.SIGCONT)
        self.history.outages.append((began, time.time()))

    def throw_garbage(self) -> None:
        with self._broker.client() as client:
            garbage: Any = self._rng.choice(GARBAGE)
            client.rpush(keys.request_list("tally"), garbage)
