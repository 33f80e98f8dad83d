"""Walks over plain values: how deep they are nested, and which parts of them cannot be sent.

Rules: nothing here recurses, since what is walked may be nested deeper than Python's stack, or contain itself. A path
is spelled out only for what is reported: one long key above many parts would otherwise cost its length for each of
them.
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


# Where a part is: the place of what holds it, and its key or index there. None is the whole.
Place = tuple["Place | None", Any]


def dotted(place: Place | None) -> str:
    """The path to a place: ``items.1.price``."""
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name))
    return ".".join(reversed(names))


def leaves(value: Any, limit: int) -> Iterator[tuple[Place | None, Any, bool]]:
    """Each part of ``value`` that is no dict, list or tuple, in order, with its place and whether it is a key.

    What is nested deeper than ``limit`` is given whole, without a look into it.
    """
    levels: list[Iterator[tuple[Place | None, Any, bool]]] = [iter([(None, value, False)])]
    while levels:
        for place, part, is_key in levels[-1]:
            if is_key or len(levels) > limit or not isinstance(part, _CONTAINERS):
                yield place, part, is_key
            else:
                levels.append(_parts(place, part))
                break
        else:
            levels.pop()


def _parts(place: Place | None, whole: Any) -> Iterator[tuple[Place | None, Any, bool]]:
    if isinstance(whole, dict):
        for key, part in whole.items():
            yield (place, key), key, True
            yield (place, key), part, False
    else:
        for index, part in enumerate(whole):
            yield (place, index), part, False


def unsendable(value: Any, limit: int, write: Callable[[Any], bytes], write_key: Callable[[Any], bytes]) -> list[Fault]:
    """A fault for each part of ``value`` that ``write`` (``write_key`` for keys of maps) raises an Exception for."""
    faults = []
    for place, part, is_key in leaves(value, limit):
        if isinstance(part, _CONTAINERS) and not is_key:
            faults.append(Fault(INVALID, dotted(place), f"Nested deeper than {limit}"))
            continue
        try:
            (write_key if is_key else write)(part)
        except Exception as error:  # whatever a codec says against a value is the fault
            faults.append(Fault(INVALID, dotted(place), f"Cannot be sent: {error}"))
    return faults
