"""For GitHub Actions: workflow commands, which become annotations at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from soagen.compat.findings import WARN
from soagen.compat.outcome import Against, Judged, Outcome, Standing
from soagen.reports.wording import TWO_STEPS, conclusion, sentence, where_before


def render(outcome: Outcome) -> str:
    """A command for each finding that people should see, and the conclusion."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    for against, item in outcome:
        if item.standing is Standing.FAILS or item.finding.labels != ("safe",):
            yield _command(against, item)
    yield conclusion(outcome)
    if outcome.two_steps:
        yield TWO_STEPS


def _command(against: Against, item: Judged) -> str:
    finding = item.finding
    properties = {"title": f"{finding.verdict.value}: {finding.rule}"}
    span = finding.after
    if span is not None:
        properties = {
            "file": span.path,
            "line": str(span.line),
            "col": str(span.column),
            "endColumn": str(span.end_column),
            **properties,
        }
    said = sentence(item)
    before = where_before(against, finding)
    if before is not None:
        said += f" Before: {before}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_level(item)} {listed}::{_data(said)}"


def _level(item: Judged) -> str:
    if item.standing is Standing.FAILS:
        return "error"
    return "warning" if WARN in item.finding.axes else "notice"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
