"""The processes of a benchmark: Redis, servers, clients; and what each has used of the processor."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from benchmarks.bench.contestants import SIDES, Contestant


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A process of ours, ended by its own handle."""

    def __init__(
        self, command: Sequence[str], *, log: Path, environment: Mapping[str, str], talks: bool = False
    ) -> None:
        pipe = subprocess.PIPE if talks else subprocess.DEVNULL
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=errors, env={**os.environ, **environment}, text=True
            )
        self._log = log

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def cpu(self) -> float:
        """Seconds of processor time that it and its children have used, as far as they live."""
        return sum(map(_cpu_of, [self.pid, *_children(self.pid)]))

    def ask(self, line: str) -> None:
        """Writes a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """Reads a line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the benchmark ended: {self._log.read_text()[-2000:]}")
        return line.strip()

    def stop(self) -> None:
        """Ends it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_children(int(child))]
    return found


def _cpu_of(pid: int) -> float:
    total = 0
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: calls a second, latencies in microseconds, processor time and work of Redis for each call."""

    rate: float
    p50: float
    p99: float
    client_cpu: float
    server_cpu: float
    redis_cpu: float
    commands: float
    round_trips: float
    kilobytes: float

    @property
    def cpu(self) -> float:
        """Microseconds of all processes."""
        return self.client_cpu + self.server_cpu + self.redis_cpu


class Arena:
    """Redis, and whoever is to be measured; all are up at once, and one is asked at a time."""

    def __init__(self, folder: Path, generated: Path) -> None:
        self._folder = folder
        self._environment = {"PYTHONPATH": os.pathsep.join([str(SIDES), str(generated)]), "PYTHONWARNINGS": "ignore"}
        self._running: list[Process] = []
        self.redis_port = free_port()
        options = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._redis_process = self._start(["redis-server", *options], "redis")
        self.redis = redis.Redis(port=self.redis_port)
        _until(self.redis.ping)

    def _start(self, command: Sequence[str], name: str, *, talks: bool = False) -> Process:
        log = self._folder / f"{name.replace(' ', '_')}.log"
        process = Process(command, log=log, environment=self._environment, talks=talks)
        self._running.append(process)
        return process

    def enter(self, contestant: Contestant, *, clients: int = 1, workers: int = 1) -> Entry:
        """Starts a contestant's server and clients."""
        port = str(self.redis_port if contestant.uses_redis else free_port())
        more = contestant.more_workers if workers > 1 else ()
        command = [word.format(port=port, workers=workers) for word in (*contestant.server, *more)]
        server = self._start(command, f"{contestant.name} server")
        time.sleep(1.0)  # a server says to nobody that it is ready; its first answer does
        called = [word.format(port=port) for word in contestant.client]
        started = [self._start(called, f"{contestant.name} client", talks=True) for _ in range(clients)]
        for client in started:
            assert client.answer() == "ready"
        return Entry(contestant, server, started)

    def leave(self, entry: Entry) -> None:
        """Ends a contestant's processes."""
        for process in [*entry.clients, entry.server]:
            process.stop()
            self._running.remove(process)

    def measure(self, entry: Entry, load: str, in_flight: int, seconds: float) -> Figures:
        """One run."""
        before = self._state(entry)
        for client in entry.clients:
            client.ask(f"{load} {in_flight} {seconds}")
        answers = [json.loads(client.answer()) for client in entry.clients]
        after = self._state(entry)
        calls = sum(answer["calls"] for answer in answers)
        spent = {key: (after[key] - before[key]) / calls for key in before}
        return Figures(
            rate=calls / max(answer["seconds"] for answer in answers),
            p50=sorted(answer["p50"] for answer in answers)[len(answers) // 2],
            p99=max(answer["p99"] for answer in answers),
            client_cpu=sum(answer["cpu"] for answer in answers) / calls * 1e6,
            server_cpu=spent["server"] * 1e6,
            redis_cpu=spent["redis"] * 1e6 if entry.contestant.uses_redis else 0.0,
            commands=spent["commands"] if entry.contestant.uses_redis else 0.0,
            round_trips=spent["reads"] if entry.contestant.uses_redis else 0.0,
            kilobytes=spent["bytes"] / 1000 if entry.contestant.uses_redis else 0.0,
        )

    def _state(self, entry: Entry) -> dict[str, float]:
        stats: Any = self.redis.info("stats")
        return {
            "server": entry.server.cpu(),
            "redis": self._redis_process.cpu(),
            "commands": stats["total_commands_processed"],
            "reads": stats.get("total_reads_processed", 0),
            "bytes": stats["total_net_input_bytes"] + stats["total_net_output_bytes"],
        }

    def close(self) -> None:
        """Ends everything."""
        self.redis.close()
        for process in reversed(self._running):
            process.stop()


@dataclass(frozen=True, slots=True)
class Entry:
    """A contestant that runs."""

    contestant: Contestant
    server: Process
    clients: list[Process]


def _until(holds: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            holds()
        except redis.RedisError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@contextlib.contextmanager
def arena(folder: Path, generated: Path) -> Iterator[Arena]:
    """An arena that is closed in the end."""
    made = Arena(folder, generated)
    try:
        yield made
    finally:
        made.close()


def say(text: str) -> None:
    """Tells whoever waits how far it is."""
    sys.stderr.write(f"{text}\n")
