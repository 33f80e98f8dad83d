"""Breaks that are meant: accepted in the configuration, by rule, path and reason, until a day.

An acceptance holds up to and including the day it expires. One that has expired, or that accepts nothing (any more), is
a finding: a list of exceptions that nobody tidies hides the next break.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from soagen.compat.findings import WARN, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """``path`` is the subject of a finding, such as ``orders.create_order.request.note``; ``*`` stands for any text."""

    rule: str
    path: str
    reason: str
    expires: dt.date | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of this finding."""
        return self.rule == finding.rule and re.fullmatch(self._pattern, finding.subject) is not None

    @property
    def _pattern(self) -> str:
        # Of a shell's signs `*` alone: brackets in a subject are those of a variant.
        return "(?s)" + ".*".join(map(re.escape, self.path.split("*")))

    def expired(self, today: dt.date) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires < today


def accepted(finding: Finding, acceptances: Iterable[Acceptance], today: dt.date) -> Acceptance | None:
    """The acceptance that covers a finding, if one does."""
    return next((each for each in acceptances if each.covers(finding) and not each.expired(today)), None)


def untidy(acceptances: Sequence[Acceptance], findings: Sequence[Finding], today: dt.date) -> Iterator[Finding]:
    """Findings about the acceptances themselves."""
    for each in acceptances:
        if each.expired(today):
            message = f"the acceptance of `{each.rule}` expired on {each.expires}: {each.reason}"
            yield Finding(rule="acceptance-expired", subject=each.path, message=message, detail=each.rule, axes=_WARNS)
        elif not any(map(each.covers, findings)):
            message = f"the acceptance of `{each.rule}` accepts nothing, and can go: {each.reason}"
            yield Finding(rule="acceptance-unused", subject=each.path, message=message, detail=each.rule, axes=_WARNS)


_WARNS = frozenset((WARN,))
