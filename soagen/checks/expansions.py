"""Expansions: whether the ids of a struct, and the action that is to answer for them, fit together.

Rules: ids are strings, ints or uuids, on every side of one kind. The action takes a list of ids and nothing else that
must be sent, answers with objects by their ids or in a list, and is idempotent: nobody knows how often it is called for
one response. It is looked at when all contracts are built, since it may stand in any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from soagen.checks.book import Book
from soagen.diagnostics import Span
from soagen.model import (
    Action,
    Body,
    Contract,
    Expansion,
    Field,
    Kind,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    Ref,
    ScalarType,
    Struct,
    Type,
)
from soagen.parse.shapes import did_you_mean
from soagen.parse.tree import BodyTree, ExpansionTree, Name, NameExpr, StructTree
from soagen.resolve import POISON, Unit

DEFAULT_KEY = "id"
_IDS = (Kind.STRING, Kind.INT, Kind.UUID)
_NEEDED = (Presence.REQUIRED, Presence.NULLABLE)


def with_expansions(book: Book, contracts: Mapping[str, Contract]) -> Mapping[str, Contract]:
    """The contracts, with the expansions of their structs; faults in these are reported."""
    found = {}
    for unit in book.names.units:
        contract = contracts[unit.key]
        trees = {tree.name.text: tree for tree in unit.tree.types if isinstance(tree, StructTree) and tree.expansions}
        if trees:
            types = (
                _expanded(book, contracts, unit, trees[type_.name], type_)
                if isinstance(type_, Struct) and type_.name in trees
                else type_
                for type_ in contract.types
            )
            contract = replace(contract, types=tuple(types))
        found[unit.key] = contract
    return found


def _expanded(book: Book, contracts: Mapping[str, Contract], unit: Unit, tree: StructTree, struct: Struct) -> Struct:
    built = (_Expansion(book, contracts, unit, struct, each).build() for each in tree.expansions)
    return replace(struct, expansions=tuple(each for each in built if each is not None))


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids that are to be expanded."""

    kind: Kind
    many: bool


