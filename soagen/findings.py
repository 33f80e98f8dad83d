"""The catalogue of what can be wrong with a contract, and the list that a stage writes its findings into.

Rules: a code, once released, keeps its meaning; a code is either always visible to the JSON Schema (``structural``) or
never, so that editors and compiler can be held against each other. ``docs/findings.md`` shows an example of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from soagen.diagnostics import Diagnostic, Span


@dataclass(slots=True)
class Report:
    """What one stage has found so far; the one way to make a `Diagnostic`."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(
        self, code: str, at: Span, message: str, *, hint: str | None = None, related: tuple[tuple[Span, str], ...] = ()
    ) -> None:
        """Notes a finding; ``KeyError`` for a code that is not in the catalogue."""
        self.found.append(Diagnostic(at, code, message, hint, related))
