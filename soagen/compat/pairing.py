"""Which parts of two versions are the same thing.

What is sent decides first: things with one sent name are the same, whatever they are called now. Of the rest, things
with one name are the same, sent differently. What is still left was removed or added, unless exactly one of each is
otherwise equal: that was renamed, and what is sent with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paired(Generic[T]):
    """``both`` are (old, new)."""

    both: tuple[tuple[T, T], ...]
    removed: tuple[T, ...]
    added: tuple[T, ...]


def paired(
    old: Sequence[T],
    new: Sequence[T],
    *keys: Callable[[T], Hashable],
    alike: Callable[[T, T], bool] | None = None,
) -> Paired[T]:
    """Pairs by each key in turn; what is left by ``alike``, if only one pair of all is."""
    both: dict[int, tuple[T, T]] = {}
    gone, come = dict(enumerate(old)), dict(enumerate(new))
    for key in keys:
        by_key = {key(each): index for index, each in come.items()}
        for index, each in list(gone.items()):
            other = by_key.get(key(each))
            if other is not None and other in come:
                both[index] = (gone.pop(index), come.pop(other))
    if alike is not None:
        for index, each in list(gone.items()):
            matches = [other for other, candidate in come.items() if alike(each, candidate)]
            rivals = [rival for rival in gone.values() if matches and alike(rival, come[matches[0]])]
            if len(matches) == 1 and len(rivals) == 1:
                both[index] = (gone.pop(index), come.pop(matches[0]))
    return Paired(tuple(both[index] for index in sorted(both)), tuple(gone.values()), tuple(come.values()))


def reordered(old: Sequence[Hashable], new: Sequence[Hashable]) -> bool:
    """Whether what both have stands in another order."""
    common = set(old) & set(new)
    return [each for each in old if each in common] != [each for each in new if each in common]
