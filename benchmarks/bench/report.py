"""From runs to what is told: medians with their spread, ratios, targets; as text, as Markdown with a chart."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bench.arena import Figures
from benchmarks.bench.contestants import CONTESTANTS

Runs = dict[str, list[Figures]]


def _p50(figures: Figures) -> float:
    return figures.p50


def _rate(figures: Figures) -> float:
    return figures.rate


def _cpu(figures: Figures) -> float:
    return figures.cpu


def _redis_cpu(figures: Figures) -> float:
    return figures.redis_cpu


@dataclass(frozen=True, slots=True)
class Target:
    """``ours`` over ``theirs`` in one case, and what it should be: at most, or at least."""

    words: str
    case: str
    ours: str
    theirs: str
    of: Callable[[Figures], float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def wanted(self) -> str:
        """In words."""
        return f"<= {self.at_most:.2f}" if self.at_most is not None else f">= {self.at_least:g}"

    def met(self, ratio: float) -> bool:
        """Whether a ratio is good enough."""
        return ratio <= self.at_most if self.at_most is not None else ratio >= (self.at_least or 0)


TARGETS = (
    Target("one caller, create_order: p50", "one create_order", "soagen", "PySOA", _p50, at_most=0.40),
    Target("one caller, create_order: p50", "one create_order", "soagen", "grpc", _p50, at_most=0.55),
    Target("one caller, create_order: p50", "one create_order", "soagen", "raw RESP", _p50, at_most=1.4),
    Target("one caller, echo: p50", "one echo", "soagen", "PySOA", _p50, at_most=0.33),
    Target("one caller, echo: p50", "one echo", "soagen", "grpc", _p50, at_most=0.40),
    Target("in flight, create_order: calls/s", "flight create_order", "soagen aio", "PySOA", _rate, at_least=8),
    Target("in flight, create_order: calls/s", "flight create_order", "soagen aio", "grpc aio", _rate, at_least=3),
    Target("in flight, echo: calls/s", "flight echo", "soagen aio", "PySOA", _rate, at_least=12),
    Target("in flight, echo: calls/s", "flight echo", "soagen aio", "grpc aio", _rate, at_least=5),
    Target("in flight, create_order: CPU", "flight create_order", "soagen aio", "PySOA", _cpu, at_most=1 / 8),
    Target("in flight, create_order: CPU", "flight create_order", "soagen aio", "grpc aio", _cpu, at_most=1 / 3),
    Target(
        "in flight, create_order: Redis CPU", "flight create_order", "soagen aio", "PySOA", _redis_cpu, at_most=1 / 8
    ),
    Target("reply of 200 kB: p50", "one kb200", "soagen", "PySOA", _p50, at_most=0.5),
)


@dataclass(slots=True)
class Report:
    """Everything that was measured."""

    runs: dict[str, Runs] = field(default_factory=dict)
    codecs: dict[str, float] = field(default_factory=dict)
    compilers: dict[str, float] = field(default_factory=dict)

    def add(self, case: str, contestant: str, figures: Figures) -> None:
        """Takes a run in."""
        self.runs.setdefault(case, {}).setdefault(contestant, []).append(figures)

    def median(self, case: str, contestant: str, of: Callable[[Figures], float]) -> float:
        """Over the rounds."""
        return statistics.median(map(of, self.runs[case][contestant]))

    def ratios(self) -> Iterator[tuple[Target, float]]:
        """Each target with what was reached: the median of the ratios within each round."""
        for target in TARGETS:
            runs = self.runs[target.case]
            pairs = zip(runs[target.ours], runs[target.theirs], strict=True)
            yield target, statistics.median(target.of(ours) / target.of(theirs) for ours, theirs in pairs)

    # --- as text

    def as_text(self) -> str:
        """The table of ratios, then the figures."""
        lines = ["", f"{'ratio':<38}{'against':<12}{'wanted':>9}{'seen':>8}"]
        for target, ratio in self.ratios():
            mark = "" if target.met(ratio) else "  missed"
            lines.append(f"{target.words:<38}{target.theirs:<12}{target.wanted:>9}{ratio:>8.2f}{mark}")
        lines += ["", *("  ".join(row) for row in self._aligned())]
        lines += ["", "decode and check create_order: " + self._listed(self.codecs, "us")]
        lines += ["compile 20 services x 20 actions: " + self._listed(self.compilers, "s"), ""]
        return "\n".join(lines)

    def _listed(self, figures: dict[str, float], unit: str) -> str:
        return ", ".join(f"{name} {value:.2f} {unit}" for name, value in figures.items())

    def _rows(self) -> Iterator[tuple[str, ...]]:
        yield ("load", "who", "calls/s", "spread", "p50 us", "p99 us", "CPU us: client", "server", "Redis", "commands",
               "reads", "kB")  # fmt: skip
        for case, runs in self.runs.items():
            for name, figures in runs.items():
                rates = sorted(each.rate for each in figures)

                def of(attribute: str, digits: int = 0, figures: list[Figures] = figures) -> str:
                    return f"{statistics.median(getattr(each, attribute) for each in figures):.{digits}f}"

                spread = f"{rates[0]:.0f}-{rates[-1]:.0f}"
                cells = (of("rate"), spread, of("p50"), of("p99"), of("client_cpu"), of("server_cpu"), of("redis_cpu"))
                yield (case, name, *cells, of("commands", 1), of("round_trips", 1), of("kilobytes", 1))

    def _aligned(self) -> Iterator[tuple[str, ...]]:
        rows = list(self._rows())
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
            yield (*left, *(cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)))

    # --- as Markdown

    def write(self, folder: Path) -> None:
        """``report.md`` and ``latency.svg``."""
        (folder / "latency.svg").write_text(self._chart(), encoding="utf-8")
        (folder / "report.md").write_text(self._markdown(), encoding="utf-8")

    def _markdown(self) -> str:
        about = f"{dt.date.today().isoformat()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        parts = ["# Side by side", "", f"Measured on {about}; everything on one machine, all rounds interleaved.", ""]
        parts += _table([("", "against", "wanted", "seen", "")])
        for target, ratio in self.ratios():
            cells = (target.words, target.theirs, target.wanted, f"{ratio:.2f}", "" if target.met(ratio) else "missed")
            parts.append(_row(cells))
        parts += ["", "![median latency of one caller](latency.svg)", "", *_table(list(self._rows())), ""]
        parts += [f"- {each.name}: {each.words}" for each in CONTESTANTS]
        parts += ["", "Decode and check `create_order`: " + self._listed(self.codecs, "us") + "."]
        parts += ["", "Compile 20 services of 20 actions: " + self._listed(self.compilers, "s") + ".", ""]
        return "\n".join(parts)

    def _chart(self) -> str:
        """Median latency of one caller's `create_order`, as bars."""
        case = "one create_order"
        values = sorted((self.median(case, name, _p50), name) for name in self.runs[case])
        longest = values[-1][0]
        bars = []
        for index, (value, name) in enumerate(values):
            top, width = 10 + 28 * index, 420 * value / longest
            color = "#2a7" if name.startswith("soagen") else "#999"
            bars.append(f'<text x="120" y="{top + 15}" text-anchor="end">{name}</text>')
            bars.append(f'<rect x="130" y="{top}" width="{width:.0f}" height="20" fill="{color}"/>')
            bars.append(f'<text x="{136 + width:.0f}" y="{top + 15}">{value:.0f} us</text>')
        size = f'width="640" height="{20 + 28 * len(values)}"'
        style = 'font-family="sans-serif" font-size="13"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(bars) + "\n</svg>\n"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    head, *rest = rows
    return [_row(head), _row(["---"] * len(head)), *map(_row, rest)]
