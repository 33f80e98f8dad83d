"""Actions: what is added and removed, what they promise, and each of their contracts held against what serves it.

Some verdicts here are judgement, since no message is refused: a client that takes an action for idempotent sends it
again, to whatever server there is, so the promise must be kept by all servers before any client relies on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from soagen.compat.changes import Changes
from soagen.compat.findings import BEHAVIOUR, SOURCE, Findings, Weight
from soagen.compat.notes import notes
from soagen.compat.noting import Here, Noter
from soagen.compat.pairing import paired, reordered
from soagen.compat.positions import FINE, Judgement, Position
from soagen.compat.served import PARTS, Met, Part, Served, contracts, meetings, switches
from soagen.compat.walk import Reached, Walk
from soagen.model import Action, Contract, Project, Ref


@dataclass(slots=True)
class Scene:
    """Two projects, what has changed between them, and what was found."""

    old: Project
    new: Project
    changes: Changes
    today: dt.date
    found: Findings = field(default_factory=Findings)
    reached: Reached = field(default_factory=Reached)

    def walk(self, position: Position, found: Findings | None = None) -> Walk:
        """A new walk at a position."""
        return Walk(position, self.found if found is None else found, self.old, self.new, self.changes, self.reached)

    @property
    def noter(self) -> Noter:
        """For what is judged without a walk."""
        return Noter(Position.REQUEST, self.found)


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of a service that both versions have."""

    scene: Scene
    old: Contract
    new: Contract

    def compare(self) -> None:
        """Notes what differs."""
        noter = self.scene.noter
        pairs = paired(self.old.actions, self.new.actions, lambda each: each.wire, lambda each: each.name, alike=_alike)
        service = Here(self.new.name, self.new.name, self.old.span, self.new.span)
        for before, after in pairs.both:
            here = service.part(after.name, before.span, after.span)
            self._named(before, after, here)
            self._action(before, after, here)
        for each in pairs.removed:
            self._removed(each, service.part(each.name, each.span, service.after))
        for each in pairs.added:
            here = service.part(each.name, service.before, each.span)
            if each.name in self.old.reserved.actions or each.wire in self.old.reserved.actions:
                message = f"the action `{each.name}` uses a name that was reserved"
                noter.note("reserved-reused", here, message, noter.condemned("the name once meant something else"))
            else:
                unknown = Judgement(
                    new_client=f"a new client may call `{each.wire}`, which an old server does not have"
                )
                noter.note("action-added", here, f"the action `{each.name}` was added", unknown)
        if reordered([each.wire for each in self.old.actions], [each.wire for each in self.new.actions]):
            noter.note("order-changed", service, "the actions stand in another order")

    def _removed(self, action: Action, here: Here) -> None:
        noter = self.scene.noter
        unknown = Judgement(old_client=f"an old client may call `{action.wire}`, which a new server does not have")
        noter.note("action-removed", here, f"the action `{action.name}` was removed", unknown)
        promise_kept(self.scene, action, unknown, here)

    def _named(self, old: Action, new: Action, here: Here) -> None:
        noter = self.scene.noter
        if old.wire != new.wire:
            reason = Judgement(
                f"an old client calls `{old.wire}`, which a new server does not have",
                f"a new client calls `{new.wire}`, which an old server does not have",
            )
            message = f"`{old.name}` was sent as `{old.wire}` and is sent as `{new.wire}`"
            axes = (SOURCE,) if old.name != new.name else ()
            noter.note("action-sent-name-changed", here, message, reason, axes=axes)
        elif old.name != new.name:
            message = f"`{old.name}` is now called `{new.name}`, and still sent as `{new.wire}`"
            noter.note("action-renamed", here, message, axes=(SOURCE,))

    def _action(self, old: Action, new: Action, here: Here) -> None:
        noter = self.scene.noter
        notes(noter, old, new, here)
        promise(noter, "idempotent", old.idempotent, new.idempotent, here)
        if old.timeout != new.timeout:
            # Without a timeout of its own, an action has the client's: what that is, nobody knows here.
            lowered = new.timeout is not None and (old.timeout is None or new.timeout < old.timeout)
            words = f"was {_seconds(old.timeout)} and is {_seconds(new.timeout)}"
            rule, axes = ("timeout-lowered", (BEHAVIOUR,)) if lowered else ("timeout-raised", ())
            noter.note(rule, here, f"the timeout {words}", axes=axes)
        if old.oneway != new.oneway:
            self._oneway(old, new, here)
        self._contracts(old, new, here)

    def _oneway(self, old: Action, new: Action, here: Here) -> None:
        scratch = Findings()
        self.scene.walk(Position.RESPONSE, scratch).body(old.response, new.response, here)
        rule, words = ("oneway-added", "waits for nothing") if new.oneway else ("oneway-dropped", "waits for a reply")
        axes = {axis for each in scratch for axis in each.axes}
        self.scene.noter.note(rule, here, f"the caller now {words}", scratch.judgement, axes=axes)

    # --- the contracts of an action

    def _contracts(self, old: Action, new: Action, here: Here) -> None:
        scene = self.scene
        before, after = contracts(scene.old, old), contracts(scene.new, new)
        known = switches(scene.old, self.old), switches(scene.new, self.new)
        for met in meetings(before, after, *known):
            if met.old.switch == met.new.switch:
                at = _parts(here, met, before[-1], after[-1])
                # An action that is or was oneway answers neither responses nor errors: that is one edit.
                whole = old.oneway == new.oneway
                self._bodies(met, at, scene.found, whole=whole)
                if whole:
                    self._errors(met, at["errors"])
                if not met.new.is_base and met.old.doc != met.new.doc:
                    scene.noter.note("docs-changed", _own(here, met), "the documentation is another one")
            else:
                self._crossed(met, before, after, here)
        self._quiet_variants(before, after, here)

    def _bodies(self, met: Met, at: Mapping[Part, Here], found: Findings, *, whole: bool) -> None:
        self.scene.walk(Position.REQUEST, found).body(met.old.request, met.new.request, _into(at, "request"))
        if whole:
            self.scene.walk(Position.RESPONSE, found).body(met.old.response, met.new.response, _into(at, "response"))

    def _crossed(self, met: Met, before: Sequence[Served], after: Sequence[Served], here: Here) -> None:
        """A call that was served by one contract is served by another.

        That a variant came, went or moved is one edit.
        """
        scratch = Findings()
        self._bodies(met, dict.fromkeys(PARTS, here), scratch, whole=True)
        found = scratch.judgement
        judgement = Judgement(
            _while_on(met, found.old_client) if met.old_client else None,
            _while_on(met, found.new_client) if met.new_client else None,
        )
        rule, variant, words = _cause(met, before, after)
        assert variant.ref is not None
        subject = f"{here.subject}[{variant.name}]"
        if rule == "switch-id-changed":
            subject = f"{variant.ref.contract}.{variant.name}"
        at = here.into(subject, met.old.span, met.new.span)
        message = f"the variant for `{variant.name}` {words}"
        self.scene.noter.note(rule, at, message, judgement, axes=(BEHAVIOUR,) if judgement == FINE else ())

    def _quiet_variants(self, before: Sequence[Served], after: Sequence[Served], here: Here) -> None:
        """Variants that came or went and are never reached first are noted all the same."""
        for rule, mine, others, words in (
            ("variant-removed", before, after, "was removed"),
            ("variant-added", after, before, "was added"),
        ):
            known = {each.switch for each in others}, {each.ref for each in others}
            for each in mine:
                if each.switch not in known[0] and each.ref not in known[1]:
                    at = here.into(f"{here.subject}[{each.name}]", each.span, each.span)
                    self.scene.noter.note(rule, at, f"the variant for `{each.name}` {words}")

    # --- errors that an action may answer with

    def _errors(self, met: Met, here: Here) -> None:
        codes = _codes(self.scene.old, met.old.errors), _codes(self.scene.new, met.new.errors)
        noter = self.scene.noter
        for ref in met.new.errors:
            code = self.scene.new.error(ref).wire
            if code not in codes[0] and ref not in met.old.errors and _is_known(self.scene.old, ref):
                at = here.part(ref.name, here.before, here.after)
                noter.note("action-error-added", at, f"it may now answer `{code}`", axes=(BEHAVIOUR,))
        for ref in met.old.errors:
            code = self.scene.old.error(ref).wire
            if code not in codes[1] and ref not in met.new.errors and _is_known(self.scene.new, ref):
                at = here.part(ref.name, here.before, here.after)
                noter.note("action-error-removed", at, f"it no longer answers `{code}`")


