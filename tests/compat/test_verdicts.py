"""Verdicts, held against what messages really do.

A contract is drawn and edited; both versions are generated and imported; messages that one version's code takes for
valid are given to the other's. Whatever is refused, the verdict must have said (it is sound), and what the verdict says
of a single edit, some message must show (it raises no false alarm).

The same is asked of `Inclusion` alone, many more times, since it needs no generated code: the findings of a walk,
joined, must be what comparing the two whole languages gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from soagen.compat import compare
from soagen.compat.inclusion import Inclusion
from soagen.model import Body, Contract, Project
from tests.compat.building import TODAY, Builder, Built, compiled, joined, takes
from tests.compat.drawing import POSITIONS, contract, edited
from tests.compat.sampling import Sampler


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


def body_at(project: Project, position: str) -> Body:
    service: Contract = project.contracts["orders"]
    match position:
        case "context":
            return service.context
        case "error":
            return service.errors[0].fields
        case "request":
            return service.actions[0].request
        case _:
            return service.actions[0].response


# --- against the languages


@pytest.mark.parametrize("edits", [1, 3])
@pytest.mark.parametrize("position", ["request", "response", "error"])
def test_the_findings_joined_are_what_the_languages_say(position: str, edits: int) -> None:
    strict = position == "request"
    seen = 0
    for _, old, new in pairs(range(500), position, edits):
        before, after = body_at(old, position), body_at(new, position)
        to_new = not Inclusion(old, new, strict).body(before, after)
        to_old = not Inclusion(new, old, strict).body(after, before)
        expected = (to_new, to_old) if strict else (to_old, to_new)
        findings = compare(old, new, TODAY)
        assert joined(findings) == expected, (old, new, findings)
        seen += expected != (False, False)
    assert seen > 50


# --- against generated code


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
    body = body_at(writer.project, position)
    number = 0
    for _ in range(most):
        message = sampler.body(body)
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
