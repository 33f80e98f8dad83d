"""Two versions of all contracts -> findings. The one entry into the comparison.

Services are compared with their namesakes, from each of their actions down; types that no action leads to are looked at
last, for what they mean to those who use them in Python.
"""

from __future__ import annotations

import datetime as dt

from soagen.compat.actions import Actions, Scene, promise_kept
from soagen.compat.changes import Changes, definitions
from soagen.compat.errors import errors
from soagen.compat.findings import SOURCE, Finding, Weight
from soagen.compat.notes import notes
from soagen.compat.noting import Here
from soagen.compat.pairing import paired
from soagen.compat.positions import Judgement, Position
from soagen.compat.records import Record
from soagen.compat.switches import switches
from soagen.compat.verdict import Verdict
from soagen.model import Contract, ContractKind, NamedType, Project

_WORST_FIRST = (Verdict.BREAKING, Verdict.CLIENTS_FIRST, Verdict.SERVERS_FIRST, Verdict.SAFE)


def compare(old: Project, new: Project, today: dt.date) -> tuple[Finding, ...]:
    """Everything that differs, the worst first. ``today`` is held against sunset dates."""
    scene = Scene(old, new, Changes(old, new), today)
    services = paired(_services(old), _services(new), lambda each: each.wire, lambda each: each.name, alike=_alike)
    for before, after in services.both:
        if before.wire != after.wire:
            _resent(scene, before, after)
            continue
        if before.name != after.name:
            message = f"the service `{before.name}` is now `{after.name}`, and still called as `{after.wire}`"
            here = Here(after.name, after.name, before.span, after.span)
            scene.noter.note("service-renamed", here, message, axes=(SOURCE,))
        _service(scene, before, after)
    for each in services.removed:
        unknown = Judgement(old_client=f"an old client may call `{each.wire}`, which nobody serves any more")
        here = Here(each.name, each.name, each.span, None)
        scene.noter.note("service-removed", here, f"the service `{each.name}` was removed", unknown)
        promise_kept(scene, each, unknown, here)
        for action in each.actions:
            promise_kept(scene, action, unknown, here.part(action.name, action.span, None))
    for each in services.added:
        unknown = Judgement(new_client=f"a new client may call `{each.wire}`, which nobody serves yet")
        here = Here(each.name, each.name, None, each.span)
        message = f"the service `{each.name}` was added"
        scene.noter.note("service-added", here, message, unknown, weight=Weight.NEVER)
    for name in sorted(old.contracts.keys() & new.contracts.keys()):
        switches(scene, old.contracts[name], new.contracts[name])
        _about(scene, old.contracts[name], new.contracts[name])
    _unreached(scene)
    return tuple(sorted(scene.found, key=_order))


def _order(finding: Finding) -> tuple[int, str, str, str]:
    return _WORST_FIRST.index(finding.verdict), finding.subject, finding.rule, finding.detail


def _services(project: Project) -> list[Contract]:
    every = [each for each in project if each.kind is ContractKind.SERVICE]
    return sorted(every, key=lambda each: each.name)


def _alike(old: Contract, new: Contract) -> bool:
    """Whether a service is another one under a new name: all its actions are there, under their names."""
    actions = {each.wire for each in old.actions}
    return bool(actions) and actions == {each.wire for each in new.actions}


def _resent(scene: Scene, old: Contract, new: Contract) -> None:
    reason = Judgement(
        f"an old client calls `{old.wire}`, which nobody serves any more",
        f"a new client calls `{new.wire}`, which nobody serves yet",
    )
    here = Here(new.name, new.name, old.span, new.span)
    message = f"the service `{old.name}` was called as `{old.wire}` and is called as `{new.wire}`"
    axes = (SOURCE,) if old.name != new.name else ()
    scene.noter.note("service-sent-name-changed", here, message, reason, axes=axes)


def _service(scene: Scene, old: Contract, new: Contract) -> None:
    Actions(scene, old, new).compare()
    errors(scene, old, new)
    if old.context != new.context or any(not scene.changes.untouched(f.type, f.type) for f in old.context):
        here = Here(f"{new.name}.context", f"{new.name}.context", old.span, new.span)
        Record(scene.walk(Position.CONTEXT), here, is_context=True).compare(old.context, new.context)


def _about(scene: Scene, old: Contract, new: Contract) -> None:
    notes(scene.noter, old, new, Here(new.name, new.name, old.span, new.span))


def _unreached(scene: Scene) -> None:
    """Definitions that no action leads to, or leads to any more."""
    before, after = definitions(scene.old), definitions(scene.new)
    nowhere = scene.walk(Position.UNREACHED)
    for key in sorted(scene.changes.edited & before.keys() & after.keys() - scene.reached.new):
        if key not in scene.reached.new:  # an earlier one may have led here
            here = Here("", ".".join(key), before[key].span, after[key].span)
            nowhere.type(NamedType(*key), NamedType(*key), here)
    for key in sorted(before.keys() - after.keys() - scene.reached.renamed):
        contract, name = key
        home = scene.new.contracts.get(contract)
        if home is not None:
            here = Here("", f"{contract}.{name}", before[key].span, home.span)
            nowhere.note("type-removed", here, f"the type `{name}` was removed", axes=(SOURCE,))
        elif scene.old.contracts[contract].kind is ContractKind.PACKAGE:
            here = Here("", contract, scene.old.contracts[contract].span, None)
            nowhere.note("type-removed", here, f"the package `{contract}` was removed", axes=(SOURCE,))
