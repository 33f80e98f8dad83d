"""Walks over plain values: how deep they are nested, and which parts of them cannot be sent.

Neither recurses, since what is walked may be nested deeper than Python's stack, or contain itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from soagen_runtime.errors import INVALID, Fault

_CONTAINERS = (dict, list, tuple)


def deeper_than(limit: int, value: Any) -> bool:
    """Whether a decoded value has more than ``limit`` levels of dicts and lists."""
    level = [value]
    for _ in range(limit):
        level = [
            part
            for whole in level
            if type(whole) is dict or type(whole) is list
            for part in (whole.values() if type(whole) is dict else whole)
        ]
        if not level:
            return False
    return any(type(part) is dict or type(part) is list for part in level)


def keys(value: Any) -> Iterator[Any]:
    """Every key of every map in ``value``, which may not contain itself."""
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            yield from part
            stack.extend(part.values())
        elif isinstance(part, (list, tuple)):
            stack.extend(part)


def leaves(value: Any, limit: int) -> Iterator[tuple[str, Any, bool]]:
    """Each part of ``value`` that is no dict, list or tuple, in order, with its dotted path and whether it is a key.

    What is nested deeper than ``limit`` is given whole, without a look into it.
    """
    stack: list[tuple[str, Any, bool, int]] = [("", value, False, 0)]
    while stack:
        path, part, is_key, depth = stack.pop()
        if is_key or depth >= limit or not isinstance(part, _CONTAINERS):
            yield path, part, is_key
            continue
        inner: list[tuple[str, Any, bool, int]] = []
        for name, element in part.items() if isinstance(part, dict) else enumerate(part):
            inner_path = f"{path}.{name}" if path else str(name)
            if isinstance(part, dict):
                inner.append((inner_path, name, True, depth + 1))
            inner.append((inner_path, element, False, depth + 1))
        stack.extend(reversed(inner))


def unsendable(value: Any, limit: int, write: Callable[[Any], bytes], write_key: Callable[[Any], bytes]) -> list[Fault]:
    """A fault for each part of ``value`` that ``write`` (``write_key`` for keys of maps) raises an Exception for."""
    faults = []
    for path, part, is_key in leaves(value, limit):
        if isinstance(part, _CONTAINERS) and not is_key:
            faults.append(Fault(INVALID, path, f"Nested deeper than {limit}"))
            continue
        try:
            (write_key if is_key else write)(part)
        except Exception as error:  # whatever a codec says against a value is the fault
            faults.append(Fault(INVALID, path, f"Cannot be sent: {error}"))
    return faults
