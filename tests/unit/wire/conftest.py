"""The vectors of ``tests/vectors`` as cases: a test marked ``vectors("x.jsonl")`` runs for each line, as ``case``."""

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from currint import Amount

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


_MEANINGS: dict[str, Callable[[Any], Any]] = {
    "$datetime": dt.datetime.fromisoformat,
    "$datetime_utc": lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC),
    "$date": dt.date.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$decimal": Decimal,
    "$amount": lambda pair: Amount.from_code_and_minor(*pair) if pair[0] else Amount.ZERO,
    "$bytes": bytes.fromhex,
    "$int": int,
    "$float": float,
    "$map": lambda pairs: {_key(meaning(key)): meaning(value) for key, value in pairs},
    "$repr": lambda text: {"{1}": {1}, "1j": 1j}.get(text, object()),
}


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def meaning(notation: Any) -> Any:
    """The value that a notation of ``tests/vectors/README.md`` stands for."""
    if isinstance(notation, list):
        return [meaning(part) for part in notation]
    if isinstance(notation, dict):
        if len(notation) == 1 and (name := next(iter(notation))) in _MEANINGS:
            return _MEANINGS[name](notation[name])
        return {key: meaning(value) for key, value in notation.items()}
    return notation


def noted(value: Any) -> Any:
    """The notation of a value: equal only for values that are the same to the last digit, and of the same types."""
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: noted(part) for key, part in value.items()}
        return {"$map": [[noted(key), noted(part)] for key, part in value.items()]}
    if isinstance(value, list):
        return [noted(part) for part in value]
    return next((note(value) for kind, note in _NOTES if isinstance(value, kind)), value)


def _note_float(value: float) -> Any:
    return value if abs(value) < float("inf") else {"$float": repr(value)}


def _note_datetime(value: dt.datetime) -> Any:
    assert value.tzinfo in (None, dt.UTC)
    return {
        "$datetime" + ("_utc" if value.tzinfo else ""): value.replace(tzinfo=None).isoformat(timespec="microseconds")
    }


_NOTES: list[tuple[type, Callable[[Any], Any]]] = [
    (bool, bool),
    (int, lambda value: value if abs(value) < 2**53 else {"$int": str(value)}),
    (float, _note_float),
    (bytes, lambda value: {"$bytes": value.hex()}),
    (dt.datetime, _note_datetime),
    (dt.date, lambda value: {"$date": value.isoformat()}),
    (dt.time, lambda value: {"$time": value.isoformat(timespec="microseconds")}),
    (Decimal, lambda value: {"$decimal": str(value)}),
    (Amount, lambda value: {"$amount": [value.currency.code, value.value]}),
]


def unsqueezed(hex_with_runs: str) -> bytes:
    """Bytes from hex in which ``(78*3)`` stands for ``787878``."""
    return bytes.fromhex(re.sub(r"\((..)\*(\d+)\)", lambda run: run[1] * int(run[2]), hex_with_runs))


@pytest.fixture(name="meaning")
def _meaning() -> Callable[[Any], Any]:
    return meaning


@pytest.fixture(name="noted")
def _noted() -> Callable[[Any], Any]:
    return noted


@pytest.fixture(name="unsqueezed")
def _unsqueezed() -> Callable[[str], bytes]:
    return unsqueezed


@pytest.fixture(name="load_vectors")
def _load_vectors() -> Callable[[str], list[dict[str, Any]]]:
    return load_vectors
