"""Expansions of a struct: what callers find in Python, and where it comes from. No message depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soagen.compat.findings import BEHAVIOUR, SOURCE
from soagen.compat.pairing import paired
from soagen.model import Expansion, Struct

if TYPE_CHECKING:
    from soagen.compat.noting import Here
    from soagen.compat.walk import Walk


def expansions(walk: Walk, old: Struct, new: Struct, here: Here) -> None:
    """Compares the expansions of two versions of a struct."""
    pairs = paired(old.expansions, new.expansions, lambda each: each.name)
    for each in pairs.removed:
        at = here.part(each.name, each.span, here.after)
        walk.note("expansion-removed", at, f"the expansion `{each.name}` was removed", axes=(SOURCE,))
    for each in pairs.added:
        at = here.part(each.name, here.before, each.span)
        walk.note("expansion-added", at, f"the expansion `{each.name}` was added")
    for before, after in pairs.both:
        at = here.part(after.name, before.span, after.span)
        if not walk.corresponds(before.type, after.type) or before.many != after.many:
            message = f"`{after.name}` was {_words(before)} and is {_words(after)}"
            walk.note("expansion-changed", at, message, axes=(SOURCE,))
        elif _asked(before) != _asked(after):
            message = f"`{after.name}` is put together in another way"
            walk.note("expansion-changed", at, message, axes=(BEHAVIOUR,))
        if before.doc != after.doc:
            walk.note("docs-changed", at, "the documentation is another one")


def _asked(expansion: Expansion) -> tuple[object, ...]:
    """Whom is asked for what."""
    action = (expansion.action.contract, expansion.action.name)
    return expansion.source, action, expansion.request, expansion.response, expansion.key


def _words(expansion: Expansion) -> str:
    name = f"{expansion.type.contract}.{expansion.type.name}"
    return f"`list<{name}>`" if expansion.many else f"`{name}`"
