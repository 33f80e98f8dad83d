"""What the pages of the documentation show is run, block by block (`tests/docs/page.py`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.page import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.stem for path in (ROOT / "docs").glob("*.md") if "examples of this page are run" in path.read_text()
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(page: str, tmp_path: Path, redis_url: str) -> None:
    path = ROOT / "docs" / f"{page}.md"
    assert any(block.language == "python" for block in blocks(path.read_text()))
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.docs.page", str(path), redis_url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_page_that_is_wrong_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Text\n\n```python\nx = 1\nassert x == 2\n```\n")
    command = [sys.executable, "-m", "tests.docs.page", "page.md", "redis://127.0.0.1:1/0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert 'page.md", line 5' in ended.stderr