def promise_kept(scene: Scene, removed: Action | Contract, unknown: Judgement, here: Here) -> None:
    """Notes that something was removed before the day until which it was promised."""
    sunset = removed.deprecated.sunset if removed.deprecated else None
    if sunset is not None and scene.today < sunset:
        message = f"`{removed.name}` was promised until {sunset}, and today is {scene.today}"
        scene.noter.note("removed-before-sunset", here, message, unknown, weight=Weight.ALWAYS)


def promise(noter: Noter, what: str, old: bool, new: bool, here: Here) -> None:
    """What allows a client to send again.

    Given to all servers before any client, taken from all clients before any server.
    """
    if old == new:
        return
    if new:
        reason = Judgement(new_client=f"a new client sends again what an old server does not take for {what}")
        noter.note(f"{what}-added", here, f"it is now {what}", reason)
    else:
        reason = Judgement(old_client=f"an old client sends again what a new server does not take for {what}")
        noter.note(f"{what}-removed", here, f"it is no longer {what}", reason)


def _cause(met: Met, before: Sequence[Served], after: Sequence[Served]) -> tuple[str, Served, str]:
    for rule, mine, others, words in (
        ("variant-added", met.new, before, "was added"),
        ("variant-removed", met.old, after, "was removed"),
    ):
        if mine.switch not in {each.switch for each in others}:
            if mine.ref in {each.ref for each in others}:
                return "switch-id-changed", mine, "is selected by another id"
            return rule, mine, words
    return "variant-order-changed", met.old if met.new.is_base else met.new, "is tried in another order"


