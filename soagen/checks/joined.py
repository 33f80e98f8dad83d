"""What a file shares with everything that it imports: the context, and the ids of switches.

Each file is held against what it reaches. A clash between two imports is found at the later import, and only in the
file in which both come together: not again in every file above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from soagen.diagnostics import Span
from soagen.findings import Report
from soagen.parse.tree import FieldTree
from soagen.resolve import Unit


@dataclass(frozen=True, slots=True)
class _Claim:
    """A unit's claim to a key, and what is said of it."""

    unit: Unit
    key: str
    at: Span
    words: str  # what clashes, for the message
    owner: str  # whose it is


def report_clashes(unit: Unit, report: Report) -> None:
    """Finds what a file and its imports, or two of its imports, both claim."""
    _report(unit, _switch_claims, "SWITCH_ID_CLASH", report)
    _report(unit, _context_claims, "CONTEXT_CLASH", report)


def _switch_claims(unit: Unit) -> Iterator[_Claim]:
    for tree in unit.tree.switches:
        if tree.id is not None:
            yield _Claim(unit, str(tree.id), tree.id_at, f"the switch id {tree.id}", f"`{tree.name.text}`")


def _context_claims(unit: Unit) -> Iterator[_Claim]:
    for tree in unit.tree.context:
        yield _Claim(unit, tree.name.text, tree.name.at, f"the context key `{tree.name.text}`", "that")


def _report(unit: Unit, claims: Callable[[Unit], Iterator[_Claim]], code: str, report: Report) -> None:
    taken: dict[str, _Claim] = {}
    reached = unit.reached()
    for other in reached:
        for claim in claims(other):
            taken.setdefault(claim.key, claim)
    own: dict[str, _Claim] = {}
    for claim in claims(unit):
        first = own.get(claim.key) or taken.get(claim.key)
        if first is not None:
            place = f"in line {first.at.line}" if first.unit is unit else f"in {first.unit.tree.path}"
            message = f"{claim.words} is taken by {first.owner} {place}"
            report.add(code, claim.at, message, related=((first.at, "the other is here"),))
        own.setdefault(claim.key, claim)
    _report_between_imports(unit, claims, code, report)


def _report_between_imports(unit: Unit, claims: Callable[[Unit], Iterator[_Claim]], code: str, report: Report) -> None:
    closures = {
        alias: [imported, *imported.reached()] for alias, imported in unit.imports.items() if imported is not None
    }
    if len(closures) < 2:
        return
    together = [{id(each) for each in closure} for closure in closures.values()]
    taken: dict[str, _Claim] = {}
    for imported in unit.tree.imports:
        for other in closures.get(imported.alias.text, ()):
            for claim in claims(other):
                first = taken.setdefault(claim.key, claim)
                if first.unit is other or _known_below(first.unit, other, together):
                    continue
                message = f"{claim.words} in {other.tree.path} is taken by {first.owner} in {first.unit.tree.path}"
                related = ((first.at, "one is here"), (claim.at, "the other is here"))
                report.add(code, imported.alias.at, message, related=related)


def _known_below(first: Unit, second: Unit, together: Sequence[set[int]]) -> bool:
    return any(id(first) in closure and id(second) in closure for closure in together)


def inherited_context(unit: Unit) -> Iterator[tuple[Unit, FieldTree]]:
    """The context fields of everything that a file imports, each once."""
    seen = {tree.name.text for tree in unit.tree.context}
    for other in unit.reached():
        for tree in other.tree.context:
            if tree.name.text not in seen:
                seen.add(tree.name.text)
                yield other, tree
