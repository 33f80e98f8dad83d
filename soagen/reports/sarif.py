"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from soagen import __version__
from soagen.compat.findings import WARN
from soagen.compat.outcome import Judged, Outcome, Standing
from soagen.compat.rules import RULES
from soagen.diagnostics import Span
from soagen.reports.wording import sentence


def render(outcome: Outcome) -> str:
    """The log of one run."""
    items = [item for _, item in outcome if item.finding.labels != ("safe",)]
    used = sorted({item.finding.rule for item in items})
    driver = {
        "name": "soagen check",
        "semanticVersion": __version__,
        "rules": [_rule(name) for name in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, used) for item in items],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
    }


def _result(item: Judged, used: list[str]) -> dict[str, Any]:
    finding = item.finding
    span = finding.after or finding.before
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": _level(item),
        "message": {"text": sentence(item)},
        "partialFingerprints": {"soagen/v1": finding.fingerprint},
        "properties": {"verdict": finding.verdict.value, "axes": sorted(axis.value for axis in finding.axes)},
    }
    if span is not None:
        result["locations"] = [_location(span)]
    if item.standing is Standing.ACCEPTED:
        result["suppressions"] = [{"kind": "external", "justification": item.reason}]
    return result


def _level(item: Judged) -> str:
    if item.standing is Standing.FAILS:
        return "error"
    return "warning" if WARN in item.finding.axes else "note"


def _location(span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(span.path)},
            "region": {"startLine": span.line, "startColumn": span.column, "endColumn": span.end_column},
        }
    }
