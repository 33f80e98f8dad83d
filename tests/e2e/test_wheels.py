"""What users install: both wheels in empty environments, far from this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINNED = Path(sys.prefix) / "wheels"  # laid there by scripts/setup; without it, pip asks its index

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    for source in (ROOT, ROOT / "runtime"):
        run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=source)
    return {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}


def environment(folder: Path, *wheels: Path) -> Path:
    """An environment with these wheels and what they need; the folder of its commands."""
    venv.create(folder, with_pip=True)
    index = ["--no-index", "--find-links", str(PINNED)] if PINNED.is_dir() else []
    commands = folder / "bin"
    run(commands / "python", "-m", "pip", "install", "--quiet", *index, *wheels, cwd=folder)
    return commands


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheels_hold_what_they_should(wheels: dict[str, Path]) -> None:
    compiler, runtime = names(wheels["soagen_rpc"]), names(wheels["soagen_runtime"])
    assert {"soagen/_data/templates/python/client.py.j2", "soagen/_data/schemas/soa.schema.json"} <= compiler
    assert {"soagen_runtime/py.typed", "currint-stubs/__init__.pyi"} <= runtime
    assert any(name.endswith(".lua") for name in runtime)
    for content, tops in ((compiler, {"soagen"}), (runtime, {"soagen_runtime", "currint-stubs"})):
        assert {name.partition("/")[0] for name in content if ".dist-info/" not in name} == tops
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in content)


def test_compile_with_one_and_call_with_the_other_alone(wheels: dict[str, Path], tmp_path: Path) -> None:
    build = environment(tmp_path / "build", *wheels.values())
    production = environment(tmp_path / "production", wheels["soagen_runtime"])
    run(build / "soagen", "init", "hello", cwd=tmp_path)
    project = tmp_path / "hello"
    assert run(build / "soagen", "build", cwd=project).startswith("wrote ")
    assert run(build / "soagen", "build", "--check", cwd=project) == "up to date\n"
    said = ["Hello, world!", "Bonjour, Jean!", "refused: Voldemort is not welcome here"]
    assert run(build / "python", "call.py", cwd=project).splitlines() == said
    assert run(production / "python", "call.py", cwd=project).splitlines() == said
    assert "module:Class" in run(production / "soagen-server", "--help", cwd=project)
    installed = run(production / "python", "-m", "pip", "list", "--format", "freeze", cwd=project).lower()
    assert not {"jinja2", "pyyaml", "soagen-rpc"} & {line.partition("==")[0] for line in installed.splitlines()}
