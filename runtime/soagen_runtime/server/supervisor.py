"""The parent of the workers: it forks them, replaces them, and sees to the requests of those that die.

One thread, one loop: signals are written down by their handlers and acted on here, between two waits. It serves
nothing itself, so that what it does, it does at once: a worker's death is known from the kernel, and its requests are
given to others, or answered, within milliseconds.

========  ==========================================================================================
SIGTERM   stops: no more is taken, what runs is finished within the grace time. A second one is quick.
SIGINT    the same
SIGHUP    replaces the workers, one by one: the next begins to serve before the last is told to stop
SIGUSR1   every process writes its stacks to stderr
========  ==========================================================================================

It may be process 1 of a container: it reaps whatever child there is.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import secrets
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from soagen_runtime.errors import TransportError
from soagen_runtime.server.heartbeat import AGAIN
from soagen_runtime.server.respawn import Respawn, describe, end_of

STOPPED: Final = 0
CRASHED: Final = 3

_LOOKS = (0.0, 0.02, 0.1, 0.5, 2.0)  # seconds after a death when its slots are looked at: Redis may notice late
_LOOK_AGAIN = 0.05  # seconds after a look that found no Redis
_START_SECONDS = 30.0  # that a replacement may take to begin to serve

log = logging.getLogger("soagen.server")


class Undertaker(Protocol):
    """What sees to the requests of workers that are dead."""

    @property
    def beat_every(self) -> float:
        """Seconds between two looks at who is alive."""

    def beat(self) -> None:
        """Looks. Raises `TransportError`."""

    def bury_process(self, name: str) -> int:
        """Sees to what a dead process held. Raises `TransportError`."""


@dataclass(eq=False, slots=True)
class _Worker:
    """A worker process. ``place`` is which of the workers it is; ``told_at`` when it was told to stop."""

    pid: int
    name: str
    place: int
    ready: int  # a pipe's end that becomes readable when it serves
    begun_at: float
    serves: bool = False
    told_at: float | None = None
    replaced: bool = False


@dataclass(eq=False, slots=True)
class _Grave:
    """A dead worker, and when its slots are to be looked at."""

    name: str
    due: list[float]


@dataclass(slots=True)
class _Place:
    """One of the workers' places. ``due`` is when it is to be filled; None if it is filled, or stays empty."""

    history: Respawn = field(default_factory=Respawn)
    due: float | None = 0.0
    given_up: bool = False


