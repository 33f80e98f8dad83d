"""What good contracts come to: the model of the whole-file example and of the file that uses every feature."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from decimal import Decimal
from pathlib import Path

import pytest

from soagen.load import load
from soagen.model import (
    OBJECT,
    Alias,
    Constraints,
    Contract,
    ContractKind,
    Deprecation,
    EnumType,
    Field,
    Import,
    Kind,
    ListType,
    MapType,
    Money,
    NamedType,
    OptionalType,
    Placeholder,
    Presence,
    Project,
    Ref,
    ScalarType,
    Struct,
    TypeDef,
    Union,
)

GOOD = Path(__file__).parents[2] / "good"


def _project(folder: str) -> Project:
    base = GOOD / folder
    loaded = load(sorted(path.name for path in base.glob("*.soa.yaml")), lambda path: (base / path).read_bytes())
    assert loaded.diagnostics == ()
    assert loaded.project is not None
    return loaded.project


@pytest.fixture(scope="module")
def orders() -> Contract:
    return _project("whole_file").contracts["orders"]


@pytest.fixture(scope="module")
def everything() -> Contract:
    return _project("everything").contracts["everything"]


def _type(contract: Contract, name: str) -> TypeDef:
    return next(each for each in contract.types if each.name == name)


def _fields(contract: Contract, name: str) -> dict[str, Field]:
    struct = _type(contract, name)
    assert isinstance(struct, Struct)
    return {field.name: field for field in struct.fields}


def test_the_files_of_a_project_are_joined() -> None:
    project = _project("everything")
    assert set(project.contracts) == {"base", "everything", "neighbour"}
    assert project.contracts["neighbour"].path == "parts/neighbour.soa.yaml"
    assert project.contracts["everything"].imports == (Import("base", "base"), Import("neighbour", "neighbour"))
    assert project.contracts["base"].kind is ContractKind.PACKAGE


def test_the_head_of_a_file(orders: Contract, everything: Contract) -> None:
    assert (orders.kind, orders.name, orders.path) == (ContractKind.SERVICE, "orders", "orders.soa.yaml")
    assert orders.doc == "Takes orders and follows them until they ship."
    assert (orders.span.line, orders.span.column) == (2, 10)
    assert everything.deprecated == Deprecation(
        since="1.0", use="something else", sunset=dt.date(2030, 12, 31), reason="It shows too much."
    )
    assert everything.reserved.actions == ("removed",)
    assert everything.reserved.errors == ("REMOVED",)
    assert everything.reserved.switches == (7, 8)


def test_the_context_of_imports_joins_ones_own(everything: Contract) -> None:
    assert [field.name for field in everything.context] == ["locale", "doc", "type", "tenant", "zone"]
    assert everything.context[0].wire == "lang"
    assert [field.presence for field in everything.context[:3]] == [
        Presence.OPTIONAL,
        Presence.DEFAULTED,
        Presence.NULLABLE,
    ]


def test_fields_of_a_struct(orders: Contract) -> None:
    order = _fields(orders, "Order")
    assert order["items"].type == ListType(NamedType("orders", "LineItem"))
    assert order["ship_to"].type == NamedType("common", "Address")
    assert order["paid_with"].type == OptionalType(NamedType("orders", "PaymentMethod"))
    assert order["labels"].type == MapType(ScalarType(Kind.STRING))
    assert order["due_on"].presence is Presence.OPTIONAL
    line = _fields(orders, "LineItem")
    assert line["quantity"].type == ScalarType(Kind.INT, Constraints(min=1, max=1000))
    assert line["sku"].example == "TEA-1"
    definition = _type(orders, "Order")
    assert isinstance(definition, Struct)
    assert definition.reserved == ("discount",)


def test_enums_aliases_and_unions(orders: Contract, everything: Contract) -> None:
    status = _type(orders, "OrderStatus")
    assert isinstance(status, EnumType)
    assert [each.value for each in status.values] == ["pending", "paid", "shipped", "cancelled"]
    customer = _type(orders, "CustomerId")
    assert isinstance(customer, Alias)
    assert customer.type == ScalarType(Kind.STRING, Constraints(pattern="c_[a-z0-9]+"))
    method = _type(orders, "PaymentMethod")
    assert isinstance(method, Union)
    assert (method.tag, method.closed) == ("type", False)
    assert [(each.tag, each.type.name) for each in method.members] == [("card", "Card"), ("iban", "Iban")]
    marked = _type(everything, "Marked")
    assert isinstance(marked, Union)
    assert (marked.tag, marked.closed, marked.reserved) == ("kind", True, ("nothing",))
    assert [each.type.contract for each in marked.members] == ["everything", "everything", "neighbour"]
    sku = _type(everything, "Sku")
    assert isinstance(sku, Alias)
    assert sku.type == NamedType("everything", "Short", Constraints(pattern="[A-Z]{3}-[0-9]+", max_length=20))


def test_words_that_yaml_1_1_reads_otherwise_are_texts(everything: Contract) -> None:
    color = _type(everything, "Color")
    assert isinstance(color, EnumType)
    assert [each.value for each in color.values] == [
        "red",
        "green",
        "dark blue",
        "no",
        "on",
        "014",
        "1e3",
        "null",
        "~",
        "2026-01-01",
        "1:30",
        "",
    ]


def test_literals_are_values_of_their_types(everything: Contract) -> None:
    defaults = {name: field.default for name, field in _fields(everything, "Everything").items()}
    utc = dt.UTC
    expected = {
        "a_bool": True,
        "an_int": 14,
        "a_float": 7.0,
        "free_float": -math.inf,
        "a_string": "no",
        "some_bytes": b"hello",
        "a_decimal": Decimal("1.50"),
        "a_money": Money("USD", 1250),
        "a_date": dt.date(2026, 1, 1),
        "a_time": dt.time(10, 20, 30, 500_000),
        "a_datetime": dt.datetime(2026, 1, 1, 0, 30, tzinfo=utc),
        "a_local_datetime": dt.datetime(2026, 1, 1, 0, 0, 0, 1),
        "a_duration": dt.timedelta(minutes=2, milliseconds=250),
        "a_uuid": uuid.UUID("6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        "anything": {"a": [1, 1.5, True, None, "true"], "b": {}},
        "an_object": {},
        "a_list": ["a", "null", "null"],
        "numbers": [1, None, 3],
        "a_map": {"a": 1, "no": 2},
        "a_color": "no",
        "a_sku": "TEA-12",
        "a_tree": {"value": 1, "children": [{"value": 2, "children": [], "parent": None}]},
        "a_shape": {"type": "square", "side": 1.0},
    }
    for name, value in expected.items():
        assert (defaults[name], type(defaults[name])) == (value, type(value)), name
    assert str(defaults["a_decimal"]) == "1.50"


def test_bounds_are_values_of_their_types(everything: Contract) -> None:
    types = {name: field.type for name, field in _fields(everything, "Everything").items()}
    expected = {
        "an_int": Constraints(min=-(2**63), max=2**64 - 1),
        "a_float": Constraints(above=-1000.0, below=1500.0),
        "a_decimal": Constraints(above=Decimal(0), max=Decimal(1000)),
        "a_money": Constraints(min=0, below=10000, currencies=("USD", "EUR")),
        "a_date": Constraints(min=dt.date(2026, 1, 1)),
        "a_time": Constraints(above=dt.time(1, 30)),
        "a_datetime": Constraints(min=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        "a_duration": Constraints(min=dt.timedelta(0), max=dt.timedelta(minutes=90)),
        "a_map": Constraints(min_entries=1, max_entries=3),
    }
    for name, constraints in expected.items():
        assert getattr(types[name], "constraints", None) == constraints, name
    assert types["surely_maybe"] == OptionalType(NamedType("base", "Id", Constraints(max_length=10)))
    assert types["not_needed"] == OptionalType(ScalarType(Kind.INT, Constraints(max=5)))


@pytest.mark.parametrize(
    ("kind", "written", "shown"),
    [
        ("float", "60", "60"),
        ("float", "060", "60"),
        ("float", "-1", "-1"),
        ("float", "60.0", "60.0"),
        ("float", "60.5", "60.5"),
        ("float", "1e3", "1000.0"),
        ("float", "1e30", "1e+30"),
        ("float", "18446744073709551616", "1.8446744073709552e+19"),
        ("decimal", "60", "60"),
        ("decimal", '"60.00"', "60.00"),
        ("decimal", "1e3", "1E+3"),
        ("money", "1250", "1250"),
        ("date", "2026-01-31", "2026-01-31"),
        ("time", '"09:30"', "09:30:00"),
        ("datetime", "2026-01-31T09:30:00+01:00", "2026-01-31 08:30:00+00:00"),
        ("local_datetime", "2026-01-31T09:30:00.5", "2026-01-31 09:30:00.500000"),
        ("duration", "90m", "1:30:00"),
    ],
)
def test_a_bound_is_shown_as_conformity_would_show_it(kind: str, written: str, shown: str) -> None:
    text = f"soa: 1\npackage: p\ntypes: {{A: {{type: {kind}, max: {written}}}}}\n"
    project = load(["p.soa.yaml"], lambda _: text.encode()).project
    assert project is not None
    (alias,) = project.contracts["p"].types
    assert isinstance(alias, Alias)
    assert isinstance(alias.type, ScalarType)
    assert str(alias.type.constraints.max) == shown


def test_presence_and_wire_names(everything: Contract) -> None:
    fields = _fields(everything, "Everything")
    assert fields["a_string"].presence is Presence.DEFAULTED
    assert fields["maybe"].presence is Presence.OPTIONAL
    assert fields["surely_maybe"].presence is Presence.NULLABLE
    assert fields["not_needed"].presence is Presence.OPTIONAL
    assert fields["hidden"].presence is Presence.REQUIRED
    assert (fields["hidden"].wire, fields["hidden"].sensitive) == ("x-hidden", True)
    assert fields["gone"].deprecated == Deprecation(reason="Unused.")


def test_errors_and_switches(orders: Contract, everything: Contract) -> None:
    stock, missing = orders.errors
    assert stock.message == ("Only ", Placeholder("available"), " of ", Placeholder("sku"), " left")
    assert (stock.wire, stock.caller_error, stock.retryable) == ("OUT_OF_STOCK", True, False)
    assert missing.message == ("No such order",)
    detailed = everything.errors[1]
    assert detailed.message == ("{left} ", Placeholder("count"), " of ", Placeholder("what"), ", 100%")
    assert (detailed.wire, detailed.caller_error, detailed.retryable) == ("detailed.error", False, True)
    assert [(each.name, each.id) for each in everything.switches] == [("FAST", 0), ("OLD", 12)]


def test_actions_variants_and_examples(orders: Contract, everything: Contract) -> None:
    create, get, view, quote = orders.actions
    assert create.timeout == dt.timedelta(seconds=5)
    assert create.errors == (Ref("orders", "OUT_OF_STOCK"),)
    assert get.idempotent
    assert (get.examples[0].error, get.examples[0].error_fields) == (Ref("orders", "NO_SUCH_ORDER"), {"id": "o_1"})
    assert (view.oneway, view.response) == (True, ())
    (variant,) = quote.variants
    assert variant.switch == Ref("orders", "DYNAMIC_PRICING")
    assert isinstance(variant.request, tuple)
    assert [field.name for field in variant.request] == ["sku", "quantity", "at"]

    actions = {action.name: action for action in everything.actions}
    assert actions["nothing"].request == ()
    assert actions["everything"].request == NamedType("everything", "Everything")
    assert actions["everything"].response == NamedType("neighbour", "Place")
    assert actions["everything"].wire == "do_it"
    fast, shared = actions["quote"].variants
    assert (fast.response, fast.errors) == (actions["quote"].response, actions["quote"].errors)
    assert (shared.switch, shared.response, shared.errors) == (Ref("base", "SHARED"), (), ())
    assert shared.request == actions["quote"].request
    priced, failed = actions["quote"].examples
    assert (priced.request, priced.response) == ({"sku": "TEA-1", "type": "null"}, {"price": Money("EUR", 100)})
    assert (failed.request, failed.error_fields) == ({"sku": "TEA-1", "doc": "null"}, {})


def test_a_body_may_be_any_map(everything: Contract) -> None:
    relay = next(action for action in everything.actions if action.name == "relay")
    assert (relay.request, relay.response) == (OBJECT, OBJECT)
    fast, old = relay.variants
    assert (fast.request, fast.response) == (NamedType("everything", "Everything"), OBJECT)
    assert (old.request, old.response) == (OBJECT, ())
    (anything,) = relay.examples
    assert (anything.request, anything.response) == ({"a": 1, "b": ["x", None]}, {})
