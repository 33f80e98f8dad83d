"""Markdown, for a comment on a change or a page of release notes."""

from __future__ import annotations

from collections.abc import Iterator

from soagen.compat.outcome import Against, Judged, Outcome
from soagen.reports.wording import STANDINGS, TWO_STEPS, conclusion, labels, seen, sentence


def render(outcome: Outcome) -> str:
    """A heading, and a table for each baseline."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    yield f"### {conclusion(outcome)}"
    if outcome.two_steps:
        yield f"\n{TWO_STEPS}"
    for against in outcome.against:
        yield f"\nAgainst `{against.name}`: **{against.verdict.value}**"
        if against.items:
            yield from _table(against)
        else:
            yield "\nNothing has changed."


def _table(against: Against) -> Iterator[str]:
    yield "\n| verdict | what | where | |"
    yield "|---|---|---|---|"
    for item in against.items:
        yield _row(item)


def _row(item: Judged) -> str:
    finding = item.finding
    place = finding.after or finding.before
    where = f"`{finding.subject}`" + (f"<br>{place}" if place else "")
    said = f"{_plain(sentence(item))} (`{finding.rule}`)"
    return f"| **{labels(finding)}** | {_cell(said)} | {_cell(where)} | {STANDINGS[item.standing]} |"


def _cell(text: str) -> str:
    return seen(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text of which nothing is taken for HTML; in code nothing is."""
    parts = text.split("`")
    parts[::2] = [part.replace("&", "&amp;").replace("<", "&lt;") for part in parts[::2]]
    return "`".join(parts)
