"""What stands beside a definition and is never sent: documentation, examples, deprecations, what is sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from soagen.compat.findings import WARN
from soagen.model import Action, Contract, Deprecation, EnumValue, ErrorDef, Field, Switch, TypeDef

if TYPE_CHECKING:
    from soagen.compat.noting import Here, Noter

Noted: TypeAlias = Field | TypeDef | EnumValue | ErrorDef | Switch | Action | Contract


def notes(walk: Noter, old: Noted, new: Noted, here: Here) -> None:
    """Compares what stands beside two versions of one thing."""
    if old.doc != new.doc:
        walk.note("docs-changed", here, "the documentation is another one")
    if _other(old, new, "example", None) or _other(old, new, "examples", ()):
        walk.note("example-changed", here, "the example is another one")
    if _other(old, new, "sensitive", False):
        if getattr(new, "sensitive", False):
            walk.note("sensitive-added", here, "it is now kept out of logs and error texts")
        else:
            walk.note("sensitive-removed", here, "it will now show in logs and error texts", axes=(WARN,))
    if _dropped(old, new):
        names = ", ".join(f"`{name}`" for name in _dropped(old, new))
        walk.note(
            "reservation-dropped",
            here,
            f"{names} may be used again, and still means something else to old peers",
            axes=(WARN,),
        )
    _deprecation(walk, old.deprecated, new.deprecated, here)


def _other(old: Noted, new: Noted, name: str, otherwise: Any) -> bool:
    return bool(getattr(old, name, otherwise) != getattr(new, name, otherwise))


def _dropped(old: Noted, new: Noted) -> list[str]:
    """Names that are no longer reserved, and not used either: using one is an edit of its own."""
    if isinstance(old, Contract) and isinstance(new, Contract):
        return _dropped_of_file(old, new)
    before, after = getattr(old, "reserved", ()), getattr(new, "reserved", ())
    parts = [*getattr(new, "fields", ()), *getattr(new, "values", ()), *getattr(new, "members", ())]
    used = {getattr(part, name, None) for part in parts for name in ("name", "wire", "value", "tag")}
    return [name for name in before if name not in after and name not in used]


def _dropped_of_file(old: Contract, new: Contract) -> list[str]:
    before, after = old.reserved, new.reserved
    named = ((before.actions, after.actions, new.actions), (before.errors, after.errors, new.errors))
    dropped = [
        name
        for were, are, parts in named
        for name in were
        if name not in are and not any(name in (part.name, part.wire) for part in parts)
    ]
    used = {switch.id for switch in new.switches}
    return [*dropped, *(str(id_) for id_ in before.switches if id_ not in after.switches and id_ not in used)]


def _deprecation(walk: Noter, old: Deprecation | None, new: Deprecation | None, here: Here) -> None:
    if old is None or new is None:
        if new is not None:
            walk.note("deprecation-added", here, "it is now deprecated")
        elif old is not None:
            walk.note("deprecation-removed", here, "it is no longer deprecated")
        return
    if old.sunset != new.sunset and new.sunset is not None and (old.sunset is None or new.sunset < old.sunset):
        words = f"was {old.sunset}" if old.sunset else "had no date"
        walk.note("sunset-earlier", here, f"its sunset {words} and is {new.sunset}", axes=(WARN,))
    elif old != new:
        walk.note("docs-changed", here, "the words on its deprecation changed", detail="deprecation")
