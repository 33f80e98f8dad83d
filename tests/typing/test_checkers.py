"""Generated code, and code that uses it, as formatter, linters and type checkers see them: without a word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.regenerate import cases

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RUNTIME = ROOT / "runtime"
EXPECTED = [case / "expected" for case in cases()]
BIN = Path(sys.executable).parent

# The rules of this repository, less what the contracts' names and texts decide.
RULES = "E,F,W,I,UP,B,C4,RUF,PIE,RET,PERF,ISC,T20,D1"
OURS = "E501,RUF001,RUF002,RUF003,D103,D102,D100,D107"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(map(str, [RUNTIME, *EXPECTED]))}
    arguments = [str(BIN / command[0]), *map(str, command[1:])]
    return subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_ruff_formats_nothing() -> None:
    done = run("ruff", "format", "--isolated", "--no-cache", "--diff", *EXPECTED, cwd=ROOT)
    assert done.returncode == 0, done.stdout[:4000] + done.stderr


@pytest.mark.parametrize("arguments", [(), ("--select", RULES, "--ignore", OURS)], ids=["default", "ours"])
def test_ruff_finds_nothing(arguments: tuple[str, ...]) -> None:
    common = ("ruff", "check", "--isolated", "--no-cache", "--output-format=concise", "--target-version=py311")
    done = run(*common, *arguments, *EXPECTED, cwd=ROOT)
    assert done.returncode == 0, done.stdout[:4000] + done.stderr


def test_mypy_finds_nothing_in_generated_code(tmp_path: Path) -> None:
    packages = [option for case in cases() for option in ("-p", case.name)]
    done = run("mypy", "--strict", "--python-version=3.11", "--cache-dir", tmp_path, *packages, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[:4000] + done.stderr


BOTH = [HERE / "built_in.py", HERE / "stubs.py", HERE / "expanding.py", HERE / "setting_up.py"]
USES = pytest.mark.parametrize("uses", [HERE / "uses.py", *BOTH], ids=lambda uses: uses.stem)


def marked(uses: Path) -> set[tuple[int, str]]:
    """The lines in which mypy must object, with its codes."""
    lines = enumerate(uses.read_text(encoding="utf-8").splitlines(), 1)
    return {(number, code) for number, line in lines for code in re.findall(r"# E: ([a-z-]+)", line)}


@USES
def test_mypy_sees_right_and_wrong_uses(uses: Path, tmp_path: Path) -> None:
    done = run("mypy", "--strict", "--python-version=3.11", "--cache-dir", tmp_path, uses, cwd=tmp_path)
    found = re.findall(rf"{uses.name}:(\d+): error: .*\[([a-z-]+)\]", done.stdout)
    assert {(int(line), code) for line, code in found} == marked(uses), done.stdout


def pyright(folder: Path, checked: list[Path], **settings: str) -> subprocess.CompletedProcess[str]:
    """Checks strictly, from an empty folder. pyright passes over absolute paths, and is content with no file at all."""
    configuration = {
        "include": [os.path.relpath(path, folder) for path in checked],
        "extraPaths": list(map(str, [RUNTIME, *EXPECTED])),
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        **settings,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(configuration), encoding="utf-8")
    done = run("pyright", "--pythonpath", sys.executable, "-p", folder, cwd=folder)
    assert "No source files found" not in done.stdout
    return done


@pytest.mark.parametrize("uses", BOTH, ids=lambda uses: uses.stem)
def test_pyright_sees_right_and_wrong_uses_too(uses: Path, tmp_path: Path) -> None:
    done = pyright(tmp_path, [uses])
    found = {int(line) for line in re.findall(rf"{uses.name}:(\d+):\d+ - error:", done.stdout)}
    assert found == {line for line, _ in marked(uses)}, done.stdout


def test_pyright_finds_nothing_in_generated_code(tmp_path: Path) -> None:
    done = pyright(tmp_path, EXPECTED, reportDeprecated="error")  # generated code may not even pass one on
    assert done.returncode == 0, done.stdout[:4000] + done.stderr
