"""``soagen rules``: every rule of `soagen check`, with the verdicts that it usually comes to."""

from __future__ import annotations

import argparse
import json

from soagen.cli.problems import OK
from soagen.compat.rules import FAMILIES


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--format", choices=["text", "json"], default="text", help="how the rules are written")


def run(options: argparse.Namespace) -> int:
    """Prints the rules, by family."""
    if options.format == "json":
        print(json.dumps(_data(), ensure_ascii=False, indent=2))
        return OK
    for family, rules in FAMILIES.items():
        print(family)
        for rule in rules:
            print(f"  {rule.id}: {rule.title}")
            for where, usual in rule.usual.items():
                print(f"      {where}: {usual}")
    return OK


def _data() -> list[dict[str, object]]:
    return [
        {"id": rule.id, "family": family, "title": rule.title, "usual": rule.usual, "mirror": rule.mirror}
        for family, rules in FAMILIES.items()
        for rule in rules
    ]
