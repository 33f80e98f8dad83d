"""For a terminal: what fails first, each with both places, the reason and the way round; then what may go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from soagen.compat.findings import Finding
from soagen.compat.outcome import Against, Judged, Outcome, Standing
from soagen.diagnostics import Span, lines_of
from soagen.reports.wording import TWO_STEPS, conclusion, counted, instead, labels, reasons, seen, where_before

_MOST_PLACES = 3


def render(outcome: Outcome) -> str:
    """The report."""
    return "\n".join(map(seen, _lines(outcome)))


def _lines(outcome: Outcome) -> Iterator[str]:
    for against in outcome.against:
        if len(outcome.against) > 1:
            yield f"against {against.name}: {against.verdict.value}"
            yield ""
        for item in _ordered(against):
            yield from _item(outcome, against, item)
            yield ""
        plain = sum(_is_plain(item) for item in against.items)
        if plain:
            yield f"{counted(plain, 'change')} without consequences not shown: see `soagen diff`"
    yield conclusion(outcome)
    if outcome.two_steps:
        yield TWO_STEPS
    yield f"against {', '.join(each.name for each in outcome.against)}"


def _ordered(against: Against) -> list[Judged]:
    shown = [item for item in against.items if not _is_plain(item)]
    return sorted(shown, key=lambda item: item.standing is not Standing.FAILS)


def _is_plain(item: Judged) -> bool:
    """Whether nothing at all follows from it."""
    return item.standing is Standing.ALLOWED and item.finding.labels == ("safe",)


def _item(outcome: Outcome, against: Against, item: Judged) -> Iterator[str]:
    finding = item.finding
    mark = {Standing.FAILS: "FAILS", Standing.ACCEPTED: "accepted", Standing.ALLOWED: "ok"}[item.standing]
    yield f"{mark} {labels(finding)}: {finding.message} [{finding.rule}] {finding.subject}"
    if finding.after is not None:
        yield f"  now    {finding.after}"
        yield from _line(outcome.texts, finding.after)
    before = where_before(against, finding)
    if before is not None and finding.before is not None:
        yield f"  before {before}"
        yield from _line(against.texts, finding.before)
    for reason in reasons(finding):
        yield f"  {reason}"
    way = instead(finding)
    if way is not None:
        yield f"  {way}"
    if item.reason is not None:
        yield f"  Accepted: {item.reason}"
    places = _places(finding)
    if places:
        yield f"  Reached by {places}"


def _line(texts: Mapping[str, str], span: Span) -> Iterator[str]:
    lines = lines_of(texts.get(span.path, ""))
    if span.line <= len(lines) and lines[span.line - 1].strip():
        yield f"  {span.line:>6} | {lines[span.line - 1].rstrip()}"


def _places(finding: Finding) -> str:
    """The ways by which messages come to an edit that is not written where they go."""
    if finding.places in ((), (finding.subject,)):
        return ""
    more = len(finding.places) - _MOST_PLACES
    return ", ".join(finding.places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
