"""``soagen rules``: every rule of `soagen check`, with the verdicts that it usually comes to."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from soagen.cli.problems import OK
from soagen.compat.rules import FAMILIES, Rule


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--format", choices=["text", "json", "markdown"], default="text", help="how the rules are written"
    )


def run(options: argparse.Namespace) -> int:
    """Prints the rules, by family."""
    if options.format == "json":
        print(json.dumps(_data(), ensure_ascii=False, indent=2))
    else:
        lines = _markdown if options.format == "markdown" else _text
        print("\n".join(lines()))
    return OK


def _text() -> Iterator[str]:
    for family, rules in FAMILIES.items():
        yield family
        for rule in rules:
            yield f"  {rule.id}: {rule.title}"
            for where, usual in rule.usual.items():
                yield f"      {where}: {usual}"


def _data() -> list[dict[str, object]]:
    return [
        {"id": rule.id, "family": family, "title": rule.title, "usual": rule.usual, "mirror": rule.mirror}
        for family, rules in FAMILIES.items()
        for rule in rules
    ]


def _markdown() -> Iterator[str]:
    """The rules as they stand in ``docs/compatibility.md``."""
    for family, rules in FAMILIES.items():
        yield f"### {family}\n"
        for rule in rules:
            yield from _section(rule)


def _section(rule: Rule) -> Iterator[str]:
    yield f"#### `{rule.id}`\n"
    yield f"{rule.title}. {_usual(rule)}\n"
    yield f"{rule.why}\n"
    if rule.instead:
        yield f"*Instead:* {rule.instead}.\n"
    if rule.before:
        for when, example in (("before", rule.before), ("after", rule.after)):
            yield f"```yaml\n# {when}\n{example.rstrip()}\n```\n"


def _usual(rule: Rule) -> str:
    words = {"request": "In a request", "response": "in a response or an error's fields", "anywhere": "Verdict"}
    said = "; ".join(f"{words[where]}: **{usual}**" for where, usual in rule.usual.items())
    return f"{said}."
