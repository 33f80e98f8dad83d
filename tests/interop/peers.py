"""PySOA's processes, as a test sees them: a client that is told what to call, and servers that serve.

Rules: a process is started with a handle of its own and ended through it; values cross in the notation of
`tests.notation`, so that no serializer under test stands between a test and what it asserts.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.notation import note_of, value_of

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Site:
    """Where services are met: the ports of one Redis or several, and the number of the database."""

    ports: tuple[int, ...]
    db: int

    @property
    def url(self) -> str:
        """As soagen is told."""
        return f"redis://{','.join(f'{HOST}:{port}' for port in self.ports)}/{self.db}"

    def for_pysoa(self) -> dict[str, Any]:
        """As PySOA's settings have it."""
        return {"hosts": [[HOST, port] for port in self.ports], "db": self.db}


@dataclass(frozen=True)
class Outcome:
    """What a PySOA client made of a call: what it returned or raised, and the replies that it still waits for."""

    returned: Any
    raised: dict[str, Any] | None
    outstanding: dict[str, int] = field(default_factory=dict)

    @property
    def body(self) -> Any:
        """The body of a call of one action that succeeded."""
        assert self.raised is None, self.raised
        return self.returned["body"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors that were raised, of the job or of its actions."""
        assert self.raised is not None, self.returned
        errors: list[dict[str, Any]] = list(self.raised["errors"])
        return errors or [error for action in self.raised["actions"] for error in action["errors"]]


def interpreter() -> str:
    """The interpreter of PySOA's environment, which is made first if need be. Raises `RuntimeError` if it cannot be."""
    # Processes that share the tests of one run must not make it at the same time.
    with (ROOT / "scripts" / "setup-pysoa").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run([ROOT / "scripts" / "setup-pysoa"], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(made.stderr.strip().splitlines()[-1])
    return str(ROOT / ".venv-pysoa" / "bin" / "python")


class PySOA:
    """PySOA's client and serializer in a process of their own."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "tests.interop.peer.client"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._opened = 0

    def close(self) -> None:
        """Ends the process: it does so by itself when nothing more can be said to it."""
        self._process.communicate(timeout=20)

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Has a command run, and returns its answer as it came."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"PySOA's client ended: {self._process.wait(10)}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def told(self, do: str, **arguments: Any) -> Any:
        """What a command that cannot fail returns."""
        answer = self.ask(do, **arguments)
        assert "raised" not in answer, answer
        return answer["returned"]

    def client(self, site: Site, *services: str, **options: Any) -> PySOAClient:
        """A new client. ``options`` are ``context``, ``json``, and what PySOA's transport takes."""
        self._opened += 1
        name = f"client {self._opened}"
        self.told("open_client", name=name, services=services or ("lab",), **site.for_pysoa(), **options)
        return PySOAClient(self, name)


class PySOAClient:
    """A client; its methods are those of PySOA's: ``client("call_action", "lab", "echo", {})``."""

    def __init__(self, process: PySOA, name: str) -> None:
        self._process = process
        self._name = name

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Outcome:
        command = {"method": method, "args": note_of(args), "kwargs": note_of(kwargs)}
        return self._outcome(self._process.ask("call", name=self._name, **command))

    def close(self) -> None:
        """Forgets the client."""
        self._process.told("close_client", name=self._name)

    def result(self, future: Outcome) -> Outcome:
        """The result of a future that an earlier call returned."""
        return self._outcome(self._process.ask("result", name=self._name, future=future.returned))

    @staticmethod
    def _outcome(answer: dict[str, Any]) -> Outcome:
        return Outcome(value_of(answer.get("returned")), value_of(answer.get("raised")), answer["outstanding"])


class PySOAServer:
    """A PySOA server of one of the services in `tests.interop.peer.services`."""

    def __init__(self, python: str, service: str, site: Site, calls: Sequence[str] = (), **transport: Any) -> None:
        # It looks for a wish to stop, and at the next of several masters, after each wait for a request.
        transport = {"receive_timeout_in_seconds": 1, **transport}
        config = {"service": service, "calls": list(calls), "transport": transport, **site.for_pysoa()}
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "tests.interop.peer.server", json.dumps(config)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def wait_until_it_serves(self) -> None:
        """Waits for the server's own word. A request may be sent before: it waits in the list."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", "PySOA's server did not start"

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def stop(self) -> int:
        """Has it end what it does, and go; its exit code."""
        self._process.terminate()
        self._process.communicate(timeout=30)
        return self._process.returncode

    def close(self) -> None:
        """Ends the process. It has nothing to lose."""
        self._process.kill()
        self._process.communicate()
