"""Verdicts, held against what messages really do.

A contract is drawn and edited; both versions are generated and imported; messages that one version's code takes for
valid are given to the other's. Whatever is refused, the verdict must have said (it is sound), and what the verdict says
of a single edit, some message must show (it raises no false alarm).

The same is asked of `Inclusion` alone, many more times, since it needs no generated code: the findings of a walk,
joined, must be what comparing the two whole languages gives.
"""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from soagen_runtime.validation import Invalid

from soagen.compat import Finding, compare
from soagen.compat.inclusion import Inclusion
from soagen.compat.languages import record
from soagen.generate import Options, generate
from soagen.load import load
from soagen.model import Contract, Field, Project
from tests.compat.drawing import POSITIONS, Doc, contract, edited, text
from tests.compat.sampling import Sampler

TODAY = dt.date(2026, 1, 1)
_NUMBERS = count()

Decode = Callable[[dict[str, Any], bool], Any]


def compiled(doc: Doc) -> Project | None:
    return load(["orders.soa.yaml"], lambda path: text(doc).encode()).project


def pairs(seeds: range, position: str, edits: int = 1) -> Iterator[tuple[Random, Project, Project]]:
    """Versions that both compile, and differ."""
    for seed in seeds:
        rng = Random(f"{seed} {position}")
        before = contract(rng, position)
        after = before
        for _ in range(edits):
            after = edited(rng, after, position)
        old, new = compiled(before), compiled(after)
        if old is not None and new is not None and old != new:
            yield rng, old, new


def joined(findings: tuple[Finding, ...]) -> tuple[bool, bool]:
    return (
        any(each.judgement.old_client for each in findings),
        any(each.judgement.new_client for each in findings),
    )


def fields_at(project: Project, position: str) -> tuple[Field, ...]:
    service: Contract = project.contracts["orders"]
    match position:
        case "context":
            return service.context
        case "error":
            return service.errors[0].fields
        case "request":
            body = service.actions[0].request
        case _:
            body = service.actions[0].response
    assert isinstance(body, tuple)
    return body


# --- against the languages


@pytest.mark.parametrize("edits", [1, 3])
@pytest.mark.parametrize("position", ["request", "response", "error"])
def test_the_findings_joined_are_what_the_languages_say(position: str, edits: int) -> None:
    strict = position == "request"
    seen = 0
    for _, old, new in pairs(range(500), position, edits):
        before, after = record(old, fields_at(old, position)), record(new, fields_at(new, position))
        to_new = not Inclusion(old, new, strict).record(before, after)
        to_old = not Inclusion(new, old, strict).record(after, before)
        expected = (to_new, to_old) if strict else (to_old, to_new)
        findings = compare(old, new, TODAY)
        assert joined(findings) == expected, (old, new, findings)
        seen += expected != (False, False)
    assert seen > 50


# --- against generated code


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


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Builder(tmp_path)
    for name in [name for name in sys.modules if name.startswith("drawn_")]:
        del sys.modules[name]


def takes(decode: Decode, message: dict[str, Any], strict: bool) -> bool:
    try:
        decode(message, strict)
    except Invalid:
        return False
    return True


@dataclass(frozen=True)
class Met:
    """What happened when messages of one version were read by the other.

    How many were valid, and one that was refused.
    """

    valid: int
    refused: dict[str, Any] | None


def meet(writer: Built, reader: Built, position: str, rng: Random, most: int) -> Met:
    """Sends messages until one fails."""
    valid, read = writer.decode(position), reader.decode(position)
    strict = position in ("request", "context")
    sampler = Sampler(writer.project, rng)
    fields = fields_at(writer.project, position)
    number = 0
    for _ in range(most):
        message = sampler.record(fields)
        if takes(valid, message, True):
            number += 1
            if not takes(read, message, strict):
                return Met(number, message)
    return Met(number, None)


def meetings(old: Built, new: Built, position: str, rng: Random, most: int) -> tuple[Met, Met]:
    """An old client with a new server, and a new client with an old server."""
    to_new, to_old = meet(old, new, position, rng, most), meet(new, old, position, rng, most)
    return (to_new, to_old) if position in ("request", "context") else (to_old, to_new)


# Of fewer valid messages than this, nothing can be learnt about what never fails.
_ENOUGH = 100


@pytest.mark.parametrize("seeds", [range(start, start + 25) for start in (10_000, 10_025)], ids=str)
@pytest.mark.parametrize("position", POSITIONS)
def test_a_verdict_says_what_messages_do(builder: Builder, position: str, seeds: range) -> None:
    shown = 0
    for rng, old, new in pairs(seeds, position):
        findings = compare(old, new, TODAY)
        for claimed, met in zip(
            joined(findings), meetings(builder.build(old), builder.build(new), position, rng, 2000), strict=True
        ):
            if met.refused is not None or met.valid >= _ENOUGH:
                assert (met.refused is not None) == claimed, (met, findings, old, new)
                shown += claimed
    assert shown


@pytest.mark.parametrize("position", POSITIONS)
def test_a_verdict_on_many_edits_is_sound(builder: Builder, position: str) -> None:
    for rng, old, new in pairs(range(20_000, 20_030), position, edits=4):
        findings = compare(old, new, TODAY)
        for claimed, met in zip(
            joined(findings), meetings(builder.build(old), builder.build(new), position, rng, 100), strict=True
        ):
            assert claimed or met.refused is None, (met, findings, old, new)
