"""The workers of the soak: ``soagen-server`` and PySOA's servers, on one queue. They come and go as they do when a team
moves a service, or rolls out a new version of it: each is asked to end, and none is killed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.interop.peers import ROOT, PySOAServer, Site

GENERATED: Final = "SOAK_GENERATED"
"""The environment variable that names the folder of the generated package."""

CHUNK = 102_400
LARGEST = 5 * CHUNK + 100_000  # PySOA wants to be allowed five pieces at least
KINDS = {"Blocking": 2, "Asyncio": 1}
"""The kinds of soagen-server, and how many workers each has."""
PYSOA_SERVERS = 2


class Workers:
    """All of them. ``pause`` is how many seconds they are left alone between two changes."""

    def __init__(self, site: Site, python: str, generated: Path, log: Path, rng: random.Random, pause: float) -> None:
        self._site = site
        self._python = python
        self._environment = {**os.environ, GENERATED: str(generated)}
        self._log = log
        self._rng = rng
        self._pause = pause
        self._soagen: dict[str, subprocess.Popen[bytes]] = {}
        self._pysoa: list[PySOAServer] = []
        self.changes: Counter[str] = Counter()
        self.faults: list[str] = []

    def start(self) -> None:
        """Starts them all."""
        for kind in KINDS:
            self._soagen[kind] = self._start_soagen(kind)
        self._pysoa = [self._start_pysoa() for _ in range(PYSOA_SERVERS)]

    def stop(self) -> None:
        """Asks them all to end."""
        self._stop_soagen()
        self._stop_pysoa()

    def change(self, over: threading.Event, absence: float) -> None:
        """Lets workers come and go until it is over; each kind may be away altogether for ``absence`` seconds."""
        changes: list[Callable[[], None]] = [self._renew_soagen, self._renew_pysoa]
        while not over.wait(self._pause):
            change = self._rng.choice(changes)
            change()
            self.changes[change.__name__.strip("_")] += 1
            if absence and self._rng.random() < 0.3:
                self._leave_it_to_others(over, absence)

    def _renew_soagen(self) -> None:
        self._soagen[self._rng.choice([*KINDS])].send_signal(signal.SIGHUP)

    def _renew_pysoa(self) -> None:
        old, *kept = self._pysoa
        self._pysoa = [*kept, self._start_pysoa()]
        self._expect(old.stop(), "PySOA")

    def _leave_it_to_others(self, over: threading.Event, absence: float) -> None:
        if self._rng.random() < 0.5:
            self._stop_soagen()
            over.wait(absence)
            self._soagen = {kind: self._start_soagen(kind) for kind in KINDS}
            self.changes["only PySOA"] += 1
        else:
            self._stop_pysoa()
            over.wait(absence)
            self._pysoa = [self._start_pysoa() for _ in range(PYSOA_SERVERS)]
            self.changes["only soagen"] += 1

    def _start_soagen(self, kind: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "soagen_runtime.server.cli", f"tests.interop.soak.app:{kind}"]
        command += ["--redis", self._site.url, "--workers", str(KINDS[kind]), "--log-level", "error"]
        command += ["--chunk-replies-over", str(CHUNK), "--largest-reply", str(LARGEST)]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=log, stderr=log)

    def _start_pysoa(self) -> PySOAServer:
        limits: dict[str, Any] = {
            "chunk_messages_larger_than_bytes": CHUNK,
            "maximum_message_size_in_bytes": LARGEST,
        }
        server = PySOAServer(self._python, "lab", self._site, **limits)
        server.wait_until_it_serves()
        return server

    def _stop_soagen(self) -> None:
        for process in self._soagen.values():
            process.terminate()
        for process in self._soagen.values():
            # One that was told to end before it was up has nothing to say about it.
            self._expect(0 if process.wait(60) == -signal.SIGTERM else process.returncode, "soagen-server")
        self._soagen = {}

    def _stop_pysoa(self) -> None:
        for server in self._pysoa:
            self._expect(server.stop(), "PySOA")
        self._pysoa = []

    def _expect(self, code: int, who: str) -> None:
        if code != 0:
            self.faults.append(f"{who} ended with {code}")
