"""Python's spelling of names, and what it makes of those that Python has uses for."""

from __future__ import annotations

import builtins
import keyword
import types
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import soagen_runtime.generated as runtime

from soagen.checks.protocol import ACTIONS
from soagen.generate import INTERFACE, names
from soagen.generate.clashes import clashes
from soagen.load import load


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ("pending", "PENDING"),
        ("in-progress", "IN_PROGRESS"),
        ("2xl", "_2XL"),
        ("2_", "VALUE_2_"),
        ("", "EMPTY"),
        ("_", "VALUE_"),
        ("_a_", "VALUE_A_"),
        ("__init__", "VALUE__INIT__"),
        ("__x", "VALUE__X"),
        ("mro", "MRO"),
        ("None", "NONE"),
        ("l", "L"),
        ("i", "I_"),
        ("straße", "STRASSE"),
        ("ﬁne", "FINE"),
        ("名前", "名前"),
        ("m²", "M2"),
    ],
)
def test_members_of_enums(value: str, member: str) -> None:
    assert names.member(value) == member
    made: Any = types.new_class("Some", (StrEnum,), exec_body=lambda body: body.__setitem__(member, value))
    assert list(made) == [value]
    assert made[member] == value


def test_classes_are_named_after_what_they_are_for() -> None:
    assert names.error_class("OUT_OF_STOCK") == "OutOfStock"
    assert names.error_class("TIMEOUT_ERROR") == "TimeoutError_"
    assert names.body_class("get_order", None, "Request") == "GetOrderRequest"
    assert names.body_class("quote", "DYNAMIC_PRICING", "Response") == "QuoteDynamicPricingResponse"
    assert names.method("quote", "DYNAMIC_PRICING") == "quote_dynamic_pricing"
    assert names.snake("HTTPServerV2") == "http_server_v2"


def test_this_python_has_no_word_that_is_not_in_the_lists() -> None:
    assert set(keyword.kwlist) == names.KEYWORDS
    words = {name for name in dir(builtins) if not name.startswith("_")} - names.KEYWORDS
    assert words <= names.BUILTINS


@pytest.mark.parametrize(
    ("classes", "spell"),
    [
        ((runtime.Client, runtime.AsyncClient, runtime.Server, runtime.AsyncServer), names.method),
        ((runtime.Context,), names.context_field),
        ((runtime.ContractError,), names.error_field),
    ],
)
def test_what_the_runtime_calls_its_own_is_left_to_it(classes: tuple[type, ...], spell: Callable[[str], str]) -> None:
    own = {name for each in classes for name in dir(each) if name[0].islower()}
    assert own
    # The actions that every server has are no names of a contract's.
    assert {name for name in own if spell(name) == name} <= ACTIONS


def test_compiler_and_runtime_agree_on_their_interface() -> None:
    assert INTERFACE == runtime.INTERFACE


def test_clashes_are_found_at_the_second(tmp_path: Path) -> None:
    contract = tmp_path / "shop.soa.yaml"
    contract.write_text(
        """\
soa: 1
service: shop
context: {class: string?, class_: string?}
types:
  OutOfStock: {fields: {id: int, id_: int}}
  BuyRequest: {fields: {a: int}}
  ShopClient: string
  Color: {enum: [a-b, a_b]}
  Thing: {union: {a: BuyRequest}}
  UnknownThing: string
errors:
  OUT_OF_STOCK: {fields: {args: int, args_: int}}
actions:
  buy: {request: {print: int, print_: int}}
  buy_: {}
""",
        encoding="utf-8",
    )
    project = load([str(contract)]).project
    if project is None:
        pytest.fail("the contract itself is sound")
    found = [(each.span.line, each.message.split("`")[1]) for each in clashes(project)]
    assert found == [
        (2, "shop"),
        (3, "class_"),
        (5, "id_"),
        (8, "a_b"),
        (9, "Thing"),
        (12, "OUT_OF_STOCK"),
        (12, "args_"),
        (14, "buy"),
        (14, "print_"),
        (15, "buy_"),
    ]
    assert {each.code for each in clashes(project)} == {"NAME_CLASH"}
