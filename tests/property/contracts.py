"""Random contracts, and random values of their types as they are sent.

The values are made from the model alone, so that they are an oracle for generated code: `Wire` draws what a peer may
send, in the one form in which it would be sent anew, and lists the places where it could be broken.
"""

from __future__ import annotations

import datetime as dt
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from currint import Amount
from hypothesis import strategies as st

from soagen.diagnostics import Span
from soagen.generate import names
from soagen.model import (
    OBJECT,
    Action,
    Alias,
    Body,
    Constraints,
    Contract,
    ContractKind,
    EnumType,
    EnumValue,
    Expansion,
    Field,
    Import,
    Kind,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    Project,
    Ref,
    ScalarType,
    Struct,
    Type,
    TypeDef,
    Union,
    UnionMember,
)

AT = Span("random.soa.yaml", 1, 1, 2)

_FIELDS = (
    "id", "type", "self", "cls", "list", "dict", "data", "value", "strict", "faults", "item", "field", "dt", "types",
    "common", "as_int", "nested", "new", "base", "a", "b", "l", "x_1", "bound_1",
    "a_name_that_is_so_long_that_it_does_not_fit_into_a_line_of_code_with_anything_else",
)  # fmt: skip
_TYPES = ("List", "Any", "Exception", "Item", "Amount", "Fault", "I", "Nothing", "OpenEnum", "UUID", "Decimal", "Order")

_ACTIONS = ("body", "echo", "list")
_LOOKUP = "look_up"
_IDS = (Kind.STRING, Kind.INT, Kind.UUID)
_EXPANSIONS = ("then", "or_raise", "self", "types", "service", "path", "base", "list", "owner_of_it")

_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_floats = st.floats(allow_nan=False)
_moments = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))

# For each kind: values as they are sent.
SCALARS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.BOOL: st.booleans(),
    Kind.INT: st.integers(-(2**63), 2**64 - 1),
    Kind.FLOAT: _floats,
    Kind.STRING: _texts,
    Kind.BYTES: st.binary(max_size=20),
    Kind.DECIMAL: st.decimals(allow_nan=False),
    Kind.MONEY: st.builds(Amount.from_code_and_minor, st.sampled_from(["USD", "EUR", "JPY"]), st.integers(-9999, 9999)),
    Kind.DATE: st.dates(),
    Kind.TIME: st.times(),
    Kind.DATETIME: _moments.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    Kind.LOCAL_DATETIME: _moments,
    Kind.DURATION: st.integers(-(10**15), 10**15),
    Kind.UUID: st.uuids().map(str),
    Kind.ANY: st.none()
    | st.booleans()
    | st.integers(0, 9)
    | _texts
    | st.lists(st.none() | st.integers(0, 9), max_size=2),
    Kind.OBJECT: st.dictionaries(_texts, st.integers(0, 9) | _texts, max_size=2),
}


# --- contracts


def _constrained(kind: Kind) -> st.SearchStrategy[Type]:
    bounded = {
        Kind.INT: Constraints(min=-5, max=5),
        Kind.FLOAT: Constraints(above=-5.0, below=5.0),
        Kind.STRING: Constraints(max_length=4, pattern="(?s:.{0,4})"),
        Kind.DECIMAL: Constraints(min=Decimal("-1.5"), max=Decimal(2)),
        Kind.DURATION: Constraints(min=dt.timedelta(), max=dt.timedelta(seconds=1)),
        Kind.DATE: Constraints(min=dt.date(2000, 1, 1), max=dt.date(2001, 1, 1)),
        Kind.DATETIME: Constraints(min=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)),
        Kind.MONEY: Constraints(min=0, currencies=("EUR",)),
    }
    plain = ScalarType(kind)
    return st.sampled_from([plain, plain, ScalarType(kind, bounded[kind])]) if kind in bounded else st.just(plain)


