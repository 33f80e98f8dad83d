"""The vectors of ``tests/vectors`` as cases: a test marked ``vectors("x.jsonl")`` runs for each line, as ``case``."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[2] / "vectors"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "vectors(file, only=None): run once for each line (that `only` picks) of a file in tests/vectors"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("vectors")
    if marker is not None:
        wanted = marker.kwargs.get("only", lambda case: True)
        cases = [case for case in load_vectors(marker.args[0]) if wanted(case)]
        ids = [case.get("name") or case["case"] for case in cases]
        metafunc.parametrize("case", cases, ids=[name + "_" * ids[:at].count(name) for at, name in enumerate(ids)])


def load_vectors(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (VECTORS / file).read_text().splitlines()]


def unsqueezed(hex_with_runs: str) -> bytes:
    """Bytes from hex in which ``(78*3)`` stands for ``787878``."""
    return bytes.fromhex(re.sub(r"\((..)\*(\d+)\)", lambda run: run[1] * int(run[2]), hex_with_runs))


@pytest.fixture(name="unsqueezed")
def _unsqueezed() -> Callable[[str], bytes]:
    return unsqueezed


@pytest.fixture(name="load_vectors")
def _load_vectors() -> Callable[[str], list[dict[str, Any]]]:
    return load_vectors
