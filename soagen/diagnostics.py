"""Findings about a contract, where they stand, and how they are shown.

What is true here: a user's mistake is data, never an exception. Each stage (source, parse, resolve, checks, names)
returns its findings in a list and goes on as far as it can, so that one run reports everything it can see.
Lines and columns count from 1; columns count code points, as editors show them. What a text has in it is shown, never
obeyed: control characters come out as U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_LINE_END = re.compile("\r\n|\r|\n")
_UNSEEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_WIDEST = 160  # code points of a line that are shown around a finding


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line in a contract file: ``path`` as the user gave it, ``end_column`` exclusive."""

    path: str
    line: int
    column: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: its place, its stable code (see ``docs/findings.md``), what is wrong and, if plausible, the mend."""

    span: Span
    code: str
    message: str
    hint: str | None = None
    related: tuple[tuple[Span, str], ...] = ()


def lines_of(text: str) -> list[str]:
    """The lines of a text as an editor counts them, without their ends."""
    return _LINE_END.split(text)


def render(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str] | None = None) -> str:
    """The findings as text for a terminal, with the lines that they point at where ``texts`` (by path) has them.

    ``Loaded.texts`` is what to give here. There is no line end at the end.
    """
    lines = {path: lines_of(text) for path, text in (texts or {}).items()}
    return "\n".join(part for each in diagnostics for part in _parts(each, lines))


def as_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """The findings as JSON-able data."""
    return [
        {
            **_place(each.span),
            "code": each.code,
            "message": each.message,
            "hint": each.hint,
            "related": [{**_place(span), "message": message} for span, message in each.related],
        }
        for each in diagnostics
    ]


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column, "end_column": span.end_column}


def _parts(diagnostic: Diagnostic, lines: Mapping[str, list[str]]) -> Iterable[str]:
    span = diagnostic.span
    yield _seen(f"{span}: {diagnostic.code} {diagnostic.message}")
    known = lines.get(span.path, [])
    if span.line <= len(known) and known[span.line - 1].strip():
        yield from _pointed(known[span.line - 1], span)
    if diagnostic.hint:
        yield _seen(f"hint: {diagnostic.hint}")
    for at, message in diagnostic.related:
        yield _seen(f"  {at}: {message}")


def _pointed(line: str, span: Span) -> Iterable[str]:
    """A line, and carets under a stretch of it; of a very long line, what is around the stretch."""
    first = max(0, span.column - 1 - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = _seen(line[first : first + _WIDEST])
    start, end = span.column - 1 - first, span.end_column - 1 - first
    before = "".join("\t" if char == "\t" else " " * _width(char) for char in shown[:start])
    yield shown.rstrip()
    yield before + "^" * max(1, sum(map(_width, shown[start:end])))


def _width(char: str) -> int:
    """The columns that a character takes in a terminal."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _seen(text: str) -> str:
    return _UNSEEN.sub("\ufffd", text)
