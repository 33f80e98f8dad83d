"""What a server lives in: whether there is a framework, and when a worker tells it to let go."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from soagen_runtime import ConfigurationError
from soagen_runtime.core.transport import Outcome, Taken
from soagen_runtime.server import framework
from soagen_runtime.server.framework import Framework
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker


def test_an_option_needs_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"there is no Django here: pip install 'soagen-runtime\[django\]'"):
        framework.enter("acme.settings")


def test_without_django_the_variable_is_meant_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv(framework.DJANGO_VARIABLE, "acme.settings")
    framework.enter()


@pytest.mark.parametrize("module", [None, SimpleNamespace(apps=SimpleNamespace(ready=False))])
def test_there_is_none_before_it_is_set_up(module: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "django.apps", module)
    assert type(framework.present()) is Framework


class Noting(Framework):
    """Takes note of the threads that are told to rest and to let go; ``rested`` is set once as many have rested."""

    def __init__(self, threads: int) -> None:
        self.rested = threading.Event()
        self.resting: set[str] = set()
        self.ended: set[str] = set()
        self._threads = threads

    def rest(self) -> None:
        self.resting.add(threading.current_thread().name)
        if len(self.resting) == self._threads:
            self.rested.set()

    async def rest_async(self) -> None:
        self.rest()

    def let_go(self) -> None:
        self.ended.add(threading.current_thread().name)


class Quiet:
    """A transport, and a seat on it, where nothing ever comes in."""

    beat_every = 60.0

    def __init__(self, *, suspends: bool) -> None:
        self._suspends = suspends

    async def start(self, service: object, *, request_bytes: int, name: str | None = None) -> None: ...

    async def close(self) -> None: ...

    async def leave(self) -> None: ...

    async def settle(self, taken: Taken, outcome: Outcome) -> None: ...

    async def put_back(self, taken: Taken) -> None: ...

    def beat(self) -> None: ...

    def now(self) -> float:
        return 0.0

    def seat(self, slots: int) -> Quiet:
        return self

    async def take(self, room: int, wait: float) -> Sequence[Taken]:
        if self._suspends:
            await asyncio.sleep(0)
        return ()


SERVED: Any = SimpleNamespace(service=SimpleNamespace(name="tea"), most_bytes=0)
"""As much of a dispatcher as is looked at where nothing comes in."""


def test_each_thread_rests_while_nothing_comes_in_and_lets_go_at_its_end() -> None:
    noting = Noting(threads=3)
    worker = BlockingWorker(SERVED, Quiet(suspends=False), 3, framework=noting)
    thread = threading.Thread(target=worker.run, name="main")
    thread.start()
    assert noting.rested.wait(10)
    assert noting.ended == set()
    worker.stop()
    thread.join(10)
    assert noting.ended == noting.resting == {"main", "soagen-1", "soagen-2"}


async def test_a_loop_rests_while_nothing_comes_in() -> None:
    noting = Noting(threads=1)
    worker = AsyncWorker(SERVED, Quiet(suspends=True), framework=noting)
    running = asyncio.create_task(worker.run())
    while not noting.rested.is_set():
        await asyncio.sleep(0)
    worker.stop()
    await running
