"""What the run is played on: a Redis that keeps what it was told, and servers with their workers; all of it can be
killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Broker:
    """A redis-server whose append-only file is synced as ``fsync`` says; ``always`` forgets nothing, None keeps none.
    ``replica_of`` is the port of its master, if it has one.
    """

    def __init__(self, folder: Path, *, fsync: str | None = "always", replica_of: int | None = None) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        program = shutil.which("redis-server")
        if program is None:
            raise SystemExit("this needs redis-server on the PATH: run scripts/ensure-redis")
        aof = ["--appendonly", "yes", "--appendfsync", fsync] if fsync else ["--appendonly", "no"]
        if replica_of is not None:
            aof += ["--replicaof", "127.0.0.1", str(replica_of), "--repl-diskless-sync-delay", "0"]
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command = [program, *where, "--save", "", *aof]
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(500):
            with suppress(redis.RedisError), self.client() as client:
                client.ping()
                return
            time.sleep(0.01)
        raise SystemExit("redis-server did not start")

    def client(self) -> Any:
        # Without the library's own retries: they would push a request twice whose first answer was lost.
        return redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0), socket_timeout=5)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class ServerProcess:
    """A server of `tests.delivery.tally` as a process of its own."""

    def __init__(
        self, url: str, kind: str, workers: int, log: Path, *, unsafe: bool, environment: dict[str, str]
    ) -> None:
        if unsafe:
            self._command = [sys.executable, "-m", "tests.delivery.unsafe", url, kind, str(workers)]
        else:
            name = "Tally" if kind == "blocking" else "AsyncTally"
            self._command = [sys.executable, "-m", "soagen_runtime.server.cli", f"tests.delivery.tally:{name}"]
            self._command += ["--redis", url, "--workers", str(workers), "--grace", "5"]
        self._environment = {**os.environ, **environment}
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, env=self._environment, cwd=ROOT, stderr=log)

    def start_if_ended(self) -> None:
        if self.process.poll() is not None:
            self.start()

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        with suppress(FileNotFoundError):
            text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return [int(pid) for pid in text.split()]
        return []

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def stop(self) -> int:
        """Asks it to end, and waits; its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            for pid in self.workers():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.kill()
            return self.process.wait()
