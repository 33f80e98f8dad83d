"""Scenario files: what they may say, what is wrong with them, and how what is not as expected is told.

In ``scenarios`` stand files that are wrong, that fail, and that pass. What is told of a line stands at its end:
``# E:``, the code and the message, with ``\\n`` for its line ends and ``...`` where it may go on.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from soagen.diagnostics import Diagnostic
from soagen.findings import CATALOGUE
from soagen.live.scenarios import Failed, load_scenarios

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"
GOLDEN = ROOT / "tests" / "golden"
SCENARIOS = Path(__file__).parent / "scenarios"


def cases(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", sorted((SCENARIOS / folder).glob("*.yaml")), ids=lambda file: file.stem)


def expected(text: str) -> list[tuple[int, str]]:
    return [
        (number, message.strip())
        for number, line in enumerate(text.splitlines(), 1)
        for message in line.partition("  # E: ")[2].split("  # E: ")
        if message
    ]


def told(diagnostics: tuple[Diagnostic, ...], text: str) -> list[tuple[int, str]]:
    """Findings as they are expected: with their lines, and cut where that says so."""
    wanted = dict(expected(text))
    found = []
    for each in diagnostics:
        message = f"{each.code} {each.message}{f' ({each.hint})' if each.hint else ''}".replace("\n", "\\n")
        start = wanted.get(each.span.line, "").removesuffix("...")
        is_cut = wanted.get(each.span.line, "").endswith("...") and message.startswith(start)
        found.append((each.span.line, f"{start}..." if is_cut else message))
    return found


def play(text: str) -> list[tuple[int, str]]:
    """What is not as expected in the scenarios of a file."""
    played = load_scenarios("it", text.encode())
    assert not played.diagnostics, played.diagnostics
    found = []
    for each in played.scenarios:
        try:
            played.play(each)
        except Failed as failed:
            found += told(failed.diagnostics, text)
    return found


@cases("wrong")
def test_what_is_wrong_is_told_at_its_place_all_at_once(file: Path) -> None:
    text = file.read_text("utf-8")
    assert expected(text)
    assert told(load_scenarios("it", text.encode()).diagnostics, text) == expected(text)


@cases("failing")
def test_what_is_not_as_expected_is_told_where_it_was_expected(file: Path) -> None:
    text = file.read_text("utf-8")
    assert expected(text)
    assert play(text) == expected(text)


@cases("right")
def test_what_can_be_said(file: Path) -> None:
    assert play(file.read_text("utf-8")) == []


def test_a_time_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)
    played = load_scenarios("it", (SCENARIOS / "right" / "time_in_steps.yaml").read_bytes())
    with pytest.raises(Failed, match="`time` needs the package time-machine") as failed:
        played.play(played.scenarios[0])
    assert failed.value.diagnostics[0].hint == "install soagen-rpc[testing]"


# --- the schema for editors


@cache
def schema() -> Draft202012Validator:
    read = json.loads((ROOT / "schemas" / "soatest.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(read)
    return Draft202012Validator(read)


@pytest.mark.parametrize("file", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_schema_refuses_what_is_structural_and_nothing_else(file: Path) -> None:
    text = file.read_text("utf-8")
    faults = [fault.message for fault in schema().iter_errors(yaml.load(text, Loader=yaml.BaseLoader))]
    codes = {message.partition(" ")[0] for _, message in expected(text)}
    assert bool(faults) == any(code in CATALOGUE and CATALOGUE[code].structural for code in codes), faults


# --- values

LAB = """
from with_examples.lab.service import SERVICE
from with_examples.lab.testing import EXAMPLES
from soagen_runtime.testing.mocking import mock_server

lab = mock_server(SERVICE, EXAMPLES)
"""

EVERYTHING = """
soatest: 1
server: some_lab:lab
scenarios:
- name: it
  steps:
  - {call: mirror, request: {a: 1, b: ["x", null]}, response: {}, save: nothing}
  - {call: note, request: {text: $$}}
  - {call: measure, request: REQUEST, response: {took: 250ms, everything: REQUEST}, save: all}
  - {call: measure, request: $all.everything, response: {everything: {lasting: 1h30m}}}
  - call: measure
    request: REQUEST
    response:
      everything:
        number: $all.everything.number
        payment: {kind: card, last4: $all.everything.payment.last4}
        loose: {b: $all.everything.loose.b}
  - call: measure
    request: REQUEST
    response:
      took: 1s  # E: NOT_AS_EXPECTED `took` is `250ms`
      everything:
        lasting: 2m  # E: NOT_AS_EXPECTED `everything.lasting` is `1h30m`
        data: YQ==  # E: NOT_AS_EXPECTED `everything.data` is `aGVsbG8=`
        id: $any
        word: $$  # E: NOT_AS_EXPECTED `everything.word` is `\u00e7a`
"""


def test_values_of_every_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some_lab.py").write_text(LAB)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(GOLDEN / "with_examples" / "expected")
    contract = (GOLDEN / "with_examples" / "lab.soa.yaml").read_text("utf-8")
    found = re.search(r"request:\n\s+({flag: .*?emptied: null})", contract, re.DOTALL)
    assert found
    request = re.sub(r"\s+", " ", found[1])
    text = EVERYTHING.replace("REQUEST", request)
    assert len(play(text)) == 4
    assert play(text) == expected(text)


# --- pytest

CONFTEST = """
import pytest

@pytest.fixture
def shelves():
    print("shelves are filled")

@pytest.fixture(autouse=True)
def around():
    print("around it")
"""


PASSING_AND_FAILING = """
usefixtures: [shelves]
soatest: 1
server: shop.stock:Stock
scenarios:
  - {name: well, steps: [{call: levels}]}
  - name: not so well
    steps:
      - {call: levels, request: {skus: [TEA-1]}, response: {levels: {TEA-1: {on_shelf: 41}}}}
"""

SHOWN = """
shop.soatest.yaml:8:88: NOT_AS_EXPECTED `levels.TEA-1.on_shelf` is `40`
      - {call: levels, request: {skus: [TEA-1]}, response: {levels: {TEA-1: {on_shelf: 41}}}}
                                                                                       ^^
"""


def test_pytest_collects_and_plays_them(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "shop.soatest.yaml").write_text(PASSING_AND_FAILING.lstrip())
    (tmp_path / "wrong.soatest.yaml").write_text((SCENARIOS / "wrong" / "action.yaml").read_text())
    options = ("-p", "no:asyncio", "-p", "no:cacheprovider", "--continue-on-collection-errors")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SHOP)},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = ended.stdout
    assert "1 failed, 1 passed, 1 error" in shown, shown
    assert "wrong.soatest.yaml:6:15: UNKNOWN_ACTION `stock` has no action `level`\n      - " in shown
    assert SHOWN in shown
    assert shown.count("shelves are filled") == 1
    assert "pytest_plugin.py" not in shown
