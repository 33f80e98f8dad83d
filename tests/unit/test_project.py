"""What must agree between the files of the project itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import soagen_runtime

import soagen
from soagen.cli import COMMANDS, main, module_of

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"


def test_both_distributions_have_one_version() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert soagen.__version__ == soagen_runtime.__version__
    assert f"soagen-runtime=={soagen.__version__}" in needed
    assert f"\n## {soagen.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_license_is_the_same_in_both() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "runtime" / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_can_be_configured_and_run_and_is_described(name: str) -> None:
    command = module_of(name)
    assert callable(command.configure)
    assert callable(command.run)
    assert f"\n## soagen {name}\n" in (ROOT / "docs" / "cli.md").read_text()


def test_the_code_of_the_shop_fits_its_contracts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(SHOP)
    code = main(["build", "--check"])
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_a_client_is_imported_without_servers_and_brokers() -> None:
    program = "import sys; import shop.api.orders; print(*sorted(set(sys.argv[1:]) & sys.modules.keys()))"
    unwanted = ["soagen", "jinja2", "yaml", "redis", "asyncio"]
    command = [sys.executable, "-c", program, *unwanted]
    ended = subprocess.run(command, cwd=SHOP, capture_output=True, text=True, check=True)
    assert ended.stdout == "\n"
