"""The chaos run, as part of the tests; and the same over the unsafe way, which shows that it can fail."""

from __future__ import annotations

import os
from pathlib import Path

from tests.delivery.chaos.__main__ import play
from tests.delivery.chaos.verdict import table

SECONDS = float(os.environ.get("SOAGEN_CHAOS_SECONDS", "30"))
SEED = int(os.environ.get("SOAGEN_CHAOS_SEED", "1"))


def test_nothing_is_lost_doubled_or_stray(tmp_path: Path) -> None:
    verdict, deeds = play(SECONDS, SEED, unsafe=False, folder=tmp_path)
    assert verdict.kept, table(verdict, deeds)
    assert verdict.outcomes["replied"] > 100
    assert verdict.outcomes["WORKER_LOST"] > 0


def test_the_unsafe_way_loses_calls(tmp_path: Path) -> None:
    verdict, deeds = play(10, SEED, unsafe=True, folder=tmp_path)
    assert verdict.lost, table(verdict, deeds)
