"""Fields as keyword-only parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from soagen.generate.layout import INDENT, Node, statement
from soagen.generate.spelling import Speller
from soagen.generate.view.types import is_immutable
from soagen.model import Field, Presence


def parameters(speller: Speller, fields: Sequence[Field], spell: Callable[[str], str]) -> tuple[list[Node], list[str]]:
    """The parameters, and the lines that begin the body.

    A default that could be changed is made anew for each call, and stands as None in the signature.
    """
    given: list[Node] = []
    lines: list[str] = []
    for each in fields:
        name = spell(each.name)
        declared = f"{name}: {speller.type(each.type)}"
        if each.presence is Presence.OPTIONAL:
            given.append(f"{declared} = None")
        elif each.presence is not Presence.DEFAULTED:
            given.append(declared)
        elif is_immutable(speller, each.type, each.default):
            given.append(f"{declared} = {speller.value(each.default, each.type)}")
        else:
            given.append(f"{declared} | None = None")
            lines.append(f"{INDENT * 2}if {name} is None:")
            lines += statement(f"{name} = ", speller.value(each.default, each.type), 3)
    return given, lines
