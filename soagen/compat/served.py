"""Which contract of an action serves a call, before and after, for every set of switches that a caller may have on.

Variants are tried in written order, then the base. Two contracts *meet* if some set of active switches leads to the one
in the old version and to the other in the new. A caller's own contract says which switches it can have on: an old
client never turns on a switch that only the new version knows, so the two meetings (see `verdict`) are asked
separately.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from soagen.diagnostics import Span
from soagen.model import Action, Body, Contract, Project, Ref, Variant

Part: TypeAlias = Literal["request", "response", "errors"]
PARTS: tuple[Part, ...] = ("request", "response", "errors")


@dataclass(frozen=True, slots=True)
class Served:
    """One contract of an action; ``switch`` is the id of the switch ``ref`` that selects it, None for the base."""

    switch: int | None
    ref: Ref | None
    request: Body
    response: Body
    errors: tuple[Ref, ...]
    doc: str | None
    span: Span

    @property
    def name(self) -> str:
        """The name of the switch."""
        return "" if self.ref is None else self.ref.name

    @property
    def is_base(self) -> bool:
        """Whether it serves where no variant does."""
        return self.switch is None

    def takes(self, part: Part, base: Served) -> bool:
        """Whether a part of it is not its own, but what the action has."""
        return getattr(self, part) is getattr(base, part)


def contracts(project: Project, action: Action) -> tuple[Served, ...]:
    """The contracts of an action, in the order in which they are tried."""
    variants = (_variant(project, each) for each in action.variants)
    base = Served(None, None, action.request, action.response, action.errors, action.doc, action.span)
    return (*variants, base)


def _variant(project: Project, variant: Variant) -> Served:
    switch = project.switch(variant.switch)
    return Served(
        switch.id, variant.switch, variant.request, variant.response, variant.errors, variant.doc, variant.span
    )


@dataclass(frozen=True, slots=True)
class Met:
    """Two contracts that meet, and whether an old client, or a new one, may bring it about."""

    old: Served
    new: Served
    old_client: bool
    new_client: bool


def meetings(
    old: Sequence[Served], new: Sequence[Served], old_switches: frozenset[int], new_switches: frozenset[int]
) -> Iterator[Met]:
    """All pairs of contracts that meet."""
    for before in old:
        for after in new:
            active = {each.switch for each in (before, after) if each.switch is not None}
            if _first(old, active) is before and _first(new, active) is after:
                yield Met(before, after, active <= old_switches, active <= new_switches)


def _first(served: Sequence[Served], active: set[int]) -> Served:
    return next(each for each in served if each.switch is None or each.switch in active)


def switches(project: Project, contract: Contract) -> frozenset[int]:
    """The ids of all switches that a contract knows, its own and those of what it imports."""
    known: set[int] = set()
    waiting, seen = [contract.name], {contract.name}
    while waiting:
        each = project.contracts[waiting.pop()]
        known.update(switch.id for switch in each.switches)
        more = {imported.contract for imported in each.imports} - seen
        seen |= more
        waiting += more
    return frozenset(known)
