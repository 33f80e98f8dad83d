"""Names of what is defined elsewhere: ``NAME`` or ``alias.NAME``, one or a list."""

from __future__ import annotations

from soagen.parse.shapes import Parsing, as_list, as_word, item_entry
from soagen.parse.tree import NameExpr
from soagen.parse.types import qualified_name
from soagen.source import Entry


def references(p: Parsing, entry: Entry, what: str) -> tuple[NameExpr, ...] | None:
    """A list of names of ``what`` that are defined elsewhere, each once."""
    seq = as_list(p, entry, f"a list of names of {what}")
    if seq is None:
        return None
    found: dict[str, NameExpr] = {}
    for item in seq.items:
        reference = reference_name(p, item_entry(item), what)
        if reference is None:
            continue
        first = found.setdefault(str(reference), reference)
        if first is not reference:
            related = ((first.name.at, "listed here first"),)
            p.report.add("DUPLICATE_ITEM", item.at, f"`{reference}` is listed twice", related=related)
    return tuple(found.values())


def reference_name(p: Parsing, entry: Entry, what: str, such_as: str = "NAME") -> NameExpr | None:
    """The value of an entry as ``NAME`` or ``alias.NAME``."""
    scalar = as_word(p, entry, f"the name of {what}")
    found = None if scalar is None else qualified_name(scalar)
    if scalar is not None and found is None:
        message = f"this is no name of {what}, such as `{such_as}` or `alias.{such_as}`"
        p.report.add("BAD_REFERENCE", scalar.at, message)
    return found
