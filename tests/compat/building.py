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
from soagen.generate import Options, generate
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
    """A version of a contract, generated and imported."""

    project: Project
    api: ModuleType

    def decode(self, position: str) -> Decode:
        """What the generated code reads a position with."""
        service = self.api.service.SERVICE
        match position:
            case "context":
                return service.decode_context  # type: ignore[no-any-return]  # of a module made just now
            case "error":
                return self.api.errors.Failed.from_variables  # type: ignore[no-any-return]  # of a module made just now
            case _:
                return getattr(service.actions[0], f"decode_{position}")  # type: ignore[no-any-return]  # likewise


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
        for module in ("service", "errors"):
            if (self.folder / package / "orders" / f"{module}.py").exists():
                importlib.import_module(f"{package}.orders.{module}")
        return Built(project, importlib.import_module(f"{package}.orders"))


def takes(decode: Decode, message: dict[str, Any], strict: bool) -> bool:
    try:
        decode(message, strict)
    except Invalid:
        return False
    return True
