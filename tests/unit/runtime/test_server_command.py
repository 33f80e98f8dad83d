"""The command line of `soagen-server`: its options are its settings, and all that is wrong is said at once."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from soagen_runtime.server.cli import main
from soagen_runtime.server.options import parse
from soagen_runtime.settings import ClientSettings, ServerSettings
from soagen_runtime.settings.schema import specs_of

PAGE = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()

MODULE = """
from soagen_runtime.action import Service
from soagen_runtime.context import Context
from soagen_runtime.server import Server
from soagen_runtime.settings import ServerLogging, ServerSettings

SERVICE = Service(name="empty", contract_hash="", context=Context, encode_context=lambda c, s: {},
                  decode_context=lambda d, s: Context(), actions=())

class Plain(Server):
    service = SERVICE

class Set(Server):
    service = SERVICE
    settings = ServerSettings(redis="redis://:hunter2@localhost:1/0", workers=3)

class Odd(Server):
    service = SERVICE
    settings = ServerSettings(content_types=("application/x-nobody",))

class Loud(Server):
    service = SERVICE
    settings = ServerSettings(redis="redis://localhost:1/0", logging=ServerLogging(config={"root": {"level": "LOUD"}}))
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settable.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("SOAGEN_CONFIG", "")
    monkeypatch.delitem(sys.modules, "settable", raising=False)


def test_every_setting_with_an_option_can_be_given() -> None:
    given: list[str] = []
    for spec in specs_of(ServerSettings).values():
        if spec.option is not None:
            given += [spec.option] if isinstance(spec.default, bool) else [spec.option, "x"]
    line = parse(["settable:Plain", *given])
    assert set(line.options) == {key for key, spec in specs_of(ServerSettings).items() if spec.option is not None}
    assert parse(["settable:Plain", "--no-reload"]).options == {"reload": False}


def test_what_holds_is_shown_with_its_origin_and_without_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "soagen.toml").write_text("[server]\ngrace = 5\n")
    monkeypatch.setenv("SOAGEN_SERVER_TIMEOUT", "2")
    assert main(["settable:Set", "--config", "soagen.toml", "--log-level", "error", "--print-config"]) == 0
    shown = capsys.readouterr().out
    server = tomllib.loads(shown)["server"]
    assert (server["workers"], server["grace"], server["timeout"], server["logging"]["level"]) == (3, 5.0, 2.0, "error")
    origins = dict(re.findall(r"(?m)^(\w+) = .*?  # (.*)$", shown))
    assert (origins["workers"], origins["grace"]) == ("Set.settings.workers", "soagen.toml: server.grace")
    assert (origins["timeout"], origins["level"]) == ("SOAGEN_SERVER_TIMEOUT", "--log-level")
    assert origins["reload"] == "default"
    assert "hunter2" not in shown


# Arguments, and what is said against them.
WRONG: list[tuple[list[str], list[str]]] = [
    (
        ["settable:Plain"],
        ["redis: is not given: say --redis URL, set SOAGEN_SERVER_REDIS, or write redis under [server]"],
    ),
    (["settable:Plain", "--workers", "0", "--grace", "x"], ["2 settings", "--workers: '0' is", "--grace: 'x' is"]),
    (["settable:Plain", "--redis", "http://:hunter2@h"], ["--redis: what is given is not the URL of a broker"]),
    (["settable:Plain", "--redis", "redis://:hunter2@h:x"], ["--redis: redis://:***@h:x is no URL of a Redis"]),
    (["settable:Plain", "--config", "none.toml"], ["none.toml: cannot be read"]),
    (["settable:Odd", "--redis", "redis://h"], ["Odd.settings.content_types: there is no serializer for", "x-nobody"]),
    (["settable:Loud"], ["logging.config: ", "LOUD"]),
    (["no_such_module:Server", "--workers", "0"], ["--workers: '0' is"]),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[said[0] for _, said in WRONG])
def test_what_is_wrong_ends_it_with_words(arguments: list[str], said: list[str], capsys: Any) -> None:
    assert main(arguments) == 2
    written = capsys.readouterr().err
    assert [words for words in said if words not in written] == []
    assert "hunter2" not in written
    assert "Traceback" not in written


def rows(heading: str) -> list[list[str]]:
    """The table below a heading of the page, cell by cell."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(default: Any) -> str:
    if default is None or default == ():
        return "none" if default is None else ""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:,g}" if isinstance(default, (int, float)) else str(default)


def test_the_page_lists_the_settings_of_a_server() -> None:
    listed = {
        key.strip("`"): (option.strip("`").split(" ")[0], default) for key, option, default, _ in rows("A server")
    }
    for key, spec in specs_of(ServerSettings).items():
        option, default = listed.pop(key)
        assert option == (spec.option or ""), key
        assert default in (shown(spec.default), "" if key == "redis" else "MessagePack, JSON"), key
    assert not listed


def test_the_page_lists_the_settings_of_a_client() -> None:
    listed: set[str] = set()
    for cell, *_ in rows("A client"):
        first, *more = re.findall(r"`([a-z_.]+)`", cell)
        listed |= {first, *(first.rpartition(".")[0] + name for name in more)}
    assert listed == set(specs_of(ClientSettings))


def test_an_event_loop_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert main(["settable:Set", "--event-loop", "uvloop"]) == 2
    assert "uvloop is not installed: pip install 'soagen-runtime[uvloop]'" in capsys.readouterr().err
