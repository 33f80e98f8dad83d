"""The types of a service that need a name, and the names that they get.

The theory. Structs, enums and unions are always named; a list's or map's own items are, where constraints stand on
them. A type is called by the key under which it is found: ``items`` holds an ``Item``. Where two types would have one
name, both say where they come from instead (``OrderStatus``, ``PaymentStatus``), with as many words as it takes.
Names that the generated package has for something else are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from soagen.generate import names
from soagen.model import NO_CONSTRAINTS
from soagen.pysoa.draft import Action, Alias, Body, Draft, Entries, Items, OneOf, Plain, Record, Service, Type, Words
from soagen.pysoa.words import pascal, singular, words


@dataclass(frozen=True, slots=True)
class Part:
    """The items of a list, or the values of a map, on which constraints stand: there they can't be written."""

    type: Plain | Items | Entries


# What is defined, and the way to a place where it stands: action, role, keys.
Definition: TypeAlias = Type | Alias | Part
_Path: TypeAlias = tuple[str, ...]

_BODY = 2  # so many words of a path are before the keys
_SHARED = 2  # a body of so many fields, that is both request and response, gets a name


@dataclass(frozen=True, slots=True)
class Named:
    """The definitions of a service, those first that others are made of; their names, and what is said of them."""

    names: dict[Definition, str]
    docs: dict[Definition, str | None]

    def of(self, type_: Type) -> str | None:
        """The name of a type; None for one that is written in its place."""
        return self.names.get(type_)

    def of_part(self, type_: Type) -> str | None:
        """The name of a type that a list or a map holds."""
        part = None if isinstance(type_, Record | Words | OneOf) else self.names.get(Part(type_))
        return part or self.names.get(type_)


@dataclass(slots=True)
class _Found:
    """What a walk over a service has come by."""

    paths: dict[Definition, list[_Path]] = field(default_factory=dict)
    docs: dict[Definition, str | None] = field(default_factory=dict)

    def add(self, definition: Definition, path: _Path, doc: str | None) -> None:
        self.paths.setdefault(definition, []).append(path)
        self.docs[definition] = self.docs.get(definition) or doc


def name_types(service: Service) -> Named:
    """Finds what needs a name in a service, and names it."""
    found = _Found()
    for action in service.actions:
        for title, request, response in _contracts(service, action):
            if request == response and isinstance(request.type, Record) and len(request.type.fields) >= _SHARED:
                _walk(found, Draft(request.type, doc=request.doc), (title, ""))
            for role, body in (("request", request), ("response", response)):
                for each in body.type.fields if isinstance(body.type, Record) else ():
                    _walk(found, each.draft, (title, role, each.key))
    return Named(_assigned(found.paths, set(_taken(service))), found.docs)


def _contracts(service: Service, action: Action) -> Iterator[tuple[str, Body, Body]]:
    yield action.name, action.request, action.response
    for variant in action.variants:
        yield f"{action.name} {service.switches[variant.switch]}", variant.request, variant.response


def _walk(found: _Found, draft: Draft, path: _Path, *, inner: bool = False) -> None:
    type_ = draft.type
    match type_:
        case Record(fields=fields):
            for each in fields:
                _walk(found, each.draft, (*path, each.key))
        case OneOf(members=members):
            for tag, member in members:
                _walk(found, member, (*path, tag))
        case Items(item=part) | Entries(value=part):
            last = singular(path[-1]) or f"{path[-1]} {'item' if isinstance(type_, Items) else 'value'}"
            _walk(found, part, (*path[:-1], last), inner=True)
        case Plain(alias=Alias() as alias):
            found.add(alias, path, alias.doc)
        case _:
            pass
    if isinstance(type_, Record | Words | OneOf):
        found.add(type_, path, draft.doc)
    elif inner and type_.constraints != NO_CONSTRAINTS:
        found.add(Part(type_), path, draft.doc)


def _taken(service: Service) -> Iterator[str]:
    """The names of other things in the generated package."""
    prefix = names.pascal(service.name)
    yield from (f"{prefix}{kind}" for kind in ("Context", "Switch", "Client", "Server"))
    yield from (f"Async{prefix}{kind}" for kind in ("Client", "Server"))
    for action in service.actions:
        for switch in (None, *(service.switches[variant.switch] for variant in action.variants)):
            yield from (names.body_class(action.name, switch, role) for role in ("Request", "Response"))


def _assigned(paths: dict[Definition, list[_Path]], taken: set[str]) -> dict[Definition, str]:
    """A name for each definition, in their order."""
    assigned: dict[Definition, str] = {each: each.name for each in paths if isinstance(each, Alias)}
    taken |= set(assigned.values())
    waiting = [each for each in paths if each not in assigned]
    longest = max((len(path) for each in paths.values() for path in each), default=0)
    for length in range(longest + 1):
        wishes = {each: _wish(paths[each], length) for each in waiting}
        best = _most_frequent(wishes, paths)
        assigned |= {each: name for each, name in wishes.items() if best[name] == each and _is_free(each, name, taken)}
        taken |= _claimed(assigned)
        waiting = [each for each in waiting if each not in assigned]
    for each in waiting:
        first = name = _wish(paths[each], longest)
        number = 2
        while not _is_free(each, name, taken):
            name = f"{first}{number}"
            number += 1
        assigned[each] = name
        taken |= _claimed({each: name})
    return {each: assigned[each] for each in paths}


def _most_frequent(wishes: dict[Definition, str], paths: dict[Definition, list[_Path]]) -> dict[str, Definition | None]:
    """For each name the one definition that stands in more places than any other that wishes for it."""
    best: dict[str, Definition | None] = {}
    for name in set(wishes.values()):
        rivals = sorted((each for each, wish in wishes.items() if wish == name), key=lambda each: -len(paths[each]))
        tied = len(rivals) > 1 and len(paths[rivals[0]]) == len(paths[rivals[1]])
        best[name] = None if tied else rivals[0]
    return best


def _is_free(definition: Definition, name: str, taken: set[str]) -> bool:
    own = _claimed({definition: name})
    return not own & taken and names.type_class(name) == name


def _claimed(assigned: dict[Definition, str]) -> set[str]:
    unknown = {names.unknown_class(name) for each, name in assigned.items() if isinstance(each, OneOf)}
    return {*assigned.values(), *unknown}


def _wish(paths: Sequence[_Path], length: int) -> str:
    """What a definition would be called with ``length`` words more than its key: what its places have in common."""
    called = list(dict.fromkeys(_called(path, length) for path in paths))
    ends = [words(name)[::-1] for name in called]
    common = []
    for column in zip(*ends, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return pascal(common[::-1]) or called[0] if len(called) > 1 else called[0]


def _called(path: _Path, length: int) -> str:
    action, role, *keys = path
    if not keys:
        return pascal([action] if length == 0 else [action, "body"]) or "Body"
    if length < len(keys):
        return _joined(keys[-length - 1 :]) or "Type"
    return _joined([action, *([role] if length > len(keys) else []), *keys]) or "Type"


def _joined(parts: Sequence[str]) -> str:
    """The parts as one name; a word that ends one and begins the next is said once (``create_order``, ``order``)."""
    found: list[str] = []
    for part in parts:
        following = words(part)
        found += following[1:] if len(following) and found[-1:] == following[:1] else following
    return pascal(found)
