"""The jobs of ``docs/ci.md`` and the pre-commit hook.

What they run is run here, in clones as a CI server makes them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compat.conftest import Repo

ROOT = Path(__file__).parents[2]
BROKEN = "service: orders\nactions: {a: {request: {x: string}}}\n"
WIDER = "service: orders\nactions: {a: {request: {x: int, y: int?}}}\n"


def job(section: str) -> Any:
    """The YAML under a heading of the page."""
    body = (ROOT / "docs/ci.md").read_text().partition(f"\n## {section}\n")[2]
    block = re.search(r"```yaml\n(.*?)```", body, re.DOTALL)
    assert block
    return yaml.safe_load(block[1])


class Runner:
    """Runs the script of a job in a shallow clone of a change, with `soagen` on the path."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        self.repo = repo
        self.folder = folder
        program = folder / "bin" / "soagen"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m soagen "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {
            **os.environ,
            "PATH": path,
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "runtime"))),
        }

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        clone = self.folder / "clone"
        source = f"file://{self.repo.root}"
        self.repo.git("clone", "-q", "--depth=1", "--branch=work", "--single-branch", source, str(clone))
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=clone,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def runner(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    repo.git("switch", "-qc", "work")
    return Runner(repo, tmp_path_factory.mktemp("ci"))


@pytest.mark.parametrize(("change", "code"), [(BROKEN, 1), (WIDER, 0)])
def test_the_job_for_github(runner: Runner, change: str, code: int) -> None:
    runner.repo.write({"schemas/orders.soa.yaml": change})
    runner.repo.commit()
    steps = job("GitHub Actions")["jobs"]["compatibility"]["steps"]
    step = next(each for each in steps if "soagen check" in each.get("run", ""))
    assert step["env"] == {"BASE": "${{ github.base_ref }}"}
    done = runner.run(step["run"], BASE="main")
    assert (done.returncode, done.stderr if code == 4 else "") == (code, ""), done.stderr
    level = "error" if code else "notice"
    assert done.stdout.startswith(f"::{level} file=schemas/orders.soa.yaml,line=3,")


@pytest.mark.parametrize(("change", "code"), [(BROKEN, 1), (WIDER, 0)])
def test_the_job_for_gitlab(runner: Runner, change: str, code: int) -> None:
    base = runner.repo.git("rev-parse", "main")
    runner.repo.write({"schemas/orders.soa.yaml": change})
    runner.repo.commit()
    contracts = job("GitLab")["contracts"]
    done = runner.run("\n".join(contracts["script"]), CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == code, done.stderr
    (issue,) = json.loads((runner.folder / "clone" / contracts["artifacts"]["reports"]["codequality"]).read_text())
    assert issue["severity"] == ("critical" if code else "info")


@pytest.mark.parametrize(("change", "code"), [(BROKEN, 1), (WIDER, 0)])
def test_the_hook_for_pre_commit(runner: Runner, change: str, code: int) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["id"] == job("pre-commit")["repos"][0]["hooks"][0]["id"]
    assert not hook["pass_filenames"]
    for name in ("schemas/orders.soa.yaml", "pyproject.toml", "soagen.yaml", "services/a/soagen.yaml"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "src/orders.py")
    runner.repo.write({"schemas/orders.soa.yaml": change})
    done = subprocess.run(
        ["bash", "-c", hook["entry"]],
        cwd=runner.repo.root,
        env=runner.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
