"""Expansions as tables, and the paths by which a caller names those it wants.

An `Expansion` is a row of generated code: where the ids stand, which action answers for many of them at once, and where
the objects go. A path is one expansion after the other, such as ``OrderExpand.customer.address``; it is an
`Expand[Order]`, since it begins at orders, and type checkers refuse it where no order can occur. How they are carried
out: `soagen_runtime.core.expanding`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

from soagen_runtime.action import Action, Service
from soagen_runtime.errors import ConfigurationError

# The class that a path begins at. It occurs in no method, so an `Expand` of one class is none of another.
Root = TypeVar("Root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What can be put beside the ids in a field of ``owner``.

    ``name`` is the attribute that objects are put into, ``ids`` the one that holds an id, or with ``many`` a list of
    them. ``action`` of ``service`` is called with a ``request`` whose ``request_field`` holds ids, at most ``max_ids``.
    Its response has objects in ``response_field``: by their ids; or in a list, and then ``key`` is the attribute that
    holds an object's id. ``required`` is the caller's wish: that what goes wrong is raised.
    """

    owner: type[Any]
    name: str
    ids: str
    many: bool = False
    service: Service[Any]
    action: Action[Any, Any]
    request: type[Any]
    request_field: str
    response_field: str
    key: str | None = None
    max_ids: int | None = None
    required: bool = False

    @property
    def bare(self) -> Expansion:
        """The expansion itself, without any wish."""
        return replace(self, required=False) if self.required else self


class Expand(Generic[Root]):
    """A path of expansions that begins at a `Root`; generated code makes those that there are."""

    __slots__ = ("_steps",)

    def __init__(self, *steps: Expansion) -> None:
        """The path of these expansions, one after the other."""
        self._steps = steps

    def or_raise(self) -> Self:
        """This path, where an error of a call that it needs is raised instead of leaving things as they came."""
        derived = copy.copy(self)
        derived._steps = tuple(replace(step, required=True) for step in self._steps)
        return derived

    def __repr__(self) -> str:
        start = self._steps[0].owner.__name__ if self._steps else ""
        return ".".join([f"{start}Expand", *(step.name for step in self._steps)])


def steps_of(path: Expand[Any]) -> tuple[Expansion, ...]:
    """The expansions of a path, from its root on."""
    return path._steps


def paths(expand: Iterable[Expand[Any]]) -> tuple[Expand[Any], ...]:
    """What a caller wants expanded. Raises `ConfigurationError` for anything but paths."""
    if isinstance(expand, Expand):
        raise ConfigurationError("`expand` takes a list of paths: put brackets around it, `expand=[...]`")
    wanted = tuple(expand)
    for path in wanted:
        if not isinstance(path, Expand):
            raise ConfigurationError(
                f"`expand` takes paths, such as those of a generated `...Expand`, and not {path!r}"
            )
    return wanted


def joined(path: Expand[Root], rest: Expand[Any]) -> Expand[Root]:
    """A path, and another that begins in what it leads to."""
    return Expand(*path._steps, *rest._steps)
