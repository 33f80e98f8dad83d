"""``soagen import-pysoa`` with PySOA itself: the contracts of its services, and generated clients that call them."""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from currint import Amount

from soagen.compat import compare
from soagen.load import load
from tests.interop.conftest import PYSOA
from tests.interop.generated import CONTRACTS
from tests.interop.peers import ROOT, Site

AT = dt.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=dt.UTC)
CORPUS = ROOT / "tests" / "pysoa" / "corpus.jsonl"


@dataclass
class Imported:
    """A service of PySOA's, imported: its contract, and the package that it is built into."""

    contract: Path
    api: ModuleType


@pytest.fixture(scope="module")
def import_pysoa(pysoa_python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Imported]]:
    """Imports a server class: ``import_pysoa("services:LabServer", "lab")``."""
    folder = tmp_path_factory.mktemp("imported")
    sys.path.insert(0, str(folder))

    def run(target: str, service: str) -> Imported:
        command = ["import-pysoa", f"tests.interop.peer.{target}", "--python", pysoa_python, "--out", str(folder)]
        contract = folder / f"{service}.soa.yaml"
        if not contract.exists():
            soagen_cli(*command)
            soagen_cli("build", str(contract), "--package", "pysoa_imported", "--out", str(folder))
            importlib.invalidate_caches()
        return Imported(contract, importlib.import_module(f"pysoa_imported.{service}"))

    yield run
    sys.path.remove(str(folder))


