"""``soagen-server --reload``: what is written in the editor is served."""

from __future__ import annotations

import signal
from pathlib import Path

import soagen_runtime as soagen
from soagen_runtime.server.reload import changed, snapshot

from tests.delivery.conftest import ROOT, Stage, wait_for

APP = """
from tests.delivery.tally import Tally

class App(Tally):
    def again(self, request, context):
        return {"token": "%s"}
"""


def answer(stage: Stage) -> str:
    try:
        return stage.client.with_options(timeout=1).call("again", "x")
    except soagen.CallError:  # nobody serves at the moment
        return ""


def test_a_change_is_served(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(APP % "one", encoding="utf-8")
    server = stage.serve("--reload", target="app:App", where=str(tmp_path), PYTHONPATH=str(ROOT))
    wait_for(lambda: answer(stage) == "one", "the first answer")
    path.write_text(APP % "two", encoding="utf-8")
    wait_for(lambda: answer(stage) == "two", "the answer of what was written")
    path.write_text("this is no Python", encoding="utf-8")
    wait_for(lambda: "SyntaxError" in server.written(), "the error")
    path.write_text(APP % "three", encoding="utf-8")
    wait_for(lambda: answer(stage) == "three", "the answer of what was mended")
    assert server.written().count("app.py changed: starting anew") == 3
    server.send(signal.SIGTERM)
    assert server.wait() == 0


def test_what_changes(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "deep/c.py", ".venv/d.py", "node_modules/x/e.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    before = snapshot(tmp_path)
    assert {path.name for path in before} == {"a.py", "b.py", "c.py"}
    (tmp_path / "a.py").unlink()
    (tmp_path / "new.py").write_text("", encoding="utf-8")
    after = {**snapshot(tmp_path), tmp_path / "b.py": 0}
    assert {path.name for path in changed(before, after)} == {"a.py", "b.py", "new.py"}
