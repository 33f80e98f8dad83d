"""What is published of a contract: its text compiles to the same contract elsewhere; its forms are Conformity's."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soagen_runtime.action import Contract, Service
from soagen_runtime.core.published import Publication, publication_of

from soagen.canonical import contract_hash
from soagen.generate import Options, generate, text
from soagen.load import load
from tests.regenerate import STANDARD, cases, expected, standard

CASES = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)

# What Conformity's `introspect()` may say of each type, beside `type` and `description`.
_BOUNDS = {"gt", "gte", "lt", "lte"}
_LENGTHS = {"min_length", "max_length"}
_KEYS: Mapping[str, set[str]] = {
    "anything": set(),
    "boolean": set(),
    "bytes": _LENGTHS,
    "constant": {"values"},
    "currint.Amount": {"valid_currencies", *_BOUNDS},
    "date": _BOUNDS,
    "datetime": _BOUNDS,
    "decimal": _BOUNDS,
    "dictionary": {"contents", "optional_keys", "allow_extra_keys"},
    "float": _BOUNDS,
    "integer": _BOUNDS,
    "list": {"contents", *_LENGTHS},
    "nullable": {"nullable"},
    "polymorph": {"switch_field", "contents_map"},
    "schemaless_dictionary": {"key_type", "value_type", *_LENGTHS},
    "time": _BOUNDS,
    "unicode": _LENGTHS,
}


def read(publication: Publication) -> str:
    """The hash of what was published, compiled from nothing but that."""
    files = {f"/{path}": content.encode() for path, content in publication.files.items()}
    loaded = load([f"/{publication.path}"], lambda path: files[path])
    assert loaded.project is not None, loaded.diagnostics
    return contract_hash(loaded.project, publication.service)


def services(case: Path, monkeypatch: pytest.MonkeyPatch) -> list[Service[Any]]:
    monkeypatch.syspath_prepend(case / "expected")
    names = [name.removesuffix(".py").replace("/", ".") for name in expected(case) if name.endswith("/service.py")]
    found = [importlib.import_module(name) for name in names]
    return [module.SERVICE for module in found if hasattr(module, "SERVICE")]


@CASES
def test_what_is_published_compiles_to_the_same_contract(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in services(case, monkeypatch):
        publication = publication_of(service)
        assert publication is not None
        again = Publication.read(publication.text)
        assert (again, again.digest) == (publication, publication.digest)
        assert read(again) == service.contract_hash


def build(root: Path, main: str, **files: str) -> Mapping[str, Any]:
    """The variables of the generated module ``contract``, all in one, of contracts in folders."""
    for name, content in files.items():
        path = root / f"{name.replace('__', '/')}.soa.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    loaded = load([str(root / main)])
    assert loaded.project is not None, loaded.diagnostics
    return generate(loaded.project, Options(package="made"))


def test_imports_from_elsewhere_keep_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = build(
        tmp_path / "contracts",
        "shop/orders.soa.yaml",
        shop__orders="soa: 1\nservice: orders\nimports: {b: ../base/money.soa.yaml, h: here.soa.yaml}\n",
        shop__here="soa: 1\npackage: here\nimports: {b: ../base/money.soa.yaml}\n",
        base__money="soa: 1\npackage: money\ntypes: {Price: money}\n",
    )
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    service = importlib.import_module("made.orders.service").SERVICE
    publication = publication_of(service)
    assert publication is not None
    assert publication.path == "shop/orders.soa.yaml"
    assert publication.files.keys() == {"shop/orders.soa.yaml", "shop/here.soa.yaml", "base/money.soa.yaml"}
    assert read(publication) == service.contract_hash


@CASES
def test_forms_are_those_of_conformity(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in services(case, monkeypatch):
        contract: Contract = importlib.import_module(f"{service.module.rpartition('.')[0]}.contract").CONTRACT
        assert {name.partition("[")[0] for name in contract.actions} == {action.wire for action in service.actions}
        for form in contract.actions.values():
            assert form.keys() == {"documentation", "request_schema", "response_schema"}
            check(form["request_schema"])
            check(form["response_schema"])


def check(form: Any) -> None:
    """A form has the keys of its type, and so have those inside it."""
    assert form.keys() - {"type", "description"} <= _KEYS[form["type"]]
    inside = [form[key] for key in ("nullable", "key_type", "value_type") if key in form]
    contents = form.get("contents_map", form.get("contents"))
    inside += [contents] if form["type"] == "list" else (contents or {}).values()
    assert set(form.get("optional_keys", ())) <= (contents or {}).keys()
    for each in inside:
        check(each)


def test_a_table_that_was_made_by_hand_publishes_nothing() -> None:
    module = importlib.import_module("soagen_runtime.standard.service")
    by_hand: Service[Any] = Service(
        name="by_hand",
        contract_hash="",
        context=module.SERVICE.context,
        encode_context=module.SERVICE.encode_context,
        decode_context=module.SERVICE.decode_context,
        actions=(),
    )
    assert publication_of(by_hand) is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ('{"form":2,"service":"a","contract":"b","path":"c","files":{}}', "form 2"),
        ('{"form":1}', "no published contract"),
        ("[1]", "no published contract"),
        ("not JSON", "Expecting value"),
    ],
)
def test_what_is_no_publication_is_told(given: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Publication.read(given)


@given(st.text(st.sampled_from(' \t\r\n\\"abx{}é\u200b漢')))
def test_a_text_is_spelled_as_it_is(given: str) -> None:
    lines = text.block(given)
    assert ast.literal_eval("\n".join(lines)) == given
    assert not any(line.endswith((" ", "\t")) or "\t" in line for line in lines)


@pytest.mark.parametrize("name", ["codec.py", "contract.py", "service.py", "types.py"])
def test_the_runtimes_own_code_fits_its_contract(name: str) -> None:
    assert (STANDARD / name).read_text(encoding="utf-8") == standard()[name], "run `make regenerate`"