def _types(named: list[NamedType]) -> st.SearchStrategy[Type]:
    leaves = st.sampled_from(list(Kind)).flatmap(_constrained)
    if named:
        leaves = leaves | st.sampled_from(named)
    sized = st.sampled_from([Constraints(), Constraints(), Constraints(max_items=2)])
    entries = st.sampled_from([Constraints(), Constraints(max_entries=2)])

    def held(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        elements = inner | inner.map(lambda t: t if isinstance(t, OptionalType) else OptionalType(t))
        return st.builds(ListType, elements, sized) | st.builds(MapType, elements, entries)

    return st.recursive(leaves, held, max_leaves=3)


@st.composite
def _field(draw: st.DrawFn, name: str, types: st.SearchStrategy[Type]) -> Field:
    type_ = draw(types)
    presence = draw(st.sampled_from([Presence.REQUIRED, Presence.REQUIRED, Presence.OPTIONAL, Presence.NULLABLE]))
    if presence is not Presence.REQUIRED:
        type_ = OptionalType(type_)
    default = None
    if isinstance(type_, ScalarType) and type_ == ScalarType(type_.kind) and draw(st.booleans()):
        literals = {Kind.BOOL: True, Kind.INT: 3, Kind.STRING: 'a"\\', Kind.BYTES: b"\xff", Kind.FLOAT: 1.5}
        literals |= {Kind.UUID: uuid.UUID(int=7), Kind.DURATION: dt.timedelta(seconds=3), Kind.OBJECT: {"a": 1}}
        if type_.kind in literals:
            presence, default = Presence.DEFAULTED, literals[type_.kind]
    wire = draw(st.just(name) | st.text(string.printable, min_size=1, max_size=5).map(lambda text: f"{text}:{name}"))
    doc = draw(st.none() | _texts)
    return Field(name=name, wire=wire, type=type_, presence=presence, default=default, doc=doc, span=AT)


@st.composite
def _structs(draw: st.DrawFn, name: str, types: st.SearchStrategy[Type], contract: str) -> Struct:
    chosen = draw(st.lists(st.sampled_from(_FIELDS), min_size=1, max_size=6, unique=True))
    fields = [draw(_field(each, types)) for each in chosen]
    if draw(st.booleans()):
        again = OptionalType(NamedType(contract, name))
        fields.append(Field(name="again", wire="again", type=again, presence=Presence.OPTIONAL, span=AT))
    return Struct(name=name, fields=tuple(fields), doc=draw(st.none() | _texts), span=AT)


@st.composite
def _enums(draw: st.DrawFn, name: str) -> EnumType:
    values = draw(st.lists(_texts, min_size=1, max_size=4, unique_by=names.member))
    closed = draw(st.booleans())
    return EnumType(name=name, values=tuple(EnumValue(value=v, span=AT) for v in values), closed=closed, span=AT)


@st.composite
def _contracts(draw: st.DrawFn, name: str, imported: tuple[Contract, ...]) -> Contract:
    known = [NamedType(c.name, t.name) for c in imported for t in c.types]
    structs = {(c.name, t.name) for c in imported for t in c.types if isinstance(t, Struct)}
    types: list[TypeDef] = []
    for each in draw(st.lists(st.sampled_from(_TYPES), min_size=1, max_size=5, unique=True)):
        made: TypeDef
        members = [ref for ref in known if (ref.contract, ref.name) in structs]
        sort = draw(st.sampled_from(["struct", "struct", "enum", "alias", "union" if members else "struct"]))
        if sort == "struct":
            made = draw(_structs(each, _types(known), name))
            structs.add((name, each))
        elif sort == "enum":
            made = draw(_enums(each))
        elif sort == "alias":
            made = Alias(name=each, type=draw(_types(known)), span=AT)
        else:
            some = draw(st.lists(st.sampled_from(members), min_size=1, max_size=3, unique=True))
            tags = draw(st.lists(_texts, min_size=len(some), max_size=len(some), unique=True))
            union = tuple(UnionMember(tag=tag, type=ref, span=AT) for tag, ref in zip(tags, some, strict=True))
            made = Union(name=each, members=union, tag="the tag", closed=draw(st.booleans()), span=AT)
        types.append(made)
        known.append(NamedType(name, each))
    root = draw(_structs("Root", _types(known), name))
    types.append(root)
    actions = tuple(draw(_action(each, name, root)) for each in _ACTIONS) if imported else ()
    if imported:
        target = draw(st.sampled_from([*(NamedType(*each) for each in sorted(structs)), NamedType(name, "Root")]))
        types = [draw(_expanded(each, target, name)) if isinstance(each, Struct) else each for each in types]
        actions = (*actions, _lookup(target))
    return Contract(
        kind=ContractKind.SERVICE if imported else ContractKind.PACKAGE,
        name=name,
        wire=name,
        path=f"{name}.soa.yaml",
        imports=tuple(Import(c.name, c.name) for c in imported),
        types=tuple(types),
        actions=actions,
        span=AT,
    )


def _lookup(target: NamedType) -> Action:
    """An action by which ids of any kind are expanded."""

    def ids(kind: Kind) -> Field:
        type_ = OptionalType(ListType(ScalarType(kind)))
        return Field(name=f"{kind.value}s", wire=f"{kind.value}s", type=type_, presence=Presence.OPTIONAL, span=AT)

    found = Field(name="found", wire="found", type=MapType(target), presence=Presence.REQUIRED, span=AT)
    request = tuple(map(ids, _IDS))
    return Action(name=_LOOKUP, wire=_LOOKUP, request=request, response=(found,), idempotent=True, span=AT)


@st.composite
def _expanded(draw: st.DrawFn, struct: Struct, target: NamedType, contract: str) -> Struct:
    """A struct, perhaps with an id, and expansions of those of its fields that hold any."""
    if draw(st.booleans()):
        one = ScalarType(draw(st.sampled_from(_IDS)))
        either: list[Type] = [one, ListType(one)]
        type_ = draw(st.sampled_from(either))
        ref = Field(name="ref", wire="ref", type=type_, presence=Presence.REQUIRED, span=AT)
        struct = replace(struct, fields=(*struct.fields, ref))
    ids = [(f, kind) for f in struct.fields if (kind := _id_kind(f.type)) is not None]
    taken = {names.field(f.name) for f in struct.fields}
    free = [each for each in _EXPANSIONS if names.field(each) not in taken]
    found = [
        Expansion(
            name=each,
            source=source.name,
            many=isinstance(_bare(source.type), ListType),
            action=Ref(contract, _LOOKUP),
            request=f"{kind.value}s",
            response="found",
            key=None,
            max_ids=draw(st.none() | st.integers(1, 9)),
            type=target,
            doc=draw(st.none() | _texts),
            span=AT,
        )
        for each in draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique=True))
        if ids
        for source, kind in [draw(st.sampled_from(ids))]
    ]
    return replace(struct, expansions=tuple(found))


