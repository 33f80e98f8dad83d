"""A generated client, blocking or asyncio, over a server of PySOA's."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from currint import Amount

from tests.driving import Caller
from tests.interop.conftest import NOBODY
from tests.interop.peers import Site
from tests.interop.serving import messages_in
from tests.interop.soagen_services import lab_client

AT = dt.datetime(2024, 2, 29, 13, 37, 42, 123456, tzinfo=dt.UTC)


@pytest.fixture
def lab(caller: Callable[..., Caller], pysoa_lab: Site) -> Caller:
    return caller(pysoa_lab)


def item(api: ModuleType, **changes: Any) -> Any:
    fields = {"sku": "WIDGET-001", "quantity": 2, "unit_price": Amount.from_code_and_minor("USD", 1999), **changes}
    return api.lab.Item(**fields)


def test_an_order(lab: Caller, api: ModuleType) -> None:
    response = lab.create_order(customer_id="c", items=[item(api), item(api, quantity=1)], placed_at=AT)
    order = response.order
    assert order.status is api.lab.OrderStatus.PENDING
    assert order.items == [item(api), item(api, quantity=1)]
    assert order.total == Amount.from_code_and_minor("USD", 5997)
    assert (order.created_on, order.tax) == (dt.date(2024, 2, 29), Decimal("4.95"))


def test_every_type(lab: Caller, api: ModuleType) -> None:
    values: dict[str, Any] = {
        "a_bool": False,
        "an_int": 2**64 - 1,
        "a_float": -0.1,
        "a_text": "Grüße, 世界 \U0001f30d\x00",
        "some_bytes": bytes(range(256)),
        "a_decimal": Decimal("0.1000"),
        "an_amount": Amount.from_code_and_minor("EUR", 2**62),
        "a_date": dt.date(9999, 12, 31),
        "a_time": dt.time(23, 59, 59, 999999),
        "in_utc": AT,
        "naive": AT.replace(tzinfo=None),
        "lasted": dt.timedelta(days=-1, microseconds=1),
        "number": uuid.UUID("12345678-1234-5678-1234-567812345678"),
        "a_list": list(range(-50, 300)),
        "a_map": {"": Decimal(1), "é": Decimal("1E+10")},
        "or_null": None,
        "condition": api.lab.Condition.USED,
        "payment": api.lab.CreditCard(last4="1234"),
        "open_": {"a": [{"b": [None, True, 1.5, b"\0", dt.date(2024, 1, 1), {"c": AT}]}]},
    }
    assert lab.round_trip(**values) == api.lab.Kinds(**values)


def test_an_aware_datetime_of_another_zone_arrives_as_the_same_moment(lab: Caller, api: ModuleType) -> None:
    there = AT.astimezone(dt.timezone(dt.timedelta(hours=-11)))
    order = lab.create_order(customer_id="c", items=[item(api)], placed_at=there).order
    assert order.created_on == AT.date()


def test_a_schemaless_body(lab: Caller) -> None:
    body = {"a": {"b": [1, Decimal("1.10")]}, "": None}
    assert lab.echo(body) == body


def test_an_action_without_an_answer(lab: Caller) -> None:
    assert lab.none() is None


# --- errors


def test_an_error_of_the_contract_is_caught_by_its_class(lab: Caller, api: ModuleType) -> None:
    with pytest.raises(api.shared.OrderRejected, match="The order was rejected: no stock") as caught:
        lab.fail(reason="no stock")
    assert (caught.value.limit, caught.value.skus) == (5, ["A-1", "B-2"])
    assert caught.value.field == "items.0.sku"
    assert caught.value.errors[0].is_caller_error


def test_every_fault_of_a_request_is_reported(lab: Caller, api: ModuleType) -> None:
    with pytest.raises(soagen.InvalidRequest) as caught:
        lab.create_order(customer_id="", items=[item(api), item(api, quantity=0, sku="")], note="x" * 501, placed_at=AT)
    assert [(e.code, e.field, e.message) for e in caught.value.errors] == [
        ("INVALID", "customer_id", "String must have a length of at least 1"),
        ("INVALID", "items.1.sku", "String must have a length of at least 1"),
        ("INVALID", "items.1.quantity", "Value not >= 1"),
        ("INVALID", "note", "String must have a length no more than 500"),
    ]


def test_an_action_that_the_server_does_not_have(lab: Caller, api: ModuleType) -> None:
    with pytest.raises(soagen.UnknownAction, match='The action "fly" was not found on this server'):
        lab._call(replace(api.lab.service.ECHO, name="fly", wire="fly"), {})


def test_an_exception_comes_with_its_traceback(lab: Caller) -> None:
    with pytest.raises(soagen.ServerError, match="Internal server error: boom") as caught:
        lab.boom()
    assert "ValueError: boom" in (caught.value.errors[0].traceback or "")
    assert not caught.value.errors[0].is_caller_error


def test_a_response_that_breaks_the_contract(lab: Caller) -> None:
    with pytest.raises(soagen.ServerError, match="bad_response had an invalid response"):
        lab.bad_response()


def test_several_errors_with_codes_that_the_contract_does_not_know(lab: Caller) -> None:
    with pytest.raises(soagen.ActionError) as caught:
        lab.server_error()
    assert type(caught.value) is soagen.ActionError
    assert [(e.code, e.is_caller_error) for e in caught.value.errors] == [("E1", False), ("E2", True)]
    assert caught.value.errors[1].denied_permissions == ["orders.write"]


def test_a_job_error(lab: Caller) -> None:
    with pytest.raises(soagen.JobError, match="JOB_CODE: job message") as caught:
        lab.job_error()
    (error,) = caught.value.errors
    assert (error.field, error.variables) == ("f", {"a": 1})


def test_a_response_that_is_too_large(lab: Caller) -> None:
    with pytest.raises(soagen.ResponseTooLarge):
        lab.big(size=260_000)


def test_a_response_that_cannot_be_sent(lab: Caller) -> None:
    with pytest.raises(soagen.ResponseNotSerializable):
        lab.unserializable()


def test_a_request_that_is_too_large_is_not_sent(lab: Caller) -> None:
    with pytest.raises(soagen.RequestTooLarge):
        lab.echo({"x": "x" * 110_000})


def test_a_request_that_nobody_takes(caller: Callable[..., Caller], site: Callable[[int], Site]) -> None:
    with pytest.raises(soagen.CallTimeout):
        caller(site(NOBODY)).with_options(timeout=0.05).none()


def test_a_server_that_is_too_slow_hurts_one_call(lab: Caller) -> None:
    with pytest.raises(soagen.CallTimeout):
        lab.with_options(timeout=0.05).sleep(seconds=0.3)
    assert lab.sleep(seconds=0.0).slept == 0.0


# --- context, switches, send and forget


def test_what_the_server_sees(lab: Caller, api: ModuleType) -> None:
    context = api.lab.LabContext(locale="de")
    seen = lab.with_options(switches=[12, 5], correlation_id="abc", context=context, timeout=7).context({})
    assert seen["control"] == {"continue_on_error": False, "suppress_response": False}
    assert seen["switches"] == [5, 12]
    deadline = seen["context"].pop("deadline")
    assert isinstance(deadline, float)
    assert seen["context"] == {"correlation_id": "abc", "switches": [5, 12], "locale": "de"}


def test_a_switched_action(lab: Caller, api: ModuleType) -> None:
    assert lab.greet(name="Ann").greeting == "Hello Ann"
    assert lab.greet_their_language(name="Ann", lang=api.lab.Language.FR).greeting == "Salut Ann"
    with pytest.raises(soagen.InvalidRequest, match=r'UNKNOWN: Value is not one of: "en", "fr" \(lang\)'):
        lab.greet_their_language(name="Ann", lang=api.lab.Language("de"))


def test_send_and_forget(
    caller: Callable[..., Caller], pysoa_lab: Site, broker: Callable[[int], Any], api: ModuleType
) -> None:
    client = caller(pysoa_lab)
    client._call(replace(api.lab.service.ECHO, name="relay", wire="relay", oneway=True), {})
    connection = broker(pysoa_lab.db)
    # It has run: it sends something on. By the next reply its own would be there too.
    assert connection.blpop(["pysoa:service.audit"], timeout=4) is not None
    assert client.none() is None
    assert messages_in(connection) == []


def test_a_request_that_has_expired_is_not_run(
    caller: Callable[..., Caller], pysoa_lab: Site, site: Callable[[int], Site], broker: Callable[[int], Any]
) -> None:
    with pytest.raises(soagen.CallTimeout):
        caller(site(NOBODY)).with_options(timeout=0.05).relay()
    connection = broker(pysoa_lab.db)
    connection.rpush("pysoa:service.lab", broker(NOBODY).lpop("pysoa:service.lab"))
    assert caller(pysoa_lab).none() is None
    assert messages_in(connection) == []


def test_the_clock_of_a_request_is_the_brokers(lab: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    # PySOA's server drops what has expired by its own clock. A client whose clock is late is served all the same.
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() - 3600)
    assert lab.with_options(timeout=5).none() is None


# --- many at a time, large replies


def test_parallel_calls(api: ModuleType, pysoa_lab: Site, client_kind: str) -> None:
    assert _parallel(api, pysoa_lab, client_kind, "echo", [{"i": i} for i in range(40)]) == [
        {"i": i} for i in range(40)
    ]


def test_parallel_replies_in_pieces(api: ModuleType, chunking_lab: Site, client_kind: str) -> None:
    sizes = [150_000 + i * 30_000 for i in range(6)]
    responses = _parallel(api, chunking_lab, client_kind, "big", [{"size": size} for size in sizes])
    assert [len(response.data) for response in responses] == sizes


@pytest.mark.parametrize("size", [102_000, 102_400, 204_800, 400_000])
def test_replies_in_pieces(caller: Callable[..., Caller], chunking_lab: Site, size: int) -> None:
    assert caller(chunking_lab).big(size=size, fill="z").data == "z" * size


def _parallel(api: ModuleType, site: Site, kind: str, method: str, requests: list[dict[str, Any]]) -> list[Any]:
    """The responses to many calls of one client at a time, from threads or tasks."""
    client = lab_client(api, kind, site.url)

    def made(request: dict[str, Any]) -> Any:
        return getattr(client, method)(request) if method == "echo" else getattr(client, method)(**request)

    if kind == "blocking":
        with client, ThreadPoolExecutor(8) as pool:
            return list(pool.map(made, requests))

    async def gather() -> list[Any]:
        async with client:
            return await asyncio.gather(*map(made, requests))

    return asyncio.run(gather())