class Supervisor:
    """Keeps ``workers`` processes running. ``work`` runs in each: it is given a name and what to call when it serves,
    and returns the exit code. ``before_fork`` runs here before each fork.
    """

    def __init__(
        self,
        work: Callable[[str, Callable[[], None]], int],
        undertaker: Undertaker,
        *,
        workers: int,
        grace: float,
        before_fork: Callable[[], None],
        heartbeat_file: Path | None = None,
    ) -> None:
        self._work = work
        self._undertaker = undertaker
        self._grace = grace
        self._before_fork = before_fork
        self._heartbeat_file = heartbeat_file
        self._places = [_Place() for _ in range(workers)]
        self._workers: dict[int, _Worker] = {}
        self._graves: list[_Grave] = []
        self._signals: list[int] = []
        self._to_replace: list[_Worker] = []
        self._stopping = False
        self._next_beat = 0.0
        self._heard = True

    def run(self) -> int:
        """Runs until it is told to stop, or no worker is left; returns the exit code."""
        wake, written = os.pipe()
        for end in (wake, written):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(written)
        for number in _ACTIONS:
            signal.signal(number, self._note)
        faulthandler.register(signal.SIGUSR1, all_threads=True, chain=True)
        try:
            while not self._is_over():
                self._turn()
                self._wait(wake)
            self._bury_all()
        finally:
            signal.set_wakeup_fd(-1)
            if self._heartbeat_file is not None:
                self._heartbeat_file.unlink(missing_ok=True)
        return STOPPED if self._stopping else CRASHED

    def _note(self, number: int, frame: object) -> None:
        self._signals.append(number)

    def _is_over(self) -> bool:
        if self._workers:
            return False
        return self._stopping or all(place.given_up for place in self._places)

    # --- one turn

    def _turn(self) -> None:
        signals, self._signals = self._signals, []
        for number in signals:
            _ACTIONS[number](self)
        self._reap()
        now = time.monotonic()
        self._look(now)  # before anything that takes time: callers wait
        for index, place in enumerate(self._places):
            if place.due is not None and place.due <= now and not self._stopping:
                place.due = None
                self._spawn(index)
        self._replace_next(now)
        self._press(now)
        self._beat(now)

    def _wait(self, wake: int) -> None:
        """Until a signal, a word of a worker, or the next thing that is due."""
        now = time.monotonic()
        due = [self._next_beat, *(grave.due[0] for grave in self._graves)]
        if not self._stopping:
            due += [place.due for place in self._places if place.due is not None]
        due += [w.told_at + self._grace for w in self._workers.values() if w.told_at is not None]
        starting = [worker.ready for worker in self._workers.values() if not worker.serves]
        readable, _, _ = select.select([wake, *starting], [], [], max(0.0, min(due) - now))
        if wake in readable:
            with suppress(BlockingIOError):
                os.read(wake, 4096)
        for worker in self._workers.values():
            if worker.ready in readable and not worker.serves:
                worker.serves = True
                os.close(worker.ready)

    # --- workers

    def _spawn(self, place: int) -> _Worker:
        self._before_fork()
        name = secrets.token_hex(6)
        ready, says_ready = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become_worker(name, ready, says_ready)
        os.close(says_ready)
        worker = self._workers[pid] = _Worker(pid, name, place, ready, time.monotonic())
        log.info("worker %d begins", pid)
        return worker

    def _become_worker(self, name: str, ready: int, says_ready: int) -> None:
        """The rest of a worker's life. Does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _ACTIONS.keys() - {signal.SIGUSR1}:  # at which a stack is dumped all the while
                signal.signal(number, signal.SIG_DFL)
            os.close(ready)

            def say_ready() -> None:
                os.write(says_ready, b".")
                os.close(says_ready)

            code = self._work(name, say_ready)
        except BaseException:
            log.exception("a worker ended")
        finally:
            logging.shutdown()
            os._exit(code)

    def _reap(self) -> None:
        """Takes note of every child that ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            worker = self._workers.pop(pid, None)
            if worker is not None:
                self._ended(worker, status)

    def _ended(self, worker: _Worker, status: int) -> None:
        now = time.monotonic()
        if not worker.serves:
            os.close(worker.ready)
        self._graves.append(_Grave(worker.name, [now + after for after in _LOOKS]))
        end = end_of(status)
        asked = worker.told_at is not None
        log.log(logging.INFO if asked or not status else logging.ERROR, "worker %d: %s", worker.pid, describe(status))
        others = [w for w in self._workers.values() if w.place == worker.place and w.told_at is None]
        if self._stopping or others:
            return  # it is not missed
        place = self._places[worker.place]
        pause = place.history.after(end, now)
        if pause is None:
            place.given_up = True
            log.error(
                "worker %d of %d crashes again and again and is not replaced", worker.place + 1, len(self._places)
            )
        else:
            place.due = now + pause

    def _tell(self, worker: _Worker, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, number)

    def _ask_to_stop(self, worker: _Worker) -> None:
        if worker.told_at is None:
            worker.told_at = time.monotonic()
            self._tell(worker, signal.SIGTERM)
            self._tell(worker, signal.SIGCONT)  # one that was stopped could not hear it

    def _press(self, now: float) -> None:
        """Ends workers that did not end within the grace time; what they had not finished is seen to like that of any
        dead.
        """
        for worker in self._workers.values():
            if worker.told_at is not None and now >= worker.told_at + self._grace:
                log.error("worker %d did not end within %g s and is killed", worker.pid, self._grace)
                self._tell(worker, signal.SIGKILL)
                worker.told_at = now

    def _replace_next(self, now: float) -> None:
        """Goes on with a replacement of all workers: begins the next, or stops the one whose successor serves."""
        while self._to_replace and not self._stopping:
            old = self._to_replace[0]
            if old.pid not in self._workers:
                self._to_replace.pop(0)
                continue
            if not old.replaced:
                old.replaced = True
                self._spawn(old.place)
                return
            successor = max((w for w in self._workers.values() if w.place == old.place), key=lambda w: w.begun_at)
            if successor is old:  # it died before it served
                old.replaced = False
                self._to_replace.clear()
                log.error("a new worker did not begin to serve; the others stay as they are")
                return
            if successor.serves or now - successor.begun_at > _START_SECONDS:
                self._ask_to_stop(old)
            return

    # --- the dead

    def _look(self, now: float) -> None:
        for grave in list(self._graves):
            if grave.due[0] > now:
                continue
            if not self._bury(grave.name):
                grave.due[0] = now + _LOOK_AGAIN
                continue
            grave.due.pop(0)
            if not grave.due:
                self._graves.remove(grave)

    def _bury(self, name: str) -> bool:
        """Sees to what a dead worker held; twice, since the connection may have gone while it was not used."""
        for is_last in (False, True):
            try:
                self._undertaker.bury_process(name)
            except TransportError as error:
                if is_last:
                    log.warning("the requests of a dead worker could not be seen to yet: %s", error)
            else:
                return True
        return False

    def _bury_all(self) -> None:
        """Looks at every grave once more before it ends."""
        for grave in self._graves:
            self._bury(grave.name)

    def _beat(self, now: float) -> None:
        if now < self._next_beat:
            return
        self._next_beat = now + self._undertaker.beat_every
        try:
            self._undertaker.beat()
        except TransportError as error:
            if self._heard:
                log.error("the broker is away: %s", error)
            self._heard = False
            self._next_beat = now + AGAIN
            return
        self._heard = True
        if self._heartbeat_file is not None and all(worker.serves for worker in self._workers.values()):
            self._heartbeat_file.write_text(f"{time.time():.3f}\n", encoding="ascii")

    # --- signals

    def _stop(self) -> None:
        if self._stopping:
            log.warning("stopping at once")
            for worker in self._workers.values():
                self._tell(worker, signal.SIGKILL)
            return
        log.info("stopping: what runs may take %g s", self._grace)
        self._stopping = True
        for worker in self._workers.values():
            self._ask_to_stop(worker)

    def _replace_all(self) -> None:
        log.info("replacing the workers")
        self._to_replace = [worker for worker in self._workers.values() if worker.told_at is None]

    def _dump(self) -> None:
        for worker in self._workers.values():
            self._tell(worker, signal.SIGUSR1)

    def _child_ended(self) -> None:
        """Nothing: every turn looks for children that ended."""


_ACTIONS: Final[dict[int, Callable[[Supervisor], None]]] = {
    signal.SIGTERM: Supervisor._stop,
    signal.SIGINT: Supervisor._stop,
    signal.SIGHUP: Supervisor._replace_all,
    signal.SIGUSR1: Supervisor._dump,
    signal.SIGCHLD: Supervisor._child_ended,
}
