"""How a build or a check ended, told to a person or to a program."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from soagen.cli.output import Difference, diff
from soagen.cli.problems import FOUND, OK

if TYPE_CHECKING:
    from soagen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Outcome:
    """With findings, there are no differences: nothing was generated.

    ``read`` are the files that were read, and ``texts`` what stands in them, by the paths that findings name.
    """

    findings: Sequence[Diagnostic] = ()
    differences: Sequence[Difference] = ()
    read: Collection[Path] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def tell(outcome: Outcome, options: argparse.Namespace) -> int:
    """Prints the result; returns the exit code."""
    failed = bool(outcome.findings) or bool(options.check and outcome.differences)
    lines = _as_json(outcome, failed) if options.format == "json" else _as_text(outcome, options.check, options.quiet)
    for line in lines:
        print(line)
    sys.stdout.flush()
    return FOUND if failed else OK


def _as_text(outcome: Outcome, check: bool, quiet: bool) -> Iterable[str]:
    if outcome.findings:
        from soagen.diagnostics import render

        yield render(outcome.findings, outcome.texts)
        yield f"{_count(len(outcome.findings), 'finding')}; nothing was written"
    elif check and outcome.differences:
        yield from diff(outcome.differences)
        yield f"{_count(len(outcome.differences), 'file')} would be written or removed by `soagen build`"
    elif not quiet:
        yield from _summary(outcome.differences, check)


def _summary(differences: Sequence[Difference], check: bool) -> Iterable[str]:
    if not differences:
        yield "up to date"
    else:
        removed = sum(difference.new is None for difference in differences)
        yield f"wrote {_count(len(differences) - removed, 'file')}" + (f", removed {removed}" if removed else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _as_json(outcome: Outcome, failed: bool) -> Iterable[str]:
    """One document, as ``docs/cli.md`` describes it."""
    from soagen.diagnostics import as_data

    files = [{"path": difference.name, "state": difference.kind} for difference in outcome.differences]
    yield json.dumps({"ok": not failed, "findings": as_data(outcome.findings), "files": files}, ensure_ascii=False)
