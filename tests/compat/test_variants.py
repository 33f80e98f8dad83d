"""Verdicts on variants, held against calls with every set of switches that a client can have on.

Versions are drawn that differ in their switches, their variants and the order of these.
"""

from __future__ import annotations

from random import Random

import pytest

from soagen.compat import compare
from tests.compat.building import TODAY, Builder, compiled, joined
from tests.compat.calls import Peer, refuses
from tests.compat.drawing import Doc

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


@pytest.mark.parametrize("seeds", [range(60), range(60, 120)], ids=str)
def test_a_verdict_says_what_calls_do_for_every_set_of_switches(builder: Builder, seeds: range) -> None:
    shown = 0
    for seed in seeds:
        rng = Random(f"variants {seed}")
        before = drawn(rng)
        old, new = compiled(before), compiled(edited(rng, before))
        assert old is not None
        assert new is not None
        versions = Peer(builder.build(old), "orders"), Peer(builder.build(new), "orders")
        findings = compare(old, new, TODAY)
        real = refuses(versions[0], versions[1], rng, 20), refuses(versions[1], versions[0], rng, 20)
        assert joined(findings) == real, (seed, findings)
        shown += real != (False, False)
    assert shown > 10
