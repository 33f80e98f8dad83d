"""The codec alone, beside msgspec, pydantic and Conformity: see `sides/codec_side.py`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from benchmarks.bench.contestants import PEERS, ROOT, SIDES

ROUNDS = 15


def measure_codecs(generated: Path) -> dict[str, float]:
    """Microseconds for the order of five lines, by way."""
    path = os.pathsep.join(map(str, [SIDES, generated, ROOT / "runtime"]))
    done = subprocess.run(
        [PEERS, str(SIDES / "codec_side.py"), str(ROUNDS)],
        env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
