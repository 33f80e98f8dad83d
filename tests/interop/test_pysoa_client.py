"""A PySOA client cannot tell a generated server from one of PySOA's own.

Each scenario is played twice, against PySOA's server and against a generated one; a client that did the same must have
seen the same, down to the number of replies that it believes to be owed. What may differ is left out in `_comparable`,
with its reason.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from currint import Amount

from tests.interop.conftest import CHUNK, NOBODY
from tests.interop.generated import PACKAGE
from tests.interop.peers import Outcome, PySOAClient, Site

ITEM = {"sku": "WIDGET-001", "quantity": 2, "unit_price": Amount.from_code_and_minor("USD", 1999)}
ORDER = {
    "customer_id": "cust-1",
    "items": [ITEM, {**ITEM, "sku": "GADGET-002", "quantity": 1}],
    "note": "Leave at the door",
    "placed_at": dt.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=dt.UTC),
}
KINDS = {
    "aBool": True,
    "anInt": -(2**63),
    "aFloat": 0.1,
    "aText": "Grüße, 世界 \U0001f30d",
    "someBytes": bytes(range(256)),
    "aDecimal": Decimal("-12345678901234567890.1234567890"),
    "anAmount": Amount.from_code_and_minor("JPY", -5),
    "aDate": dt.date(1, 1, 1),
    "aTime": dt.time(23, 59, 59, 999999),
    "inUTC": dt.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=dt.UTC),
    "naive": dt.datetime(2024, 2, 29, 13, 37, 42, 123456),
    "duration-us": 1_500_000,
    "UUID": "12345678-1234-5678-1234-567812345678",
    "a list": list(range(300)),
    "a.map": {"": Decimal("1"), "é": Decimal("1E+10")},
    "orNull": None,
    "class": "used",
    "payment": {"paymentType": "creditCard", "last4": "1234"},
    "open": {"deep": {"er": [[[{"a": [1, {"b": None}]}]]]}, "when": dt.date(2024, 1, 1)},
}


# For the others it is a map. (Of a Polymorph that is no map, or has no tag, PySOA's handlers die.)
WRONG: dict[str, Any] = {"open": [], "class": 5, "a list": [1, "x", None], "a.map": {1: 2}}


def action(name: str, **body: Any) -> dict[str, Any]:
    return {"action": name, "body": body}


def wrong_order(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ORDER, **changes}.items() if value is not ...}


BOUNDED = {
    "an_int": 6,
    "a_float": 60,
    "another_float": 0.0,
    "a_decimal": Decimal(1000),
    "an_amount": Amount.from_code_and_minor("EUR", 6),
    "a_date": dt.date(2020, 1, 1),
    "a_time": dt.time(17, 59, 59, 999999),
    "in_utc": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    "a_text": "ab",
}
BELOW = {
    "an_int": 0,
    "a_float": -0.1,
    "another_float": -0.5,
    "a_decimal": Decimal("0.1"),
    "an_amount": Amount.from_code_and_minor("JPY", 0),
    "a_date": dt.date(2019, 12, 31),
    "in_utc": dt.datetime(2019, 12, 31, 23, 59, tzinfo=dt.UTC),
    "a_text": "",
}
ABOVE = {
    "an_int": 1001,
    "a_float": 60.5,
    "another_float": 60,
    "a_decimal": Decimal("1000.1"),
    "a_time": dt.time(18),
}

# --- calls of one action

CALLS: list[tuple[str, str, Any]] = [
    ("success", "create_order", ORDER),
    ("optional and null", "create_order", {**ORDER, "note": None}),
    ("optional and absent", "create_order", wrong_order(note=...)),
    ("every type", "roundTrip", KINDS),
    (
        "every type, other values",
        "roundTrip",
        {**KINDS, "orNull": "x", "payment": {"paymentType": "iban", "iban": "D"}},
    ),
    ("no body", "echo", {}),
    ("a schemaless body", "echo", {"a": {"b": [1, 2.5, None, True, b"\x00", Decimal("1.10")]}}),
    ("a deep body", "echo", {"a": [[[[[[[[[[{"b": {"c": {"d": {"e": {}}}}}]]]]]]]]]]}),
    ("a request just under its limit", "echo", {"x": "x" * 102_000}),
    ("a reply just under its limit", "big", {"size": 255_000}),
    ("no answer", "none", {}),
    ("the base of a switched action", "greet", {"name": "Ann"}),
    ("an action error", "fail", {"reason": "no stock"}),
    ("two action errors", "server_error", {}),
    ("an unknown action", "fly", {"a": 1}),
    ("an exception", "boom", {}),
    ("a response that breaks the contract", "bad_response", {}),
    ("a job error", "job_error", {}),
    ("a response too large", "big", {"size": 260_000}),
    ("a response that is not serializable", "unserializable", {}),
    ("a missing field", "create_order", wrong_order(customer_id=...)),
    ("fields missing and unknown", "create_order", {"note": "x", "zzz": 1, "aaa": 2}),
    ("an unknown field", "create_order", wrong_order(coupon="X", aaa=1)),
    ("a number for a text", "create_order", wrong_order(customer_id=5)),
    ("bytes for a text", "create_order", wrong_order(customer_id=b"abc")),
    ("null where none may be", "create_order", wrong_order(customer_id=None)),
    ("too short", "create_order", wrong_order(customer_id="")),
    ("too long", "create_order", wrong_order(note="x" * 501)),
    ("too few items", "create_order", wrong_order(items=[])),
    ("too many items", "create_order", wrong_order(items=[ITEM] * 101)),
    ("a map for a list", "create_order", wrong_order(items={"a": 1})),
    ("a number for a struct", "create_order", wrong_order(items=[ITEM, 7])),
    ("a nested field missing", "create_order", wrong_order(items=[ITEM, {"sku": "B", "quantity": 1}])),
    ("a nested field unknown", "create_order", wrong_order(items=[{**ITEM, "colour": "red"}])),
    ("too small", "create_order", wrong_order(items=[{**ITEM, "quantity": 0}])),
    ("too big", "create_order", wrong_order(items=[ITEM, {**ITEM, "quantity": 1001}])),
    ("a bool for an int", "create_order", wrong_order(items=[{**ITEM, "quantity": True}])),
    ("a float for an int", "create_order", wrong_order(items=[{**ITEM, "quantity": 1.0}])),
    ("a number for an amount", "create_order", wrong_order(items=[{**ITEM, "unit_price": 1999}])),
    (
        "an amount too small",
        "create_order",
        wrong_order(items=[{**ITEM, "unit_price": Amount.from_code_and_minor("USD", -5)}]),
    ),
    ("a text for a datetime", "create_order", wrong_order(placed_at="2024-01-01T00:00:00Z")),
    ("a date for a datetime", "create_order", wrong_order(placed_at=dt.date(2024, 1, 1))),
    ("a naive datetime", "create_order", wrong_order(placed_at=dt.datetime(2024, 1, 1))),
    (
        "several faults",
        "create_order",
        wrong_order(customer_id=1, items=[{**ITEM, "quantity": 0, "sku": None}, "x"], z=1),
    ),
    ("a text for a float", "sleep", {"seconds": "x"}),
    ("a decimal for a float", "sleep", {"seconds": Decimal(1)}),
    ("a float too big", "sleep", {"seconds": 61.0}),
    ("within all bounds", "bounded", BOUNDED),
    ("below all bounds", "bounded", {**BOUNDED, **BELOW}),
    ("above all bounds", "bounded", {**BOUNDED, **ABOVE}),
    ("a key that is no text", "echo", {1: "a"}),
    ("a body that is no map", "create_order", ["x"]),
    ("required and null, but absent", "roundTrip", {k: v for k, v in KINDS.items() if k != "orNull"}),
    ("an unknown value of an enum", "roundTrip", {**KINDS, "class": "broken"}),
    ("a union without its tag's text", "roundTrip", {**KINDS, "payment": {"paymentType": "iban", "iban": 5, "x": 1}}),
    *(
        (f"a wrong value of {key}", "roundTrip", {**KINDS, key: WRONG.get(key, {})})
        for key in KINDS
        if key != "payment"
    ),
]
"""What a PySOA client sends, by what is special about it."""


@pytest.mark.parametrize(("name", "action_name", "body"), CALLS, ids=[name for name, *_ in CALLS])
def test_a_call(play: Callable[..., None], name: str, action_name: str, body: Any) -> None:
    play(lambda call: [call("call_action", "lab", action_name, body)])


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("switches", {"switches": [5, 12]}),
    ("a correlation id", {"correlation_id": "0123456789abcdef"}),
    ("a context", {"context": {"caller": "script", "calling_service": "web", "locale": "en_US", "other": {"a": [1]}}}),
    ("a timeout", {"timeout": 7}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=[name for name, _ in OPTIONS])
def test_a_call_with_options(play: Callable[..., None], name: str, options: dict[str, Any]) -> None:
    play(lambda call: [call("call_action", "lab", "context", {}, **options)])


def test_a_context_of_another_type_is_refused(pysoa_client: Callable[..., PySOAClient], soagen_lab: Site) -> None:
    # PySOA has no typed context to refuse; for a contract it is part of the request.
    outcome = pysoa_client(soagen_lab)("call_action", "lab", "none", {}, context={"locale": 5})
    assert [(e["code"], e["field"], e["message"]) for e in outcome.errors] == [
        ("INVALID", "context.locale", "Not a unicode string")
    ]


VARIANTS = [{"name": "Ann", "lang": "fr"}, {"name": "Ann", "lang": "de"}, {"name": "Ann"}]


@pytest.mark.parametrize("body", VARIANTS, ids=str)
def test_a_switched_action(play: Callable[..., None], body: dict[str, Any]) -> None:
    play(lambda call: [call("call_action", "lab", "greet", body, switches=[5])])


SWITCHES = [[], [7], [8], [7, 8], [8, 7], [9], [7, 9], [99]]


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_the_order_in_which_switches_count(play: Callable[..., None], switches: list[int]) -> None:
    bodies = [{"sku": "A"}, {"sku": "A", "offer": 1}, {}]
    calls = [("price", body) for body in bodies] + [("rate", {"sku": "A"})]
    play(lambda call: [call("call_action", "lab", name, body, switches=switches) for name, body in calls])


# --- jobs, parallel calls, futures, send and forget

JOBS: dict[str, list[dict[str, Any]]] = {
    "all succeed": [action("echo", a=1), action("create_order", **ORDER), {"action": "none"}],
    "the second fails": [action("echo", a=1), action("fail"), action("echo", a=2)],
    "an invalid request, an unknown action": [action("greet"), action("fly"), action("boom"), action("echo", a=2)],
    "the job fails": [action("echo", a=1), action("job_error"), action("echo", a=2)],
    "no actions": [],
}


@pytest.mark.parametrize("continue_on_error", [False, True], ids=["stops", "continues"])
@pytest.mark.parametrize("raises", [False, True], ids=["returns", "raises"])
@pytest.mark.parametrize("name", JOBS)
def test_a_job(play: Callable[..., None], name: str, continue_on_error: bool, raises: bool) -> None:
    options = {"continue_on_error": continue_on_error, "raise_action_errors": raises}
    play(lambda call: [call("call_actions", "lab", JOBS[name], **options)])


def test_parallel_calls(play: Callable[..., None]) -> None:
    actions = [action("echo", i=i) for i in range(10)]
    play(lambda call: [call("call_actions_parallel", "lab", actions), call("call_action", "lab", "echo", {"i": 10})])


def test_parallel_calls_of_which_some_fail(play: Callable[..., None]) -> None:
    actions = [action("echo", i=1), action("fail"), action("job_error"), action("greet"), action("big", size=10)]
    options = {"raise_job_errors": False, "raise_action_errors": False}
    play(lambda call: [call("call_actions_parallel", "lab", actions, **options)])
    play(lambda call: [call("call_actions_parallel", "lab", actions)])


def test_parallel_jobs(play: Callable[..., None]) -> None:
    jobs = [{"service_name": "lab", "actions": actions} for actions in (JOBS["all succeed"], [action("echo", a=3)])]
    play(lambda call: [call("call_jobs_parallel", jobs)])


def test_futures(play: Callable[..., None]) -> None:
    def use(call: PySOAClient) -> list[Outcome]:
        first = call("call_action_future", "lab", "echo", {"a": 1})
        return [call.result(first), call.result(call("call_actions_future", "lab", JOBS["all succeed"]))]

    play(use)


def test_a_future_of_a_failure(play: Callable[..., None]) -> None:
    play(lambda call: [call.result(call("call_action_future", "lab", "fail", {}))])


def test_send_now_and_ask_later(play: Callable[..., None]) -> None:
    def use(call: PySOAClient) -> list[Outcome]:
        for i in range(3):
            call("send_request", "lab", [action("echo", i=i)])
        answers = call("get_all_responses", "lab")
        results = [result for _, result in answers.returned]
        return [Outcome(results, answers.raised, answers.outstanding)]

    play(use)


def test_send_and_forget(
    play: Callable[..., None],
    pysoa_client: Callable[..., PySOAClient],
    broker: Callable[[int], Any],
    pysoa_lab: Site,
    soagen_lab: Site,
) -> None:
    def use(call: PySOAClient) -> list[Outcome]:
        # PySOA's client counts it as owed, whoever serves.
        sent = call("send_request", "lab", [action("relay")], suppress_response=True)
        return [Outcome(None, sent.raised, sent.outstanding)]

    play(use)
    for site in (pysoa_lab, soagen_lab):
        connection = broker(site.db)
        # What is forgotten is done all the same: it sends something on. By the next reply its own would be there too.
        assert connection.blpop(["pysoa:service.audit"], timeout=4) is not None
        assert pysoa_client(site)("call_action", "lab", "none").body == {}
        assert connection.keys("pysoa:service.lab*") == []


def test_a_request_that_is_too_large(pysoa_client: Callable[..., PySOAClient], soagen_lab: Site) -> None:
    # PySOA's servers have no such limit; their clients may have been given another one.
    call = pysoa_client(soagen_lab, maximum_message_size_in_bytes=300_000)
    refused = call("call_action", "lab", "echo", {"x": "x" * 150_000})
    assert [error["code"] for error in refused.errors] == ["REQUEST_TOO_LARGE"]
    assert call("call_action", "lab", "echo", {"x": 1}).body == {"x": 1}
    assert refused.outstanding == {"lab": 0}


# --- versions, content types, sizes


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("name", ["echo", "fail", "big"])
def test_protocol_versions(play: Callable[..., None], version: int, name: str) -> None:
    body = {"size": 150_000} if name == "big" else {}
    play(lambda call: [call("call_action", "lab", name, body)], protocol_version=version)


@pytest.mark.parametrize("body", [{"a": 1, "s": "é\u2028", "f": 0.5, "n": None, "l": [{}]}, {}], ids=str)
def test_json(play: Callable[..., None], body: dict[str, Any]) -> None:
    play(lambda call: [call("call_action", "lab", "echo", body), call("call_action", "lab", "fail")], json=True)


@pytest.mark.parametrize("size", [102_000, 102_400, 102_500, 204_800, 400_000])
@pytest.mark.parametrize("version", [2, 3])
def test_replies_in_pieces(
    pysoa_client: Callable[..., PySOAClient],
    chunking_lab: Site,
    soagen_chunking_lab: Site,
    size: int,
    version: int,
) -> None:
    def use(site: Site) -> list[Outcome]:
        call = pysoa_client(site, protocol_version=version)
        return [call("call_action", "lab", "big", {"size": size, "fill": "é"}), call("call_action", "lab", "none")]

    seen, wanted = use(soagen_chunking_lab), use(chunking_lab)
    assert _same(seen) == _same(wanted)


def test_parallel_replies_in_pieces_stay_together(
    pysoa_client: Callable[..., PySOAClient], soagen_chunking_lab: Site
) -> None:
    # A PySOA client cannot take the pieces of two replies apart.
    call = pysoa_client(soagen_chunking_lab)
    sizes = [300_000 - i for i in range(6)]
    outcome = call("call_actions_parallel", "lab", [action("big", size=size) for size in sizes])
    assert [len(result["body"]["data"]) for result in outcome.returned] == sizes
    assert outcome.outstanding == {"lab": 0}


def test_a_server_from_the_command_line(
    pysoa_client: Callable[..., PySOAClient], site: Callable[[int], Site], api: ModuleType, tmp_path: Path
) -> None:
    here = site(NOBODY)
    (tmp_path / "acme.py").write_text(ACME)
    folders = [str(tmp_path), str(Path(str(api.__file__)).parents[1])]
    command = [sys.executable, "-m", "soagen_runtime.server.cli", "acme:Lab", "--redis", here.url]
    process = subprocess.Popen(
        [*command, "--chunk-replies-over", str(CHUNK), "--log-level", "error"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*folders, *sys.path])},
    )
    try:
        # PySOA waits whole seconds; the request waits in the list for the server to come up.
        call = pysoa_client(here)
        assert call("call_action", "lab", "greet", {"name": "Ann"}, timeout=20).body == {"greeting": "Hello Ann"}
        assert len(call("call_action", "lab", "big", {"size": 250_000}).body["data"]) == 250_000
        (error,) = call("call_action", "lab", "fail").errors
        assert (error["code"], error["variables"]) == ("ORDER_REJECTED", {"limit": 5, "skus": ["A-1"]})
        assert (error["message"], error["is_caller_error"]) == ("The order was rejected", True)
        assert error["field"] == "items.0.sku"
        assert call("call_action", "lab", "none").outstanding == {"lab": 0}
    finally:
        process.terminate()
        assert process.wait(20) == 0


ACME = f"""
from {PACKAGE}.lab import BigResponse, GreetResponse, LabServer
from {PACKAGE}.shared import OrderRejected


