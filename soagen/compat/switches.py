"""Switches: what travels is the id, so the id is what must keep its meaning."""

from __future__ import annotations

from soagen.compat.actions import Scene
from soagen.compat.findings import BEHAVIOUR, SOURCE
from soagen.compat.notes import notes
from soagen.compat.noting import Here
from soagen.compat.pairing import paired
from soagen.model import Contract, Switch


def switches(scene: Scene, old: Contract, new: Contract) -> None:
    """Compares the switches of two versions of a contract. What depends on their variants is seen with the actions."""
    noter = scene.noter
    pairs = paired(old.switches, new.switches, lambda each: each.id, lambda each: each.name)
    names = {each.name for each in old.switches} & {each.name for each in new.switches}
    for before, after in pairs.both:
        here = Here(new.name, f"{new.name}.{after.name}", before.span, after.span)
        notes(noter, before, after, here)
        if before.id != after.id:
            _moved(scene, before, after, here)
        elif before.name in names and before.name != after.name:
            _reused(scene, after, here)
        elif before.name != after.name:
            noter.note("switch-renamed", here, f"`{before.name}` is now called `{after.name}`", axes=(SOURCE,))
    for each in pairs.removed:
        here = Here(new.name, f"{new.name}.{each.name}", each.span, new.span)
        noter.note("switch-removed", here, f"the switch `{each.name}` was removed", axes=(BEHAVIOUR,))
    for each in pairs.added:
        here = Here(new.name, f"{new.name}.{each.name}", old.span, each.span)
        if each.id in old.reserved.switches:
            message = f"the switch `{each.name}` uses the id {each.id}, which was reserved"
            noter.note("reserved-reused", here, message, noter.condemned("the id once meant something else"))
        elif (former := next((one for one in old.switches if one.name == each.name), None)) is not None:
            _moved(scene, former, each, here)
        else:
            noter.note("switch-added", here, f"the switch `{each.name}` was added", axes=(BEHAVIOUR,))


def _moved(scene: Scene, old: Switch, new: Switch, here: Here) -> None:
    message = f"the id was {old.id} and is {new.id}: who turned it on by the old one no longer does"
    scene.noter.note("switch-id-changed", here, message, axes=(BEHAVIOUR,))


def _reused(scene: Scene, switch: Switch, here: Here) -> None:
    message = f"the id {switch.id} belonged to another switch"
    reason = f"the id {switch.id} turns on one thing for one side and another for the other"
    scene.noter.note("switch-id-reused", here, message, scene.noter.condemned(reason))
