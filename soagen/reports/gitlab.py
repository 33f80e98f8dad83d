"""For GitLab: a code quality report, shown in the merge request."""

from __future__ import annotations

import json
from typing import Any

from soagen.compat.findings import WARN
from soagen.compat.outcome import Judged, Outcome, Standing
from soagen.reports.wording import sentence


def render(outcome: Outcome) -> str:
    """A list of issues; several baselines that find the same make one."""
    issues = {item.finding.fingerprint: _issue(item) for _, item in outcome if item.finding.labels != ("safe",)}
    return json.dumps(list(issues.values()), ensure_ascii=False, indent=2)


def _issue(item: Judged) -> dict[str, Any]:
    finding = item.finding
    span = finding.after or finding.before
    return {
        "description": f"{finding.verdict.value}: {sentence(item)}",
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _severity(item),
        "location": {
            "path": span.path if span else "pyproject.toml",
            "lines": {"begin": span.line if span else 1},
        },
    }


def _severity(item: Judged) -> str:
    if item.standing is Standing.FAILS:
        return "critical"
    return "minor" if WARN in item.finding.axes else "info"
