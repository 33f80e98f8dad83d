"""`soagen check` as it is run: exit codes, what is allowed, acceptances, reports, several baselines."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import jsonschema
import pytest

from soagen.compat import Finding, Verdict
from soagen.compat.acceptance import Acceptance
from soagen.compat.rules import RULES
from soagen.resources import folder as resources
from tests.compat.conftest import CONFIG, Repo

ORDERS = "service: orders\nactions: {a: {request: {x: int%s}, response: {y: int%s}}}\n"
# Edits of ORDERS: to what they come, and what goes into the request and the response.
EDITS = {
    "safe": ("", ", z: int?"),
    "servers-first": (", z: int?", ""),
    "clients-first": ("", "?"),
    "breaking": (", z: int", ""),
}


@pytest.fixture
def project(folder: Repo) -> Repo:
    folder.write({"old/orders.soa.yaml": ORDERS % ("", ""), "schemas/orders.soa.yaml": ORDERS % ("", "")})
    return folder


def edit(project: Repo, verdict: str) -> None:
    project.write({"schemas/orders.soa.yaml": ORDERS % EDITS[verdict]})


@pytest.mark.parametrize("allow", EDITS)
@pytest.mark.parametrize("verdict", EDITS)
def test_what_is_allowed_goes_out(project: Repo, verdict: str, allow: str) -> None:
    edit(project, verdict)
    ended = project.check("--against", "old", "--allow", allow)
    allowed = allow in (verdict, "breaking") or verdict == "safe"
    assert (ended.code, ended.err) == (0 if allowed else 1, "")
    assert f"\n{verdict}: " in f"\n{ended.out}"


def test_servers_first_goes_out_by_default(project: Repo) -> None:
    for verdict, code in (("servers-first", 0), ("clients-first", 1)):
        edit(project, verdict)
        assert project.check("--against", "old").code == code


def test_nothing_changed(project: Repo) -> None:
    ended = project.check("--against", "old", "--allow", "safe")
    assert (ended.code, ended.out) == (0, "safe: roll out in any order; allowed\nagainst old\n")


def test_text_shows_both_places_the_reason_and_the_way_round(project: Repo) -> None:
    edit(project, "breaking")
    assert project.check("--against", "old").out == (
        "FAILS breaking: the required field `z` was added [required-field-added] orders.a.request.z\n"
        "  now    schemas/orders.soa.yaml:3:33\n"
        "       3 | actions: {a: {request: {x: int, z: int}, response: {y: int}}}\n"
        "  before old/orders.soa.yaml:3:11\n"
        "       3 | actions: {a: {request: {x: int}, response: {y: int}}}\n"
        "  An old client and a new server: an old client does not send `z`, which a new server requires.\n"
        "  A new client and an old server: a new client may send `z`, which an old server does not know and refuses.\n"
        "  Instead: add it as optional, roll out, and require it in the next release.\n"
        "\n"
        "breaking: no order of rollout is safe; not allowed here (--allow servers-first)\n"
        "against old\n"
    )


def test_two_orders_at_once_are_for_two_releases(project: Repo) -> None:
    project.write({"schemas/orders.soa.yaml": ORDERS % (", z: int?", "?")})
    ended = project.check("--against", "old")
    assert ended.code == 1
    assert "\nbreaking: " in ended.out
    assert "in two releases" in ended.out


def test_strict_fails_for_behaviour(project: Repo) -> None:
    project.write({"old/orders.soa.yaml": ORDERS % ("", ", z: int?")})
    assert project.check("--against", "old").code == 0
    assert project.check("--against", "old", "--strict").code == 1


def test_a_new_service_is_never_an_error(project: Repo) -> None:
    project.write({"schemas/stock.soa.yaml": "service: stock\nactions: {t: {}}\n"})
    ended = project.check("--against", "old", "--allow", "safe")
    assert ended.code == 0
    assert "servers-first" in ended.out


@pytest.mark.parametrize(("today", "code"), [("2025-12-31", 1), ("2026-06-30", 1), ("2026-07-01", 0)])
def test_a_sunset_is_kept_whatever_is_allowed(project: Repo, today: str, code: int) -> None:
    gone = "service: orders\nactions: {a: {}, b: {deprecated: {sunset: 2026-07-01}}}\n"
    project.write({"old/orders.soa.yaml": gone, "schemas/orders.soa.yaml": "service: orders\nactions: {a: {}}\n"})
    assert project.run("check", "--against", "old", "--allow", "breaking", "--today", today).code == code


def test_all_baselines_must_pass(project: Repo) -> None:
    project.write({"older/orders.soa.yaml": ORDERS % (", z: int", "")})
    ended = project.check("--against", "old", "--against", "older")
    assert ended.code == 1
    assert "against old: safe" in ended.out
    assert "against older: breaking" in ended.out


def test_a_file_is_a_baseline(project: Repo) -> None:
    edit(project, "breaking")
    assert project.check("--against", "old/orders.soa.yaml", "schemas/orders.soa.yaml").code == 1


# --- what stands in the way


def test_a_contract_that_does_not_compile_is_3(project: Repo) -> None:
    project.write({"schemas/orders.soa.yaml": "service: orders\nactions: {a: {request: {x: nit}}}\n"})
    ended = project.check("--against", "old")
    assert (ended.code, ended.out) == (3, "")
    assert "schemas/orders.soa.yaml:3:28: UNKNOWN_TYPE" in ended.err


def test_so_is_a_baseline_that_does_not(project: Repo) -> None:
    project.write({"old/orders.soa.yaml": "service: orders\nactions: {a: {request: {x: nit}}}\n"})
    ended = project.check("--against", "old")
    assert ended.code == 3
    assert "old/orders.soa.yaml:3:28: UNKNOWN_TYPE" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--against", "nowhere"], 4, "nowhere is neither a file or folder, nor a commit of a git repository"),
        (["--against", "amqp://localhost/0"], 4, "is neither a file or folder, nor a commit"),
        ([], 4, "there is no git repository here to compare with. Say what to compare with: --against."),
        (["--against", "empty"], 4, "empty has no contract in it."),
        (["--against", "old", "--allow", "anything"], 2, "invalid choice"),
        (["--against", "old", "--today", "soon"], 2, "soon is no day, such as 2030-01-31"),
        (["--against", "old", "none.soa.yaml"], 2, "none.soa.yaml does not exist"),
        (["--against", "old", "--config", "none.toml"], 2, "cannot read none.toml"),
    ],
)
def test_what_stands_in_the_way_is_said(project: Repo, arguments: list[str], code: int, says: str) -> None:
    (project.root / "empty").mkdir()
    ended = project.check(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err


# --- acceptances


ACCEPT = """
[[tool.soagen.accept]]
rule = "required-field-added"
path = "%s"
reason = "nobody calls it yet"
expires = %s
"""


@pytest.mark.parametrize(
    ("path", "expires", "code", "finds"),
    [
        ("orders.a.request.z", "2026-01-01", 0, []),
        ("orders.a.*", '"2026-01-01"', 0, []),
        ("orders.a.request.z", "2025-12-31", 1, ["acceptance-expired"]),
        ("orders.b.*", "2026-01-01", 1, ["acceptance-unused"]),
    ],
)
def test_a_break_that_is_meant_is_accepted_for_a_time(
    project: Repo, path: str, expires: str, code: int, finds: list[str]
) -> None:
    edit(project, "breaking")
    project.write({"pyproject.toml": CONFIG + ACCEPT % (path, expires)})
    ended = project.check("--against", "old", "--format", "json")
    assert ended.code == code
    found = [each for baseline in json.loads(ended.out)["baselines"] for each in baseline["findings"]]
    assert [each["rule"] for each in found if each["rule"].startswith("acceptance")] == finds
    broken = next(each for each in found if each["rule"] == "required-field-added")
    assert broken["standing"] == ("fails" if code else "accepted")
    assert broken["accepted_because"] == (None if code else "nobody calls it yet")


def test_soagen_yaml_accepts_as_well(project: Repo) -> None:
    edit(project, "breaking")
    (project.root / "pyproject.toml").unlink()
    accept = "accept:\n  - {rule: required-field-added, path: orders.a.*, reason: nobody calls it yet, expires: %s}\n"
    for day, code in (("2026-01-01", 0), ("2025-12-31", 1)):
        project.write({"soagen.yaml": "sources: [schemas]\n" + accept % day})
        assert project.check("--against", "old").code == code
    project.write({"soagen.yaml": "sources: [schemas]\n" + accept % "soon"})
    ended = project.check("--against", "old")
    assert (ended.code, ended.out) == (2, "")
    assert "soagen.yaml:2:1: accept: acceptance 1 must expire on a day, such as 2030-01-31" in ended.err


def test_an_acceptance_needs_a_reason(project: Repo) -> None:
    project.write({"pyproject.toml": CONFIG + '[[tool.soagen.accept]]\nrule = "action-removed"\npath = "x"\n'})
    ended = project.check("--against", "old")
    assert ended.code == 2
    assert "accept: acceptance 1 must have a reason" in ended.err


def test_an_acceptance_of_no_rule_is_a_slip_of_the_pen(project: Repo) -> None:
    edit(project, "breaking")
    accept = (ACCEPT % ("*", "2026-01-01")).replace("field-added", "fields-added")
    project.write({"pyproject.toml": CONFIG + accept})
    ended = project.check("--against", "old")
    mend = "there is no rule required-fields-added: did you mean required-field-added?"
    assert (ended.code, ended.out, ended.err) == (2, "", f"soagen: pyproject.toml: acceptance 1: {mend}\n")


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("orders.a[QUICK].request.z", True),
        ("orders.a[*].request.z", True),
        ("orders.*.z", True),
        ("*", True),
        ("orders.a[QUICK].request.?", False),
        ("orders.aQ.request.z", False),
        ("orders.a", False),
    ],
)
def test_of_a_shells_signs_a_path_knows_the_star_alone(path: str, covers: bool) -> None:
    """So the subject of a variant can be written as it is told."""
    acceptance = Acceptance(rule="field-renamed", path=path, reason="why not")
    finding = Finding(rule="field-renamed", subject="orders.a[QUICK].request.z", message="")
    assert acceptance.covers(finding) == covers


# --- reports


@pytest.fixture
def changed(project: Repo) -> Repo:
    """A change with findings of every kind, and odd texts in it."""
    before = 'service: orders\ntypes: {E: {enum: [a, "<&|>\\n"]}}\n'
    before += "actions: {a: {request: {x: int, e: E}, response: {y: int?}}}\n"
    after = (
        "service: orders\ntypes: {E: {enum: [a]}}\nactions: {a: {request: {x: string, e: E, n: int?}, response: {}}}\n"
    )
    project.write({"old/orders.soa.yaml": before, "schemas/orders.soa.yaml": after})
    return project


def test_text_shows_no_character_that_a_terminal_would_obey(changed: Repo) -> None:
    out = changed.check("--against", "old").out
    assert "the value `<&|>\ufffd` was removed [enum-value-removed] orders.E.<&|>\ufffd\n" in out


def test_json_keeps_to_its_schema(changed: Repo) -> None:
    document: dict[str, Any] = json.loads(changed.check("--against", "old", "--format", "json").out)
    jsonschema.validate(document, json.loads((resources("schemas") / "check.schema.json").read_text()))
    assert document["verdict"] == Verdict.BREAKING.value
    findings = document["baselines"][0]["findings"]
    assert len({each["fingerprint"] for each in findings}) == len(findings) == 4
    assert {each["rule"] for each in findings} <= RULES.keys()


def test_github_gets_annotations_of_one_line_each(changed: Repo) -> None:
    lines = changed.check("--against", "old", "--format", "github").out.splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == 4
    pattern = r"::(error|warning|notice) (file=[^,:]+,line=\d+,col=\d+,endColumn=\d+,)?title=[^:,]+::.+"
    assert all(re.fullmatch(pattern, line) for line in commands)
    assert sum(line.startswith("::error") for line in commands) == 2


def test_gitlab_gets_a_code_quality_report(changed: Repo) -> None:
    issues = json.loads(changed.check("--against", "old", "--format", "gitlab").out)
    assert len(issues) == 4
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "critical")
        assert issue["location"]["path"] == "schemas/orders.soa.yaml"
        assert issue["location"]["lines"]["begin"] > 0


def test_sarif_has_what_code_scanning_needs(changed: Repo) -> None:
    log = json.loads(changed.check("--against", "old", "--format", "sarif").out)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 0 < region["startColumn"] < region["endColumn"]


def test_junit_is_xml_that_counts_right(changed: Repo) -> None:
    root = ElementTree.fromstring(changed.check("--against", "old", "--format", "junit").out)
    assert root.get("tests") == str(len(root.findall("./testsuite/testcase"))) == "4"
    assert root.get("failures") == str(len(root.findall(".//failure"))) == "2"


def test_markdown_keeps_its_tables_whole(changed: Repo) -> None:
    lines = changed.check("--against", "old", "--format", "markdown").out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 6
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_markdown_shows_what_looks_like_html(project: Repo) -> None:
    edit(project, "breaking")
    accept = (ACCEPT % ("*", "2026-01-01")).replace("nobody", "<b>nobody</b> &")
    project.write({"pyproject.toml": CONFIG + accept})
    assert (
        "Accepted: &lt;b>nobody&lt;/b> &amp; calls it yet"
        in project.check("--against", "old", "--format", "markdown").out
    )


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif", "junit", "markdown"])
def test_every_format_can_say_that_nothing_changed(project: Repo, form: str) -> None:
    ended = project.check("--against", "old", "--format", form)
    assert (ended.code, ended.err) == (0, "")


# --- the other commands


def test_diff_tells_everything_and_judges_nothing(changed: Repo) -> None:
    ended = changed.run("diff", "--against", "old")
    assert ended.code == 0
    assert ended.out.startswith("against old:\n  orders.E.<&|>\ufffd: the value")
    assert "orders.a.request.x: `int` became `string`" in ended.out
    (compared,) = json.loads(changed.run("diff", "--against", "old", "--format", "json").out)
    assert len(compared["changes"]) == 4


def test_rules_lists_every_rule_and_explain_explains_each(folder: Repo) -> None:
    listed = folder.run("rules").out
    assert [line.split(":")[0].strip() for line in listed.splitlines() if re.match("  [a-z]", line)] == list(RULES)
    assert {each["id"] for each in json.loads(folder.run("rules", "--format", "json").out)} == RULES.keys()
    for rule in RULES.values():
        assert rule.why in folder.run("explain", rule.id).out
    ended = folder.run("explain", "action-remove")
    assert (ended.code, ended.err) == (2, "soagen: there is no rule action-remove: did you mean action-removed?\n")
