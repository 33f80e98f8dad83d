"""JUnit's XML, which every CI server can show: a suite for each baseline, a case for each finding."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from soagen.compat.outcome import Against, Judged, Outcome, Standing
from soagen.reports.wording import conclusion, labels, sentence

# What XML 1.0 can't hold, not even escaped.
_REFUSED = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome) -> str:
    """The document."""
    suites = "\n".join(_suite(against) for against in outcome.against)
    tests = sum(max(1, len(against.items)) for against in outcome.against)
    failures = sum(len(against.failing) for against in outcome.against)
    head = f'<testsuites name={_attribute(conclusion(outcome))} tests="{tests}" failures="{failures}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{suites}\n</testsuites>'


def _suite(against: Against) -> str:
    # A suite without a case looks like one that did not run.
    cases = [_case(item) for item in against.items] or ['<testcase classname="soagen" name="nothing has changed"/>']
    counts = f'tests="{len(cases)}" failures="{len(against.failing)}"'
    body = "\n".join(f"    {case}" for case in cases)
    return f"  <testsuite name={_attribute(f'against {against.name}')} {counts}>\n{body}\n  </testsuite>"


def _case(item: Judged) -> str:
    finding = item.finding
    name = f"{finding.rule} {finding.subject}" + (f" ({finding.detail})" if finding.detail else "")
    place = "" if finding.after is None else f' file={_attribute(finding.after.path)} line="{finding.after.line}"'
    opening = f'<testcase classname="soagen.{finding.rule}" name={_attribute(name)}{place}'
    text = escape(_legible(sentence(item)))
    if item.standing is Standing.FAILS:
        return f"{opening}><failure message={_attribute(labels(finding))}>{text}</failure></testcase>"
    return f"{opening}><system-out>{labels(finding)}: {text}</system-out></testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_legible(text))


def _legible(text: str) -> str:
    return _REFUSED.sub("\ufffd", text)
