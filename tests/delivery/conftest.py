"""Servers as processes, for tests of their life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.tally import LEDGER, Ledger, TallyClient

ROOT = Path(__file__).parents[2]


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 15.0) -> Any:
    """The first true value of ``condition``. Fails if none comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.01)
    pytest.fail(f"{what}: not within {seconds:g} s")


def is_alive(pid: int) -> bool:
    """Whether a thread of a process runs: one of a killed process may outlive the first, which is a zombie then, and
    its connections end with the last.
    """
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(FileNotFoundError, ProcessLookupError):
                status = Path(f"/proc/{pid}/task/{thread}/status").read_text(encoding="ascii", errors="replace")
                if "State:\tZ" not in status:
                    return True
    return False


class Running:
    """A ``soagen-server``, and what it writes."""

    def __init__(
        self, redis_url: str, folder: Path, *words: str, target: str, where: str = str(ROOT), **environment: str
    ) -> None:
        self.log = folder / "log"
        command = [sys.executable, "-m", "soagen_runtime.server.cli", target, "--redis", redis_url, *words]
        with self.log.open("wb") as written:
            self.process = subprocess.Popen(command, cwd=where, stderr=written, env={**os.environ, **environment})

    def workers(self) -> list[int]:
        with suppress(FileNotFoundError):
            text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return [int(pid) for pid in text.split()]
        return []

    def written(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 20) -> int:
        return self.process.wait(seconds)

    def end(self) -> None:
        """Kills it all, and waits: what is left of a worker would take requests of the next test."""
        workers = self.workers()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: not is_alive(pid), "a worker's end")  # type: ignore[misc]  # bound early


class Stage:
    """A Redis, a ledger, and whatever servers and clients a test asks for."""

    def __init__(self, redis_url: str, folder: Path) -> None:
        self.redis_url = redis_url
        self.folder = folder
        self.ledger = Ledger(folder / "ledger")
        self.client = TallyClient(redis_url).with_options(timeout=15)  # a server may be slow to begin
        self._servers: list[Running] = []

    def serve(
        self, *words: str, target: str = "tests.delivery.tally:Tally", where: str = str(ROOT), **environment: str
    ) -> Running:
        """Begins a server, which runs in the folder ``where``."""
        folder = self.folder / f"server{len(self._servers)}"
        folder.mkdir()
        environment = {LEDGER: str(self.ledger.path), **environment}
        server = Running(self.redis_url, folder, *words, target=target, where=where, **environment)
        self._servers.append(server)
        return server

    def close(self) -> None:
        self.client.close()
        for server in self._servers:
            server.end()


@pytest.fixture
def stage(redis_url: str, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(redis_url, tmp_path)
    yield stage
    stage.close()
