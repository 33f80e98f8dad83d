"""Versions of a contract, generated and imported."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from soagen_runtime.validation import Invalid

from soagen.compat import Finding
from soagen.generate import Options, generate, names
from soagen.load import load
from soagen.model import Project
from tests.compat.drawing import Doc, text

TODAY = dt.date(2026, 1, 1)
_NUMBERS = count()

Decode: TypeAlias = Callable[[dict[str, Any], bool], Any]


def compiled(doc: Doc) -> Project | None:
    return load(["orders.soa.yaml"], lambda path: text(doc).encode()).project


def joined(findings: tuple[Finding, ...]) -> tuple[bool, bool]:
    return (
        any(each.judgement.old_client for each in findings),
        any(each.judgement.new_client for each in findings),
    )


@dataclass(frozen=True)
class Built:
    """A version of a contract, generated and imported as ``package``."""

    project: Project
    package: str

    def module(self, contract: str, name: str) -> ModuleType:
        """A module of the package of a contract."""
        return importlib.import_module(f"{self.package}.{names.module(contract)}.{name}")

    def decode(self, position: str) -> Decode:
        """What the service `orders` reads a position with."""
        if position == "error":
            return self.module("orders", "errors").Failed.from_variables  # type: ignore[no-any-return]  # made just now
        service = self.module("orders", "service").SERVICE
        reader = service if position == "context" else service.actions[0]
        return getattr(reader, f"decode_{position}")  # type: ignore[no-any-return]  # made just now


class Builder:
    """Builds versions into a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, project: Project) -> Built:
        package = f"drawn_{next(_NUMBERS)}"
        for name, code in generate(project, Options(package=package)).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
        importlib.invalidate_caches()
        return Built(project, package)


def takes(decode: Decode, message: dict[str, Any], strict: bool) -> bool:
    try:
        decode(message, strict)
    except Invalid:
        return False
    return True
