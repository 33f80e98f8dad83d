"""Costs that a user feels, without a clock: a large project, and what importing a client loads."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_a_hundred_services_are_generated(tmp_path: Path) -> None:
    """How long it takes is measured by `benchmarks/compile_scale.py`."""
    for i in range(100):
        (tmp_path / f"svc_{i}.soa.yaml").write_text(contract(f"svc_{i}"), encoding="utf-8")
    project = load([str(path) for path in sorted(tmp_path.glob("*.soa.yaml"))]).project
    assert project is not None
    assert len(generate(project, Options(package="many"))) == 2 + 100 * 10


# Who imports a client and does not make one loads this of the runtime, and nothing of what makes calls (wire,
# transports, settings, asyncio): that is what keeps it at 20 ms (`benchmarks/import_time.py`).
LOADED = {
    "action", "client", "context", "core", "core.answers", "core.options", "core.retry", "core.stepping", "enums",
    "error_data", "errors", "generated", "server", "server.base", "switches", "validation", "validation.constraints",
    "validation.enums", "validation.faults", "validation.holders", "validation.scalars",
}  # fmt: skip


def test_importing_a_client_loads_little(tmp_path: Path) -> None:
    (tmp_path / "svc.soa.yaml").write_text(contract("svc"), encoding="utf-8")
    project = load([str(tmp_path / "svc.soa.yaml")]).project
    assert project is not None
    for name, text in generate(project, Options(package="one")).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    program = (
        "import sys; import one.svc; one.svc.SvcClient;"
        "assert not {'asyncio', 'msgpack', 'redis'} & set(sys.modules);"
        "print(*(name.removeprefix('soagen_runtime.') for name in sys.modules if name.startswith('soagen_runtime.')))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'runtime'}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == LOADED
