"""The package that is generated from ``contracts/``: anew for each run, into a folder of the run's own."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from soagen.generate import Options, generate
from soagen.load import load

CONTRACTS = Path(__file__).parent / "contracts"
PACKAGE = "interop_generated"
SERVICES = ("lab", "audit", "north", "middle", "south", "shared")


def generate_into(folder: Path) -> None:
    """Writes the package into a folder."""
    loaded = load([str(path) for path in sorted(CONTRACTS.glob("*.soa.yaml"))])
    assert loaded.project is not None, loaded.diagnostics
    for name, text in generate(loaded.project, Options(package=PACKAGE)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def imported(folder: Path) -> ModuleType:
    """The package in a folder, with all services imported. The folder stays in ``sys.path``."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    for name in SERVICES:
        importlib.import_module(f"{PACKAGE}.{name}")
    return importlib.import_module(PACKAGE)
