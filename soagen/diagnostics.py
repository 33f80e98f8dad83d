"""Findings about a contract, and where they stand.

What is true here: a user's mistake is data, never an exception. Each stage (source, parse, resolve, checks, names)
returns its findings in a list and goes on as far as it can, so that one run reports everything it can see.
Lines and columns count from 1; columns count code points, as editors show them.
"""

from __future__ import annotations

from dataclasses import dataclass


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
