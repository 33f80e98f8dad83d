"""What docs/testing.md shows is run: Python as modules of tests, which mypy likes too, and YAML as scenarios."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCENARIO = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "command", [("pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio"), ("mypy", "--strict")]
)
def test_what_the_page_shows_is_true(command: tuple[str, ...], tmp_path: Path) -> None:
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")
    blocks = BLOCK.findall(page)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_block_{number}.py").write_text(block, encoding="utf-8")
    (tmp_path / "orders.soatest.yaml").write_text(SCENARIO.findall(page)[0], encoding="utf-8")
    path = os.pathsep.join(map(str, [ROOT / "runtime", SHOP]))
    ended = subprocess.run(
        [sys.executable, "-m", *command, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SHOP), "MYPYPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(blocks) > 4
