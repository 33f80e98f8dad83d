"""Errors: the codes that a contract knows, and the fields that come with them."""

from __future__ import annotations

from soagen.compat.actions import Scene, promise
from soagen.compat.findings import BEHAVIOUR, SOURCE
from soagen.compat.notes import notes
from soagen.compat.noting import Here
from soagen.compat.pairing import paired
from soagen.compat.positions import Position
from soagen.compat.records import Record
from soagen.model import Contract, ErrorDef, Project, Ref


def errors(scene: Scene, old: Contract, new: Contract) -> None:
    """Compares the errors that two versions of a service know. Codes are known per contract, not per action."""
    before, after = known(scene.old, old), known(scene.new, new)
    pairs = paired(
        list(before.items()),
        list(after.items()),
        lambda each: each[1].wire,
        lambda each: each[1].name,
        alike=lambda one, other: one[1].fields == other[1].fields,
    )
    noter = scene.noter
    for (_, one), (ref, other) in pairs.both:
        _error(scene, one, other, Here(f"{new.name}: {other.name}", _subject(ref), one.span, other.span))
    for ref, each in pairs.removed:
        here = Here(f"{new.name}: {each.name}", _subject(ref), each.span, new.span)
        noter.note("error-removed", here, f"the error `{each.name}` was removed", axes=(SOURCE,))
    for ref, each in pairs.added:
        here = Here(f"{new.name}: {each.name}", _subject(ref), old.span, each.span)
        home = scene.old.contracts.get(ref.contract)
        if home is not None and {each.name, each.wire} & set(home.reserved.errors):
            message = f"the error `{each.name}` uses a name that was reserved"
            noter.note("reserved-reused", here, message, noter.condemned("the code once meant something else"))
        else:
            message = f"the error `{each.name}` was added; old clients raise it as a plain ActionError"
            noter.note("error-added", here, message, axes=(BEHAVIOUR,))


def _error(scene: Scene, old: ErrorDef, new: ErrorDef, here: Here) -> None:
    noter = scene.noter
    if old.name != new.name or old.wire != new.wire:
        axes = ((BEHAVIOUR,) if old.wire != new.wire else ()) + ((SOURCE,) if old.name != new.name else ())
        code = f"still sent as `{new.wire}`" if old.wire == new.wire else f"sent as `{new.wire}`, not `{old.wire}`"
        noter.note("error-renamed", here, f"`{old.name}` is now `{new.name}`, {code}", axes=axes)
    if old == new and all(scene.changes.untouched(each.type, each.type) for each in old.fields):
        return
    if old.wire == new.wire:
        Record(scene.walk(Position.ERROR), here, old.reserved).compare(old.fields, new.fields)
    notes(noter, old, new, here)
    promise(noter, "retryable", old.retryable, new.retryable, here)
    if old.caller_error != new.caller_error:
        whose = "the caller's" if new.caller_error else "the server's"
        noter.note("caller-error-changed", here, f"it is now {whose} fault", axes=(BEHAVIOUR,))
    if old.message != new.message and old.name == new.name:
        noter.note("error-message-changed", here, "its message is another one")


def _subject(ref: Ref) -> str:
    return f"{ref.contract}.{ref.name}"


def known(project: Project, contract: Contract) -> dict[Ref, ErrorDef]:
    """The errors that clients of a contract know: its own, those its actions name, those of its imports."""
    own = [Ref(contract.name, each.name) for each in contract.errors]
    named = [
        ref
        for action in contract.actions
        for ref in (*action.errors, *(ref for variant in action.variants for ref in variant.errors))
    ]
    imported = [
        Ref(each.contract, error.name) for each in contract.imports for error in project.contracts[each.contract].errors
    ]
    return {ref: project.error(ref) for ref in dict.fromkeys((*own, *named, *imported))}
