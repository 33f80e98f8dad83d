"""How edits are noted: where one is on the way through two versions, and at which position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from soagen.compat.findings import Axis, Finding, Findings, Weight
from soagen.compat.positions import FINE, Judge, Judgement, Position, judged
from soagen.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Here:
    """A point on the way: ``place`` is how messages come here, ``subject`` what was written here, before and after."""

    place: str
    subject: str
    before: Span | None
    after: Span | None

    def step(self, name: str) -> Here:
        """Into an element, which is written where its list or map is."""
        return replace(self, place=self.place + name)

    def into(self, subject: str, before: Span | None, after: Span | None) -> Here:
        """Into a definition."""
        return Here(self.place, subject, before, after)

    def part(self, name: str, before: Span | None, after: Span | None) -> Here:
        """Into a part of what was written here."""
        return Here(f"{self.place}.{name}", f"{self.subject}.{name}", before, after)


@dataclass(slots=True)
class Noter:
    """Notes edits at one position in ``found``."""

    position: Position
    found: Findings

    def judge(self, judge: Judge) -> Judgement:
        """Asks about both meetings of this position."""
        return judged(self.position, judge)

    def condemned(self, reason: str) -> Judgement:
        """What fails whoever meets whom, for one reason."""
        return self.judge(lambda meeting: reason)

    def note(
        self,
        rule: str,
        here: Here,
        message: str,
        judgement: Judgement = FINE,
        *,
        axes: Iterable[Axis] = (),
        detail: str = "",
        weight: Weight = Weight.NORMAL,
    ) -> None:
        """Notes an edit."""
        self.found.add(
            Finding(
                rule=rule,
                subject=here.subject,
                message=message,
                detail=detail,
                judgement=judgement,
                axes=frozenset(axes),
                weight=weight,
                before=here.before,
                after=here.after,
                places=() if self.position is Position.UNREACHED else (here.place,),
            )
        )
