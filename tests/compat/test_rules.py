"""Every rule has a folder of cases: what stood before, what stands after, and exactly what is found.

A line of ``expected`` is ``VERDICT [AXES] | RULE | SUBJECT [DETAIL]``. The cases of ``_nothing`` find nothing: they are
edits of the text that are none of the contract. What a rule says of itself is held against its own example.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from soagen.compat import Finding, compare
from soagen.compat.noting import Here
from soagen.compat.rules import RULES, Rule
from soagen.compat.rules import files as files_of
from soagen.compat.walk import Walk
from soagen.load import load
from soagen.model import NamedType, Project

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("rules/*/*/expected"))
TODAY = dt.date(2026, 1, 1)
ABOUT_CONFIGURATION = {"acceptance-expired", "acceptance-unused"}  # see test_check.py


def project(files: dict[str, str]) -> Project:
    loaded = load(sorted(files), lambda path: files[path].encode())
    assert loaded.project is not None, loaded.diagnostics
    return loaded.project


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.soa.yaml")}


def written(finding: Finding) -> str:
    return " ".join((*finding.labels, "|", finding.rule, "|", f"{finding.subject} {finding.detail}".rstrip()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_case_finds_exactly_what_it_expects(case: Path) -> None:
    findings = compare(project(read(case / "before")), project(read(case / "after")), TODAY)
    expected = (case / "expected").read_text().splitlines()
    assert [written(each) for each in findings] == expected
    if case.parent.name != "_nothing":
        assert case.parent.name in {each.rule for each in findings}


def test_every_rule_has_cases() -> None:
    folders = {case.parent.name for case in CASES} - {"_nothing"}
    assert folders == set(RULES) - ABOUT_CONFIGURATION


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_a_mirror_or_says_why_not(rule: Rule) -> None:
    assert bool(rule.mirror) != bool(rule.alone)
    if rule.mirror:
        assert RULES[rule.mirror].mirror == rule.id


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_speaks_true_of_its_own_example(rule: Rule) -> None:
    if rule.id in ABOUT_CONFIGURATION:
        assert not rule.before
        assert not rule.after
        return
    before, after = project(files_of(rule.before)), project(files_of(rule.after))
    found = {each.rule: each for each in compare(before, after, TODAY)}
    usual = rule.usual.get("request", rule.usual.get("anywhere", ""))
    verdicts = [part.split()[0] for part in usual.replace("or ", "").split(", ")]
    assert found[rule.id].verdict.value in verdicts
    if rule.mirror:
        assert rule.mirror in {each.rule for each in compare(after, before, TODAY)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_version_does_not_differ_from_itself(case: Path) -> None:
    same = project(read(case / "after"))
    assert compare(same, same, TODAY) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_going_back_is_judged_the_other_way_round(case: Path) -> None:
    """Who is old and who is new changes places, so what failed the one way fails the other.

    Promises (`idempotent`, `retryable`) and what was reserved are no messages, and have a direction of their own.
    """
    before, after = project(read(case / "before")), project(read(case / "after"))
    there = compare(before, after, TODAY)
    back = compare(after, before, TODAY)
    one_way = {"reserved-reused", "removed-before-sunset", "switch-id-reused"}
    if one_way & {each.rule for each in (*there, *back)}:
        return
    failing = {(bool(each.judgement.old_client), bool(each.judgement.new_client)) for each in there}
    returned = {(bool(each.judgement.new_client), bool(each.judgement.old_client)) for each in back}
    assert _joined(failing) == _joined(returned)


def _joined(every: set[tuple[bool, bool]]) -> tuple[bool, bool]:
    return any(one for one, _ in every), any(other for _, other in every)


def test_fingerprints_do_not_move_with_lines_and_files() -> None:
    before = "soa: 1\nservice: orders\nactions: {a: {request: {x: int}}}\n"
    after = before.replace("int", "string")
    moved = "\n\n# a comment\n" + after
    one = compare(project({"orders.soa.yaml": before}), project({"orders.soa.yaml": after}), TODAY)
    other = compare(project({"orders.soa.yaml": before}), project({"elsewhere/orders.soa.yaml": moved}), TODAY)
    assert [each.fingerprint for each in one] == [each.fingerprint for each in other]
    assert one[0].after != other[0].after


@pytest.mark.parametrize(("last", "body"), [("float", "T0"), ("int", "object"), ("int", "map<any>")])
def test_types_may_be_nested_deeper_than_pythons_stack(last: str, body: str) -> None:
    """At the far end of a chain of types, and with the whole chain in place of something else."""

    def contract(last: str, body: str) -> dict[str, str]:
        chain = "".join(f"  T{number}: {{fields: {{x: T{number + 1}}}}}\n" for number in range(2000))
        types = f"types:\n{chain}  T2000: {{fields: {{x: {last}}}}}\n"
        return {"orders.soa.yaml": f"soa: 1\nservice: orders\n{types}actions: {{a: {{request: {{t: {body}}}}}}}\n"}

    (found,) = compare(project(contract("int", "T0")), project(contract(last, body)), TODAY)
    assert written(found).startswith("servers-first | type-widened | orders.")


def test_a_definition_is_looked_at_once_and_every_way_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many actions lead to it: what there is to be found in it does not depend on the way."""

    def contract(x: str) -> dict[str, str]:
        types = f"types:\n  Inner: {{fields: {{x: {x}}}}}\n  Outer: {{fields: {{inner: list<Inner>}}}}\n"
        actions = "".join(f"  a{n}: {{request: {{o: Outer, i: Inner?}}}}\n" for n in range(3))
        return {"orders.soa.yaml": f"soa: 1\nservice: orders\n{types}actions:\n{actions}"}

    looked: list[str] = []
    look = Walk._definition

    def counted(self: Walk, old: NamedType, new: NamedType, here: Here) -> None:
        looked.append(new.name)
        look(self, old, new, here)

    monkeypatch.setattr(Walk, "_definition", counted)
    (found,) = compare(project(contract("int")), project(contract("float")), TODAY)
    assert sorted(looked) == ["Inner", "Outer"]
    assert found.places == tuple(f"orders.a{n}.request.o.inner[].x" for n in range(3))
