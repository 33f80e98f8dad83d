"""What `soagen-server` says about a target that is none, and about a Redis that is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from soagen_runtime import ConfigurationError
from soagen_runtime.server.cli import main
from soagen_runtime.server.loading import load_server

MODULE = """
from soagen_runtime.server import Server
from soagen_runtime.action import Service
from soagen_runtime.context import Context

SERVICE = Service(name="empty", contract_hash="", context=Context, encode_context=lambda c, s: {},
                  decode_context=lambda d, s: Context(), actions=())

class Good(Server):
    service = SERVICE

class Half(Server):
    service = SERVICE
    from abc import abstractmethod
    @abstractmethod
    def work(self, request, ctx): ...

good = Good()
number = 7
def make(): return Good()
def make_nothing(): return 7
def make_at(broker): return Good()

class Unsettled(Good):
    settings = {"workers": 2}

class Layered(Good):
    action_middleware = make_at

class NoServer:
    def __init__(self, broker): ...

class Needy(Good):
    def __init__(self, broker): ...
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loadable.py").write_text(MODULE)
    (tmp_path / "importing_nothing.py").write_text("import no_such_module_at_all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "loadable", raising=False)


@pytest.mark.parametrize("target", ["loadable:Good", "loadable:good", "loadable:make"])
def test_a_class_a_server_and_a_function_are_servers(target: str) -> None:
    assert load_server(target).service.name == "empty"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("loadable", "write module:Class"),
        (":Good", "write module:Class"),
        ("nowhere:Good", "there is no module nowhere"),
        ("nowhere.deeper:Good", "there is no module nowhere"),
        ("loadable:Bad", "has no Bad"),
        ("loadable:number", "is no server"),
        ("loadable:make_nothing", "is no server"),
        ("loadable:Half", "does not implement work"),
        ("loadable:NoServer", "is no server"),
        ("loadable:Needy", r"cannot be made without arguments .*: name a function that makes the server$"),
        ("loadable:make_at", r"cannot be made without arguments .*: it is called with none$"),
    ],
)
def test_anything_else_is_one_clear_sentence(target: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_server(target)
    assert main([target, "--redis", "redis://127.0.0.1:1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("soagen-server: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("loadable:Unsettled", "Unsettled.settings: {'workers': 2} is no ServerSettings(...)\n"),
        ("loadable:Layered", "middleware is a list or a tuple of functions, and not <bound method"),
    ],
)
def test_what_a_class_says_wrongly_is_one_clear_sentence(
    target: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([target, "--redis", "redis://127.0.0.1:1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"soagen-server: {said}")
    assert error.count("\n") == 1


def test_a_missing_import_of_the_users_module_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        load_server("importing_nothing:Good")


@pytest.mark.parametrize("url", ["http://x", "redis", "redis://h:port", ""])
def test_a_url_that_is_none(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loadable:Good", "--redis", url]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_redis_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loadable:Good", "--redis", "redis://user:secret@127.0.0.1:1/0"]) == 1
    error = capsys.readouterr().err
    assert "no connection to redis://user:***@127.0.0.1:1/0" in error
    assert "secret" not in error
