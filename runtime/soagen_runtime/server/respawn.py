"""Whether, and when, a worker that ended is replaced. Decisions only; times are seconds on any clock that does not go
back.

Rules:

- One that ended as asked (a stop, enough requests, a time limit) is replaced at once.
- One that was killed from outside (SIGKILL: the kernel for want of memory, or a person) is replaced after a pause that
  doubles while it goes on.
- One that crashed (any other signal, or an exit code) is replaced too, but not after 3 crashes within 15 s or 8 within
  60 s: what crashes that often does so because of itself, and each time takes requests with it.
"""

from __future__ import annotations

import enum
import os
import signal
from collections import deque
from dataclasses import dataclass, field
from typing import Final

LIMITS: Final = ((3, 15.0), (8, 60.0))
"""So many crashes within so many seconds are too many."""

_CALM = 15.0  # seconds without a death after which pauses begin anew
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

EXIT_OVERRUN: Final = 75
"""How a worker exits whose handler ran beyond its time limit."""


class End(enum.Enum):
    """How a worker ended."""

    ASKED = "as asked"
    KILLED = "killed from outside"
    CRASHED = "crashed"


def end_of(status: int) -> End:
    """How a worker ended, by what `os.waitpid` says."""
    if os.WIFSIGNALED(status):
        return End.KILLED if os.WTERMSIG(status) == signal.SIGKILL else End.CRASHED
    return End.ASKED if os.WEXITSTATUS(status) in (0, EXIT_OVERRUN) else End.CRASHED


def describe(status: int) -> str:
    """What `os.waitpid` says, in words."""
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit code {os.WEXITSTATUS(status)}"


@dataclass(slots=True)
class Respawn:
    """The history of one place among the workers."""

    _crashes: deque[float] = field(default_factory=deque)
    _deaths: int = 0
    _last: float = float("-inf")

    def after(self, end: End, now: float) -> float | None:
        """Seconds until the place is filled again; None if it stays empty."""
        if end is End.ASKED:
            return 0.0
        if now - self._last > _CALM:
            self._deaths = 0
        self._last = now
        self._deaths += 1
        if end is End.CRASHED:
            self._crashes.append(now)
            if any(sum(now - crash <= seconds for crash in self._crashes) >= most for most, seconds in LIMITS):
                return None
            while self._crashes and now - self._crashes[0] > LIMITS[-1][1]:
                self._crashes.popleft()
        if self._deaths == 1:
            return 0.0
        return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (self._deaths - 2)))
