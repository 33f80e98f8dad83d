"""Compile time beside `grpc_tools.protoc` with mypy-protobuf, for as many services, actions and types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bench.contestants import PEERS

SERVICES, ACTIONS, ROUNDS = 20, 20, 3

_CONTRACT = """\
soa: 1
service: {name}
types:
  Thing:
    fields: {{id: string, amount: int, price: float, tags: list<string>, note: string?}}
actions:
"""
_ACTION = """\
  act_{n}:
    request: {{thing: Thing, note: string?, things: list<Thing>}}
    response: {{thing: Thing}}
"""
_PROTO = """\
syntax = "proto3";
package {name};
message Thing {{
  string id = 1; int64 amount = 2; double price = 3; repeated string tags = 4; optional string note = 5;
}}
"""
_MESSAGES = """\
message Act{n}Request {{ Thing thing = 1; optional string note = 2; repeated Thing things = 3; }}
message Act{n}Response {{ Thing thing = 1; }}
"""
_RPC = "  rpc act_{n}(Act{n}Request) returns (Act{n}Response);\n"


def measure_compilers(folder: Path) -> dict[str, float]:
    """Seconds for the whole of a fleet, the best of some rounds; a process each, as in a build."""
    contracts, protos = folder / "contracts", folder / "protos"
    for place in (contracts, protos):
        place.mkdir()
    for i in range(SERVICES):
        name = f"svc_{i}"
        actions = "".join(_ACTION.format(n=n) for n in range(ACTIONS))
        (contracts / f"{name}.soa.yaml").write_text(_CONTRACT.format(name=name) + actions)
        messages = "".join(_MESSAGES.format(n=n) for n in range(ACTIONS))
        calls = "".join(_RPC.format(n=n) for n in range(ACTIONS))
        (protos / f"{name}.proto").write_text(_PROTO.format(name=name) + messages + f"service S {{\n{calls}}}\n")
    (folder / "pyproject.toml").write_text('[tool.soagen]\nsources = ["contracts"]\npackage = "many"\nout = "ours"\n')
    ours = [sys.executable, "-m", "soagen", "build", "--no-cache"]
    out = folder / "theirs"
    theirs = [PEERS, "-m", "grpc_tools.protoc", f"-I{protos}", f"--python_out={out}", f"--grpc_python_out={out}"]
    theirs += [f"--mypy_out={out}", f"--mypy_grpc_out={out}", *[path.name for path in sorted(protos.glob("*.proto"))]]
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(PEERS).parent), os.environ["PATH"]])}
    found = {"soagen build": float("inf"), "protoc + mypy-protobuf": float("inf")}
    for _ in range(ROUNDS):
        for (name, best), command in zip(found.items(), (ours, theirs), strict=True):
            for made in (folder / "ours", out):
                shutil.rmtree(made, ignore_errors=True)
                made.mkdir()
            began = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
            found[name] = min(best, time.perf_counter() - began)
    return found
