"""Costs that a user feels: how long a large project takes, and what importing a client adds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from soagen.generate import Options, generate
from soagen.load import load

ROOT = Path(__file__).parent.parent.parent.parent


def contract(name: str) -> str:
    things = [
        f'  Thing{i}: {{fields: {{id: {{type: string, pattern: "[a-z]+"}}, n: {{type: int, min: 1}}, at: datetime,'
        f" price: money, tags: list<string>, more: list<Thing{i}>, next: Thing{i}?}}}}"
        for i in range(15)
    ]
    errors = [f"  ERROR_{i}: {{fields: {{what: string}}}}" for i in range(5)]
    actions = [
        f"  act_{i}: {{request: {{thing: Thing{i % 15}, note: string?, things: list<Thing1>}},"
        f" response: {{thing: Thing{i % 15}}}, errors: [ERROR_{i % 5}]}}"
        for i in range(20)
    ]
    lines = ["soa: 1", f"service: {name}", "types:", *things, "errors:", *errors, "actions:", *actions]
    return "\n".join(lines) + "\n"


def test_a_hundred_services_take_seconds(tmp_path: Path) -> None:
    for i in range(100):
        (tmp_path / f"svc_{i}.soa.yaml").write_text(contract(f"svc_{i}"), encoding="utf-8")
    project = load([str(path) for path in sorted(tmp_path.glob("*.soa.yaml"))]).project
    assert project is not None
    started = time.process_time()
    files = generate(project, Options(package="many"))
    assert len(files) == 2 + 100 * 10
    # 2 s where this was written; the compiler as a whole is allowed 10.
    assert time.process_time() - started < 6


def test_a_client_is_imported_in_a_moment(tmp_path: Path) -> None:
    (tmp_path / "svc.soa.yaml").write_text(contract("svc"), encoding="utf-8")
    project = load([str(tmp_path / "svc.soa.yaml")]).project
    assert project is not None
    for name, text in generate(project, Options(package="one")).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    program = (
        "import redis, time; start = time.perf_counter(); import one.svc; one.svc.SvcClient;"
        "print(time.perf_counter() - start)"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'runtime'}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "cache")
    took = []
    for _ in range(6):
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        took.append(float(done.stdout))
    # The first writes the bytecode. 20 ms where this was written, of which the runtime takes 8; 30 is the goal, and
    # three times that what a busy machine may make of it.
    assert statistics.median(took[1:]) < 0.09, took
