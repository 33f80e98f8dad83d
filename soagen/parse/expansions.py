"""``expand``: what the ids in a struct's fields can be expanded to, and by which action."""

from __future__ import annotations

from collections.abc import Mapping

from soagen.parse.references import reference_name
from soagen.parse.shapes import SNAKE, Parsing, Reader, as_map, as_word, read_map, styled, text
from soagen.parse.tree import ExpansionTree, Name, NameExpr
from soagen.source import Entry


def expansions(p: Parsing, entry: Entry) -> tuple[ExpansionTree, ...] | None:
    """The expansions of a struct, by their names."""
    found = as_map(p, entry, "a map of expansions")
    return None if found is None else tuple(_expansion(p, each) for each in found.entries)


def _expansion(p: Parsing, entry: Entry) -> ExpansionTree:
    name = styled(p, entry.key, SNAKE, "an expansion")
    definition = as_map(p, entry, "a map with `from` and `action`")
    if definition is None:
        return ExpansionTree(name=name, source=None, action=None)
    values = read_map(p, definition, "an expansion", _EXPANSION, required=["from", "action"])
    return ExpansionTree(
        name=name,
        source=values.get("from"),
        action=values.get("action"),
        request=values.get("request"),
        response=values.get("response"),
        key=values.get("key"),
        doc=values.get("doc"),
    )


def _field(p: Parsing, entry: Entry) -> Name | None:
    scalar = as_word(p, entry, "the name of a field")
    return None if scalar is None else Name(scalar.text, scalar.at)


def _action(p: Parsing, entry: Entry) -> NameExpr | None:
    found = reference_name(p, entry, "an action", "action")
    if found is not None:
        p.references.actions.append(found)
    return found


_EXPANSION: Mapping[str, Reader] = {
    "from": _field,
    "action": _action,
    "request": _field,
    "response": _field,
    "key": _field,
    "doc": text,
}
