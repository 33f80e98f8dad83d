"""``soagen init``: what it makes builds and runs, and nothing is overwritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.project import Project

FILES = {
    *(".gitignore", "README.md", "call.py", "pyproject.toml", "schemas/hello.soa.yaml", "tests/test_hello.py"),
    *("hello/__init__.py", "hello/service.py"),
}


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def python(*arguments: str, cwd: Path) -> str:
    ended = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("arguments", [["hello"], ["elsewhere", "--name", "hello"]])
def test_what_it_makes_builds_and_runs(project: Project, arguments: list[str]) -> None:
    ended = project.run("init", *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith(f"now: cd {arguments[0]} && soagen build && python call.py\n")
    made = project.root / arguments[0]
    assert files(made) == FILES
    assert python("-m", "soagen", "build", cwd=made).startswith("wrote ")
    assert python("call.py", cwd=made).splitlines() == [
        "Hello, world!",
        "Bonjour, Jean!",
        "refused: Voldemort is not welcome here",
    ]
    assert "2 passed" in python("-m", "pytest", "-q", cwd=made)


def test_here_is_the_default(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "hello").mkdir()
    monkeypatch.chdir(project.root / "hello")
    assert project.run("init").out.endswith("now: soagen build && python call.py\n")
    assert files(Path.cwd()) == FILES


def test_nothing_is_overwritten(project: Project) -> None:
    project.write("hello/README.md", "mine")
    project.write("hello/call.py", "mine")
    ended = project.run("init", "hello")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        "soagen: hello/README.md exists already",
        "soagen: hello/call.py exists already",
        "soagen: nothing was written: a new project needs a place of its own",
    ]
    assert files(project.root / "hello") == {"README.md", "call.py"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["My-Shop.2"], None),
        (["1st"], '"1st" is no name for a service, which is snake_case and no keyword: choose another with --name'),
        (["x", "--name", "Shop"], '"Shop" is no name for a service, which is snake_case and no keyword'),
        (["x", "--name", "class"], '"class" is no name for a service, which is snake_case and no keyword'),
        (["x", "--name", "types"], 'a package called "types" would hide another of that name'),
        (["pyproject.toml"], "cannot write pyproject.toml/"),
    ],
)
def test_names_and_places_that_will_not_do(project: Project, arguments: list[str], said: str | None) -> None:
    ended = project.run("init", *arguments)
    if said is None:
        assert ended.code == 0
        assert (project.root / arguments[0] / "my_shop_2" / "service.py").is_file()
    else:
        assert ended.code == 2
        assert ended.err.startswith(f"soagen: {said}")


def test_each_class_is_called_after_the_service(project: Project) -> None:
    project.run("init", "x", "--name", "night_watch")
    assert "class NightWatch(NightWatchServer):" in project.read("x/night_watch/service.py")
