"""What may be seen of a value, at any depth."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from currint import Amount
from soagen_runtime.enums import OpenEnum
from soagen_runtime.redaction import USUAL_SECRETS, Redactor


class Mood(OpenEnum):
    CALM = "calm"


@dataclass(slots=True, kw_only=True)
class Card:
    number: str = field(repr=False)
    holder: str


@dataclass(slots=True, kw_only=True)
class Unknown:
    tag: str
    body: dict[str, Any] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Order:
    card: Card | Unknown | None = None
    cards: list[Card] = field(default_factory=list)
    by_name: dict[str, Card] = field(default_factory=dict)
    notes: Any = None
    mood: Mood = Mood.CALM


CARD = Card(number="4242", holder="Ada")
SHOWN = {"number": "***", "holder": "Ada"}
NOTHING: dict[str, Any] = {"card": None, "cards": [], "by_name": {}, "notes": None, "mood": "calm"}

CASES: list[tuple[Any, Any]] = [
    (CARD, SHOWN),
    (Order(card=CARD), {**NOTHING, "card": SHOWN}),
    (Order(card=Unknown(tag="iban", body={"iban": "DE02"})), {**NOTHING, "card": {"tag": "iban", "body": "***"}}),
    (Order(cards=[CARD, CARD]), {**NOTHING, "cards": [SHOWN, SHOWN]}),
    (Order(by_name={"a": CARD}), {**NOTHING, "by_name": {"a": SHOWN}}),
    (Order(notes={"deep": [{"Pass-Word": "hush"}]}), {**NOTHING, "notes": {"deep": [{"Pass-Word": "***"}]}}),
    ({"tokens": ["a"], "token": {"a": 1}}, {"tokens": "***", "token": "***"}),
    (
        {"cardVerificationNumbers": 1, "cvv2": "1", "CVV": 1.5},
        {"cardVerificationNumbers": "***", "cvv2": "***", "CVV": "***"},
    ),
    ({"private": True, "secret": False, "auth": None}, {"private": True, "secret": False, "auth": None}),
    ({"pinned": 1, "passenger": "Ada"}, {"pinned": 1, "passenger": "Ada"}),
    ({"Shoe-Size": True, "shoe_size": None, "shoes": 1}, {"Shoe-Size": "***", "shoe_size": "***", "shoes": 1}),
    ({"a": b"hush", "b": bytearray(b"")}, {"a": "<4 bytes>", "b": "<0 bytes>"}),
    ({1: {2: "x"}}, {"1": {"2": "x"}}),
    ((1, {2}, [3]), [1, [2], [3]]),
    ([float("nan"), float("-inf"), 1e300], ["nan", "-inf", 1e300]),
    ([None, True, 1, 1.5, "x", Mood.CALM], [None, True, 1, 1.5, "x", "calm"]),
    (
        [dt.date(2026, 2, 3), Decimal("1.50"), Amount.from_code_and_minor("EUR", 150)],
        ["2026-02-03", "1.50", "1.50 EUR"],
    ),
]


@pytest.mark.parametrize(("value", "shown"), CASES)
def test_what_is_secret_is_hidden_and_the_rest_is_plain(value: Any, shown: Any) -> None:
    redact = Redactor(["shoesize"])
    assert redact(value) == shown
    assert json.loads(json.dumps(redact(value))) == shown
    assert redact(redact(value)) == shown


def test_a_value_within_itself_is_cut_off() -> None:
    value: dict[str, Any] = {}
    value["again"] = value
    assert "..." in json.dumps(Redactor()(value))


@pytest.mark.parametrize(
    "name", ["password", "privateKeys", "auth-token", "ccNumber", "cardSecurityCodes", "icvv", "pin"]
)
def test_the_names_are_those_of_pysoa(name: str) -> None:
    plain = name.replace("-", "").lower()
    assert plain in USUAL_SECRETS or plain.removesuffix("s") in USUAL_SECRETS
