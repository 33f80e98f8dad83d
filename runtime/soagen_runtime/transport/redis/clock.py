"""The broker's clock, as far as it is known here: ours, and by how much the other is ahead.

Nobody's clock is trusted but Redis' own. Whoever asks Redis anything that answers with the time says so here.
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
        return time.time() + (self._offset or 0.0)

    def heard(self, reply: Sequence[Any], before: float) -> None:
        """Takes note of Redis' seconds and microseconds, which were asked for at ``before`` by our clock."""
        seconds, microseconds = int(reply[0]), int(reply[1])
        self._offset = seconds + microseconds / 1_000_000 - (before + time.time()) / 2