def _own(here: Here, met: Met) -> Here:
    """Where a contract that serves before and after is written."""
    if met.new.is_base:
        return here
    name = f"[{met.new.name}]"
    return Here(here.place + name, here.subject + name, met.old.span, met.new.span)


def _parts(here: Here, met: Met, old: Served, new: Served) -> dict[Part, Here]:
    """Where the parts of such a contract are written: what a variant takes from the action (``old``, ``new``) stands
    there, so that editing it is one edit, which messages come to by both.
    """
    own = _own(here, met)
    taken = replace(here, place=own.place)
    return {part: taken if met.old.takes(part, old) and met.new.takes(part, new) else own for part in PARTS}


def _into(at: Mapping[Part, Here], part: Part) -> Here:
    here = at[part]
    return here.part(part, here.before, here.after)


def _while_on(met: Met, reason: str | None) -> str | None:
    names = sorted({each.name for each in (met.old, met.new) if not each.is_base})
    return None if reason is None else f"while {' and '.join(f'`{name}`' for name in names)} is on, {reason}"


def _alike(old: Action, new: Action) -> bool:
    same = (old.request, old.response) == (new.request, new.response)
    return same and (bool(old.request) or bool(old.response))


def _codes(project: Project, refs: Sequence[Ref]) -> set[str]:
    return {project.error(ref).wire for ref in refs}


def _is_known(project: Project, ref: Ref) -> bool:
    contract = project.contracts.get(ref.contract)
    return contract is not None and any(each.name == ref.name for each in contract.errors)


def _seconds(timeout: dt.timedelta | None) -> str:
    return "the client's" if timeout is None else f"{timeout.total_seconds():g} s"
