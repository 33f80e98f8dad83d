"""What a comparison has found; one edit is one finding.

A finding is told apart by its rule, its subject (what was edited, by the contract's own names, such as
``common.Address.street``) and a detail where a subject can be edited in several ways (which constraint). Whatever way
leads to the same three adds a place to the finding and joins its verdict. The fingerprint is made of the three, so it
stays the same wherever the lines and files go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from soagen.compat.positions import FINE, Judgement
from soagen.compat.verdict import Verdict
from soagen.diagnostics import Span


class Axis(Enum):
    """What a change means beside its verdict."""

    BEHAVIOUR = "behaviour"  # the bytes are fine, the meaning moved
    SOURCE = "source"  # the generated Python API changed for those who call it
    WARN = "warn"  # nothing fails, and yet somebody should look


BEHAVIOUR, SOURCE, WARN = Axis.BEHAVIOUR, Axis.SOURCE, Axis.WARN


class Weight(Enum):
    """Whether a finding counts against what a run may roll out."""

    NORMAL = "normal"
    ALWAYS = "always"  # fails the run, whatever is allowed
    NEVER = "never"  # fails no run


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One edit, with its consequences wherever it is met.

    ``before`` and ``after`` are where it stands in the two versions; one is None if there is nothing there. ``places``
    are the ways by which messages come to it.
    """

    rule: str
    subject: str
    message: str
    detail: str = ""
    judgement: Judgement = FINE
    axes: frozenset[Axis] = frozenset()
    weight: Weight = Weight.NORMAL
    before: Span | None = None
    after: Span | None = None
    places: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """In which order this edit may be rolled out."""
        return self.judgement.failures.verdict

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stay the same while rule and subject do."""
        return hashlib.sha256(f"{self.rule}\n{self.subject}\n{self.detail}".encode()).hexdigest()[:16]

    @property
    def labels(self) -> tuple[str, ...]:
        """The verdict and the axes, as one reads them."""
        return (self.verdict.value, *sorted(axis.value for axis in self.axes))


@dataclass(slots=True)
class _Group:
    first: Finding
    judgement: Judgement
    axes: set[Axis]
    places: dict[str, None]

    def finding(self) -> Finding:
        first = self.first
        return Finding(
            rule=first.rule,
            subject=first.subject,
            message=first.message,
            detail=first.detail,
            judgement=self.judgement,
            axes=frozenset(self.axes),
            weight=first.weight,
            before=first.before,
            after=first.after,
            places=tuple(self.places),
        )


@dataclass(slots=True)
class Findings:
    """Collects findings, and makes those of one edit one."""

    _groups: dict[tuple[str, str, str], _Group] = field(default_factory=dict)

    def add(self, finding: Finding, places: tuple[str, ...] | None = None) -> None:
        """Notes an edit, or more places of one: its own, or ``places`` in their stead."""
        new = dict.fromkeys(finding.places if places is None else places)
        key = (finding.rule, finding.subject, finding.detail)
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = _Group(finding, finding.judgement, set(finding.axes), new)
            return
        group.judgement |= finding.judgement
        group.axes |= finding.axes
        group.places.update(new)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Notes several."""
        for each in findings:
            self.add(each)

    def __iter__(self) -> Iterator[Finding]:
        return (group.finding() for group in self._groups.values())

    @property
    def judgement(self) -> Judgement:
        """What fails in any of them."""
        result = FINE
        for group in self._groups.values():
            result |= group.judgement
        return result
