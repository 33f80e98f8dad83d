"""The golden cases: the same bytes, wherever and in whichever order; and what they are can be imported and used."""

from __future__ import annotations

import difflib
import importlib
import shutil
import sys
import types
from pathlib import Path

import pytest

from soagen.generate import Options, generate
from soagen.load import load
from tests.regenerate import build, cases, expected

CASES = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@CASES
def test_generates_what_is_expected(case: Path) -> None:
    made, kept = build(case), expected(case)
    changed = [
        line
        for name in sorted(made.keys() | kept.keys())
        for line in difflib.unified_diff(
            kept.get(name, "").splitlines(), made.get(name, "").splitlines(), f"expected/{name}", name, lineterm="", n=1
        )
    ]
    assert made.keys() == kept.keys()
    assert not changed, "\n".join(["run `make golden` if this is right:", *changed[:60]])


@CASES
def test_place_and_order_do_not_matter(case: Path, tmp_path: Path) -> None:
    for contract in case.glob("*.soa.yaml"):
        shutil.copy(contract, tmp_path)
    paths = sorted(map(str, tmp_path.glob("*.soa.yaml")), reverse=True)
    project = load(paths).project
    assert project is not None
    assert generate(project, Options(package=case.name)) == build(case)


@CASES
def test_every_module_is_imported_and_exports_what_it_says(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(case / "expected")
    for name in expected(case):
        if name.endswith(".py"):
            module = importlib.import_module(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
            if name.count("/") == 2 and name.endswith("/__init__.py"):
                _check_facade(module)


def _check_facade(module: types.ModuleType) -> None:
    public = {name for name, value in vars(module).items() if not name.startswith("_") and not _is_module(value)}
    assert public - {"annotations"} == set(getattr(module, "__all__", ()))
    for submodule in ("types", "errors"):
        part = sys.modules.get(f"{module.__name__}.{submodule}")
        if part is not None:
            assert _defined(part) <= public


def _is_module(value: object) -> bool:
    return isinstance(value, types.ModuleType)


def _defined(module: types.ModuleType) -> set[str]:
    """The classes that a module defines."""
    return {
        name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__
    }
