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

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
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

    expansion: Expansion
    required: bool = False
    then: dict[Expansion, _Wanted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where one response, or what came for it, is to be looked into, and for what."""

    wish: int
    values: Sequence[Any]
    wanted: Iterable[_Wanted]


class _Use(NamedTuple):
    """An object whose ids are asked for."""

    wish: int
    owner: Any
    wanted: _Wanted


class _Route(NamedTuple):
    """Whom is asked; what has the same is asked together."""

    service: Service[Any]
    action: Action[Any, Any]
    request: type[Any]
    request_field: str
    max_ids: int | None


class _Question:
    """What one level asks by one route: the ids, for whom they are, and what came of them."""

    def __init__(self, route: _Route) -> None:
        self.uses: list[_Use] = []
        self.failed: dict[Any, CallError] = {}
        self._route = route
        self._ids: dict[Any, None] = {}
        self._responses: list[Any] = []
        self._objects: dict[tuple[str, str | None], dict[Any, Any]] = {}

    def add(self, use: _Use) -> None:
        """Notes the ids of an object, if it has any."""
        ids = _ids_of(use)
        if ids:
            self._ids.update(dict.fromkeys(ids))
            self.uses.append(use)

    def lookups(self) -> Iterator[tuple[Lookup, Sequence[Any]]]:
        """One call, or as many as the ids need; each with its ids."""
        route = self._route
        ids = list(self._ids)
        most = min(route.max_ids or MOST_IDS, MOST_IDS)
        wanted = [use.wanted for use in self.uses]
        names = ", ".join(sorted({f"{w.expansion.owner.__name__}.{w.expansion.name}" for w in wanted}))
        required = all(each.required for each in wanted)
        for start in range(0, len(ids), most):
            part = ids[start : start + most]
            request = route.request(**{route.request_field: part})
            yield Lookup(route.service, route.action, request, names, required), part

    def settle(self, ids: Sequence[Any], outcome: Outcome[Any]) -> None:
        """Notes what came for some ids."""
        if outcome.error is None:
            self._responses.append(outcome.value)
        else:
            self.failed.update(dict.fromkeys(ids, outcome.error))

    def objects(self, field: str, key: str | None) -> dict[Any, Any]:
        """The objects in a field of the responses, by their ids; those of a map by the ids' texts."""
        if (field, key) not in self._objects:
            found = [_by_id(getattr(response, field) or (), key) for response in self._responses]
            self._objects[field, key] = {name: each for objects in found for name, each in objects.items()}
        return self._objects[field, key]


class Expanding:
    """Expands responses: ask what `lookups` says, give what came of it to `settle`, until nothing is asked any more."""

    def __init__(self, wishes: Sequence[tuple[Any, Sequence[Expand[Any]]]]) -> None:
        """``wishes`` are responses, each with the paths that are to be expanded in it."""
        self.errors: list[CallError | None] = [None] * len(wishes)
        self._spots = [_Spot(index, (value,), _tree(paths).values()) for index, (value, paths) in enumerate(wishes)]
        self._questions: list[_Question] = []
        self._parts: list[tuple[_Question, Sequence[Any]]] = []

    def lookups(self) -> list[Lookup]:
        """The calls of the next level, which may be made at the same time; none if all is done."""
        questions: dict[_Route, _Question] = {}
        for spot in self._spots:
            asked: dict[type[Any], list[tuple[_Wanted, _Question]]] = {}
            for wanted in spot.wanted:
                route = _route(wanted.expansion)
                question = questions.setdefault(route, _Question(route))
                asked.setdefault(wanted.expansion.owner, []).append((wanted, question))
            for owner in _found(spot.values, asked.keys()):
                for wanted, question in asked[type(owner)]:
                    question.add(_Use(spot.wish, owner, wanted))
        self._spots = []
        self._questions = list(questions.values())
        made = [(question, *each) for question in self._questions for each in question.lookups()]
        self._parts = [(question, ids) for question, _, ids in made]
        return [lookup for _, lookup, _ in made]

    def settle(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Puts what came where it belongs; ``outcomes`` are in the order of the calls.

        What failed leaves everything as it is, and is an error of the responses that cannot do without.
        """
        for (question, ids), outcome in zip(self._parts, outcomes, strict=True):
            question.settle(ids, outcome)
        came: dict[tuple[int, int], tuple[_Wanted, dict[int, Any]]] = {}
        for question in self._questions:
            for use in question.uses:
                self._blame(use, question.failed)
                found = _put(use, question)
                if use.wanted.then:
                    _, values = came.setdefault((use.wish, id(use.wanted)), (use.wanted, {}))
                    values.update((id(each), each) for each in found)
        self._spots = [
            _Spot(wish, list(values.values()), wanted.then.values())
            for (wish, _), (wanted, values) in came.items()
            if values and self.errors[wish] is None
        ]

    def _blame(self, use: _Use, failed: Mapping[Any, CallError]) -> None:
        if failed and use.wanted.required and self.errors[use.wish] is None:
            self.errors[use.wish] = next((failed[each] for each in _ids_of(use) if each in failed), None)


def _tree(paths: Iterable[Expand[Any]]) -> dict[Expansion, _Wanted]:
    """Some paths as a tree; a step is required if any of the paths says so."""
    tree: dict[Expansion, _Wanted] = {}
    for path in paths:
        level = tree
        for step in steps_of(path):
            wanted = level.setdefault(step.bare, _Wanted(step.bare))
            wanted.required |= step.required
            level = wanted.then
    return tree


def _route(expansion: Expansion) -> _Route:
    return _Route(expansion.service, expansion.action, expansion.request, expansion.request_field, expansion.max_ids)


def _ids_of(use: _Use) -> list[Any]:
    """The ids in an object's field. An empty text is none, as for PySOA."""
    expansion = use.wanted.expansion
    held = getattr(use.owner, expansion.ids)
    ids = held or () if expansion.many else (held,)
    return [each for each in ids if each is not None and each != ""]


def _by_id(held: Any, key: str | None) -> dict[Any, Any]:
    if isinstance(held, dict):
        objects: dict[Any, Any] = held
        return {name: each for name, each in objects.items() if each is not None}
    return {getattr(each, key or ""): each for each in held if each is not None}


def _put(use: _Use, question: _Question) -> list[Any]:
    """Puts the objects beside their ids, and returns them. What is not there is left out."""
    expansion = use.wanted.expansion
    objects = question.objects(expansion.response_field, expansion.key)
    ids = _ids_of(use)
    found = [objects[each] for each in (map(str, ids) if expansion.key is None else ids) if each in objects]
    if expansion.many:
        setattr(use.owner, expansion.name, found)
    elif found:
        setattr(use.owner, expansion.name, found[0])
    return found


# --- looking into values


def _found(values: Sequence[Any], classes: Container[type[Any]]) -> Iterator[Any]:
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
