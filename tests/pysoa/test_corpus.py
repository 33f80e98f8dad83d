"""Every field of Conformity's as a contract: written as it should be, and meaning what Conformity means.

The proof is by values, of which the corpus holds what Conformity itself says to each. A generated server accepts all
that Conformity accepts; and where no loss was told, it refuses all that Conformity refuses.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from soagen_runtime.validation import Invalid

from soagen.generate import Options, generate
from soagen.generate.clashes import clashes
from soagen.load import load
from tests.pysoa.corpus import CONTRACT, Case, cases, imported

CASES = {case.name: case for case in cases()}


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The descriptors of the corpus' actions, by the names that are sent."""
    loaded = load([str(CONTRACT)])
    assert loaded.project is not None, loaded.diagnostics
    assert clashes(loaded.project) == []
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in generate(loaded.project, Options(package="pysoa_corpus")).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    service = importlib.import_module("pysoa_corpus.corpus.service").SERVICE
    yield {action.wire: action for action in service.actions}
    sys.path.remove(str(folder))


def test_the_contract_is_written_as_it_should_be() -> None:
    assert imported(list(CASES.values()))[0] == CONTRACT.read_text(encoding="utf-8")


def test_every_reader_has_a_case() -> None:
    from soagen.pysoa import choices, fields

    described = {case.schema["type"] for case in CASES.values()}
    no_module = {"country_code_field"}  # it needs pycountry, which PySOA does not
    assert (fields.READERS.keys() | choices.READERS.keys()) - described == no_module


def passes(action: Any, value: Any) -> bool:
    try:
        action.decode_request({"value": value}, True)
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_values_pass_as_they_do_with_conformity(case: Case, actions: dict[str, Any]) -> None:
    _, losses = imported([case])
    for value, accepted in case.values:
        if accepted or not losses:
            assert passes(actions[case.name], value) is accepted, value


def test_the_corpus_tells_right_from_wrong() -> None:
    """Nearly each field that loses nothing refuses something; those that accept anything are these."""
    faithful = [case for case in CASES.values() if not imported([case])[1]]
    lenient = {case.name for case in faithful if all(accepted for _, accepted in case.values)}
    assert lenient == {"anything", "dictionary_order", "integer_vast_bounds", "nullable_anything"}
    assert len(faithful) > len(CASES) / 2
