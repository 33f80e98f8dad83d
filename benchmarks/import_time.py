"""How long it takes to import redis, and how much a generated client adds to it; each the best of several processes.

python benchmarks/import_time.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROUNDS = 9
SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def milliseconds(modules: str) -> float:
    """How long a fresh Python takes to import these modules."""
    command = [sys.executable, "-c", PROGRAM.format(modules)]
    seconds = (subprocess.run(command, cwd=SHOP, capture_output=True, check=True).stdout for _ in range(ROUNDS))
    return min(map(float, seconds)) * 1000


def main() -> None:
    """Measures and prints."""
    redis = milliseconds("redis")
    both = milliseconds("redis, shop.api.orders")
    print(f"redis                      {redis:6.1f} ms")
    print(f"with a generated client    {both:6.1f} ms, {both - redis:+.1f} ms")


if __name__ == "__main__":
    main()
