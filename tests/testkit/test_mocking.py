"""Servers that answer from examples: which one answers, and the command that serves them."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from currint import Amount
from soagen_runtime import ActionError, InvalidRequest
from soagen_runtime.testing import Example, Serving, raises_error, serve
from soagen_runtime.testing.mocking import mock_server

from shop.api.common import CommonSwitch, Line
from shop.api.orders import GetOrderRequest, GetOrderResponse, NoSuchOrder, OrdersClient
from shop.api.orders import service as orders_table
from shop.api.orders import testing as orders_testing
from shop.api.payments import Card, DeclineReason, PaymentDeclined, PaymentsClient
from shop.api.payments import service as payments_table
from shop.api.payments import testing as payments_testing
from shop.api.stock import Level, LevelsRequest, LevelsResponse, StockClient
from shop.api.stock import service as stock_table
from shop.payments import STOLEN_CARD
from soagen.cli import main
from tests.testkit.things import order

ROOT = Path(__file__).resolve().parents[2]
PRICE = Amount.from_code_and_minor("EUR", 1780)


@pytest.fixture
def orders(serving: Serving) -> OrdersClient:
    return serving(OrdersClient, mock_server(orders_table.SERVICE, orders_testing.EXAMPLES))


def test_the_request_of_an_example_gets_its_answer(orders: OrdersClient) -> None:
    assert orders.get_order(id_="o_1001").order.total == PRICE
    with raises_error(NoSuchOrder(id_="o_1")):
        orders.get_order(id_="o_1")


@pytest.mark.parametrize("example", [*orders_testing.EXAMPLES], ids=str)
def test_a_mock_passes_the_examples(example: Example[object, object], orders: OrdersClient) -> None:
    example.check(orders)


def test_any_other_request_gets_the_nearest_response(serving: Serving, orders: OrdersClient) -> None:
    assert orders.get_order(id_="o_77").order.id_ == "o_1001"
    payments = serving(PaymentsClient, mock_server(payments_table.SERVICE, payments_testing.EXAMPLES))
    card = Card(number=STOLEN_CARD, holder="B", expires="08/29")  # of the example that ends in an error
    assert payments.charge(order_id="o_1002", amount=PRICE, method=card).receipt.amount == PRICE
    card.holder = "A Lovelace"
    with raises_error(PaymentDeclined(reason=DeclineReason.STOLEN)):
        payments.charge(order_id="o_1002", amount=PRICE, method=card)


def test_nearest_is_what_has_most_fields_in_common_and_then_fewest_besides() -> None:
    def example(name: str, *skus: str) -> Example[LevelsRequest, LevelsResponse]:
        response = LevelsResponse(levels={name: Level(on_shelf=1, price=PRICE)})
        return Example(name, stock_table.LEVELS, LevelsRequest(skus=list(skus)), response)

    examples = [
        example("LONG-1", "AAA-1", "BBB-1", "CCC-1", "DDD-1"),
        example("BOTH-1", "AAA-1", "BBB-1"),
        example("ONE-1", "AAA-1"),
    ]
    with serve(StockClient, mock_server(stock_table.SERVICE, examples)) as stock:
        answered = [
            next(iter(stock.levels(skus=skus).levels))
            for skus in (["AAA-1", "BBB-1", "XXX-1"], ["AAA-1", "BBB-1", "CCC-1"], ["AAA-1", "XXX-1"], ["XXX-1"], [])
        ]
    assert answered == ["BOTH-1", "LONG-1", "BOTH-1", "ONE-1", "ONE-1"]


def test_where_there_is_no_example_it_is_said(serving: Serving, orders: OrdersClient) -> None:
    lines = [Line(sku="TEA-1", quantity=1)]
    for call in (lambda: orders.quote(lines=lines), lambda: orders.quote_summer_sale(lines=lines)):
        with raises_error(ActionError, code="NO_EXAMPLE") as caught:
            call()
    assert caught.error.message == "The mock of orders has no example of quote_summer_sale with a response"
    exact = serving(OrdersClient, mock_server(orders_table.SERVICE, orders_testing.EXAMPLES, exact=True))
    assert exact.get_order(id_="o_1001")
    with raises_error(ActionError, code="NO_EXAMPLE") as caught:
        exact.get_order(id_="o_77")
    assert "no example of get_order with this request" in caught.error.message


def test_an_action_without_response_needs_no_example(serving: Serving, orders: OrdersClient) -> None:
    orders.record_view(sku="TEA-1")
    stock = serving(StockClient, mock_server(stock_table.SERVICE, []))
    stock.release(reservation_id=uuid.uuid4())


def test_it_is_a_server_like_any_other(orders: OrdersClient) -> None:
    with pytest.raises(InvalidRequest):
        orders.quote(lines=[])
    with raises_error(ActionError, code="NO_EXAMPLE"):
        orders.with_options(switches=[CommonSwitch.SUMMER_SALE]).place_order(
            lines=[Line(sku="TEA-1", quantity=1)],
            ship_to=order().ship_to,
            method=Card(number="1" * 12, holder="A", expires="08/29"),
        )


def test_responses_are_not_shared_between_calls() -> None:
    found = Example("found", orders_table.GET_ORDER, GetOrderRequest(id_="o"), GetOrderResponse(order=order()))
    with serve(OrdersClient, mock_server(orders_table.SERVICE, [found])) as orders:
        orders.get_order(id_="o").order.labels["late"] = "change"
        assert orders.get_order(id_="o").order == order()


# --- the command


@pytest.fixture
def mocked(redis_url: str) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-m",
        "soagen",
        "mock",
        "--redis",
        redis_url,
        "--service",
        "stock",
        "--service",
        "orders",
    ]
    process = subprocess.Popen(command, cwd=ROOT / "examples" / "shop", stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_command_serves_contracts_until_it_is_stopped(mocked: subprocess.Popen[str], redis_url: str) -> None:
    assert mocked.stderr is not None
    said = [mocked.stderr.readline() for _ in range(3)]
    assert said == [
        "soagen: mocking stock: 1 of its 3 actions have examples\n",
        "soagen: mocking orders: 1 of its 5 actions have examples\n",
        f"soagen: at {redis_url}, until Ctrl-C\n",
    ]
    with OrdersClient(redis_url) as orders, StockClient(redis_url) as stock:
        assert orders.get_order(id_="o_1001").order.total == PRICE
        assert stock.levels(skus=["TEA-1"]).levels.keys() == {"TEA-1"}
    assert 'orders.get_order: the example "a paid order"' in mocked.stderr.readline()
    mocked.send_signal(signal.SIGINT)
    assert mocked.wait(20) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--redis", "redis://127.0.0.1:1/0"], 2, "soagen: no connection to redis://127.0.0.1:1/0"),
        (["--redis", "http://x"], 2, "soagen: "),
        (
            ["--redis", "redis://x", "--service", "tea"],
            2,
            "there is no service tea in these contracts, which",
        ),
        (
            ["--redis", "redis://x", "contracts/common.soa.yaml"],
            2,
            "no service in these contracts, which have none",
        ),
    ],
)
def test_what_stands_in_the_way_is_one_sentence(
    arguments: list[str], code: int, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT / "examples" / "shop")
    assert main(["mock", *arguments]) == code
    assert message in capsys.readouterr().err


def test_contracts_that_do_not_compile_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tea.soa.yaml").write_text("soa: 1\nservice: tea\nactions: {brew: {request: {kind: Kind}}}\n")
    assert main(["mock", str(tmp_path), "--redis", "redis://x"]) == 1
    assert "UNKNOWN_TYPE" in capsys.readouterr().out
