"""What a contract calls sensitive is in no log, wherever it stands, and in no `repr`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from soagen_runtime.redaction import Redactor

from soagen.generate import Options, generate
from soagen.load import load

CONTRACT = """
soa: 1
service: vault
context: {who: string?, proof: {type: string?, sensitive: true}}
types:
  Iban: {type: string, sensitive: true}
  Ibans: list<Iban>
  Card: {fields: {owner: string, digits: {type: string, sensitive: true}}}
  Cheque: {fields: {owner: string}}
  Method: {union: {card: Card, cheque: Cheque}}
  Hidden: {sensitive: true, fields: {anything: string}}
  Level: {sensitive: true, enum: [low, high]}
actions:
  everything:
    request:
      plain: string
      alias: Iban
      list_of_alias: list<Iban>
      alias_of_list: Ibans
      map_of_alias: map<Iban?>
      field: {type: int, sensitive: true}
      struct: Hidden
      list_of_struct: list<Hidden>
      level: Level
      card: Card
      cards: "map<list<Card>>"
      method: Method
      methods: list<Method>
  keep: {request: Hidden, response: Hidden}
"""

SECRET = "xyzzy"


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "vault.soa.yaml").write_text(CONTRACT)
    loaded = load([str(tmp_path / "vault.soa.yaml")])
    assert loaded.project is not None, loaded.diagnostics
    for name, text in generate(loaded.project, Options(package="sensitive_generated")).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("sensitive_generated.vault")
    for name in [name for name in sys.modules if name.partition(".")[0] == "sensitive_generated"]:
        del sys.modules[name]


def everything(vault: Any) -> Any:
    card = vault.Card(owner="Ada", digits=SECRET)
    hidden = vault.Hidden(anything=SECRET)
    return vault.EverythingRequest(
        plain="seen",
        alias=SECRET,
        list_of_alias=[SECRET],
        alias_of_list=[SECRET],
        map_of_alias={"a": SECRET},
        field=4242,
        struct=hidden,
        list_of_struct=[hidden],
        level=vault.Level("high"),
        card=card,
        cards={"a": [card]},
        method=card,
        methods=[vault.Cheque(owner="Bob"), vault.UnknownMethod(tag="coin", body={"x": SECRET})],
    )


def test_it_is_in_no_log(vault: Any) -> None:
    shown = Redactor()(everything(vault))
    assert SECRET not in str(shown)
    assert {name for name, value in shown.items() if value == "***"} == {
        "alias", "list_of_alias", "alias_of_list", "map_of_alias", "field", "struct", "list_of_struct", "level"
    }  # fmt: skip
    assert shown["cards"] == {"a": [{"owner": "Ada", "digits": "***"}]}
    assert shown["methods"] == [{"owner": "Bob"}, {"tag": "coin", "body": "***"}]
    assert (shown["plain"], shown["method"]) == ("seen", {"owner": "Ada", "digits": "***"})


def test_it_is_in_no_repr(vault: Any) -> None:
    assert SECRET not in repr(everything(vault)) + repr(vault.Hidden(anything=SECRET))
    assert SECRET not in repr(vault.VaultContext(who="me", proof=SECRET))
    assert Redactor()(vault.VaultContext(who="me", proof=SECRET)) == {"who": "me", "proof": "***"}


def test_a_type_that_is_sensitive_shows_nothing_but_the_names_of_its_fields(vault: Any) -> None:
    assert Redactor()(vault.Hidden(anything=SECRET)) == {"anything": "***"}
