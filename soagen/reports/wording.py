"""The sentences that several formats have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

from soagen.compat.findings import Finding
from soagen.compat.outcome import Against, Judged, Outcome, Standing
from soagen.compat.rules import RULES
from soagen.compat.verdict import Verdict

MEANINGS = {
    Verdict.SAFE: "roll out in any order",
    Verdict.SERVERS_FIRST: "roll out servers before clients, and take no server back once a new client is live",
    Verdict.CLIENTS_FIRST: "roll out clients before servers",
    Verdict.BREAKING: "no order of rollout is safe",
}

STANDINGS = {Standing.ALLOWED: "allowed", Standing.ACCEPTED: "accepted", Standing.FAILS: "not allowed"}

TWO_STEPS = "Nothing here breaks by itself: ship what wants servers first and what wants clients first in two releases."


# What a terminal or a page would obey, or not show at all: texts of a contract may hold it.
_UNSEEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def seen(text: str) -> str:
    """One line of text, with a sign for each character that can't be seen."""
    return _UNSEEN.sub("\ufffd", text)


def labels(finding: Finding) -> str:
    """The verdict and the axes."""
    return ", ".join(finding.labels)


def reasons(finding: Finding) -> Iterator[str]:
    """Why a finding has its verdict, a sentence for each meeting that fails."""
    if finding.judgement.old_client:
        yield f"An old client and a new server: {finding.judgement.old_client}."
    if finding.judgement.new_client:
        yield f"A new client and an old server: {finding.judgement.new_client}."


def instead(finding: Finding) -> str | None:
    """The way to the aim without the break."""
    if finding.verdict is Verdict.SAFE:
        return None
    way = RULES[finding.rule].instead
    return None if way is None else f"Instead: {way}."


def sentence(item: Judged) -> str:
    """What happened, why it matters and what to do instead, in one paragraph."""
    finding = item.finding
    parts = [f"{finding.message[:1].upper()}{finding.message[1:]}.", *reasons(finding), instead(finding) or ""]
    if item.reason is not None:
        parts.append(f"Accepted: {item.reason}.")
    return " ".join(filter(None, parts))


def where_before(against: Against, finding: Finding) -> str | None:
    """The place in the baseline."""
    return None if finding.before is None else f"{against.prefix}{finding.before}"


def counted(number: int, noun: str) -> str:
    """``3 findings``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def conclusion(outcome: Outcome) -> str:
    """The verdict of a run in a sentence."""
    allowed = outcome.policy.allow.value
    end = "allowed" if outcome.passed else f"not allowed here (--allow {allowed})"
    return f"{outcome.verdict.value}: {MEANINGS[outcome.verdict]}; {end}"
