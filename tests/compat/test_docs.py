"""What ``docs/compatibility.md`` claims.

Its rules are those of the tool, and each step of a recipe has the verdict it says.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from soagen.compat import Verdict, compare, joined
from soagen.compat.rules import RULES
from soagen.load import load
from soagen.model import Project
from tests.compat.conftest import Repo

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "compatibility.md").read_text()
RECIPES, REFERENCE = TEXT.partition("## Recipes\n")[2].split("\n## The rules\n")
_STEP = re.compile(r"(?:\*\*([a-z-]+)\*\*: [^`]*?(?:`[^`]+`[^`]*?)*\n\n)?```yaml\n(.*?)```", re.DOTALL)
TODAY = dt.date(2026, 1, 1)  # after the sunset of the recipe that has one


@dataclass(frozen=True)
class Step:
    """One release of a recipe; ``claim`` is None for what was there before."""

    claim: str | None
    contract: str

    def compiled(self) -> Project:
        text = f"soa: 1\nservice: orders\n{self.contract}"
        loaded = load(["orders.soa.yaml"], lambda path: text.encode())
        assert loaded.project is not None, loaded.diagnostics
        return loaded.project


def recipes() -> dict[str, list[Step]]:
    sections = [section.partition("\n") for section in RECIPES.split("\n### ")[1:]]
    return {title: [Step(claim or None, text) for claim, text in _STEP.findall(body)] for title, _, body in sections}


@pytest.mark.parametrize("title", recipes())
def test_each_step_of_a_recipe_has_the_verdict_that_it_claims(title: str) -> None:
    first, *steps = recipes()[title]
    assert first.claim is None
    assert steps
    before = first.compiled()
    for step in steps:
        after = step.compiled()
        findings = compare(before, after, TODAY)
        assert findings
        assert joined(each.judgement.failures for each in findings).verdict is Verdict(step.claim)
        before = after


def test_the_recipes_that_were_promised_are_there() -> None:
    wanted = {"Rename a field", "Make a field required", "Retire an action", "Replace an enum value"}
    assert wanted <= recipes().keys()


def test_the_rules_are_those_of_the_tool(folder: Repo) -> None:
    """To mend it: ``soagen rules --format markdown``, below "The rules"."""
    printed = folder.run("rules", "--format", "markdown").out
    assert REFERENCE.partition("\n### ")[2].strip() == printed.removeprefix("### ").strip()


def test_every_case_that_is_easy_to_get_wrong_is_in_the_corpus() -> None:
    rules = Path(__file__).parent / "rules"
    for case, expected in {
        "required-field-added/response": "servers-first",
        "constraint-tightened/request": "clients-first",
        "constraint-tightened/response": "safe warn",
        "required-field-added/in_union_request": "breaking",
        "optional-field-added/in_union_request": "servers-first",
        "field-made-required/request_with_default": "clients-first",
        "idempotent-added/example": "servers-first",
        "service-added/example": "servers-first",
    }.items():
        assert (rules / case / "expected").read_text().startswith(f"{expected} | {case.split('/')[0]} ")


def test_the_usual_outcomes_are_told_for_every_rule() -> None:
    assert all(rule.usual and rule.why.endswith(".") and not rule.title.endswith(".") for rule in RULES.values())


_REPORT = re.compile(r"^\| \[(\w+) (\d+)\]\((https:\S+)\) \| .* \| `([a-z-]+)`: ([a-z-]+)", re.MULTILINE)


def test_each_report_is_a_case_and_each_case_a_report() -> None:
    rows = _REPORT.findall(TEXT.partition("## Side by side")[2])
    told = {(rule, f"reported_{tool}_{number}"): (url, verdict) for tool, number, url, rule, verdict in rows}
    found = {}
    for case in (Path(__file__).parent / "rules").glob("*/reported_*"):
        (url,) = re.findall("# (https:.*)\n", "".join(path.read_text() for path in case.glob("after/*")))
        lines = (line.split(" | ") for line in (case / "expected").read_text().splitlines())
        (verdict,) = {labels.split()[0] for labels, rule, _ in lines if rule == case.parent.name}
        found[case.parent.name, case.name] = (url, verdict)
    assert told == found
