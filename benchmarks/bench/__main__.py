"""We and our peers, side by side in one run: ``python -m benchmarks.bench [--rounds N] [--seconds S]``.

All servers and clients are up at once; short runs take turns, so that what else the machine does hits all alike. Told
are medians of the rounds, their spread, and ratios.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.bench.arena import Arena, arena, say
from benchmarks.bench.codecs import measure_codecs
from benchmarks.bench.compiling import measure_compilers
from benchmarks.bench.contestants import CONTESTANTS, FLIGHT, ONE, PEERS, ROOT, Contestant
from benchmarks.bench.report import Report
from soagen.generate import Options, generate
from soagen.load import load

HERE = Path(__file__).parent


def prepare(folder: Path) -> Path:
    """The generated code of all sides."""
    generated = folder / "generated"
    loaded = load([str(HERE / "contracts" / "orders.soa.yaml")])
    assert loaded.project is not None, loaded.diagnostics
    for name, text in generate(loaded.project, Options(package="bench_api")).items():
        path = generated / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    protoc = [PEERS, "-m", "grpc_tools.protoc", f"-I{HERE / 'contracts'}", f"--python_out={generated}"]
    subprocess.run([*protoc, f"--grpc_python_out={generated}", "orders.proto"], check=True)
    return generated


def duel(place: Arena, report: Report, rounds: int, seconds: float) -> None:
    """One caller, and many calls in flight, of everybody."""
    entries = {contestant.name: place.enter(contestant) for contestant in CONTESTANTS}
    for round_number in range(rounds):
        say(f"round {round_number + 1} of {rounds}")
        for mode in (ONE, FLIGHT):
            for task in ("echo", "create_order", "kb10", "kb200"):
                for contestant in CONTESTANTS:
                    if task in contestant.modes.get(mode, ()):
                        in_flight = 1 if mode == ONE else contestant.in_flight
                        figures = place.measure(entries[contestant.name], task, in_flight, seconds)
                        report.add(f"{mode} {task}", contestant.name, figures)
    for entry in entries.values():
        place.leave(entry)


def crowd(place: Arena, report: Report, rounds: int, seconds: float) -> None:
    """Eight client processes, each with one call at a time."""
    for contestant in CONTESTANTS:
        if ONE in contestant.modes and contestant.name in ("soagen", "PySOA", "grpc"):
            entry = place.enter(contestant, clients=8)
            for _ in range(rounds):
                report.add(
                    "eight clients create_order", contestant.name, place.measure(entry, "create_order", 1, seconds)
                )
            place.leave(entry)


def scale(place: Arena, report: Report, rounds: int, seconds: float) -> None:
    """One, two and four workers, whose action waits 5 ms."""
    ours = by_name("soagen")
    callers = tuple(word.replace("{port}/1", "{port}/0") for word in by_name("soagen aio").client)
    mixed = replace(ours, client=callers)
    for workers in (1, 2, 4):
        entry = place.enter(mixed, workers=workers)
        for _ in range(rounds):
            report.add(f"waiting 5 ms, workers: {workers}", "soagen", place.measure(entry, "wait5", 16, seconds))
        place.leave(entry)


def by_name(name: str) -> Contestant:
    """A contestant."""
    return next(each for each in CONTESTANTS if each.name == name)


def main() -> int:
    """Runs all, prints the table and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.7, help="of each run")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "benchmarks")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generated = prepare(folder)
        with arena(folder, generated) as place:
            duel(place, report, options.rounds, options.seconds)
            crowd(place, report, max(3, options.rounds // 2), options.seconds)
            scale(place, report, 3, options.seconds)
        report.codecs = measure_codecs(generated)
        report.compilers = measure_compilers(folder)
    sys.stdout.write(report.as_text())
    options.report.mkdir(parents=True, exist_ok=True)
    report.write(options.report)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
