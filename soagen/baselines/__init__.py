"""Where the other version of the contracts comes from.

A baseline is a list of paths and a function that reads them, so that the compiler loads it as it loads a disk. A kind
of baseline is a function from what was given to a `Baseline`, or to None if it is not of that kind; `KINDS` are asked
in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from soagen.baselines import disk, ref
from soagen.baselines.baseline import Baseline, Sources, Unavailable

__all__ = ["Baseline", "Sources", "Unavailable", "by_default", "find"]

_Kind: TypeAlias = Callable[[str, Sources], Baseline | None]

KINDS: tuple[_Kind, ...] = (disk.find, ref.tree, ref.commit)


def find(given: str, sources: Sources) -> Baseline:
    """The baseline that ``given`` names; `Unavailable` if it can't be had, or may be meant in two ways."""
    if not given:
        # A variable that a script forgot to set must not mean "here", against which nothing has ever changed.
        raise Unavailable("the baseline to compare with has no name.")
    if ref.is_ambiguous(given, sources):
        raise Unavailable(f"{given} is a path here, and a commit as well.", f"Write ./{given} or refs/heads/{given}.")
    for kind in KINDS:
        baseline = kind(given, sources)
        if baseline is not None:
            return baseline
    raise Unavailable(f"{given} is neither a file or folder, nor a commit of a git repository")


def by_default(sources: Sources) -> Baseline:
    """Where the work here left the default branch; `Unavailable` if that can't be told."""
    return ref.merge_base(sources)
