"""Settings: from every place, in their order, checked all at once."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
from soagen_runtime import ConfigurationError
from soagen_runtime.settings import (
    ClientSettings,
    Effective,
    ServerLimits,
    ServerLogging,
    ServerSettings,
    SettingsInvalid,
    load_client_settings,
    load_server_settings,
    show,
)
from soagen_runtime.settings.kinds import without_secrets
from soagen_runtime.settings.schema import specs_of
from soagen_runtime.settings.sources import variable_of

CODE = ServerSettings(workers=2, limits=ServerLimits(reply_bytes=2_000_000))
FILE = """
[server]
workers = 3
grace = 3
[server.limits]
reply_bytes = 3_000_000
[client]
timeout = 1
attempts = 2
[clients.stock]
timeout = 2
"""
URL = "redis://user:hunter2@h:6379/0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "soagen.toml"
    path.write_text(FILE)
    return path


# What is said where, and what `workers` is in the end.
PRECEDENCE: list[tuple[dict[str, Any], int, str]] = [
    ({"options": {"workers": "5"}, "environment": {"SOAGEN_SERVER_WORKERS": "4"}}, 5, "--workers"),
    ({"environment": {"SOAGEN_SERVER_WORKERS": "4"}}, 4, "SOAGEN_SERVER_WORKERS"),
    ({}, 3, "soagen.toml: server.workers"),
    ({"config": {"server": {"workers": 6}}, "config_origin": "SOAGEN"}, 6, "SOAGEN: server.workers"),
    ({"config": None}, 2, "Orders.settings.workers"),
    ({"config": None, "code": None}, 1, "default"),
]


@pytest.mark.parametrize(("said", "workers", "origin"), PRECEDENCE, ids=[origin for _, _, origin in PRECEDENCE])
def test_the_nearest_place_wins(file: Path, said: dict[str, Any], workers: int, origin: str) -> None:
    given = {"config": file, "code": CODE, "code_origin": "Orders.settings", "environment": {}, **said}
    effective = load_server_settings(**given)
    assert effective.settings.workers == workers
    assert effective.origins.get("workers", "default").endswith(origin)


def test_places_are_mixed_setting_by_setting(file: Path) -> None:
    settings = load_server_settings(
        file, environment={"SOAGEN_SERVER_LIMITS_REQUEST_BYTES": "4096"}, code=CODE
    ).settings
    assert (settings.grace, settings.limits) == (3.0, ServerLimits(request_bytes=4096, reply_bytes=3_000_000))


def test_the_environment_may_name_the_file(file: Path) -> None:
    assert load_server_settings(environment={"SOAGEN_CONFIG": str(file)}).settings.workers == 3


@pytest.mark.parametrize(
    ("service", "environment", "timeout", "attempts"),
    [
        ("orders", {}, 1.0, 2),
        ("stock", {}, 2.0, 2),
        ("stock", {"SOAGEN_CLIENT_TIMEOUT": "3"}, 3.0, 2),
        ("stock", {"SOAGEN_CLIENT_TIMEOUT": "3", "SOAGEN_CLIENTS_STOCK_TIMEOUT": "4"}, 4.0, 2),
        ("orders", {"SOAGEN_CLIENTS_STOCK_TIMEOUT": "4", "SOAGEN_CLIENT_ATTEMPTS": "1"}, 1.0, 1),
    ],
)
def test_one_client_is_said_before_all(
    file: Path, service: str, environment: dict[str, str], timeout: float, attempts: int
) -> None:
    settings = load_client_settings(service, file, environment=environment).settings
    assert (settings.timeout, settings.attempts) == (timeout, attempts)


def test_a_mapping_comes_behind_the_file_that_the_environment_names(file: Path) -> None:
    mapping = {"server": {"workers": 6, "max_requests": 7}, "client": {"timeout": 8, "url": URL}}
    environment = {"SOAGEN_CONFIG": str(file)}
    server = load_server_settings(mapping, environment=environment)
    assert (server.settings.workers, server.settings.max_requests) == (3, 7)
    client = load_client_settings("stock", mapping, environment=environment)
    assert (client.settings.timeout, client.settings.url) == (2.0, URL)


def test_a_mapping_is_checked_as_a_file_is() -> None:
    mapping = {"server": {"workrs": 6, 1: 2}, "client": {"timeout": "soon"}, 3: {}, "clients": None}
    with pytest.raises(SettingsInvalid) as raised:
        load_client_settings("stock", mapping, environment={})  # type: ignore[arg-type]  # 3 is no text
    assert [str(fault) for fault in raised.value.faults] == [
        "config: server.workrs: there is no such setting; did you mean workers?",
        "config: server.1: there is no such setting",
        "config: client.timeout: 'soon' is not a number of seconds above 0 and up to 86400 or \"none\"",
        "config: clients: None is not a table",
        "config: 3: there is no such table",
    ]


# A text of TOML, the environment, options; and what is said against them.
WRONG: list[tuple[str, dict[str, str], dict[str, str | bool], list[str]]] = [
    ("[server]\nworkrs = 1", {}, {}, ["server.workrs: there is no such setting; did you mean workers?"]),
    ("[server]\nzzz = 1", {}, {}, ["server.zzz: there is no such setting"]),
    ("[server.limit]\nreply_bytes = 1", {}, {}, ["server.limit: there is no such setting; did you mean limits?"]),
    ("[server.limits]\nrepli_bytes = 1", {}, {}, ["server.limits.repli_bytes: there", "mean reply_bytes?"]),
    ("[srver]", {}, {}, ["srver: there is no such table; did you mean server?"]),
    ("workers = 1", {}, {}, ["workers: settings of the server stand under [server]"]),
    ("url = ''", {}, {}, ["url: settings of clients stand under [client] or [clients.NAME]"]),
    ("server = 1", {}, {}, ["server: 1 is not a table"]),
    ("[server]\nlimits = 1", {}, {}, ["server.limits: 1 is not a table"]),
    ("clients = 1", {}, {}, ["clients: 1 is not a table"]),
    ("[server]\nworkers = 1.5", {}, {}, ["server.workers: 1.5 is not a whole number from 1 to 10000"]),
    ("[server]\nworkers = true", {}, {}, ["server.workers: True is not a whole number"]),
    ("[server]\ngrace = nan", {}, {}, ["server.grace: nan is not a number of seconds above 0"]),
    ("[server]\nreload = 1", {}, {}, ["server.reload: 1 is not true or false"]),
    ("[server]\nheartbeat_file = ''", {}, {}, ["server.heartbeat_file: '' is not a path or \"none\""]),
    ("[server]\ncontent_types = ['json']", {}, {}, ["content_types: ['json'] is not a list of content types"]),
    ("[server.logging]\nlevel = 'loud'", {}, {}, ["logging.level: 'loud' is not one of debug, info, warning, error"]),
    ("[server.logging]\nredact = 'iban'", {}, {}, ["logging.redact: 'iban' is not a list of names"]),
    ("[server.logging]\nconfig = 1", {}, {}, ["logging.config: 1 is not a table"]),
    ("[server.limits]\nchunk_bytes = 1", {}, {}, ["limits.chunk_bytes: 1 is not a whole number from 102400"]),
    ("[clients.stock]\ntimout = 1", {}, {}, ["clients.stock.timout: there is no such setting; did you mean timeout?"]),
    ("[client]\ncontent_type = 'x'", {}, {}, ["client.content_type: 'x' is not a content type"]),
    ("[server", {}, {}, ["soagen.toml: is no TOML: "]),
    ("", {"SOAGEN_SERVER_WORKER": "1"}, {}, ["SOAGEN_SERVER_WORKER: there", "mean SOAGEN_SERVER_WORKERS?"]),
    ("", {"SOAGEN_SERVER_WORKERS": "x"}, {}, ["SOAGEN_SERVER_WORKERS: 'x' is not a whole number"]),
    ("", {"SOAGEN_SERVER_RELOAD": "perhaps"}, {}, ["SOAGEN_SERVER_RELOAD: 'perhaps' is not true or false"]),
    ("", {}, {"timeout": "-1"}, ["--timeout: '-1' is not a number of seconds"]),
    (f"[server]\nredis = 'http://{URL}'", {"SOAGEN_SERVER_REDIS": URL[8:]}, {"redis": "hunter2"}, ["server.redis: wh"]),
    (
        "[server]\nworkers = 0",
        {"SOAGEN_SERVER_WORKERS": "0"},
        {"workers": "0"},
        ["3 settings are wrong:", "server.workers: 0", "SOAGEN_SERVER_WORKERS: '0'", "--workers: '0'"],
    ),
]


@pytest.mark.parametrize(("text", "environment", "options", "said"), WRONG)
def test_all_that_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str, environment: dict[str, str], options: dict[str, str | bool], said: list[str]
) -> None:
    path = tmp_path / "soagen.toml"
    path.write_text(text)
    with pytest.raises(SettingsInvalid) as raised:
        load_server_settings(path, environment=environment, options=options)
    assert [words for words in said if words not in str(raised.value)] == []
    assert "hunter2" not in str(raised.value)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingsInvalid, match=r"none\.toml: cannot be read: No such file"):
        load_server_settings("none.toml", environment={})


def test_what_others_put_into_the_environment_is_let_be() -> None:
    environment = {"SOAGEN_SERVER_PORT": "tcp://10.0.0.1:80", "SOAGEN_SERVER_SERVICE_HOST": "10.0.0.1"}
    assert load_server_settings(environment=environment).settings == ServerSettings()


def test_settings_in_code_are_checked_where_they_are_made() -> None:
    with pytest.raises(SettingsInvalid) as raised:
        ServerSettings(workers=0, grace=-1, redis=f"x{URL}")
    assert [fault.origin.partition(".")[2] for fault in raised.value.faults] == ["redis", "workers", "grace"]
    assert "hunter2" not in str(raised.value)


def test_what_only_the_caller_can_check_is_said_with_its_place() -> None:
    def refuse(value: Any) -> None:
        raise ConfigurationError("no good")

    with pytest.raises(SettingsInvalid) as raised:
        load_server_settings(
            environment={"SOAGEN_SERVER_REDIS": "redis://h"}, options={"grace": "x"}, checks={"redis": refuse}
        )
    assert [str(fault) for fault in raised.value.faults][1] == "SOAGEN_SERVER_REDIS: no good"


# Each setting, as the environment has it, and what it is.
TEXTS: list[tuple[type[Any], str, str, Any]] = [
    (ServerSettings, "workers", "7", 7),
    (ServerSettings, "timeout", "1.5", 1.5),
    (ServerSettings, "timeout", "none", None),
    (ServerSettings, "reload", "yes", True),
    (ServerSettings, "reload", "0", False),
    (ServerSettings, "heartbeat_file", "/tmp/x", Path("/tmp/x")),
    (ServerSettings, "content_types", "application/json, application/x-y", ("application/json", "application/x-y")),
    (ServerSettings, "logging.redact", "iban,,ssn ", ("iban", "ssn")),
    (ServerSettings, "logging.format", "JSON", "json"),
    (ServerSettings, "limits.chunk_bytes", "200000", 200_000),
    (ClientSettings, "url", URL, URL),
    (ClientSettings, "limits.request_bytes", "5000", 5000),
]


@pytest.mark.parametrize(("kind", "key", "text", "value"), TEXTS)
def test_a_text_is_read(kind: type[Any], key: str, text: str, value: Any) -> None:
    load: Any = load_server_settings if kind is ServerSettings else lambda **said: load_client_settings("x", **said)
    prefix = "SOAGEN_SERVER_" if kind is ServerSettings else "SOAGEN_CLIENT_"
    effective: Effective[Any] = load(environment={variable_of(prefix, key): text})
    assert effective.settings.values()[key] == value


@pytest.mark.parametrize("kind", [ServerSettings, ClientSettings])
def test_settings_are_frozen_and_told_apart_by_their_variables(kind: type[Any]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind().logging.redact = ()
    names = [variable_of("", key) for key in specs_of(kind)]
    assert len(names) == len(set(names))
    assert set(specs_of(kind)) == set(kind().values())


def test_what_is_shown_can_be_read_again(tmp_path: Path) -> None:
    code = ServerSettings(
        redis="redis://h",
        workers=2,
        timeout=1.5,
        heartbeat_file=Path('a "b"'),
        logging=ServerLogging(redact=("x",), config={"version": 1, "root": {"handlers": ["a"], "level": "INFO"}}),
    )
    text = show(load_server_settings(environment={}, code=code), "server")
    path = tmp_path / "soagen.toml"
    path.write_text(text)
    assert load_server_settings(path, environment={}).settings == code
    assert set(tomllib.loads(text)["server"]) == {key.partition(".")[0] for key in specs_of(ServerSettings)}


def test_what_is_shown_says_where_from(file: Path) -> None:
    shown = show(load_server_settings(file, environment={"SOAGEN_SERVER_REDIS": URL}), "server")
    lines = {line.partition(" = ")[0]: line.partition("  # ")[2] for line in shown.splitlines()}
    assert (lines["workers"], lines["redis"]) == (f"{file}: server.workers", "SOAGEN_SERVER_REDIS")
    assert (lines["reload"], lines["reply_bytes"]) == ("default", f"{file}: server.limits.reply_bytes")
    assert "hunter2" not in shown


def test_secrets_of_a_table_are_not_shown() -> None:
    table = {"handlers": {"mail": {"class": "logging.handlers.SMTPHandler", "credentials": ["me", "hunter2"]}}}
    shown = show(
        load_server_settings(environment={}, code=ServerSettings(logging=ServerLogging(config=table))), "server"
    )
    assert "SMTPHandler" in shown
    assert "hunter2" not in shown
    assert max(line.find("  # default") for line in shown.splitlines()) < 80  # one long line moves no other


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("redis://:hunter2@h/0", "redis://***@h/0"),
        ("redis://a:hunt/er@2@h/0", "redis://***@h/0"),
        ("redis://a:hunter2@h,b:hunter2@i/0", "redis://***@i/0"),
        ("unix:///run/redis?password=hunter2&db=1", "unix:///run/redis?***"),
    ],
)
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    assert "hunter2" not in repr(ServerSettings(redis=url)) + repr(ClientSettings(url=url))
