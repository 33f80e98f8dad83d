"""The error corpus: broken contracts, each with the findings that it must give, and no others.

A finding is expected by a comment on the line in question: ``# E: 7 UNKNOWN_TYPE there is no type`` (column, code, and
how the message begins; several may follow one another). Where a comment can't stand, as in a file of odd bytes, a file
``NAME.expected`` beside it lists ``line:column CODE message``. A folder in ``folders/`` is one run over all its files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from soagen.diagnostics import Diagnostic
from soagen.findings import CATALOGUE
from soagen.generate.clashes import clashes
from soagen.load import load

HERE = Path(__file__).parent
_COMMENT = re.compile(r"# E: ([0-9]+) ([A-Z0-9_]+) (.*?)(?=  # E: |$)")
_LISTED = re.compile(r"([0-9]+):([0-9]+) ([A-Z0-9_]+) (.*)")


@dataclass(frozen=True)
class Case:
    """One run: files, by paths relative to ``base``."""

    name: str
    base: Path
    paths: tuple[str, ...]

    def run(self) -> tuple[Diagnostic, ...]:
        loaded = load(self.paths, lambda path: (self.base / path).read_bytes())
        return (*loaded.diagnostics, *clashes(loaded.known))

    def expected(self) -> Iterator[tuple[str, int, int, str, str]]:
        for path in self.paths:
            listed = (self.base / path).with_name(Path(path).name.removesuffix(".soa.yaml") + ".expected")
            if listed.exists():
                for match in map(_LISTED.fullmatch, listed.read_text("utf-8").splitlines()):
                    assert match, f"{listed} has a line that is no finding"
                    yield path, int(match[1]), int(match[2]), match[3], match[4]
                continue
            for number, line in enumerate((self.base / path).read_text("utf-8").splitlines(), 1):
                for match in _COMMENT.finditer(line):
                    yield path, number, int(match[1]), match[2], match[3]


def _cases() -> Iterator[Case]:
    for folder in sorted((HERE / "folders").iterdir()):
        paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.soa.yaml"))
        yield Case(f"folders/{folder.name}", folder, tuple(paths))
    for file in sorted(HERE.rglob("*.soa.yaml")):
        if not file.is_relative_to(HERE / "folders"):
            yield Case(file.relative_to(HERE).as_posix(), file.parent, (file.name,))


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_findings_are_those_that_are_written_down(case: Case) -> None:
    expected = sorted(case.expected())
    found = case.run()
    assert expected, "a case without a finding proves nothing"
    places = [(each.span.path, each.span.line, each.span.column, each.code) for each in found]
    assert sorted(places) == [each[:4] for each in expected]
    for each in found:
        place = (each.span.path, each.span.line, each.span.column, each.code)
        assert any(each.message.startswith(message) for *rest, message in expected if tuple(rest) == place)


def test_every_code_of_the_catalogue_has_a_case() -> None:
    covered = {code for case in CASES for _, _, _, code, _ in case.expected()}
    assert covered == set(CATALOGUE)
