"""The places where messages are written and read, and who meets whom there.

A position has two meetings (see `verdict`), each with a writer and a reader. On a request the clients write, on a
response the servers do. A server reads strictly, a client leniently (see `languages`). Every judgement is one function
from a meeting to the reason why it fails, asked twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, TypeVar

from soagen.compat.verdict import Failures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meeting:
    """An old and a new peer: which of them writes, and whether the one who reads is a server."""

    old_client: bool
    writer_is_old: bool
    strict: bool

    @property
    def writer(self) -> str:
        """Who writes, in words."""
        return f"{'an old' if self.writer_is_old else 'a new'} {'client' if self.strict else 'server'}"

    @property
    def reader(self) -> str:
        """Who reads, in words."""
        return f"{'a new' if self.writer_is_old else 'an old'} {'server' if self.strict else 'client'}"

    def written(self, old: T, new: T) -> T:
        """What belongs to the writer."""
        return old if self.writer_is_old else new

    def read(self, old: T, new: T) -> T:
        """What belongs to the reader."""
        return new if self.writer_is_old else old


_REQUEST = (Meeting(True, True, True), Meeting(False, False, True))
_RESPONSE = (Meeting(True, False, False), Meeting(False, True, False))


class Position(Enum):
    """Where a type stands."""

    REQUEST = "request"
    CONTEXT = "context"
    RESPONSE = "response"
    ERROR = "error"
    UNREACHED = "unreached"  # no action leads here: nobody meets

    @property
    def meetings(self) -> tuple[Meeting, ...]:
        """Who meets here."""
        return _MEETINGS[self]

    @property
    def answers(self) -> bool:
        """Whether servers write here."""
        return self in (Position.RESPONSE, Position.ERROR)


_MEETINGS: dict[Position, tuple[Meeting, ...]] = {
    Position.REQUEST: _REQUEST,
    Position.CONTEXT: _REQUEST,
    Position.RESPONSE: _RESPONSE,
    Position.ERROR: _RESPONSE,
    Position.UNREACHED: (),
}

# Why a meeting fails, in a sentence that goes on after "An old client, a new server: "; None if it works.
Judge: TypeAlias = Callable[[Meeting], str | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which meetings fail, and why."""

    old_client: str | None = None
    new_client: str | None = None

    @property
    def failures(self) -> Failures:
        """The meetings that fail."""
        return Failures(self.old_client is not None, self.new_client is not None)

    def __or__(self, other: Judgement) -> Judgement:
        return Judgement(self.old_client or other.old_client, self.new_client or other.new_client)


FINE = Judgement()


def judged(position: Position, judge: Judge) -> Judgement:
    """What a judge says of both meetings at a position."""
    reasons = {meeting.old_client: judge(meeting) for meeting in position.meetings}
    return Judgement(reasons.get(True), reasons.get(False))
