"""Whole services: `services/NAME.json` is what PySOA tells, `NAME.soa.yaml` the contract that it becomes.

``names`` is about names, shared structures and switches; ``odd`` is what no PySOA of ours would say. A contract that
changes with intent is written anew by ``soagen import-pysoa --file NAME.json --service NAME --force``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from soagen.generate.clashes import clashes
from soagen.load import load
from soagen.pysoa import NoAnswer, read, write

SERVICES = Path(__file__).parent / "services"
NAMES = sorted(path.stem for path in SERVICES.glob("*.json"))


def answer(name: str) -> Any:
    return json.loads((SERVICES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_service_becomes_its_contract(name: str) -> None:
    text, losses = write(read(answer(name), name))
    assert text == (SERVICES / f"{name}.soa.yaml").read_text(encoding="utf-8")
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("# lost: ")]
    assert [f"# lost: {loss.note}" for loss in losses] == comments


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_compiles(name: str) -> None:
    loaded = load([str(SERVICES / f"{name}.soa.yaml")])
    assert loaded.diagnostics == ()
    assert clashes(loaded.known) == []


BODY = {"action_names": ["a"], "actions": {"a": {"documentation": "Does it."}}}


@pytest.mark.parametrize(
    "document",
    [BODY, {"action": "introspect", "errors": [], "body": BODY}, {"errors": [], "actions": [{"body": BODY}]}],
    ids=["body", "action response", "job response"],
)
def test_an_answer_may_have_been_saved_in_any_form(document: Any) -> None:
    assert [action.doc for action in read(document, "s").actions] == ["Does it."]


@pytest.mark.parametrize("document", [None, [], 5, {}, {"actions": []}, {"body": {"body": {}}}, {"actions": [1]}])
def test_what_is_no_answer_is_refused(document: Any) -> None:
    with pytest.raises(NoAnswer, match='no map "actions"'):
        read(document, "s")


def test_names_of_switches_are_those_given_before_those_that_came_along() -> None:
    both = read(answer("names"), "names", {7: "BY_THE_BOOK", 12: "PRICES"})
    assert both.switches == {12: "PRICES", 7: "BY_THE_BOOK"}
    twice = read(answer("names"), "names", {7: "SAME", 12: "SAME"})
    assert twice.switches == {12: "SAME", 7: "SWITCH_7"}


OPEN = {"type": "dictionary", "contents": {"a": {"type": "integer"}}, "allow_extra_keys": True}


def test_dictionaries_with_extra_keys_can_be_made_structs() -> None:
    document = {"actions": {"a": {"request_schema": OPEN, "response_schema": None}}}
    text, losses = write(read(document, "s", ignore_extra_keys=True))
    assert "    request: {a: int}\n" in text
    assert [str(loss) for loss in losses] == [
        "a.request: PySOA lets other keys in as well: they can't be sent, and are not read"
    ]
    text, losses = write(read(document, "s"))
    assert "    request: object\n" in text
    assert [loss.note for loss in losses] == ["PySOA lets other keys in as well; known are {a: int}"]


def test_an_action_does_not_get_the_name_of_a_variant() -> None:
    empty = {"type": "dictionary", "contents": {}}
    forms = {name: {"request_schema": empty} for name in ("do_switch_5", "do[switch:5]", "do[DEFAULT]")}
    service = read({"actions": forms}, "s")
    assert {action.key: action.name for action in service.actions} == {"do_switch_5": "do_switch_5_2", "do": "do"}
    loaded = load(["s.soa.yaml"], lambda path: write(service)[0].encode())
    assert clashes(loaded.known) == []
