"""``soagen check``: in which order may this change be rolled out?

Exit codes: 0, what was found may go out; 1, something may not; 2, wrong usage or configuration; 3, a contract does not
compile, today's or a baseline's; 4, a baseline can't be had.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable

from soagen.baselines import Unavailable
from soagen.cli import comparing, config
from soagen.cli.problems import FOUND, OK, Problem, note, shown
from soagen.compat import Verdict
from soagen.compat.acceptance import Acceptance
from soagen.compat.outcome import Against, Outcome, Policy, tidiness, weigh
from soagen.compat.rules import unknown
from soagen.reports import FORMATS


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    comparing.configure(parser)
    parser.add_argument(
        "--allow",
        choices=[each.value for each in Verdict],
        default=Verdict.SERVERS_FIRST.value,
        help="what may be rolled out from here (default: servers-first, the ordinary order)",
    )
    parser.add_argument("--strict", action="store_true", help="findings of behaviour fail as well")
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="how the report is written")
    parser.epilog = (
        "Exit codes: 0 what was found may go out; 1 something may not; 2 wrong usage or configuration;"
        " 3 a contract does not compile; 4 a baseline can't be had."
    )


def run(options: argparse.Namespace) -> int:
    """Checks, and prints the report."""
    try:
        outcome = _outcome(options)
    except Unavailable as unavailable:
        note(" ".join(unavailable.lines))
        return comparing.NO_BASELINE
    except comparing.Broken as broken:
        print(broken, file=sys.stderr)
        return comparing.BROKEN
    print(FORMATS[options.format](outcome))
    return OK if outcome.passed else FOUND


def _outcome(options: argparse.Namespace) -> Outcome:
    settings = comparing.configured(options)
    policy = Policy(
        allow=Verdict(options.allow),
        strict=options.strict,
        today=options.today or dt.date.today(),
        acceptances=tuple(_acceptances(settings)),
    )
    comparison = comparing.comparison(options, settings, policy.today)
    every = [finding for each in comparison.compared for finding in each.findings]
    untidy = tidiness(every, policy)
    against = [
        Against(
            name=each.baseline.name,
            prefix=each.baseline.prefix,
            # What is to be said of the acceptances is said once.
            items=weigh(each.findings, policy) + (untidy if index == 0 else ()),
            texts=each.texts,
        )
        for index, each in enumerate(comparison.compared)
    ]
    return Outcome(policy=policy, against=tuple(against), texts=comparison.texts)


def _acceptances(settings: config.Config) -> Iterable[Acceptance]:
    for number, each in enumerate(settings.accept, 1):
        if says := unknown(each["rule"]):
            where = f"{shown(settings.file)}: " if settings.file else ""
            raise Problem(f"{where}acceptance {number}: {says}")
        expires = config.day(each["expires"]) if "expires" in each else None
        yield Acceptance(rule=each["rule"], path=each["path"], reason=each["reason"], expires=expires)
