"""A service whose every start of an action is written down, so that tests can count them.

Its table is made by hand, as generated code would make it: a request and a response are plain dicts. Where starts are
written is up to the server's `Ledger`: a file that outlives any process, for servers that are killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from soagen_runtime.action import Action, Service
from soagen_runtime.calls.blocking import Calls, Future
from soagen_runtime.client import AsyncClient, Client
from soagen_runtime.context import Context
from soagen_runtime.server import AsyncServer, Server

LEDGER = "SOAGEN_TEST_LEDGER"


def _as_it_is(value: Any, strict: bool) -> Any:
    return value


def _action(name: str, **options: Any) -> Action[Any, Any]:
    return Action(
        name=name,
        wire=name,
        method=name,
        encode_request=_as_it_is,
        decode_request=_as_it_is,
        encode_response=_as_it_is,
        decode_response=_as_it_is,
        **options,
    )


ONCE = _action("once")
AGAIN = _action("again", idempotent=True)
NOTE = _action("note", oneway=True, idempotent=True)
TELL = _action("tell", oneway=True)
ACTIONS = {action.name: action for action in (ONCE, AGAIN, NOTE, TELL)}

SERVICE: Service[Context] = Service(
    name="tally",
    contract_hash="",
    context=Context,
    encode_context=lambda context, strict: {},
    decode_context=lambda data, strict: Context(),
    actions=tuple(ACTIONS.values()),
)


class Start(NamedTuple):
    """By which process an action was started, and when: a Unix time in seconds."""

    pid: int
    at: float


class Ledger:
    """Lines in a file, each written at once: what was started, and by whom."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def write(self, token: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{token} {os.getpid()} {time.time():.6f}\n".encode())
        os.close(descriptor)

    def starts(self) -> Counter[str]:
        return Counter(token for token, _ in self._lines())

    def last_starts(self) -> dict[str, Start]:
        """The last start of each token."""
        return dict(self._lines())

    def last_worker(self) -> int:
        """The process that started the last one."""
        return int(self.path.read_text(encoding="utf-8").splitlines()[-1].split()[1])

    def _lines(self) -> Iterator[tuple[str, Start]]:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for line in text.splitlines():
            token, pid, moment = line.split()
            yield token, Start(int(pid), float(moment))


def _begin(ledger: Ledger, request: Any) -> float:
    """Writes the start down and does what the request asks to be done to its worker: how long to go on then."""
    if "quiet" not in request:  # for who measures speed
        ledger.write(request["token"])
    match request.get("fate"):
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise LookupError("as asked")
    return float(request.get("seconds", 0))


class Tally(Server):
    service = SERVICE

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger or Ledger(os.environ[LEDGER])

    def _serve(self, request: Any, context: Any) -> Any:
        seconds = _begin(self._ledger, request)
        if seconds:
            time.sleep(seconds)
        return {"token": request["token"]}

    once = again = note = tell = _serve


class AsyncTally(AsyncServer):
    service = SERVICE

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger or Ledger(os.environ[LEDGER])

    async def _serve(self, request: Any, context: Any) -> Any:
        seconds = _begin(self._ledger, request)
        if seconds:
            await asyncio.sleep(seconds)
        return {"token": request["token"]}

    once = again = note = tell = _serve


SERVERS: dict[str, type[Tally] | type[AsyncTally]] = {"blocking": Tally, "asyncio": AsyncTally}


class TallyClient(Client[Context]):
    service = SERVICE

    def call(self, name: str, token: str, **request: Any) -> str:
        client = self.with_options(correlation_id=token)
        return str(client._call(ACTIONS[name], {"token": token, **request}).get("token", ""))

    def start(self, name: str, token: str, **request: Any) -> Future[Any]:
        """Sends a call; its reply is asked for later."""
        client = self.with_options(correlation_id=token)
        return Calls(client._caller, client._threads)._call(ACTIONS[name], {"token": token, **request}).start()


class AsyncTallyClient(AsyncClient[Context]):
    service = SERVICE

    async def call(self, name: str, token: str, **request: Any) -> str:
        client = self.with_options(correlation_id=token)
        response = await client._call(ACTIONS[name], {"token": token, **request})
        return str(response.get("token", ""))
