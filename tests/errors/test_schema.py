"""The JSON Schema and the compiler agree over the whole corpus, and over all good contracts.

Editors hold the schema against a file as YAML 1.2 reads it, so the files are read that way here: plain scalars that
look like numbers, booleans and null become such; keys are texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soagen.findings import CATALOGUE
from soagen.load import load

ROOT = Path(__file__).parents[2]
_EXPECTED = re.compile(r"# E: [0-9]+ ([A-Z0-9_]+) ")
_LISTED = re.compile(r"^[0-9]+:[0-9]+ ([A-Z0-9_]+) ", re.MULTILINE)
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"null": None, "Null": None, "NULL": None, "~": None, "": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / "soa.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _data(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _data(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_data(item) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    text: str = node.value
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 4000:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CLoader", yaml.Loader)
    root = yaml.compose(path.read_bytes(), Loader=loader)
    assert root is not None
    return _data(root)


def _codes(path: Path) -> set[str]:
    listed = path.with_name(path.name.removesuffix(".soa.yaml") + ".expected")
    if listed.exists():
        return set(_LISTED.findall(listed.read_text("utf-8")))
    return set(_EXPECTED.findall(path.read_text("utf-8")))


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _broken() -> Iterator[Path]:
    """The files of the corpus that an editor's YAML reader makes something of."""
    for path in sorted((ROOT / "tests" / "errors").rglob("*.soa.yaml")):
        if not any(CATALOGUE[code].yaml for code in _codes(path)):
            yield path


def _good() -> Iterator[Path]:
    for folder in ("tests/good", "tests/golden", "examples", "schemas/standard"):
        yield from sorted((ROOT / folder).rglob("*.soa.yaml"))


@pytest.mark.parametrize("path", list(_broken()), ids=_relative)
def test_the_schema_refuses_what_is_structural_and_nothing_else(path: Path) -> None:
    faults = [fault.message for fault in _validator().iter_errors(_read(path))]
    structural = any(CATALOGUE[code].structural for code in _codes(path))
    assert bool(faults) == structural, faults


@pytest.mark.parametrize("path", list(_good()), ids=_relative)
def test_the_schema_accepts_every_good_contract(path: Path) -> None:
    assert not [fault.message for fault in _validator().iter_errors(_read(path))]


@given(
    st.text(alphabet="abT<>?. ", max_size=12)
    | st.from_regex(r"(list<|map< ?){0,18}(a\.)?[A-Z]?[a-z]{1,5}( ?>|\?){0,18}", fullmatch=True)
)
def test_the_schema_knows_the_grammar_of_types(expression: str) -> None:
    text = f"soa: 1\npackage: p\ntypes: {{A: {json.dumps(expression)}}}\n"
    loaded = load(["p.soa.yaml"], lambda path: text.encode())
    refused = any(CATALOGUE[each.code].structural for each in loaded.diagnostics)
    document = {"soa": 1, "package": "p", "types": {"A": expression}}
    assert refused != _validator().is_valid(document)
