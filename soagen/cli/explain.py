"""``soagen explain RULE``: why a rule of `soagen check` comes to its verdict, with an example."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from soagen.cli.problems import OK, Problem
from soagen.compat.rules import RULES, Rule, unknown


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("rule", metavar="RULE", help="a rule, as `soagen rules` lists it")


def run(options: argparse.Namespace) -> int:
    """Prints the explanation; `Problem` if there is no such rule."""
    if says := unknown(options.rule):
        raise Problem(says)
    print("\n".join(_lines(RULES[options.rule])))
    return OK


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.title}"
    yield ""
    for where, usual in rule.usual.items():
        yield f"  {where}: {usual}"
    yield ""
    yield rule.why
    if rule.instead:
        yield f"Instead: {rule.instead}."
    if rule.mirror:
        yield f"Undone by an edit of the rule {rule.mirror}."
    for when, example in (("Before", rule.before), ("After", rule.after)):
        if example:
            yield f"\n{when}:"
            yield from (f"  {line}".rstrip() for line in example.splitlines())
