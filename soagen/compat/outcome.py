"""Findings -> whether the change may go out: what is allowed, what was accepted, what fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from soagen.compat.acceptance import Acceptance, accepted, untidy
from soagen.compat.findings import BEHAVIOUR, Finding, Weight
from soagen.compat.verdict import Verdict, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a run may roll out. ``strict`` makes findings of behaviour fail as well."""

    allow: Verdict = Verdict.SERVERS_FIRST
    strict: bool = False
    today: dt.date
    acceptances: tuple[Acceptance, ...] = ()


class Standing(Enum):
    """What a finding means to a run."""

    ALLOWED = "allowed"
    ACCEPTED = "accepted"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding and what it means; ``reason`` is why it was accepted."""

    finding: Finding
    standing: Standing
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """One baseline, and what was found against it.

    ``prefix`` goes before its paths, so that a reader knows where they lie. The texts are those of the contract files,
    by path.
    """

    name: str
    prefix: str = ""
    items: tuple[Judged, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def verdict(self) -> Verdict:
        """The join of all that was not accepted."""
        return joined(
            each.finding.judgement.failures for each in self.items if each.standing is not Standing.ACCEPTED
        ).verdict

    @property
    def failing(self) -> tuple[Judged, ...]:
        """What may not go out."""
        return tuple(each for each in self.items if each.standing is Standing.FAILS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A whole run: all baselines must pass."""

    policy: Policy
    against: tuple[Against, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[tuple[Against, Judged]]:
        return ((each, item) for each in self.against for item in each.items)

    @property
    def verdict(self) -> Verdict:
        """The join over all baselines."""
        items = (item for _, item in self)
        return joined(each.finding.judgement.failures for each in items if _counts(each)).verdict

    @property
    def passed(self) -> bool:
        """Whether the change may go out."""
        return not any(each.failing for each in self.against)

    @property
    def two_steps(self) -> bool:
        """Whether nothing breaks by itself, and yet no order of rollout suits all of it."""
        single = {item.finding.verdict for _, item in self if _counts(item)}
        return Verdict.BREAKING not in single and {Verdict.SERVERS_FIRST, Verdict.CLIENTS_FIRST} <= single


def _counts(item: Judged) -> bool:
    return item.standing is not Standing.ACCEPTED


def weigh(findings: Sequence[Finding], policy: Policy) -> tuple[Judged, ...]:
    """What each finding against one baseline means under a policy."""
    return tuple(_weighed(each, policy) for each in findings)


def tidiness(findings: Sequence[Finding], policy: Policy) -> tuple[Judged, ...]:
    """What is to be said of the acceptances, after all baselines."""
    return tuple(Judged(each, Standing.ALLOWED) for each in untidy(policy.acceptances, findings, policy.today))


def _weighed(finding: Finding, policy: Policy) -> Judged:
    acceptance = accepted(finding, policy.acceptances, policy.today)
    if acceptance is not None:
        return Judged(finding, Standing.ACCEPTED, acceptance.reason)
    return Judged(finding, Standing.FAILS if _fails(finding, policy) else Standing.ALLOWED)


def _fails(finding: Finding, policy: Policy) -> bool:
    if finding.weight is not Weight.NORMAL:
        return finding.weight is Weight.ALWAYS
    return not policy.allow.covers(finding.verdict) or (policy.strict and BEHAVIOUR in finding.axes)
