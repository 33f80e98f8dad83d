"""When a build may be left out: only if it would read and write what it did the last time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from soagen.cli import cache
from soagen.cli.cache import Cache
from soagen.cli.output import MARK

PACKAGE = "acme.api"
FILES = {"acme/api/a.py": f"{MARK.decode()}\n1\n", "acme/api/py.typed": ""}


class Project:
    """A project that was built once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "a.soa.yaml"
        self.imported = root / "b.soa.yaml"
        self.templates = root / "templates"
        self.options = {"package": PACKAGE}
        self.templates.mkdir()
        for path in (self.source, self.imported, self.templates / "t.jinja"):
            path.write_text("1")
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        read = {path: path.read_bytes() for path in (self.source, self.imported)}
        self.cache().remember(self.templates, read, FILES)

    def cache(self) -> Cache:
        return Cache(self.root, self.root, [self.source], self.options)

    def fresh(self) -> bool:
        return self.cache().fresh(PACKAGE, self.templates)

    def note(self) -> Path:
        (note,) = (self.root / cache.FOLDER).glob("*.json")
        return note


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_nothing_has_changed(project: Project) -> None:
    assert project.fresh()


def test_git_does_not_see_it(project: Project) -> None:
    assert (project.root / cache.FOLDER / ".gitignore").read_text() == "*\n"


def _recompile(project: Project) -> None:
    """As if the note had been written by another version of the compiler."""
    note = json.loads(project.note().read_text())
    project.note().write_text(json.dumps({**note, "key": "0" * 64}))


CHANGES: dict[str, Callable[[Project], object]] = {
    "a source": lambda p: p.source.write_text("2"),
    "an import": lambda p: p.imported.write_text("2"),
    "an import goes": lambda p: p.imported.unlink(),
    "a template": lambda p: (p.templates / "t.jinja").write_text("2"),
    "a new template": lambda p: (p.templates / "u.jinja").write_text("1"),
    "an option": lambda p: p.options.update(package="acme"),
    "the compiler": _recompile,
    "an output": lambda p: (p.root / "acme/api/a.py").write_text("edited"),
    "an output goes": lambda p: (p.root / "acme/api/py.typed").unlink(),
    "an orphan": lambda p: (p.root / "acme/api/old.py").write_bytes(MARK),
    "no note": lambda p: p.note().unlink(),
    "half a note": lambda p: p.note().write_text(p.note().read_text()[:50]),
    "another document": lambda p: p.note().write_text("[1]"),
    "a note of other shapes": lambda p: p.note().write_text('{"key": 1, "read": [], "written": 3}'),
    "a note of no bytes": lambda p: p.note().write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_seen(project: Project, change: str) -> None:
    CHANGES[change](project)
    assert not project.fresh()


def test_a_folder_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / cache.FOLDER).write_text("a file where the folder should be")
    assert not Project(tmp_path).fresh()


def test_two_builds_of_one_project_do_not_disturb_each_other(project: Project) -> None:
    other = Cache(project.root, project.root / "elsewhere", [project.source], project.options)
    other.remember(None, {}, {})
    assert project.fresh()
