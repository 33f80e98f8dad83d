"""``docs/moving-from-pysoa.md`` shows parts of ``examples/from_pysoa``, and these run.

What stands there before, `tests/interop/test_examples.py` runs with PySOA.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.docs.page import Block, blocks

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "from_pysoa"
PAGE = ROOT / "docs" / "moving-from-pysoa.md"
SHOWN = [block for block in blocks(PAGE.read_text("utf-8")) if block.language in ("python", "yaml", "toml", "text")]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: f"line {block.line}")
def test_what_the_page_shows_stands_in_the_example(block: Block) -> None:
    first, *parts = re.split(r"^ *# (?:\.\.\.|(\S+\.\w+))\n", block.text, flags=re.MULTILINE)
    assert first == ""
    path = EXAMPLE / parts[0]
    for part in parts[1::2]:
        assert stands(part, path.read_text("utf-8")), f"{path.name} has no\n{part}"


def stands(part: str, text: str) -> bool:
    """Whether the lines of a part stand in a text, in a row, with whatever indentation."""
    wanted = textwrap.dedent(part).strip("\n")
    count = wanted.count("\n") + 1
    lines = text.split("\n")
    return any(textwrap.dedent("\n".join(lines[i : i + count])) == wanted for i in range(len(lines)))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    run(folder, "soagen", "build", "--no-cache")
    return folder


def run(folder: Path, *command: str) -> None:
    path = os.pathsep.join([str(ROOT / "runtime"), str(folder)])
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "MYPYPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_its_tests_pass(example: Path) -> None:
    run(example, "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio", "tests")


def test_its_types_are_right(example: Path) -> None:
    run(example, "mypy", "--strict", "after", "tests")