@dataclass(frozen=True, slots=True)
class _Expansion:
    """One expansion on its way into the model. A method that returns None has reported why, or it was known before."""

    book: Book
    contracts: Mapping[str, Contract]
    unit: Unit
    struct: Struct
    tree: ExpansionTree

    def build(self) -> Expansion | None:
        ids = self._ids()
        ref = self.book.names.action(self.unit, self.tree.action) if self.tree.action else None
        if ref is None or self.tree.action is None:
            return None
        home = self.contracts[ref.contract]
        action = next(each for each in home.actions if each.name == ref.name)
        usable = self._usable(action, self.tree.action)
        bodies = self._bodies(ref, action) if usable else None
        if ids is None or bodies is None or self.tree.source is None:
            return None
        request, response = bodies
        taken = self._request(ids, request, self.tree.action)
        given = self._response(ids, response, self.tree.action)
        if taken is None or given is None:
            return None
        field, type_, key = given
        return Expansion(
            name=self.tree.name.text,
            source=self.tree.source.text,
            many=ids.many,
            action=ref,
            request=taken.name,
            response=field.name,
            key=key,
            max_ids=min((most for most in self._limits(taken, "max_items") if most is not None), default=None),
            type=type_,
            doc=self.tree.doc,
            span=self.tree.name.at,
        )

    # --- what is expanded

    def _ids(self) -> _Ids | None:
        source = self.tree.source
        field = self._named(self.struct.fields, source, f"`{self.struct.name}`") if source else None
        if field is None or source is None:
            return None
        outer = self._plain(field.type)
        many = isinstance(outer, ListType)
        inner = outer.item if isinstance(outer, ListType) else outer
        if self._is_unknown(inner):
            return None
        kind = None if isinstance(inner, OptionalType) else self._kind(inner)
        if kind is None:
            hint = "an id is a string, an int or a uuid; `from` is an id, or a list of ids"
            self._add("EXPANSION_UNFIT", source.at, f"`{source.text}` holds no ids", hint)
            return None
        return _Ids(kind, many)

    # --- which action

    def _usable(self, action: Action, name: NameExpr) -> bool:
        at = name.name.at
        if action.oneway:
            self._add("EXPANSION_ACTION", at, f"`{name}` is oneway: nothing comes back that could be put anywhere")
        elif not action.idempotent:
            hint = "if it only reads, write `idempotent: true` beside it"
            self._add("EXPANSION_ACTION", at, f"`{name}` is not idempotent, and may be called more than once", hint)
        for what, body in (("request", action.request), ("response", action.response)):
            if isinstance(body, ScalarType):
                self._add("EXPANSION_ACTION", at, f"`{name}` has `object` for its {what}, which names no fields")
        return not action.oneway and not any(isinstance(each, ScalarType) for each in (action.request, action.response))

    def _bodies(self, ref: Ref, action: Action) -> tuple[Sequence[Field], Sequence[Field]] | None:
        """The fields of the action's request and response."""
        unit = next(unit for unit in self.book.names.units if unit.key == ref.contract)
        tree = unit.actions[ref.name]
        if self._refused(unit, tree.request) or self._refused(unit, tree.response):
            return None
        return self._fields(action.request), self._fields(action.response)

    def _refused(self, unit: Unit, body: BodyTree | None) -> bool:
        return body is not None and body.fields is None and self.book.names.struct(unit, body.ref) is None

    def _fields(self, body: Body) -> Sequence[Field]:
        return body if isinstance(body, tuple) else self._struct_of(body).fields

    def _struct_of(self, ref: NamedType | ScalarType) -> Struct:
        assert isinstance(ref, NamedType)
        found = next(each for each in self.contracts[ref.contract].types if each.name == ref.name)
        assert isinstance(found, Struct)
        return found

    # --- what it takes

    def _request(self, ids: _Ids, fields: Sequence[Field], action: NameExpr) -> Field | None:
        fitting = [f for f in fields if self._takes(ids, f)]
        lacking = f"no list of {ids.kind.value}"
        found = self._chosen(self.tree.request, "request", fields, fitting, lacking, action)
        if found is None:
            return None
        others = [f.name for f in fields if f.presence in _NEEDED and f is not found]
        if others:
            names = ", ".join(f"`{name}`" for name in others)
            message = f"`{action}` also needs {names}, and an expansion has nothing but ids"
            self._add("EXPANSION_ACTION", action.name.at, message)
        least, most = self._limits(found, "min_items"), self._limits(found, "max_items")
        if any(each is not None and each > 1 for each in least) or any(each == 0 for each in most):
            at = self.tree.request.at if self.tree.request else action.name.at
            self._add("EXPANSION_UNFIT", at, f"`{found.name}` can't be just one id, and often there is no more")
        return None if others else found

    def _takes(self, ids: _Ids, field: Field) -> bool:
        type_ = self._plain(field.type)
        return isinstance(type_, ListType) and self._kind(type_.item) is ids.kind

    def _limits(self, field: Field, which: str) -> list[int | None]:
        inner = field.type.inner if isinstance(field.type, OptionalType) else field.type
        return [getattr(each, which) for each in self.book.plain(inner).constraints]

    # --- what it answers

    def _response(
        self, ids: _Ids, fields: Sequence[Field], action: NameExpr
    ) -> tuple[Field, NamedType, str | None] | None:
        fitting = [f for f in fields if self._objects(f) is not None]
        lacking = "neither a map nor a list of structs"
        field = self._chosen(self.tree.response, "response", fields, fitting, lacking, action)
        found = self._objects(field) if field else None
        if field is None or found is None:
            return None
        type_, is_map = found
        if is_map:
            if self.tree.key is not None:
                message = f"`{field.name}` is a map, whose keys are the ids"
                self._add("EXPANSION_UNFIT", self.tree.key.at, message, "leave `key` out: it is for a list")
            return field, type_, None
        key = self._key(ids, type_, action)
        return None if key is None else (field, type_, key)

    def _objects(self, field: Field) -> tuple[NamedType, bool] | None:
        """The struct that a field holds many of, and whether it does by their ids."""
        type_ = self._plain(field.type)
        held = type_.item if isinstance(type_, ListType) else type_.value if isinstance(type_, MapType) else None
        last = self._plain(held) if held else None
        if isinstance(last, NamedType) and isinstance(self.book.definition(last), StructTree):
            return NamedType(last.contract, last.name), isinstance(type_, MapType)
        return None

    def _key(self, ids: _Ids, type_: NamedType, action: NameExpr) -> str | None:
        struct = self._struct_of(type_)
        if self.tree.key is None and not any(f.name == DEFAULT_KEY for f in struct.fields):
            hint = "`key` says which of its fields holds the id"
            self._add("EXPANSION_FIELD", action.name.at, f"`{struct.name}` has no field `{DEFAULT_KEY}`", hint)
            return None
        at = self.tree.key or Name(DEFAULT_KEY, action.name.at)
        field = self._named(struct.fields, at, f"`{struct.name}`")
        if field is None or self._is_unknown(field.type):
            return None
        if isinstance(field.type, OptionalType) or self._kind(field.type) is not ids.kind:
            message = f"`{struct.name}.{field.name}` is no {ids.kind.value}, as the ids are"
            self._add("EXPANSION_UNFIT", at.at, message, "`key` is the field of an object that holds its id")
            return None
        return field.name

    # --- both

    def _chosen(
        self,
        name: Name | None,
        word: str,
        fields: Sequence[Field],
        fitting: Sequence[Field],
        lacking: str,
        action: NameExpr,
    ) -> Field | None:
        """The field that is named, or the only one that fits."""
        if name is not None:
            found = self._named(fields, name, f"the {word} of `{action}`")
            if found is None or found in fitting or self._is_unknown(found.type):
                return found if found in fitting else None
            self._add("EXPANSION_UNFIT", name.at, f"`{name.text}` holds {lacking}", _FORMS[word])
            return None
        if len(fitting) == 1:
            return fitting[0]
        if any(self._is_unknown(f.type) for f in fields):
            return None
        at = action.name.at
        if fitting:
            names = ", ".join(f"`{f.name}`" for f in fitting)
            self._add("EXPANSION_FIELD", at, f"several fields of `{action}` fit: {names}", f"say which with `{word}`")
        else:
            self._add("EXPANSION_ACTION", at, f"the {word} of `{action}` holds {lacking}", _FORMS[word])
        return None

    def _named(self, fields: Sequence[Field], name: Name, owner: str) -> Field | None:
        found = next((f for f in fields if f.name == name.text), None)
        if found is None:
            hint = did_you_mean(name.text, [f.name for f in fields])
            self._add("EXPANSION_FIELD", name.at, f"{owner} has no field `{name.text}`", hint)
        return found

    def _plain(self, type_: Type) -> Type:
        return self.book.plain(type_.inner if isinstance(type_, OptionalType) else type_).type

    def _kind(self, type_: Type) -> Kind | None:
        last = self._plain(type_)
        return last.kind if isinstance(last, ScalarType) and last.kind in _IDS else None

    def _is_unknown(self, type_: Type) -> bool:
        """Whether a type, or what it holds, was refused before."""
        last = self._plain(type_)
        while isinstance(last, ListType | MapType):
            last = self._plain(last.item if isinstance(last, ListType) else last.value)
        return last is POISON

    def _add(self, code: str, at: Span, message: str, hint: str | None = None) -> None:
        self.book.report.add(code, at, message, hint=hint)


_FORMS = {
    "request": "an expansion sends a list of ids, of the type that `from` has",
    "response": "an expansion takes `map<T>`, by ids, or `list<T>`, where T is a type with `fields`",
}
