"""Verdicts: what may go wrong when two versions of a contract meet, and in which order they may therefore be rolled
out.

There are two meetings, and each either works or fails:

- an OLD client talks to a NEW server (``old_client``);
- a NEW client talks to an OLD server (``new_client``).

A meeting fails iff some message that is valid under the writer's version is refused by the reader's. The verdict
follows from the two, and from nothing else; verdicts are joined by joining the failures. So the four verdicts are a
lattice with `SAFE` at the bottom and `BREAKING` at the top, and ``servers-first`` joined with ``clients-first`` is
``breaking``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """In which order a change may be rolled out."""

    SAFE = "safe"
    SERVERS_FIRST = "servers-first"
    CLIENTS_FIRST = "clients-first"
    BREAKING = "breaking"

    def covers(self, other: Verdict) -> bool:
        """Whether whoever may roll out ``self`` may roll out ``other`` too."""
        return self in (other, Verdict.BREAKING) or other is Verdict.SAFE


@dataclass(frozen=True, slots=True)
class Failures:
    """Which of the two meetings fail."""

    old_client: bool = False
    new_client: bool = False

    def __or__(self, other: Failures) -> Failures:
        return Failures(self.old_client or other.old_client, self.new_client or other.new_client)

    @property
    def verdict(self) -> Verdict:
        """What the two meetings come to."""
        return _VERDICTS[self.old_client, self.new_client]


_VERDICTS = {
    (False, False): Verdict.SAFE,
    (False, True): Verdict.SERVERS_FIRST,
    (True, False): Verdict.CLIENTS_FIRST,
    (True, True): Verdict.BREAKING,
}

NONE = Failures()
OLD_CLIENT_FAILS = Failures(old_client=True)
NEW_CLIENT_FAILS = Failures(new_client=True)
BOTH_FAIL = Failures(old_client=True, new_client=True)


def joined(every: Iterable[Failures]) -> Failures:
    """What fails in any of them."""
    result = NONE
    for each in every:
        result |= each
    return result
