"""For programs: one document, as ``schemas/check.schema.json`` describes it."""

from __future__ import annotations

import json
from typing import Any

from soagen.compat.outcome import Against, Judged, Outcome
from soagen.diagnostics import Span
from soagen.reports.wording import instead


def render(outcome: Outcome) -> str:
    """The document."""
    return json.dumps(document(outcome), ensure_ascii=False, indent=2)


def document(outcome: Outcome) -> dict[str, Any]:
    """The same as data."""
    return {
        "version": 1,
        "verdict": outcome.verdict.value,
        "passed": outcome.passed,
        "allow": outcome.policy.allow.value,
        "strict": outcome.policy.strict,
        "baselines": [
            {
                "name": against.name,
                "verdict": against.verdict.value,
                "passed": not against.failing,
                "findings": [_finding(against, item) for item in against.items],
            }
            for against in outcome.against
        ],
    }


def _finding(against: Against, item: Judged) -> dict[str, Any]:
    finding = item.finding
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "subject": finding.subject,
        "detail": finding.detail or None,
        "verdict": finding.verdict.value,
        "old_client_new_server": finding.judgement.old_client,
        "new_client_old_server": finding.judgement.new_client,
        "axes": sorted(axis.value for axis in finding.axes),
        "standing": item.standing.value,
        "accepted_because": item.reason,
        "message": finding.message,
        "instead": instead(finding),
        "before": _place(finding.before, against.prefix),
        "after": _place(finding.after, ""),
        "places": list(finding.places),
    }


def _place(span: Span | None, prefix: str) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "path": f"{prefix}{span.path}",
        "line": span.line,
        "column": span.column,
        "end_column": span.end_column,
    }
