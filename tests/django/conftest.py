"""A real project of Django with a database in a file, served by `soagen-server`.

Rules: Django never runs in this process, but in servers and in ``python -m django``, with `project` and the package
that is generated from its contract on their path.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from soagen.generate import Options, generate
from soagen.load import load
from tests.delivery.conftest import ROOT, Running

PROJECT = Path(__file__).parent / "project"
PACKAGE = "acme_api"


@pytest.fixture(scope="session")
def api_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the package of the contract."""
    loaded = load([str(path) for path in PROJECT.glob("contracts/*.soa.yaml")])
    assert loaded.project is not None, loaded.diagnostics
    folder = tmp_path_factory.mktemp("django")
    for name, text in generate(loaded.project, Options(package=PACKAGE)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def library_api(api_folder: Path) -> Iterator[ModuleType]:
    """The generated module of the contract."""
    sys.path.insert(0, str(api_folder))
    importlib.invalidate_caches()
    yield importlib.import_module(f"{PACKAGE}.library")
    sys.path.remove(str(api_folder))


class Django:
    """The project, with a database of its own."""

    def __init__(self, api_folder: Path, database: Path) -> None:
        self.database = database
        self.environment = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(PROJECT), str(api_folder)]),
            "PYTHONWARNINGS": "error",
            "DJANGO_SETTINGS_MODULE": "acme.settings",
            "ACME_DATABASE": str(database),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command of Django does."""
        return self._run("django", *words)

    def server(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `soagen-server` does that ends by itself."""
        return self._run("soagen_runtime.server.cli", *words)

    def _run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", module, *words]
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def migrated(api_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the tables of the project."""
    database = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    ended = Django(api_folder, database).run("migrate", "--verbosity", "0")
    assert ended.returncode == 0, ended.stderr
    return database


@pytest.fixture
def django(api_folder: Path, migrated: Path, tmp_path: Path) -> Django:
    """The project, with an empty database."""
    database = tmp_path / "acme.sqlite3"
    shutil.copy(migrated, database)
    return Django(api_folder, database)


class Site:
    """A served library, and a client of it."""

    def __init__(self, django: Django, api: ModuleType, redis_url: str, folder: Path) -> None:
        self.django = django
        self._api = api
        self._redis_url = redis_url
        self._folder = folder
        self._servers: list[Running] = []
        self.client: Any = api.LibraryClient(redis_url).with_options(timeout=20)  # a server may be slow to begin

    def serve(self, target: str, *words: str, **environment: str) -> Running:
        """A server; an empty text takes a variable away."""
        folder = self._folder / f"server{len(self._servers)}"
        folder.mkdir()
        environment = {k: v for k, v in {**self.django.environment, **environment}.items() if v}
        server = Running(self._redis_url, folder, *words, target=target, **environment)
        self._servers.append(server)
        return server

    def holds_database(self, pid: int) -> bool:
        """Whether a process has the file of the database open."""
        links = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
        return str(self.django.database) in links

    def close(self) -> None:
        self.client.close()
        for server in self._servers:
            server.end()


@pytest.fixture
def site(django: Django, library_api: ModuleType, redis_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(django, library_api, redis_url, tmp_path)
    yield site
    site.close()
