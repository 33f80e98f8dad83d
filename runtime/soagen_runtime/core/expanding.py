"""Responses, and the objects that belong beside the ids in them.

Rules: it goes level by level. All ids that one level needs are collected, over all responses, before anybody is asked;
each action is asked once for all of them, whichever expansions need them (more than once only where the ids are more
than one request takes); the next level looks into what came, and nowhere else. So as many rounds are made as the
longest path has steps, and no path is followed further than it says, whatever the ids lead to.

What is fetched on one level is one object, wherever it is put. Nothing is kept from level to level: an object that
holds itself by some detour could be neither printed nor copied.

Nothing is sent here: `Expanding.lookups` says what a level has to ask, `Expanding.settle` takes what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

from soagen_runtime.action import Action, Service
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.errors import CallError
from soagen_runtime.expansions import Expand, Expansion, steps_of

MOST_IDS = (
    1000  # in one request, whatever the contract allows: with longer ids it would be larger than a request may be
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A call that a level needs. ``wanted_for`` are the expansions, as messages name them; ``required`` is whether all
    that need it raise its error."""

    service: Service[Any]
    action: Action[Any, Any]
    request: Any
    wanted_for: str
    required: bool


@dataclass(slots=True)
class _Wanted:
    """An expansion, and those behind it: paths that begin alike go together."""

    required: bool = False
    then: dict[Expansion, _Wanted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where one response, or what came for it, is to be looked into, and for what."""

    wish: int
    values: Sequence[Any]
    wanted: Mapping[Expansion, _Wanted]


class _Route(NamedTuple):
    """What may be asked together."""

    service: Service[Any]
    action: Action[Any, Any]
    request: type[Any]
    request_field: str
    response_field: str
    key: str | None
    max_ids: int | None


class _Use(NamedTuple):
    """An object whose ids are asked for."""

    wish: int
    owner: Any
    expansion: Expansion
    wanted: _Wanted


class _Level:
    """The ids of one level and whom they are for, by whom is asked."""

    def __init__(self) -> None:
        self._ids: dict[_Route, dict[Any, None]] = {}
        self.uses: dict[_Route, list[_Use]] = {}
        self.parts: list[tuple[_Route, Sequence[Any]]] = []

    def add(self, use: _Use) -> None:
        """Notes the ids of an object, if it has any."""
        ids = _ids_of(use.owner, use.expansion)
        if ids:
            route = _route(use.expansion)
            self._ids.setdefault(route, {}).update(dict.fromkeys(ids))
            self.uses.setdefault(route, []).append(use)

    def lookups(self) -> Iterator[Lookup]:
        """One call of each action, or as many as its ids need."""
        for route, known in self._ids.items():
            ids = list(known)
            most = min(route.max_ids or MOST_IDS, MOST_IDS)
            names = sorted({f"{use.expansion.owner.__name__}.{use.expansion.name}" for use in self.uses[route]})
            required = all(use.wanted.required for use in self.uses[route])
            for start in range(0, len(ids), most):
                part = ids[start : start + most]
                self.parts.append((route, part))
                request = route.request(**{route.request_field: part})
                yield Lookup(route.service, route.action, request, ", ".join(names), required)


class Expanding:
    """Expands responses: ask what `lookups` says, give what came of it to `settle`, until nothing is asked any more."""

    def __init__(self, wishes: Sequence[tuple[Any, Sequence[Expand[Any]]]]) -> None:
        """``wishes`` are responses, each with the paths that are to be expanded in it."""
        self.errors: list[CallError | None] = [None] * len(wishes)
        self._spots = [_Spot(index, (value,), _joined(paths)) for index, (value, paths) in enumerate(wishes)]
        self._level = _Level()

    def lookups(self) -> list[Lookup]:
        """The calls of the next level, which may be made at the same time; none if all is done."""
        self._level = _Level()
        for spot in self._spots:
            owners = {expansion.owner for expansion in spot.wanted}
            for owner in _found(spot.values, owners):
                for expansion, wanted in spot.wanted.items():
                    if type(owner) is expansion.owner:
                        self._level.add(_Use(spot.wish, owner, expansion, wanted))
        self._spots = []
        return list(self._level.lookups())

    def settle(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Puts what came where it belongs; ``outcomes`` are in the order of the calls.

        What failed leaves everything as it is, and is an error of the responses that cannot do without.
        """
        objects: dict[_Route, dict[Any, Any]] = {}
        failed: dict[_Route, dict[Any, CallError]] = {}
        for (route, ids), outcome in zip(self._level.parts, outcomes, strict=True):
            if outcome.error is None:
                objects.setdefault(route, {}).update(_objects(route, outcome.value))
            else:
                failed.setdefault(route, {}).update(dict.fromkeys(ids, outcome.error))
        came: dict[tuple[int, int], tuple[_Wanted, dict[int, Any]]] = {}
        for route, uses in self._level.uses.items():
            for use in uses:
                self._blame(use, failed.get(route, {}))
                found = _put(use, objects.get(route, {}), by_text=route.key is None)
                if use.wanted.then:
                    here = came.setdefault((use.wish, id(use.wanted)), (use.wanted, {}))
                    here[1].update((id(each), each) for each in found)
        self._spots = [
            _Spot(wish, list(values.values()), wanted.then)
            for (wish, _), (wanted, values) in came.items()
            if values and self.errors[wish] is None
        ]

    def _blame(self, use: _Use, failed: Mapping[Any, CallError]) -> None:
        if failed and use.wanted.required and self.errors[use.wish] is None:
            missed = (failed[each] for each in _ids_of(use.owner, use.expansion) if each in failed)
            self.errors[use.wish] = next(missed, None)


def _joined(paths: Iterable[Expand[Any]]) -> dict[Expansion, _Wanted]:
    """Some paths as a tree; a step is required if any of the paths says so."""
    tree: dict[Expansion, _Wanted] = {}
    for path in paths:
        level = tree
        for step in steps_of(path):
            wanted = level.setdefault(step.bare, _Wanted())
            wanted.required |= step.required
            level = wanted.then
    return tree


def _route(expansion: Expansion) -> _Route:
    e = expansion
    return _Route(e.service, e.action, e.request, e.request_field, e.response_field, e.key, e.max_ids)


def _ids_of(owner: Any, expansion: Expansion) -> list[Any]:
    """The ids in an object's field. An empty text is none, as for PySOA."""
    held = getattr(owner, expansion.ids)
    ids = held or () if expansion.many else (held,)
    return [each for each in ids if each is not None and each != ""]


def _objects(route: _Route, response: Any) -> dict[Any, Any]:
    """The objects in a response, by their ids; those of a map by the ids' texts."""
    held = getattr(response, route.response_field) or {}
    if route.key is None:
        return {key: each for key, each in held.items() if each is not None}
    return {getattr(each, route.key): each for each in held if each is not None}


def _put(use: _Use, objects: Mapping[Any, Any], *, by_text: bool) -> list[Any]:
    """Puts the objects beside their ids, and returns them. What is not there is left out."""
    ids = _ids_of(use.owner, use.expansion)
    found = [objects[key] for key in (map(str, ids) if by_text else ids) if key in objects]
    if use.expansion.many:
        setattr(use.owner, use.expansion.name, found)
    elif found:
        setattr(use.owner, use.expansion.name, found[0])
    return found


# --- looking into values


def _found(values: Sequence[Any], classes: set[type[Any]]) -> Iterator[Any]:
    """All objects of these very classes in some values, at whatever depth, each once."""
    waiting = list(reversed(values))
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is list:
            waiting += reversed(value)
        elif kind is dict:
            waiting += reversed(value.values())
        elif (names := _attributes(kind)) and id(value) not in seen:
            seen.add(id(value))
            if kind in classes:
                yield value
            waiting += [getattr(value, name) for name in reversed(names)]


_known: dict[type[Any], tuple[str, ...]] = {}


def _attributes(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a generated class; what expansions have put there is none of them."""
    names = _known.get(kind)
    if names is None:
        names = tuple(each.name for each in fields(kind) if each.init) if is_dataclass(kind) else ()
        _known[kind] = names
    return names
