"""Every case of the corpus, run: what its verdict says is what calls between its two versions do, no more and no less.

So each rule is sound, and raises no false alarm, on cases that were written for it. Rules that are judgement, where no
message is refused, are named here and left out.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from soagen.compat import compare
from soagen.compat.rules import RULES
from tests.compat.building import TODAY, Builder, joined
from tests.compat.calls import Peer, refuses, served_by_both
from tests.compat.test_rules import CASES, project, read

_JUDGEMENT = {
    "idempotent-added",
    "idempotent-removed",
    "retryable-added",
    "retryable-removed",
    "reserved-reused",
    "switch-id-reused",
    # No peer is there to call or to be called.
    "service-added",
    "service-removed",
    "service-sent-name-changed",
}

# A datetime without a zone is read as one in UTC, for the sake of PySOA's peers. What a reader puts up with is no part
# of the contract: the meaning moved, and the verdict keeps to what the two types are.
_TOLERATED = {"type-changed/zones"}


def _decided_by_messages(case: Path) -> bool:
    found = {line.split(" | ")[1] for line in (case / "expected").read_text().splitlines()}
    assert found <= RULES.keys()
    return not found & _JUDGEMENT and f"{case.parent.name}/{case.name}" not in _TOLERATED


@pytest.mark.parametrize(
    "case", [case for case in CASES if _decided_by_messages(case)], ids=lambda case: f"{case.parent.name}/{case.name}"
)
def test_a_verdict_says_what_calls_do(builder: Builder, case: Path) -> None:
    before, after = project(read(case / "before")), project(read(case / "after"))
    old, new = builder.build(before), builder.build(after)
    rng = Random(1)
    met = [False, False]
    for name in served_by_both(old, new):
        met[0] |= refuses(Peer(old, name), Peer(new, name), rng, 400)
        met[1] |= refuses(Peer(new, name), Peer(old, name), rng, 400)
    assert tuple(met) == joined(compare(before, after, TODAY))
