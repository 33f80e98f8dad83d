"""One node of PySOA's introspection, read key by key.

Rules: what is not of the form that Conformity gives it raises `Odd`; a key that nobody asked for is left over, and is
told to the person who imports (a field class of their own may say more than Conformity's).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

# What `Translator.read` looks at for every field.
_COMMON = frozenset(("type", "description", "deprecated", "additional_validation"))


def legible(text: str) -> str:
    """A text without what no file can hold: half of a character, as JSON may have it."""
    return text.encode(errors="replace").decode()


class Odd(Exception):
    """The introspection of a field is not as Conformity writes it. The text goes on after "it"."""


class Schema:
    """A node, which remembers what was asked for."""

    def __init__(self, raw: object) -> None:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("type"), str):
            raise Odd("has no type")
        self._raw: Mapping[Any, Any] = raw
        self._asked = set(_COMMON)
        self.type: str = raw["type"]

    def take(self, key: str) -> Any:
        """Whatever stands under a key, or None."""
        self._asked.add(key)
        return self._raw.get(key)

    def mapping(self, key: str) -> Mapping[Any, Any]:
        """A map, which must be there; one whose keys are no texts may come as a list of pairs, as JSON has it."""
        value = self.take(key)
        if isinstance(value, (list, tuple)) and all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in value
        ):
            value = {str(name) if isinstance(name, (list, dict)) else name: each for name, each in value}
        if not isinstance(value, Mapping):
            raise Odd(f"has no map `{key}`")
        return value

    def listing(self, key: str) -> list[Any]:
        """A list; empty if it is not there."""
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            raise Odd(f"has a `{key}` that is no list")
        return list(value)

    def text(self, key: str) -> str | None:
        """A text, where there is one that is not empty."""
        value = self.take(key)
        return legible(value) if isinstance(value, str) and value.strip() else None

    def size(self, key: str) -> int | None:
        """A length; one that every value has says nothing."""
        value = self.take(key)
        if value is not None and type(value) is not int:
            raise Odd(f"has a `{key}` that is no whole number")
        return value if value is not None and value > 0 else None

    def number(self, key: str) -> int | float | Decimal | None:
        """A number; decimals may come as texts."""
        value = self.take(key)
        if isinstance(value, str):
            try:
                return Decimal(value)
            except ArithmeticError:
                pass
        elif value is None or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)):
            return value
        raise Odd(f"has a `{key}` that is no number")

    def left_over(self) -> Iterator[str]:
        """What was said and not asked for."""
        for key, value in self._raw.items():
            if key not in self._asked:
                yield f"PySOA says more of it: {key} = {value!r}"
