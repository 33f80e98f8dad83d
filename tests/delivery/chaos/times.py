"""How long callers wait for `WORKER_LOST`, from the moment that their worker was lost.

What is promised differs with what happened: a death is known from the kernel, at once; a process that was stopped, or
lost together with its supervisor, is missed when its lease is over. And while Redis is away nobody can be told: such a
wait is counted from Redis' return, and apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from soagen_runtime.transport.redis.lease import LEASE

PROMISED: Final = {
    "a death": 0.1,
    "a stop, or a lost host": LEASE + 1,
    "a death, Redis away": None,
    "a stop, or a lost host, Redis away": None,
}
"""What can happen to a worker, and within how many seconds its callers are told at p99."""

_JUST_BEFORE = 0.5  # seconds
_DEATH, _STOP = "a death", "a stop, or a lost host"


@dataclass(slots=True)
class History:
    """What happened to worker processes, and when Redis was away. Unix times in seconds."""

    losses: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    outages: list[tuple[float, float]] = field(default_factory=list)
    hosts: list[float] = field(default_factory=list)
    """When a supervisor was lost: what its workers had died of just before, it may not have seen to."""

    def died(self, pid: int, at: float) -> None:
        """A worker died, and its supervisor lives."""
        self.losses.setdefault(pid, []).append((at, _DEATH))

    def was_lost(self, pid: int, at: float) -> None:
        """A worker was stopped, or went with its supervisor."""
        self.losses.setdefault(pid, []).append((at, _STOP))

    def wait(self, pid: int, told_at: float) -> tuple[str, float] | None:
        """What happened to a worker before its caller was told, and how many seconds that took; None if nothing is
        known.
        """
        before = [loss for loss in self.losses.get(pid, ()) if loss[0] <= told_at]
        if not before:
            return None
        at, kind = max(before)
        if any(0 <= lost_at - at < _JUST_BEFORE for lost_at in self.hosts):
            kind = _STOP
        away = [end for begin, end in self.outages if begin <= told_at and end >= at]
        if away:
            return f"{kind}, Redis away", max(0.0, told_at - max(at, *away))
        return kind, told_at - at


def waits_by_kind(waits: Iterable[tuple[str, float]]) -> Mapping[str, Sequence[float]]:
    """Waits in seconds, sorted, by what happened."""
    found: dict[str, list[float]] = {kind: [] for kind in PROMISED}
    for kind, seconds in waits:
        found[kind].append(seconds)
    return {kind: sorted(seconds) for kind, seconds in found.items() if seconds}


def percentile(waits: Sequence[float], part: float) -> float:
    """The value that so big a part of them does not exceed."""
    return waits[min(len(waits) - 1, int(len(waits) * part))]


def row(kind: str, waits: Sequence[float]) -> str:
    """One line of the table."""
    p50, p99, most = (
        milliseconds * 1000 for milliseconds in (percentile(waits, 0.5), percentile(waits, 0.99), waits[-1])
    )
    promised = PROMISED[kind]
    word = "" if promised is None else f"promised {promised * 1000:.0f}" if p99 <= promised * 1000 else "TOO LATE"
    return f"{kind:<36}{len(waits):>6} {p50:>8.1f} {p99:>8.1f} {most:>8.1f}   {word}"
