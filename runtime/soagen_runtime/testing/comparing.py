"""What is different between two values, told by paths: ``order.lines.0.quantity is 3, and not 2``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from typing import Any

_ABSENT: Any = object()
_LONGEST = 200  # characters of a value that is shown


def differences(expected: Any, actual: Any, *, ignoring: Collection[str] = (), path: str = "") -> list[str]:
    """A line for each place where ``actual`` is not as expected.

    ``ignoring`` are dotted paths, with list indexes, whose values may be anything; ``*`` in them stands for any step.
    What is sensitive, and so has no place in a ``repr``, is not shown.
    """
    if any(_matches(pattern, path) for pattern in ignoring):
        return []
    pairs = _parts(expected, actual)
    if pairs is None:
        return [] if type(expected) is type(actual) and expected == actual else [_line(path, expected, actual)]
    lines = []
    for name, one, other, secret in pairs:
        inner = f"{path}.{name}" if path else name
        found = differences(one, other, ignoring=ignoring, path=inner)
        lines += [f"{inner} is another one, which is sensitive and not shown"] if found and secret else found
    return lines


def _parts(expected: Any, actual: Any) -> list[tuple[str, Any, Any, bool]] | None:
    """What two values of one shape hold, by name, and whether it is sensitive; None for what is compared as a whole."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = [*expected, *(key for key in actual if key not in expected)]
        return [(str(key), expected.get(key, _ABSENT), actual.get(key, _ABSENT), False) for key in keys]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [(str(index), *both, False) for index, both in enumerate(zip(expected, actual, strict=True))]
    if is_dataclass(expected) and type(expected) is type(actual):
        return [
            (each.name, getattr(expected, each.name), getattr(actual, each.name), not each.repr)
            for each in fields(expected)
        ]
    return None


def _matches(pattern: str, path: str) -> bool:
    steps, wanted = path.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(one in ("*", other) for one, other in zip(wanted, steps, strict=True))


def _line(path: str, expected: Any, actual: Any) -> str:
    where = path or "it"
    if actual is _ABSENT:
        return f"{where} is not there, and should be {_shown(expected)}"
    if expected is _ABSENT:
        return f"{where} is {_shown(actual)}, and should not be there"
    if isinstance(expected, list) and isinstance(actual, list):
        return f"{where} has {_items(actual)}, and not {len(expected)}: {_shown(actual)}"
    return f"{where} is {_shown(actual)}, and not {_shown(expected)}"


def _items(items: list[Any]) -> str:
    return "1 item" if len(items) == 1 else f"{len(items)} items"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
