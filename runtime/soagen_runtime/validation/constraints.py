"""Constraints: called when one does not hold. The messages are those of PySOA's Conformity."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from soagen_runtime.errors import Fault
from soagen_runtime.validation.faults import broken


class Pattern:
    """A regular expression that is compiled when it is first needed; a client needs none.

    ``matches`` says whether it fits the whole of a text.
    """

    __slots__ = ("matches", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.matches: Callable[[str], object] = self._first

    def _first(self, text: str) -> object:
        self.matches = re.compile(self.text, re.ASCII).fullmatch
        return self.matches(text)


def too_low(faults: list[Fault], path: str, bound: object) -> None:
    """``min`` does not hold."""
    broken(faults, path, f"Value not >= {bound}")


def too_high(faults: list[Fault], path: str, bound: object) -> None:
    """``max`` does not hold."""
    broken(faults, path, f"Value not <= {bound}")


def not_above(faults: list[Fault], path: str, bound: object) -> None:
    """``above`` does not hold."""
    broken(faults, path, f"Value not > {bound}")


def not_below(faults: list[Fault], path: str, bound: object) -> None:
    """``below`` does not hold."""
    broken(faults, path, f"Value not < {bound}")


def too_short(faults: list[Fault], path: str, bound: int) -> None:
    """``min_length`` does not hold."""
    broken(faults, path, f"String must have a length of at least {bound}")


def too_long(faults: list[Fault], path: str, bound: int) -> None:
    """``max_length`` does not hold."""
    broken(faults, path, f"String must have a length no more than {bound}")


def not_matching(faults: list[Fault], path: str, pattern: Pattern) -> None:
    """``pattern`` does not hold."""
    broken(faults, path, f'String does not match regex "{pattern.text}"')


def too_few_items(faults: list[Fault], path: str, bound: int) -> None:
    """``min_items`` does not hold."""
    broken(faults, path, f"List is shorter than {bound}")


def too_many_items(faults: list[Fault], path: str, bound: int) -> None:
    """``max_items`` does not hold."""
    broken(faults, path, f"List is longer than {bound}")


def too_few_entries(faults: list[Fault], path: str, bound: int) -> None:
    """``min_entries`` does not hold."""
    broken(faults, path, f"Dict contains fewer than {bound} value(s)")


def too_many_entries(faults: list[Fault], path: str, bound: int) -> None:
    """``max_entries`` does not hold."""
    broken(faults, path, f"Dict contains more than {bound} value(s)")


def repeats(values: list[Any]) -> bool:
    """Whether two elements are the same value of the same type, as they are sent (``unique``)."""
    try:
        return len({(type(v), v) for v in values}) < len(values)
    except TypeError:  # maps and lists do not hash
        seen: list[Any] = []
        for value in values:
            if value in seen:
                return True
            seen.append(value)
        return False


def not_unique(faults: list[Fault], path: str) -> None:
    """``unique`` does not hold."""
    broken(faults, path, "List contains duplicate values")


def wrong_currency(faults: list[Fault], path: str) -> None:
    """``currencies`` does not hold."""
    broken(faults, path, "Not a valid currency code")
