"""The pytest plugin: collects ``*.soatest.yaml``, each scenario in it as a test.

It is registered by an entry point, and loaded at each start of pytest; the compiler, only for the first such file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from soagen.live.scenarios import Played
    from soagen.scenarios.tree import Scenario

SUFFIX = ".soatest.yaml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Takes scenario files."""
    if not file_path.name.endswith(SUFFIX):
        return None
    collector: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return collector


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterable[ScenarioItem]:
        """Its scenarios. A file with something wrong in it has none, and says all that is wrong."""
        from soagen.live.scenarios import load_scenarios

        played = load_scenarios(self._shown(), self.path.read_bytes())
        if played.diagnostics:
            raise self.CollectError(_rendered(played, played.diagnostics, self._shown()))
        for scenario in played.scenarios:
            yield ScenarioItem.of(self, scenario, played)

    def _shown(self) -> str:
        try:
            return str(self.path.relative_to(Path.cwd()))
        except ValueError:
            return str(self.path)


class ScenarioItem(pytest.Function):
    """A scenario: a test function to pytest, so that fixtures of the project's own are around it."""

    played: Played
    scenario: Scenario
    shown_path: str

    @classmethod
    def of(cls, parent: ScenarioFile, scenario: Scenario, played: Played) -> ScenarioItem:
        """The test of a scenario."""

        def play() -> None:
            played.play(scenario)

        around = pytest.mark.usefixtures(*played.usefixtures)(play) if played.usefixtures else play
        item: ScenarioItem = cls.from_parent(parent, name=scenario.name, callobj=around)
        item.played, item.scenario, item.shown_path = played, scenario, parent._shown()
        return item

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.scenario.at.line - 1, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]  # as pytest calls it
        """What was not as expected, with its places in the file; the traceback of whatever else went wrong."""
        from soagen.live.scenarios import Failed

        if isinstance(excinfo.value, Failed):
            return _rendered(self.played, excinfo.value.diagnostics, self.shown_path)
        return super().repr_failure(excinfo)


def _rendered(played: Played, diagnostics: Iterable[Any], path: str) -> str:
    from soagen.diagnostics import render

    return render(diagnostics, {path: played.text})