def soagen_cli(*arguments: str, cwd: Path = ROOT) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "soagen", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_corpus_is_what_conformity_says(pysoa_python: str) -> None:
    command = [pysoa_python, "-W", "ignore", "-m", "tests.interop.peer.schemas"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == CORPUS.read_text(encoding="utf-8")


# --- the lab


@pytest.fixture
def lab(import_pysoa: Callable[..., Imported], pysoa_lab: Site) -> Iterator[Any]:
    api = import_pysoa("services:LabServer", "lab").api
    with api.LabClient(pysoa_lab.url) as client:
        yield client


@pytest.fixture
def api(import_pysoa: Callable[..., Imported]) -> ModuleType:
    return import_pysoa("services:LabServer", "lab").api


def test_an_order(lab: Any, api: ModuleType) -> None:
    item = api.Item(sku="WIDGET-001", quantity=2, unit_price=Amount.from_code_and_minor("USD", 1999))
    order = lab.create_order(customer_id="c", items=[item], placed_at=AT).order
    assert order.status is api.Status.PENDING
    assert (order.items, order.created_on) == ([item], dt.date(2024, 2, 29))
    assert order.total == Amount.from_code_and_minor("USD", 3998)


def test_a_service_that_runs_tells_the_same(
    import_pysoa: Callable[..., Imported], pysoa_lab: Site, tmp_path: Path
) -> None:
    soagen_cli("import-pysoa", "--redis", pysoa_lab.url, "--service", "lab", "--out", str(tmp_path))
    of_the_class = import_pysoa("services:LabServer", "lab").contract.read_text()
    assert (tmp_path / "lab.soa.yaml").read_text() == of_the_class


def test_what_the_service_refuses(lab: Any, api: ModuleType) -> None:
    item = api.Item(sku="", quantity=0, unit_price=Amount.from_code_and_minor("USD", 1))
    with pytest.raises(soagen.ActionError) as caught:
        lab.create_order(customer_id="c", items=[item], placed_at=AT)
    assert [error.field for error in caught.value.errors] == ["items.0.sku", "items.0.quantity"]


def test_every_type(lab: Any, api: ModuleType) -> None:
    values: dict[str, Any] = {
        "a_bool": False,
        "an_int": 2**64 - 1,
        "a_float": -0.1,
        "a_text": "Grüße",
        "some_bytes": bytes(range(256)),
        "a_decimal": Decimal("0.1000"),
        "an_amount": Amount.from_code_and_minor("EUR", 2**62),
        "a_date": dt.date(9999, 12, 31),
        "a_time": dt.time(23, 59, 59, 999999),
        "in_utc": AT,
        "naive": AT,
        "duration_us": -5,
        "uuid": "12345678-1234-5678-1234-567812345678",
        "a_list": [1, 2],
        "a_map": {"": Decimal(1)},
        "or_null": None,
        "class_": api.Class.USED,
        "payment": api.CreditCard(last4="1234"),
        "open_": {"a": [{"b": [None, True, b"\0", dt.date(2024, 1, 1)]}]},
    }
    assert lab.round_trip(**values) == api.RoundTrip(**values)


def test_bodies_without_a_schema(lab: Any) -> None:
    body = {"a": {"b": [1, Decimal("1.10")]}, "": None}
    assert lab.echo(body) == body
    assert lab.context({"a": 1})["body"] == {"a": 1}
    assert lab.none({}) == {}
    with pytest.raises(soagen.ServerError):
        lab.boom({})


def test_an_error_that_introspection_does_not_tell_of(lab: Any) -> None:
    with pytest.raises(soagen.ActionError) as caught:
        lab.fail(reason="no")
    assert (caught.value.code, caught.value.field) == ("ORDER_REJECTED", "items.0.sku")
    assert caught.value.errors[0].variables == {"limit": 5, "skus": ["A-1", "B-2"]}


def test_a_variant(lab: Any, api: ModuleType) -> None:
    assert lab.greet(name="Ann") == {"greeting": "Hello Ann"}
    assert lab.greet_switch_5(name="Ann", lang=api.Lang.FR) == {"greeting": "Salut Ann"}


# What a person knows and PySOA does not, beside names, documentation and the bodies that have no schema in PySOA.
KNOWN_BY_HAND = [
    ("lab.RoundTrip.duration_us", "`duration` became `int`"),
    ("lab.RoundTrip.naive", "`local_datetime` became `datetime`"),
    ("lab.RoundTrip.uuid", "`uuid` became `string`"),
    ("lab.big.request.fill", "`fill` lost its default"),
]
OF_NAMES = ("-renamed", "-removed", "docs-changed", "order-changed")


def test_it_says_what_a_person_would_write(import_pysoa: Callable[..., Imported]) -> None:
    by_hand = load([str(path) for path in sorted(CONTRACTS.glob("*.soa.yaml"))]).project
    imported = load([str(import_pysoa("services:LabServer", "lab").contract)]).project
    assert by_hand is not None
    assert imported is not None
    found = [
        (each.subject, each.message)
        for each in compare(by_hand, imported, dt.date(2026, 1, 1))
        if each.subject.startswith("lab") and not each.rule.endswith(OF_NAMES) and "became `object`" not in each.message
    ]
    assert sorted(found) == KNOWN_BY_HAND


# --- switches, and what a module may do


@pytest.fixture
def prices(import_pysoa: Callable[..., Imported]) -> Imported:
    return import_pysoa("noisy:PricesServer", "price_list_v2")


def test_switches_have_the_names_that_the_code_gives_them(prices: Imported) -> None:
    # Two constants are seven: which one is meant, nobody can tell.
    assert [switch.name for switch in prices.api.PriceListV2Switch] == ["DYNAMIC_PRICING", "BY_WEIGHT", "SWITCH_7"]
    assert [int(switch) for switch in prices.api.PriceListV2Switch] == [12, 3, 7]


def test_variants_are_served_as_they_are_named(
    prices: Imported, pysoa_server: Callable[..., Any], site: Callable[[int], Site]
) -> None:
    pysoa_server("prices", site(PYSOA))
    with prices.api.PriceListV2Client(site(PYSOA).url) as client:
        assert client.quote(sku="A").how == "by the book"
        assert client.quote_dynamic_pricing(sku="A").how == "by demand"
        assert client.quote_by_weight(sku="A", grams=5).how == "by weight"
        assert client.quote_switch_7(sku="A").how == "as ever"


def test_docs_come_along_and_built_in_actions_do_not(prices: Imported) -> None:
    project = load([str(prices.contract)]).project
    assert project is not None
    contract = project.contracts["price_list_v2"]
    assert (contract.wire, contract.doc) == ("Price-List.v2", "Tells prices.")
    assert [(action.name, action.doc) for action in contract.actions] == [("quote", "What an item costs.")]
    assert [variant.doc for variant in contract.actions[0].variants] == [
        "What an item costs while prices follow demand.",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("tests.interop.peer.switched:NOT_A_SERVER", "tests.interop.peer.switched:NOT_A_SERVER is no PySOA server"),
        ("tests.interop.peer.switched:Missing", "tests.interop.peer.switched:Missing is no PySOA server class"),
        ("tests.interop.peer.nowhere:Server", "tests.interop.peer.nowhere can't be imported: No module named"),
        (
            "tests.interop.test_import_pysoa:Server",
            "tests.interop.test_import_pysoa can't be imported: No module named",
        ),
    ],
)
def test_a_class_that_is_none(pysoa_python: str, target: str, said: str) -> None:
    command = [sys.executable, "-m", "soagen", "import-pysoa", target, "--python", pysoa_python, "--out", "-"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"soagen: {said}")
