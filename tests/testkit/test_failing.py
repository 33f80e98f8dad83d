"""Assertions on errors: what they let pass, and what they say of what they don't."""

from __future__ import annotations

import pytest
from soagen_runtime import ActionError, CallError, CallTimeout, Error, InvalidRequest, LocalTransport, NoWorkers
from soagen_runtime.testing import raises_error, raises_field_errors

from shop.api.common import Line
from shop.api.orders import NoSuchOrder, OrdersClient
from shop.api.stock import NoSuchArticle, OutOfStock, StockClient, StockContext
from shop.stock import Stock

stock = StockClient(LocalTransport(Stock()))
TOO_MANY = [Line(sku="POT-3", quantity=9)]


def test_an_error_is_caught_with_its_type() -> None:
    with raises_error(OutOfStock) as caught:
        stock.reserve(lines=TOO_MANY)
    assert caught.error.wanted == 9


def test_an_error_with_its_fields() -> None:
    with raises_error(NoSuchArticle(sku="NIL-0")) as caught:
        stock.levels(skus=["NIL-0"])
    assert caught.error.sku == "NIL-0"


def test_other_fields() -> None:
    with (
        pytest.raises(AssertionError) as told,
        raises_error(OutOfStock(sku="POT-3", wanted=8, available=1), field="lines.0"),
    ):
        stock.reserve(lines=TOO_MANY)
    assert str(told.value).splitlines() == [
        "OutOfStock was not raised:",
        "  wanted is 9, and not 8",
        "  restocked_on is datetime.date(2027, 3, 1), and should not be there",
        "  its field is None, and not 'lines.0'",
    ]
    assert isinstance(told.value.__cause__, OutOfStock)


def test_another_error() -> None:
    with (
        pytest.raises(AssertionError, match=r"OutOfStock was not raised:\n  it was NoSuchArticle: NO_SUCH_ARTICLE"),
        raises_error(OutOfStock),
    ):
        stock.levels(skus=["NIL-0"])


def test_no_error() -> None:
    with pytest.raises(AssertionError, match=r"OutOfStock was not raised$"), raises_error(OutOfStock) as caught:
        stock.levels()
    with pytest.raises(AssertionError, match="there is no error before the end"):
        assert caught.error


def test_what_is_no_call_error_goes_through() -> None:
    with pytest.raises(ZeroDivisionError), raises_error(CallError):
        raise ZeroDivisionError


def test_errors_without_a_class_by_their_code() -> None:
    with raises_error(ActionError, code="TEAPOT", field="pot"):
        raise ActionError([Error(code="TEAPOT", message="short and stout", field="pot")])
    with (
        pytest.raises(AssertionError, match="its code is None, and not 'TEAPOT'"),
        raises_error(CallError, code="TEAPOT"),
    ):
        raise CallTimeout("late")
    with raises_error(NoWorkers):
        OrdersClient(LocalTransport()).with_options(attempts=1).get_order(id_="o")
    with pytest.raises(AssertionError, match="it was NoWorkers"), raises_error(NoSuchOrder(id_="o")):
        OrdersClient(LocalTransport()).with_options(attempts=1).get_order(id_="o")


def test_faults_of_a_request() -> None:
    with raises_field_errors({"lines.0.sku": "INVALID", "lines.0.quantity": "INVALID"}) as caught:
        stock.reserve(lines=[Line(sku="pot", quantity=0)])
    assert isinstance(caught.error, InvalidRequest)
    with raises_field_errors({"lines.0.sku": "INVALID"}, among_others=True):
        stock.reserve(lines=[Line(sku="pot", quantity=0)])
    with raises_field_errors({"lines": "INVALID"}):
        stock.reserve(lines="pot")  # type: ignore[arg-type]  # the client refuses it
    with raises_field_errors({"context.locale": "INVALID"}):
        stock.with_options(context=StockContext(locale="English")).levels()


@pytest.mark.parametrize(
    ("faults", "lines"),
    [
        ({"lines.0.sku": "INVALID"}, ["INVALID at lines.0.quantity: "]),
        ({"lines.0.sku": "MISSING"}, ["no MISSING at lines.0.sku", "INVALID at lines.0.sku: ", "INVALID at lines.0.q"]),
        (
            {"lines.0.sku": "INVALID", "lines.0.quantity": "INVALID", "lines.1": "MISSING"},
            ["no MISSING at lines.1"],
        ),
    ],
)
def test_other_faults(faults: dict[str, str], lines: list[str]) -> None:
    with pytest.raises(AssertionError) as told, raises_field_errors(faults):
        stock.reserve(lines=[Line(sku="pot", quantity=0)])
    head, *shown = str(told.value).splitlines()
    assert head == f"an error about {', '.join(faults)} was not raised:"
    assert len(shown) == len(lines)
    assert all(one.strip().startswith(other) for one, other in zip(shown, lines, strict=True))
