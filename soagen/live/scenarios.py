"""Scenario files, from their path to what can be played."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from soagen import source
from soagen.diagnostics import Diagnostic
from soagen.findings import Report
from soagen.live.cast import Cast, Miscast
from soagen.live.play import Failed, play
from soagen.scenarios.reading import read_head, read_scenarios
from soagen.scenarios.tree import Scenario
from soagen.scenarios.values import problem
from soagen.source import legible

__all__ = ["Failed", "Played", "load_scenarios"]


@dataclass(frozen=True, slots=True)
class Played:
    """A file: its scenarios, or what is wrong with it. ``text`` is for showing the lines that findings point at."""

    text: str = field(repr=False)
    scenarios: tuple[Scenario, ...] = ()
    usefixtures: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    cast: Cast | None = None

    def play(self, scenario: Scenario) -> None:
        """Plays one of the scenarios. Raises `Failed`, and what the user's own code raises while it is set up."""
        assert self.cast is not None, "there are scenarios"
        play(scenario, self.cast)


def load_scenarios(path: str, data: bytes) -> Played:
    """Reads a file, which findings call ``path``. Raises what the user's modules raise when they are imported."""
    report = Report()
    made = partial(Played, legible(data))
    root = source.read(data, path, report)
    file = read_head(root, path, report) if root is not None else None
    if file is None:
        return made(diagnostics=_sorted(report))
    try:
        cast = Cast(file.head)
    except Miscast as miscast:
        problem(report, miscast.target.at, str(miscast))
        return made(diagnostics=_sorted(report))
    scenarios = read_scenarios(file, cast, report)
    if report.found:
        return made(diagnostics=_sorted(report))
    return made(scenarios=scenarios, usefixtures=file.head.usefixtures, cast=cast)


def _sorted(report: Report) -> tuple[Diagnostic, ...]:
    return tuple(sorted(report.found, key=lambda each: (each.span, each.code, each.message)))
