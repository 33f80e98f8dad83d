"""PySOA's names, which may be any texts, in the styles of the language.

A name that fits stays as it is; another is taken apart into words and put together anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from soagen.parse.shapes import SNAKE

_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+[a-z]*")
_UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ES = ("ses", "xes", "zes", "ches", "shes")
_NO_PLURALS = ("ss", "us", "is")


def words(text: str) -> list[str]:
    """The words of a name, in lower case: ``anInt``, ``an-int`` and ``AN_INT`` are all ``an``, ``int``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return [word.lower() for word in _WORD.findall(plain)]


def snake(text: str, otherwise: str) -> str:
    """A name in snake_case. It begins with ``otherwise`` where it has no letter to begin with."""
    if SNAKE.fullmatch(text):
        return text
    found = words(text)
    if not found or found[0][0].isdigit():
        found = [otherwise, *found]
    return "_".join(found)


def pascal(names: Iterable[str]) -> str:
    """Names together in PascalCase; empty if none of them has a word."""
    found = "".join(word.capitalize() for name in names for word in words(name))
    return found if not found[:1].isdigit() else f"N{found}"


def singular(name: str) -> str | None:
    """``line_items`` as ``line item``; None if the last word is no plural, as far as one can tell."""
    *front, last = words(name) or [""]
    if last.endswith("ies") and len(last) > 4:
        last = f"{last[:-3]}y"
    elif last.endswith(_ES):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(_NO_PLURALS) and len(last) > 2:
        last = last[:-1]
    else:
        return None
    return " ".join([*front, last])


def distinct(
    keys: Collection[str], otherwise: str, spell: Callable[[str], str], taken: Collection[str] = ()
) -> dict[str, str]:
    """A name in snake_case for each key.

    Those that fit already keep theirs; of others that meet, the later get a number. ``spell`` is how Python spells a
    name, in which they differ too; ``taken`` are names that none may have.
    """
    names: dict[str, str] = {}
    spelled = {spell(name) for name in taken} | set(taken)
    for key in sorted(keys, key=lambda key: not SNAKE.fullmatch(key)):  # stable: those that fit choose first
        first = name = snake(key, otherwise)
        number = 2
        while spell(name) in spelled or name in taken:
            name = f"{first}_{number}"
            number += 1
        spelled.add(spell(name))
        names[key] = name
    return {key: names[key] for key in keys}


def sendable(text: object) -> bool:
    """Whether a contract can say that a name is sent as this."""
    return isinstance(text, str) and text != "" and not _UNSENDABLE.search(text)
