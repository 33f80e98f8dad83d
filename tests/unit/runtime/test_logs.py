"""Lines of the log: what stands on them, for people and for machines."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from soagen_runtime import ConfigurationError
from soagen_runtime.context import Call, current_call
from soagen_runtime.logs import CallFilter, JsonFormatter, Structured, TextFormatter
from soagen_runtime.server import logs
from soagen_runtime.settings import ServerLogging

CALL = Call(service="orders", action="get_order", request_id=7, correlation_id="abc")


@pytest.fixture
def serving() -> Iterator[None]:
    token = current_call.set(CALL)
    yield
    current_call.reset(token)


def record(message: object = "hello %s", *args: Any, **extra: Any) -> logging.LogRecord:
    made = logging.getLogger("shop").makeRecord("shop", logging.INFO, __file__, 1, message, args, None, extra=extra)
    made.created, made.msecs = 1_770_091_506.789, 789.0
    assert CallFilter().filter(made)
    return made


def as_json(made: logging.LogRecord, **options: Any) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(JsonFormatter(**options).format(made))
    return line


@pytest.mark.usefixtures("serving")
def test_a_record_within_a_call_knows_it() -> None:
    made = record("hello %s", "you")
    assert TextFormatter().format(made).endswith(" INFO shop [orders.get_order abc #7]: hello you")
    assert as_json(made) == {
        "time": "2026-02-03T04:05:06.789Z",
        "level": "info",
        "logger": "shop",
        "process": made.process,
        "message": "hello you",
        "service": "orders",
        "action": "get_order",
        "correlation_id": "abc",
        "request_id": 7,
    }
    own = logging.Formatter("%(correlation_id)s %(request_id)s %(service)s %(action)s %(message)s")
    assert own.format(made) == "abc 7 orders get_order hello you"


def test_a_record_from_elsewhere_says_nothing_of_a_call() -> None:
    made = record("hello")
    assert TextFormatter().format(made).endswith(" INFO shop: hello")
    assert list(as_json(made)) == ["time", "level", "logger", "process", "message"]
    assert logging.Formatter("%(correlation_id)s %(action)s").format(made) == "- -"


@pytest.mark.usefixtures("serving")
def test_what_was_said_of_the_call_before_stays() -> None:
    assert record("hello", correlation_id="mine").__dict__["correlation_id"] == "mine"


def test_a_formatter_without_the_filter_makes_lines_all_the_same() -> None:
    made = logging.makeLogRecord({"msg": "hello", "levelname": "INFO", "name": "shop"})
    assert TextFormatter().format(made).endswith("shop: hello")
    assert as_json(made)["message"] == "hello"


def test_what_is_given_besides_becomes_fields_without_secrets() -> None:
    line = as_json(record("hello", sku="TEA-1", card={"pin": 1}, iban="DE02"), redact=["iban"])
    assert (line["sku"], line["card"], line["iban"]) == ("TEA-1", {"pin": "***"}, "***")


def test_fields_of_the_line_are_not_overwritten() -> None:
    assert as_json(record("hello", level="mine"))["level"] == "info"


def test_a_structured_message_is_text_and_fields() -> None:
    made = record(Structured("sold", sku="TEA-1", token="hush"))
    assert TextFormatter().format(made).endswith('shop: sold {"sku": "TEA-1", "token": "***"}')
    line = as_json(made, redact=["sku"])
    assert (line["message"], line["sku"], line["token"]) == ("sold", "***", "***")


def test_an_exception_stands_in_the_line() -> None:
    made = record("failed")
    try:
        raise LookupError("bang")
    except LookupError:
        made.exc_info = sys.exc_info()
    assert as_json(made)["exception"].endswith("LookupError: bang")


@pytest.fixture
def bare_root(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    return root


@pytest.mark.parametrize(("format", "kind"), [("text", TextFormatter), ("json", JsonFormatter)])
def test_a_server_sets_up_one_handler(bare_root: logging.Logger, format: str, kind: type) -> None:
    bare_root.handlers.clear()  # those of pytest
    logs.set_up(ServerLogging())
    logs.set_up(ServerLogging(format=format, level="debug"))
    (handler,) = bare_root.handlers
    assert type(handler.formatter) is kind
    assert [type(each) for each in handler.filters] == [CallFilter]
    assert bare_root.level == logging.DEBUG


def test_a_server_leaves_the_handlers_of_the_application_alone(bare_root: logging.Logger) -> None:
    bare_root.handlers.clear()  # those of pytest
    logs.set_up(ServerLogging())
    mine = logging.NullHandler()
    bare_root.addHandler(mine)
    logs.set_up(ServerLogging(level="debug"))
    assert bare_root.handlers == [mine]


def test_a_table_for_pythons_own_set_up(bare_root: logging.Logger) -> None:
    config = {
        "filters": {"call": {"()": "soagen_runtime.logs.CallFilter"}},
        "formatters": {"json": {"()": "soagen_runtime.logs.JsonFormatter", "redact": ["iban"]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["call"]}},
        "root": {"level": "ERROR", "handlers": ["console"]},
    }
    logs.set_up(ServerLogging(config=config))
    (handler,) = bare_root.handlers
    assert isinstance(handler.formatter, JsonFormatter)
    assert bare_root.level == logging.ERROR


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"root": {"level": "LOUD"}}, "LOUD"),
        ({"handlers": {"x": {"class": "no.such.Handler"}}, "root": {"handlers": ["x"]}}, "no"),
        ({"version": 2}, "version"),
    ],
)
def test_a_table_that_python_will_not_have_is_said(bare_root: logging.Logger, config: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"logging\.config: .*{said}"):
        logs.set_up(ServerLogging(config=config))
