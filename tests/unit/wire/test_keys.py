"""Names of keys, and which addresses replies may be pushed to."""

import pytest
from soagen_runtime.wire import keys

_HEX32 = "0249130078e8400a81f571359a7e2727"


def test_names() -> None:
    assert keys.request_list("orders") == "pysoa:service.orders"
    assert keys.reply_list("service.orders.ab!7f") == "pysoa:service.orders.ab!7f"
    assert keys.reply_address("orders", "c1", 2) == "{pysoa:service.orders}.c1!2"
    assert keys.slot("orders", "w", 3) == "{pysoa:service.orders}:sg:p:w:3"
    assert keys.workers("orders") == "{pysoa:service.orders}:sg:workers"
    assert keys.tombs("orders") == "{pysoa:service.orders}:sg:tombs"
    assert keys.grace("orders") == "{pysoa:service.orders}:sg:grace"
    assert keys.dead("orders") == "{pysoa:service.orders}:sg:dead"
    assert keys.inbox("orders", "c1") == "{pysoa:service.orders}:sg:in:c1"


@pytest.mark.parametrize(
    "reply_to",
    [
        keys.reply_address("orders", "9f8e_A-1", 0),
        f"service.orders.{_HEX32}!7f6d13649b80",  # PySOA
        f"service.orders.{_HEX32}!7f6d13649b80ff",  # ... where thread ids are longer
        f"service.orders.{_HEX32}!",  # ... before it had threads
        "orders.probe!",  # by hand
    ],
)
def test_addresses_of_reply_lists(reply_to: str) -> None:
    assert keys.is_reply_address("orders", reply_to)


@pytest.mark.parametrize(
    "reply_to",
    [
        None,
        5,
        b"orders.probe!",
        "",
        "!",
        "service.orders",  # a request list
        "service.stock",
        "service.orders.x",
        "service.orders!x",
        "service.orders.!x",
        f"service.stock.{_HEX32}!7f6d13649b80",  # of another service
        f"service.orders.eu.{_HEX32}!7f6d13649b80",
        f"service.xorders.{_HEX32}!7f6d13649b80",
        "{pysoa:service.stock}.c!1",
        "{pysoa:service.orders}:sg:workers",
        "{pysoa:service.orders}:sg:p:w!:0",
        "service.orders.a!b!c",
        "service.orders.a!b\n",
        "service.orders.a b!c",
        "service.orders.{x}!c",
        "service.orders.é!c",
        "service.orders.a!" + "b" * 1000,
        " service.orders.a!b",
    ],
)
def test_no_addresses_of_reply_lists(reply_to: object) -> None:
    assert not keys.is_reply_address("orders", reply_to)


def test_name_of_a_service_is_no_pattern() -> None:
    assert keys.is_reply_address("a.b", "service.a.b.c!1")
    assert not keys.is_reply_address("a.b", "service.axb.c!1")


# From PySOA 1.4.9: `_get_consistent_hash_index` of its backend layer.
@pytest.mark.parametrize(
    ("key", "masters"),
    [
        ("pysoa:service.orders.0249130078e8400a81f571359a7e2727!7f844a53cb80", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("pysoa:service.orders.26850000000000000000000000000000!7f6d13649b80", [0, 0, 0, 1, 1, 1, 2, 2]),
        ("pysoa:{pysoa:service.orders}.client!1", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("pysoa:service.café.x!1", [0, 1, 2, 3, 4, 5, 5, 6]),
    ],
)
def test_master_of_a_reply_list_is_pysoas_choice(key: str, masters: list[int]) -> None:
    assert [keys.master_of_reply_list(key, count) for count in range(1, 9)] == masters
