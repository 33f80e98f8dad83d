"""Who a worker is, for how long, and which of its slots hold what. Decisions only;
`soagen_runtime.transport.redis.seat` acts on them.

An `Identity` is one incarnation of a worker at one Redis. It is made by registering and thrown away after any doubt: a
new one has slots that nothing still under way can touch. While something runs in an old one it is kept alive beside
the new::

    registered --doubt, lapse--> leaving --nothing runs, and nothing can still arrive--> buried (by itself)
         \\                          \\
          `--------------------------`--lease over, seen by another--> buried (by the other): what it settles is refused

Times are seconds on the process' monotonic clock, which goes on while the process is stopped. The lease that Redis
holds ends later than the one held here, since it begins when Redis hears of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from soagen_runtime.wire import keys

LEASE: Final = 3.0
"""Seconds after which a worker that has not been heard of is taken for dead."""

BEAT: Final = LEASE / 5
"""Seconds between two heartbeats."""

TOMB: Final = 60.0
"""Seconds for which the slots of the buried are looked at: longer than any take of theirs can still be under way."""

SETTLED_DOWN: Final = 3.0
"""Seconds after which a take that was cut off can have no effect any more: its block, and a Redis that was held up."""


_DIGITS = 5  # of a number of slots that is believed


def slots_of(service: str, member: str) -> list[str]:
    """The slots of a worker, by its name in the list of workers; none for a name that nobody here has made."""
    identity, _, count = member.rpartition(":")
    if not (identity and count.isascii() and count.isdigit() and len(count) <= _DIGITS):
        return []
    return [keys.slot(service, identity, index) for index in range(int(count))]


@dataclass(eq=False, slots=True, weakref_slot=True)
class Identity:
    """One incarnation. ``member`` is its name in the list of workers: process, thread, incarnation and number of
    slots; ``master`` the name of the Redis that it takes from, if that one may have forgotten what was done.
    """

    member: str
    slots: Sequence[str]
    master: str = ""
    until: float = 0.0
    lost: bool = False
    left_at: float | None = None
    free: deque[int] = field(init=False)
    running: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All slots are free."""
        self.free = deque(range(len(self.slots)))

    def renewed(self, asked_at: float, lease: float) -> None:
        """The heartbeat that was sent at ``asked_at`` was taken note of."""
        self.until = asked_at + lease

    def may_start(self, now: float) -> bool:
        """Whether what was taken may be started: nobody can have been told yet that this worker is dead."""
        return not self.lost and self.left_at is None and now < self.until

    def block(self, now: float, wait: float) -> float:
        """For how long a take may block: never beyond the lease. 0 where nothing may be taken."""
        return max(0.0, min(wait, self.until - now)) if self.may_start(now) else 0.0

    def release(self, index: int) -> None:
        """A slot is empty again. It is used last, so that two turns of one slot are as far apart as can be."""
        self.running.discard(index)
        self.free.append(index)

    def idle(self) -> list[int]:
        """The slots that should be empty."""
        return [index for index in range(len(self.slots)) if index not in self.running]

    def is_over(self, now: float) -> bool:
        """Whether an identity that was left can be buried."""
        return self.left_at is not None and not self.running and now >= self.left_at + SETTLED_DOWN
