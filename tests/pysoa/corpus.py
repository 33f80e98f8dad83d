"""Every field of Conformity's as PySOA describes it: `corpus.jsonl`, which `tests/interop/peer/schemas.py` prints.

``python -m tests.pysoa.corpus`` writes the contract that it becomes, `corpus.soa.yaml`: an action for each field.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soagen.pysoa import Loss, read, write
from tests.notation import value_of

HERE = Path(__file__).parent
CONTRACT = HERE / "corpus.soa.yaml"


@dataclass(frozen=True)
class Case:
    """A field: its introspection, and values with what Conformity says to each."""

    name: str
    schema: Any
    values: list[tuple[Any, bool]]


def cases() -> list[Case]:
    lines = (HERE / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Case(each["name"], each["schema"], [(value_of(v), ok) for v, ok in each["values"]]) for each in found]


def imported(listed: list[Case]) -> tuple[str, list[Loss]]:
    """The contract of a service with an action for each case."""
    fields = {case.name: {"type": "dictionary", "contents": {"value": case.schema}} for case in listed}
    actions = {name: {"request_schema": schema, "response_schema": None} for name, schema in fields.items()}
    return write(read({"actions": actions}, "corpus"))


if __name__ == "__main__":
    CONTRACT.write_text(imported(cases())[0], encoding="utf-8")
