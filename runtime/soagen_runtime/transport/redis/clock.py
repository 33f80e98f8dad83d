"""The broker's clock, as far as it is known here.

Nobody's clock is trusted but Redis' own. Whoever asks Redis anything that answers with the time says so here; from
then on this process' monotonic clock counts on, which no change of the system's time moves.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any


class Clock:
    """Unix times in seconds, as Redis has them."""

    def __init__(self) -> None:
        self._offset: float | None = None

    @property
    def is_set(self) -> bool:
        """Whether Redis has ever been heard."""
        return self._offset is not None

    def now(self) -> float:
        """Redis' time; our own before Redis was heard."""
        return time.time() if self._offset is None else time.monotonic() + self._offset

    def heard(self, reply: Sequence[Any], before: float) -> None:
        """Takes note of Redis' seconds and microseconds, which were asked for at ``before``, on the monotonic clock."""
        seconds, microseconds = int(reply[0]), int(reply[1])
        self._offset = seconds + microseconds / 1_000_000 - (before + time.monotonic()) / 2
