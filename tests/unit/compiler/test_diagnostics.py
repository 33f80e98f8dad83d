"""How findings are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from soagen.diagnostics import Diagnostic, Span, as_data, render
from soagen.findings import CATALOGUE, Report


def _shown(line: str, column: int, end: int, **more: object) -> list[str]:
    finding = Diagnostic(Span("a.soa.yaml", 1, column, end), "BAD_NAME", "it is bad", **more)  # type: ignore[arg-type]  # any field
    return render([finding], {"a.soa.yaml": line}).split("\n")


def test_a_finding_shows_its_line_a_caret_and_the_mend() -> None:
    other = Span("b.soa.yaml", 7, 3, 4)
    assert _shown("name: Wrong", 7, 12, hint="did you mean `wrong`?", related=((other, "as here"),)) == [
        "a.soa.yaml:1:7: BAD_NAME it is bad",
        "name: Wrong",
        "      ^^^^^",
        "hint: did you mean `wrong`?",
        "  b.soa.yaml:7:3: as here",
    ]


@pytest.mark.parametrize(
    ("line", "column", "end", "caret"),
    [
        ("\ta: x", 5, 6, "\t   ^"),
        ("漢字: x", 5, 6, "      ^"),
        ("a: 漢字", 4, 6, "   ^^^^"),
        ("e\u0301: x", 5, 6, "   ^"),
        ("a: x", 5, 6, "    ^"),
        ("a: x", 4, 4, "   ^"),
    ],
)
def test_the_caret_stands_under_its_character(line: str, column: int, end: int, caret: str) -> None:
    assert _shown(line, column, end)[2] == caret


def test_of_a_very_long_line_only_the_neighbourhood_is_shown() -> None:
    _, line, caret = _shown("x" * 10_000 + "Y" + "z" * 10_000, 10_001, 10_002)
    assert len(line) < 200
    assert line[len(caret) - 1] == "Y"


def test_control_characters_are_shown_and_not_obeyed() -> None:
    finding = Diagnostic(Span("a\x1b[2J", 1, 1, 2), "BAD_NAME", "no `\x1b[31m\n`", hint="\u202e")
    shown = render([finding], {"a\x1b[2J": "\x1b[31mred\x00"})
    assert "\x1b" not in shown
    assert "\x00" not in shown
    assert "\u202e" not in shown
    assert len(shown.split("\n")) == 4


@pytest.mark.parametrize("texts", [{}, {"a.soa.yaml": ""}, {"a.soa.yaml": "one\n\n"}])
def test_without_a_line_there_is_no_caret(texts: Mapping[str, str]) -> None:
    finding = Diagnostic(Span("a.soa.yaml", 3, 1, 1), "EMPTY_FILE", "nothing")
    assert render([finding], texts) == "a.soa.yaml:3:1: EMPTY_FILE nothing"


def test_findings_as_data_survive_json() -> None:
    at = Span("a.soa.yaml", 1, 2, 3)
    data = as_data([Diagnostic(at, "BAD_NAME", "bad", "mend", ((at, "here"),))])
    place = {"path": "a.soa.yaml", "line": 1, "column": 2, "end_column": 3}
    related = [place | {"message": "here"}]
    assert json.loads(json.dumps(data)) == [
        place | {"code": "BAD_NAME", "message": "bad", "hint": "mend", "related": related}
    ]


def test_a_code_that_is_not_in_the_catalogue_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Report().add("NO_SUCH_CODE", Span("a", 1, 1, 1), "")


def test_the_catalogue_speaks_in_sentences() -> None:
    for each in CATALOGUE.values():
        assert each.explanation.endswith("."), each.code
        assert not each.title.endswith("."), each.code
        assert not (each.structural and each.yaml), each.code
