"""The answer of PySOA's `introspect` -> a `Service`.

Rules. An answer is taken in any of the forms in which it may have been saved: the body, the action's response, or the
whole job's. `NoAnswer` is raised, with a sentence, for anything else; oddities of single fields never stop an import.

PySOA lists a switched action under several names, in the order in which it tries them: ``greet[switch:5]``,
``greet[DEFAULT]``. The built-in actions are left out: every generated server has them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from soagen.checks.protocol import ACTIONS
from soagen.generate import names
from soagen.model import Kind
from soagen.parse.shapes import UPPER
from soagen.pysoa import choices, fields
from soagen.pysoa.draft import OBJECT, Action, Body, Plain, Record, Service, Variant, describe
from soagen.pysoa.fields import Translator
from soagen.pysoa.schema import legible
from soagen.pysoa.words import distinct, sendable, snake

_SWITCHED = re.compile(r"(.+)\[(?:switch:(-?[0-9]+)|DEFAULT)\]")
_READERS = {**fields.READERS, **choices.READERS}


class NoAnswer(Exception):
    """This is no answer of `introspect`; the text says why."""


def body_of(document: Any) -> Mapping[str, Any]:
    """The body of an answer in any of the forms in which it may have been saved. Raises `NoAnswer`."""
    for _ in range(3):
        if not isinstance(document, Mapping):
            break
        actions = document.get("actions")
        if isinstance(actions, Mapping):
            return document
        document = actions[0] if isinstance(actions, list) and actions else document.get("body")
    raise NoAnswer('it has no map "actions", so it is no answer of PySOA\'s `introspect`')


def read(
    document: Any, name: str, switches: Mapping[int, str] | None = None, *, ignore_extra_keys: bool = False
) -> Service:
    """The service that an answer describes. ``name`` is the one that it is called by.

    ``switches`` are names of switches by their ids. Raises `NoAnswer`.
    """
    answer = body_of(document)
    translator = Translator(_READERS, ignore_extra_keys=ignore_extra_keys)
    known = {**_came_along(answer.get("switches")), **(switches or {})}
    groups = {key: group for key, group in _groups(answer["actions"]).items() if key not in ACTIONS}
    named = _switch_names((number for group in groups.values() for number in group.variants), known)
    # A variant is a method as well, whose name no other action may have. The classes of requests are called after
    # actions, and see no difference between `get_1` and `get1`.
    methods = {
        f"{snake(key, 'action')}_{named[number].lower()}" for key, group in groups.items() for number in group.variants
    }
    called = distinct(groups, "action", names.pascal, taken=ACTIONS | methods)
    notes = [f"it has an action {key!r}, which no contract can name" for key in called if not sendable(key)]
    actions = tuple(_action(translator, key, called[key], groups[key]) for key in called if sendable(key))
    return Service(name, snake(name, "service"), _doc(answer), named, actions, tuple(notes))


def _came_along(switches: Any) -> dict[int, str]:
    """The names that the probe has found in the service's code, where they can be names here; JSON's keys are texts."""
    found = switches.items() if isinstance(switches, Mapping) else ()
    return {int(number): name.upper() for number, name in found if UPPER.fullmatch(name.upper())}


def _switch_names(ids: Iterable[int], known: Mapping[int, str]) -> dict[int, str]:
    chosen: dict[int, str] = {}
    for number in ids:
        name = known.get(number)
        chosen[number] = name if name and name not in chosen.values() else f"SWITCH_{number}"
    return chosen


@dataclass(frozen=True, slots=True)
class _Group:
    """What is told of one action: of itself, and of it while a switch is on."""

    base: Mapping[str, Any]
    variants: Mapping[int, Mapping[str, Any]]


def _groups(listed: Mapping[Any, Any]) -> dict[str, _Group]:
    found: dict[str, dict[int | None, Mapping[str, Any]]] = {}
    for key, raw in listed.items():
        match = _SWITCHED.fullmatch(str(key))
        name, switch = (match[1], None if match[2] is None else int(match[2])) if match else (str(key), None)
        if switch != 0:  # is never on: PySOA passes it over
            found.setdefault(name, {}).setdefault(switch, raw if isinstance(raw, Mapping) else {})
    return {name: _group(by_switch) for name, by_switch in found.items()}


def _group(by_switch: dict[int | None, Mapping[str, Any]]) -> _Group:
    # Without a default the last one is it; PySOA's answer about a single variant has no other.
    base = by_switch.pop(None) if None in by_switch else by_switch.popitem()[1]
    return _Group(base, {number: raw for number, raw in by_switch.items() if number is not None})


def _action(translator: Translator, key: str, name: str, group: _Group) -> Action:
    variants = tuple(Variant(switch, _doc(raw), *_bodies(translator, raw)) for switch, raw in group.variants.items())
    return Action(key, name, _doc(group.base), *_bodies(translator, group.base), variants)


def _bodies(translator: Translator, raw: Mapping[str, Any]) -> tuple[Body, Body]:
    return _body(translator, raw.get("request_schema")), _body(translator, raw.get("response_schema"))


def _body(translator: Translator, raw: Any) -> Body:
    if raw is None:
        return Body(OBJECT)
    draft = translator.read(raw)
    match draft.type:
        case Record():
            return Body(draft.type, draft.doc)
        case Plain(kind=Kind.OBJECT):
            return Body(draft.type, draft.doc)
        case Plain(kind=Kind.ANY, notes=notes) if notes:
            return Body(Plain(Kind.OBJECT, notes=notes), draft.doc)
        case other:
            return Body(Plain(Kind.OBJECT, notes=(*other.notes, f"as a whole it is {describe(draft)}")), draft.doc)


def _doc(raw: Mapping[str, Any]) -> str | None:
    text = raw.get("documentation")
    return inspect.cleandoc(legible(text)).strip() or None if isinstance(text, str) else None
