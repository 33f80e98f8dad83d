"""A project with contracts in a git repository, and the command line in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from soagen.cli import main
from tests.compat.building import Builder

CONFIG = '[tool.soagen]\nsources = ["schemas"]\npackage = "acme.api"\n'


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Repo:
    """A folder that may be a git repository. Contracts are written without their line ``soa: 1``."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"soa: 1\n{text}" if name.endswith(".soa.yaml") else text)

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "a change", "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def run(self, *arguments: str) -> Ended:
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as exit:  # of argparse
            code = exit.code if isinstance(exit.code, int) else 1
        return Ended(code, *self._capsys.readouterr())

    def check(self, *arguments: str) -> Ended:
        return self.run("check", "--today", "2026-01-01", *arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repo:
    """A project that is in no repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    repo = Repo(tmp_path, capsys)
    repo.write(
        {"pyproject.toml": CONFIG, "schemas/orders.soa.yaml": "service: orders\nactions: {a: {request: {x: int}}}\n"}
    )
    return repo


@pytest.fixture
def repo(folder: Repo) -> Repo:
    """The same, committed on `main`."""
    folder.git("init", "-q", "-b", "main")
    folder.commit()
    return folder


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Builder(tmp_path)
    for name in [name for name in sys.modules if name.startswith("drawn_")]:
        del sys.modules[name]
