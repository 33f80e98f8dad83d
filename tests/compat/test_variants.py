"""Verdicts on variants, held against generated code for every set of switches that a client can have on.

Versions are drawn that differ in their switches, their variants and the order of these. For each set of active switches
that the client's version knows, a client sends the contract that its own version selects, and the server reads it by
the one that its version selects; so does the answer come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from random import Random
from typing import Any

import pytest

from soagen.compat import compare
from soagen.compat.served import contracts
from soagen.model import Project
from tests.compat.building import TODAY, Builder, Built, compiled, joined, takes
from tests.compat.drawing import Doc
from tests.compat.sampling import Sampler

_SWITCHES = {"A": 1, "B": 2, "C": 3}
_BODIES: tuple[Doc, ...] = ({"x": "int"}, {"x": "int", "y": "int?"}, {"x": "int", "y": "int"}, {"x": "string"})


def drawn(rng: Random) -> Doc:
    """A contract of some of the switches, some of which select a variant."""
    known = rng.sample(sorted(_SWITCHES), rng.randint(0, 3))
    bodies = {"request": rng.choice(_BODIES), "response": rng.choice(_BODIES)}
    selecting = rng.sample(known, rng.randint(0, len(known)))
    variants = {name: {key: rng.choice(_BODIES) for key in bodies if rng.random() < 0.7} for name in selecting}
    action = {**bodies, "variants": {name: variant or dict(bodies) for name, variant in variants.items()}}
    if not variants:
        del action["variants"]
    doc: Doc = {"actions": {"act": action}}
    if known:
        doc["switches"] = {name: {"id": _SWITCHES[name]} for name in sorted(known)}
    return doc


def edited(rng: Random, doc: Doc) -> Doc:
    """Another drawing, or the same one with its variants in another order, or with a switch more or less."""
    action = doc["actions"]["act"]
    match rng.randrange(3):
        case 0:
            return drawn(rng)
        case 1 if "variants" in action:
            names = rng.sample(sorted(action["variants"]), len(action["variants"]))
            return {
                **doc,
                "actions": {"act": {**action, "variants": {name: action["variants"][name] for name in names}}},
            }
        case _:
            used = action.get("variants", {})
            known = {name for name in _SWITCHES if name in used or rng.random() < 0.5}
            switches = {"switches": {name: {"id": _SWITCHES[name]} for name in sorted(known)}} if known else {}
            return {"actions": doc["actions"], **switches}


def sets(project: Project) -> Iterator[frozenset[int]]:
    """Every set of switches that a client of this version can have on."""
    ids = [each.id for each in project.contracts["orders"].switches]
    return (frozenset(some) for number in range(len(ids) + 1) for some in combinations(ids, number))


def selected(version: Built, active: frozenset[int]) -> Any:
    """The generated action that serves while these switches are on."""
    actions = version.api.service.SERVICE.actions
    return next(each for each in actions if each.switch is None or each.switch in active)


def refuses(client: Built, server: Built, rng: Random) -> bool:
    """Whether some call of this client fails with this server."""
    return any(_fails(client, server, active, rng) for active in sets(client.project))


def _fails(client: Built, server: Built, active: frozenset[int], rng: Random) -> bool:
    calls, serves = selected(client, active), selected(server, active)
    for body, writer, reader, strict in (
        ("request", (client, calls), serves, True),
        ("response", (server, serves), calls, False),
    ):
        version, action = writer
        valid, read = getattr(action, f"decode_{body}"), getattr(reader, f"decode_{body}")
        fields = _fields(version.project, action.switch)[body]
        sampler = Sampler(version.project, rng)
        for _ in range(20):
            message = sampler.record(fields)
            if takes(valid, message, True) and not takes(read, message, strict):
                return True
    return False


def _fields(project: Project, switch: int | None) -> Mapping[str, Any]:
    action = project.contracts["orders"].actions[0]
    served = next(each for each in contracts(project, action) if each.switch == switch)
    return {"request": served.request, "response": served.response}


@pytest.mark.parametrize("seeds", [range(60), range(60, 120)], ids=str)
def test_a_verdict_says_what_calls_do_for_every_set_of_switches(builder: Builder, seeds: range) -> None:
    shown = 0
    for seed in seeds:
        rng = Random(f"variants {seed}")
        before = drawn(rng)
        old, new = compiled(before), compiled(edited(rng, before))
        assert old is not None
        assert new is not None
        versions = builder.build(old), builder.build(new)
        findings = compare(old, new, TODAY)
        real = refuses(versions[0], versions[1], rng), refuses(versions[1], versions[0], rng)
        assert joined(findings) == real, (seed, findings)
        shown += real != (False, False)
    assert shown > 10
