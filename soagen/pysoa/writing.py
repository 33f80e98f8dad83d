"""A service whose types are named -> the text of its contract, and what the contract could not say.

Rules: each loss is a comment where it happened, beginning with ``lost:``, and an item of the list that is given back;
the two are the same. What a reader must add by hand stands at the top.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as field_of_dataclass
from typing import Any

from soagen.model import Constraints, Kind
from soagen.pysoa.draft import (
    OBJECT,
    Action,
    Alias,
    Body,
    Draft,
    Entries,
    Field,
    Items,
    Notes,
    OneOf,
    Plain,
    Record,
    Service,
    Type,
    Words,
    settings,
)
from soagen.pysoa.naming import Definition, Named, Part, name_types
from soagen.pysoa.yaml import Entry, Map, Prose, document

_FEW = 3  # fields that may stand on one line


@dataclass(frozen=True, slots=True)
class Loss:
    """What the contract does not say of a place: ``create_order.request.note``."""

    place: str
    note: str

    def __str__(self) -> str:
        return f"{self.place}: {self.note}"


def write(service: Service) -> tuple[str, list[Loss]]:
    """The contract of a service."""
    named = name_types(service)
    writer = _Writer(service, named)
    of_all = writer.lost(service.name, service.notes)
    top = writer.top()
    return document((*writer.header(), *of_all), top), writer.losses


@dataclass(slots=True)
class _Writer:
    service: Service
    named: Named
    losses: list[Loss] = field_of_dataclass(default_factory=list)
    zoned: bool = False  # whether a datetime is taken to be aware, without a word of PySOA's

    def header(self) -> Iterator[str]:
        yield f"Written by `soagen import-pysoa` from what the PySOA service {self.service.key} tells of itself."
        yield "It is yours now. PySOA does not tell, so look at the service's code for:"
        bodies = [body.type for action in self.service.actions for body in (action.request, action.response)]
        missing = {
            "- errors: what an action raises belongs under `errors`, and under the `errors` of the action;": True,
            "- context and switches that an action reads itself: they belong under `context` and `switches`;": True,
            "- bodies without a schema, which are `object` here;": OBJECT in bodies,
            "- the names of switches, of which only the numbers are known;": self.is_nameless,
            "- moments with or without a zone: `local_datetime` is for those without;": self.zoned,
            "- actions that may run twice (`idempotent`), have a `timeout`, or answer nothing (`oneway`).": True,
        }
        yield from (line for line, is_so in missing.items() if is_so)
        if self.losses:
            yield '"lost:" marks what the language cannot say.'

    @property
    def is_nameless(self) -> bool:
        return any(name == f"SWITCH_{number}" for number, name in self.service.switches.items())

    def top(self) -> Map:
        entries = [Entry("soa", "1"), Entry("service", self.service.name)]
        if self.service.key != self.service.name:
            entries.append(Entry("wire", self.service.key))
        if self.service.doc:
            entries.append(Entry("doc", Prose(self.service.doc)))
        switches = tuple(
            Entry(name, Map((Entry("id", str(number)),))) for number, name in self.service.switches.items()
        )
        types = tuple(self.definition(each, name) for each, name in self.named.names.items())
        actions = tuple(self.action(action) for action in self.service.actions)
        for key, found in (("switches", switches), ("types", types), ("actions", actions)):
            if found:
                entries.append(Entry(key, Map(found, inline=False, airy=True)))
        return Map(tuple(entries), inline=False, airy=True)

    # --- types

    def definition(self, definition: Definition, name: str) -> Entry:
        comments = self.lost(name, definition.type.notes if isinstance(definition, Part) else definition.notes)
        doc = self.named.docs[definition]
        said = (Entry("doc", Prose(doc)),) if doc else ()
        match definition:
            case Record(fields=fields):
                entries = (*said, Entry("fields", self.fields(name, fields)))
            case Words(values=values):
                entries = (*said, Entry("enum", values))
            case OneOf(tag=tag, members=members):
                entries = (*said, *self.union(tag, members))
            case Alias(kind=kind, pattern=pattern):
                entries = (Entry("type", kind.value), Entry("pattern", pattern), *said)
            case Part(type=part):
                comments += self.inner(name, part)
                entries = (Entry("type", self.written(part)), *_settings(part.constraints), *said)
            case Plain() | Items() | Entries():
                raise AssertionError(f"{definition} needs no name")
        inline = not isinstance(definition, Record | OneOf) or not doc
        return Entry(name, Map(entries, inline), comments)

    def union(self, tag: str, members: tuple[tuple[str, Draft], ...]) -> Iterator[Entry]:
        yield Entry("union", Map(tuple(Entry(each, self.named.names[draft.type]) for each, draft in members)))
        if tag != "type":
            yield Entry("tag", tag)

    def fields(self, place: str, fields: tuple[Field, ...]) -> Map:
        entries = tuple(self.field(place, each) for each in fields)
        plain = len(entries) <= _FEW and not any(each.draft.doc for each in fields)
        return Map(entries, inline=plain)

    def field(self, place: str, field: Field) -> Entry:
        draft = field.draft
        written = self.written(draft.type) + ("?" if draft.nullable or field.optional else "")
        entries = [Entry("type", written)]
        if draft.nullable and not field.optional:
            entries.append(Entry("required", "true"))
        if self.named.of(draft.type) is None and isinstance(draft.type, Plain | Items | Entries):
            entries += _settings(draft.type.constraints)
        if field.key != field.name:
            entries.append(Entry("wire", field.key))
        doc = self.doc(draft)
        if doc:
            entries.append(Entry("doc", Prose(doc)))
        if draft.deprecated:
            entries.append(Entry("deprecated", "PySOA marks it as deprecated."))
        at = f"{place}.{field.name}"
        comments = () if self.named.of(draft.type) else self.lost(at, draft.type.notes) + self.inner(at, draft.type)
        return Entry(field.name, written if len(entries) == 1 else Map(tuple(entries)), comments)

    def doc(self, draft: Draft) -> str | None:
        """What a field says of itself: not what its type says already."""
        if self.named.of(draft.type):
            return draft.doc if draft.doc != self.named.docs[draft.type] else None
        if draft.doc is None and isinstance(draft.type, Items | Entries):
            part = draft.type.item if isinstance(draft.type, Items) else draft.type.value
            return None if self.named.of_part(part.type) else self.doc(part)
        return draft.doc

    def written(self, type_: Type) -> str:
        """A type as it is named where it is used."""
        name = self.named.of(type_)
        match type_:
            case _ if name is not None:
                return name
            case Items(item=item):
                return f"list<{self.written_in(item)}>"
            case Entries(value=value):
                return f"map<{self.written_in(value)}>"
            case Plain(kind=kind, alias=alias, constraints=constraints):
                self.zoned |= kind is Kind.DATETIME and constraints == Constraints()
                return alias.name if alias else kind.value
        raise AssertionError(f"{type_} has no name")

    def written_in(self, draft: Draft) -> str:
        return (self.named.of_part(draft.type) or self.written(draft.type)) + ("?" if draft.nullable else "")

    # --- actions

    def action(self, action: Action) -> Entry:
        entries = []
        if action.doc:
            entries.append(Entry("doc", Prose(action.doc)))
        if action.key != action.name:
            entries.append(Entry("wire", action.key))
        entries += self.bodies(action.name, ("request", action.request), ("response", action.response))
        variants = []
        for variant in action.variants:
            switch = self.service.switches[variant.switch]
            said = [Entry("doc", Prose(variant.doc))] if variant.doc and variant.doc != action.doc else []
            own = [
                (role, body)
                for role, body, base in (
                    ("request", variant.request, action.request),
                    ("response", variant.response, action.response),
                )
                if body.type != base.type
            ]
            found = (*said, *self.bodies(f"{action.name}.{switch}", *own, always=True))
            variants.append(Entry(switch, Map(found)))
        if variants:
            entries.append(Entry("variants", Map(tuple(variants), inline=False)))
        return Entry(action.name, Map(tuple(entries), inline=not entries))

    def bodies(self, place: str, *bodies: tuple[str, Body], always: bool = False) -> Iterator[Entry]:
        """The bodies that are not empty; in a variant an empty one must be said as well."""
        for role, body in bodies:
            at = f"{place}.{role}"
            name = self.named.of(body.type)
            comments = () if name else self.lost(at, body.type.notes)
            if body.doc and not name:
                comments = (body.doc, *comments)
            if name or isinstance(body.type, Plain):
                yield Entry(role, name or Kind.OBJECT.value, comments)
            elif body.type.fields or comments or always:
                yield Entry(role, self.fields(at, body.type.fields), comments)

    # --- losses

    def lost(self, place: str, notes: Notes) -> tuple[str, ...]:
        self.losses += [Loss(place, note) for note in notes]
        return tuple(f"lost: {note}" for note in notes)

    def inner(self, place: str, type_: Type) -> tuple[str, ...]:
        """What is lost of the items of lists and maps that have no name of their own."""
        if not isinstance(type_, Items | Entries):
            return ()
        part = type_.item if isinstance(type_, Items) else type_.value
        if self.named.of_part(part.type):
            return ()
        words = "of each item" if isinstance(type_, Items) else "of each value"
        return self.lost(place, tuple(f"{words}: {note}" for note in part.type.notes)) + self.inner(place, part.type)


def _settings(constraints: Constraints) -> list[Entry]:
    return [
        Entry(name, list(value) if isinstance(value, tuple) else _literal(value))
        for name, value in settings(constraints)
    ]


def _literal(value: Any) -> str:
    if value is True:
        return "true"
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