def _bare(type_: Type) -> Type:
    return type_.inner if isinstance(type_, OptionalType) else type_


def _id_kind(type_: Type) -> Kind | None:
    bare = _bare(type_)
    inner = bare.item if isinstance(bare, ListType) else bare
    return inner.kind if isinstance(inner, ScalarType) and inner.kind in _IDS else None


@st.composite
def _action(draw: st.DrawFn, name: str, contract: str, root: Struct) -> Action:
    scalars = st.sampled_from(list(Kind)).map(ScalarType)
    # A parameter that alone is longer than a line is not laid out as a formatter would, if its type has parts.
    shorter = [each for each in _FIELDS if len(each) < 60]
    fields = st.lists(st.sampled_from(shorter), max_size=3, unique=True).flatmap(
        lambda names: st.tuples(*(_field(each, scalars) for each in names))
    )
    bodies: list[st.SearchStrategy[Body]] = [st.just(OBJECT), fields]
    if {each.name for each in root.fields} <= {*shorter, "again", "ref"}:
        bodies.append(st.just(NamedType(contract, root.name)))
    request, response = draw(st.one_of(bodies)), draw(st.one_of(bodies))
    return Action(name=name, wire=name, request=request, response=response, span=AT)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Two contracts: the service ``top``, and the package ``base`` that it imports; each has a struct ``Root``."""
    base = draw(_contracts("base", ()))
    return Project.of({"base": base, "top": draw(_contracts("top", (base,)))})


# --- values


@dataclass(frozen=True)
class Spot:
    """A place in a value where something can be put: ``needed`` if it may not be left out."""

    path: str
    put: Callable[[Any], None]
    remove: Callable[[], None]
    needed: bool
    is_any: bool


@dataclass(frozen=True)
class Wire:
    """Draws values of a project's types as they are sent."""

    project: Project
    data: st.DataObject

    def value(self, type_: Type, depth: int = 0) -> Any:
        """A value of a type."""
        match type_:
            case OptionalType():
                return None if depth > 3 or self.data.draw(st.booleans()) else self.value(type_.inner, depth)
            case ScalarType():
                return self.data.draw(self._within(type_))
            case ListType():
                return [self.value(type_.item, depth + 1) for _ in range(self._count(depth))]
            case MapType():
                # An empty key can't be told in a path.
                keys = self.data.draw(
                    st.lists(_texts.filter(bool), min_size=0, max_size=self._count(depth), unique=True)
                )
                return {key: self.value(type_.value, depth + 1) for key in keys}
            case NamedType():
                return self._named(self.project.type(type_), depth + 1)

    def body(self, body: Body) -> dict[str, Any]:
        """A request or a response."""
        found: dict[str, Any] = self._record(body, 0) if isinstance(body, tuple) else self.value(body)
        return found

    def _count(self, depth: int) -> int:
        return 0 if depth > 3 else self.data.draw(st.integers(0, 2))

    @staticmethod
    def _within(type_: ScalarType) -> st.SearchStrategy[Any]:
        if type_ == ScalarType(type_.kind):
            return SCALARS[type_.kind]
        return {
            Kind.INT: st.integers(-5, 5),
            Kind.FLOAT: st.floats(-4.5, 4.5),
            Kind.STRING: st.text(st.characters(codec="utf-8"), max_size=4),
            Kind.DECIMAL: st.sampled_from([Decimal("-1.5"), Decimal(0), Decimal("2.0")]),
            Kind.DURATION: st.integers(0, 1_000_000),
            Kind.DATE: st.dates(dt.date(2000, 1, 1), dt.date(2001, 1, 1)),
            Kind.DATETIME: st.datetimes(dt.datetime(2000, 1, 1)).map(lambda moment: moment.replace(tzinfo=dt.UTC)),
            Kind.MONEY: st.builds(Amount.from_code_and_minor, st.just("EUR"), st.integers(0, 99)),
        }[type_.kind]

    def _named(self, target: TypeDef, depth: int) -> Any:
        match target:
            case Alias():
                return self.value(target.type, depth)
            case EnumType():
                return self.data.draw(st.sampled_from([each.value for each in target.values]))
            case Union():
                member = self.data.draw(st.sampled_from(target.members))
                return {target.tag: member.tag, **self._named(self.project.type(member.type), depth)}
            case Struct():
                return self._record(target.fields, depth)

    def _record(self, fields: tuple[Field, ...], depth: int) -> dict[str, Any]:
        found = {}
        for field in fields:
            value = self.value(field.type, depth)
            if value is not None or field.presence is not Presence.OPTIONAL:
                found[field.wire] = value
        return found

    def spots(self, value: Any, type_: Type, path: str = "") -> Iterator[Spot]:
        """Every place inside a value."""
        match type_:
            case OptionalType():
                if value is not None:
                    yield from self.spots(value, type_.inner, path)
            case ListType():
                for i, each in enumerate(value):
                    yield from self._inside(value, i, type_.item, path, each, False)
            case MapType():
                for key, each in list(value.items()):
                    yield from self._inside(value, key, type_.value, path, each, False)
            case NamedType():
                target = self.project.type(type_)
                if isinstance(target, Alias):
                    yield from self.spots(value, target.type, path)
                if isinstance(target, Union):
                    member = next(each for each in target.members if each.tag == value[target.tag])
                    text = ScalarType(Kind.STRING)
                    yield from self._inside(value, target.tag, text, path, value[target.tag], True)
                    yield from self.spots(value, member.type, path)
                if isinstance(target, Struct):
                    for field in target.fields:
                        if field.wire in value:
                            needed = field.presence in (Presence.REQUIRED, Presence.NULLABLE)
                            yield from self._inside(value, field.wire, field.type, path, value[field.wire], needed)

    def _inside(self, holder: Any, key: Any, type_: Type, path: str, value: Any, needed: bool) -> Iterator[Spot]:
        here = f"{path}.{key}" if path else str(key)
        yield Spot(
            here,
            lambda new: holder.__setitem__(key, new),
            lambda: holder.__delitem__(key),
            needed,
            self._is_any(type_),
        )
        yield from self.spots(value, type_, here)

    def _is_any(self, type_: Type) -> bool:
        match type_:
            case OptionalType():
                return self._is_any(type_.inner)
            case NamedType() if isinstance(target := self.project.type(type_), Alias):
                return self._is_any(target.type)
            case _:
                return type_ == ScalarType(Kind.ANY)
