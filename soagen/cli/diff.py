"""``soagen diff``: what changed, in words, with nothing left out and nothing judged.

It fails only where it can't tell.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys

from soagen.baselines import Unavailable
from soagen.cli import comparing
from soagen.cli.problems import OK, note
from soagen.compat import Finding
from soagen.reports.wording import seen


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    comparing.configure(parser)
    parser.add_argument("--format", choices=["text", "json"], default="text", help="how the changes are written")


def run(options: argparse.Namespace) -> int:
    """Compares, and prints the changes by what they happened to."""
    try:
        settings = comparing.configured(options)
        comparison = comparing.comparison(options, settings, options.today or dt.date.today())
    except Unavailable as unavailable:
        note(" ".join(unavailable.lines))
        return comparing.NO_BASELINE
    except comparing.Broken as broken:
        print(broken, file=sys.stderr)
        return comparing.BROKEN
    if options.format == "json":
        document = [
            {"against": each.baseline.name, "changes": [_change(one) for one in _by_subject(each.findings)]}
            for each in comparison.compared
        ]
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return OK
    for each in comparison.compared:
        print(f"against {each.baseline.name}:" + ("" if each.findings else " nothing has changed"))
        for finding in _by_subject(each.findings):
            print(seen(f"  {finding.subject}: {finding.message}"))
    return OK


def _by_subject(findings: tuple[Finding, ...]) -> list[Finding]:
    return sorted(findings, key=lambda each: (each.subject, each.rule, each.detail))


def _change(finding: Finding) -> dict[str, str]:
    return {"subject": finding.subject, "rule": finding.rule, "message": finding.message}