class Lab(LabServer):
    def greet(self, request, ctx):
        return GreetResponse(greeting="Hello " + request.name)

    def big(self, request, ctx):
        return BigResponse(data=request.fill * request.size)

    def fail(self, request, ctx):
        raise OrderRejected(limit=5, skus=["A-1"]).at("items.0.sku")

    def none(self, request, ctx):
        return None

    echo = context = create_order = sleep = bounded = boom = bad_response = unserializable = job_error = none
    server_error = greet_their_language = round_trip = relay = none
    price = price_negotiated = price_cheap = rate = rate_cheap = none
"""


# --- time


def test_a_request_that_nobody_takes(pysoa_client: Callable[..., PySOAClient], site: Callable[[int], Site]) -> None:
    outcome = pysoa_client(site(NOBODY))("call_action", "lab", "echo", {}, timeout=1)
    assert outcome.raised is not None
    assert outcome.raised["type"] == "MessageReceiveTimeout"


# --- how it is played


@pytest.fixture
def play(pysoa_client: Callable[..., PySOAClient], pysoa_lab: Site, soagen_lab: Site) -> Callable[..., None]:
    """Plays a scenario on both sites, each with a new client, and compares what it returns."""

    def both(scenario: Callable[[PySOAClient], list[Outcome]], **options: Any) -> None:
        wanted = _same(scenario(pysoa_client(pysoa_lab, **options)))
        assert _same(scenario(pysoa_client(soagen_lab, **options))) == wanted

    return both


def _same(outcomes: list[Outcome]) -> list[Any]:
    return [_comparable(outcome.__dict__) for outcome in outcomes]


def _comparable(value: Any, key: str = "") -> Any:
    """A value without what differs by its nature."""
    if isinstance(value, dict):
        if {"code", "message", "traceback"} <= value.keys():
            value = _comparable_error(value)
        # A handler of soagen's does not see the job's control.
        return {name: _comparable(part, name) for name, part in value.items() if name not in ("text", "control")}
    if isinstance(value, list):
        return [_comparable(part) for part in value]
    if key == "id" or (key == "correlation_id" and len(value) == 32):
        return "..."  # made anew by each client, counted by each server
    return value


def _comparable_error(error: dict[str, Any]) -> dict[str, Any]:
    # A generated server keeps its tracebacks to its log.
    return {**error, "traceback": None}
