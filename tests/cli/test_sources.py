"""From folders, globs and files to contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from soagen.cli.problems import Problem
from soagen.cli.sources import contracts

FILES = ("a.soa.yaml", "b/c.soa.yaml", "b/d/e.soa.yaml", "b/f.yaml", "b/.hidden/g.soa.yaml", "b/.h.soa.yaml")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "pro[je]ct"  # a name that a glob would read otherwise
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "empty").mkdir()
    return root


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["."], ["a.soa.yaml", "b/c.soa.yaml", "b/d/e.soa.yaml"]),
        (["b"], ["b/c.soa.yaml", "b/d/e.soa.yaml"]),
        (["b/../b/", "b/c.soa.yaml"], ["b/c.soa.yaml", "b/d/e.soa.yaml"]),
        (["*.soa.yaml"], ["a.soa.yaml"]),
        (["b/*"], ["b/c.soa.yaml", "b/d/e.soa.yaml", "b/f.yaml"]),
        (["**/e.soa.yaml"], ["b/d/e.soa.yaml"]),
        (["b/f.yaml"], ["b/f.yaml"]),  # named outright, whatever it is called: the compiler has a finding for that
    ],
)
def test_each_is_found_once_in_the_order_of_names(root: Path, sources: list[str], expected: list[str]) -> None:
    assert contracts(sources, root) == [root / name for name in expected]


def test_all_that_names_nothing_is_told_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(Problem) as problem:
        contracts(["empty", "gone", "x*.soa.yaml", "b"], root)
    assert problem.value.lines == (
        "empty has no contract in it: there is no *.soa.yaml",
        "gone does not exist",
        "nothing matches x*.soa.yaml",
    )
