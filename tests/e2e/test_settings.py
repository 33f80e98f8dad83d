"""What servers and clients are set to, as calls meet it: in every pairing of transport, client and server."""

from __future__ import annotations

import json
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime.logs import CallFilter, JsonFormatter
from soagen_runtime.serializers import MessagePack, Serializer, register
from soagen_runtime.settings import (
    CallLogging,
    ClientLimits,
    ClientSettings,
    ServerLimits,
    ServerLogging,
    ServerSettings,
)

from tests.e2e.conftest import World

PACKED = "application/x-msgpack-zlib"
MSGPACK, JSON = "application/msgpack", "application/json"
MESSAGE_PACK = MessagePack()
USED: Counter[str] = Counter()


def write(value: object) -> bytes:
    USED["written"] += 1
    return zlib.compress(MESSAGE_PACK.encode(value))


def read(data: bytes) -> object:
    USED["read"] += 1
    return MESSAGE_PACK.decode(zlib.decompressobj().decompress(data, 1_000_000))


register(Serializer(content_type=PACKED, write=write, read=read))


@pytest.fixture
def make_world(
    request: pytest.FixtureRequest, api: ModuleType, transport_kind: str, client_kind: str, server_kind: str
) -> Iterator[Callable[[ServerSettings], World]]:
    """Serves with settings."""
    worlds: list[World] = []

    def make(settings: ServerSettings) -> World:
        url = request.getfixturevalue("redis_url") if transport_kind == "redis" else None
        worlds.append(World(api, client_kind, server_kind, url, settings=settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def test_a_serializer_of_ones_own_carries_requests_and_replies(make_world: Any) -> None:
    world = make_world(ServerSettings(content_types=(MSGPACK, PACKED)))
    USED.clear()
    packed = world.client("probe", settings=ClientSettings(content_type=PACKED))
    assert packed.add(a=1, b=2).total == 3
    assert USED == {"written": 2, "read": 2}
    with pytest.raises(world.api.probe.TooMuch):
        packed.add(a=100, b=50)
    assert len(packed.inflate(size=200_000).text) == 200_000
    with pytest.raises(soagen.RequestInvalid, match="value: Cannot be sent"):
        packed.pass_on(value=object())
    with pytest.raises(soagen.ResponseNotSerializable):
        packed.pass_on(value="object()")
    USED.clear()
    assert world.client("probe").add(a=1, b=2).total == 3
    assert not USED


def test_a_content_type_that_a_server_does_not_list_is_not_looked_into(make_world: Any, caplog: Any) -> None:
    world = make_world(ServerSettings(content_types=(MSGPACK, JSON)))
    USED.clear()
    packed = world.client("probe", settings=ClientSettings(content_type=PACKED, timeout=0.3))
    with pytest.raises(soagen.CallTimeout):
        packed.add(a=1, b=2)
    assert USED == {"written": 1}
    assert f"Its content type {PACKED} is none that is read here" in caplog.text
    assert world.client("probe", settings=ClientSettings(content_type=JSON)).add(a=1, b=2).total == 3


def test_a_server_that_is_set_to_tells_where_a_handler_failed(make_world: Any) -> None:
    world = make_world(ServerSettings(send_tracebacks=True))
    with pytest.raises(soagen.ServerError) as raised:
        world.client("probe").crash(text="bang")
    assert raised.value.traceback is not None
    assert "raise LookupError(request.text)" in raised.value.traceback
    with pytest.raises(soagen.ServerError) as raised:
        world.client("probe").lie()
    assert raised.value.traceback is not None


def test_limits_hold(make_world: Any) -> None:
    world = make_world(ServerSettings(limits=ServerLimits(request_bytes=2000, reply_bytes=3000)))
    probe = world.client("probe")
    assert len(probe.inflate(size=1000).text) == 1000
    with pytest.raises(soagen.ResponseTooLarge):
        probe.inflate(size=3000)
    with pytest.raises(soagen.JobError, match="REQUEST_TOO_LARGE") as raised:
        probe.crash(text="x" * 2500)
    assert raised.value.code == "REQUEST_TOO_LARGE"
    small = world.client("probe", settings=ClientSettings(limits=ClientLimits(request_bytes=1024)))
    with pytest.raises(soagen.RequestTooLarge):
        small.crash(text="x" * 1024)


class Lines(logging.Handler):
    """Keeps records as objects of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []
        self.setFormatter(JsonFormatter())
        self.addFilter(CallFilter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


EVERYTHING: dict[str, Any] = {"requests": "info", "responses": "info", "errors": "warning"}


def test_calls_are_logged_at_both_ends(make_world: Any, lines: Lines) -> None:
    world = make_world(ServerSettings(logging=ServerLogging(**EVERYTHING, redact=("total",))))
    settings = ClientSettings(logging=CallLogging(**EVERYTHING, redact=("b",)))
    probe = world.client("probe", settings=settings).with_options(correlation_id="abc")
    probe.add(a=1, b=2)
    request, response = lines.of("soagen.server.calls")
    assert request["request"] == {"a": 1, "b": 2, "moods": ["calm"]}
    assert response["response"] == {"total": "***", "moods": ["calm"]}
    for line, text in ((request, "request of probe.add"), (response, "response of probe.add")):
        assert (line["message"], line["service"], line["action"], line["correlation_id"]) == (
            text,
            "probe",
            "add",
            "abc",
        )
        assert type(line["request_id"]) is int
    request, response = lines.of("soagen.client.calls")
    assert (request["request"]["b"], response["response"]["total"]) == ("***", 3)


@pytest.mark.parametrize(
    ("action", "arguments", "logged"),
    [
        ("add", {"a": 100, "b": 50}, {"code": "TOO_MUCH", "message": "150 is more than 100", "field": "b"}),
        ("add", {"a": 1001, "b": 0}, {"code": "INVALID", "message": "Value not <= 1000", "field": "a"}),
        ("crash", {"text": "bang"}, {"code": "SERVER_ERROR", "message": "Internal server error: bang"}),
    ],
)
def test_errors_are_logged_at_a_level_of_their_own(
    make_world: Any, lines: Lines, action: str, arguments: dict[str, Any], logged: dict[str, Any]
) -> None:
    world = make_world(ServerSettings(logging=ServerLogging(errors="warning")))
    probe = world.client("probe", settings=ClientSettings(logging=CallLogging(errors="info")))
    with pytest.raises(soagen.ActionError):
        getattr(probe.with_options(correlation_id="abc"), action)(**arguments)
    (line,) = lines.of("soagen.server.calls")
    assert (line["level"], line["errors"], line["correlation_id"]) == ("warning", [logged], "abc")
    (line,) = lines.of("soagen.client.calls")
    assert (line["level"], line["errors"]) == ("info", [logged])


def test_the_records_of_others_know_the_call(make_world: Any, lines: Lines) -> None:
    world = make_world(ServerSettings())
    probe = world.client("probe").with_options(correlation_id="abc")
    with pytest.raises(soagen.ServerError):
        probe.crash(text="bang")
    (line,) = lines.of("soagen.server")
    assert (line["message"], line["action"], line["correlation_id"]) == ("probe.crash failed", "crash", "abc")
    assert "LookupError: bang" in line["exception"]


def test_nothing_is_in_the_way_where_nothing_is_logged(make_world: Any, lines: Lines) -> None:
    world = make_world(ServerSettings(logging=ServerLogging(requests="debug", responses="off", errors="debug")))
    world.client("probe").add(a=1, b=2)
    assert not lines.of("soagen.server.calls") + lines.of("soagen.client.calls")
    client = world.client("probe")._client
    assert not client._caller.has_middleware
