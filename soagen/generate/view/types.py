"""``types``: dataclasses, enums, unions, aliases, requests and responses, context and switches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from soagen.generate import names, text
from soagen.generate.layout import Brackets, Chain, Node, annotated, call, lay, prefixed, statement, type_node
from soagen.generate.scope import Scope
from soagen.generate.spelling import Speller, fields_of, hides, plain, struct_ref
from soagen.generate.view.about import About, BodyView, Operation
from soagen.generate.view.docs import described, expansion_words, field_doc, in_words, limits, notice
from soagen.model import (
    Alias,
    EnumType,
    Expansion,
    Field,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    ScalarType,
    Struct,
    Type,
    TypeDef,
    Union,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a dataclass or a value of an enum: its declaration and its docstring."""

    lines: list[str]
    doc: list[str]


@dataclass(frozen=True, slots=True)
class Class:
    """A class: the line of its ``class``, its decorator if it has one, its docstring, its members."""

    decorator: str | None
    head: list[str]
    doc: list[str]
    members: list[Member]


@dataclass(frozen=True, slots=True)
class Assignment:
    """An alias or a union: a name for another type."""

    lines: list[str]
    doc: list[str]


@dataclass(frozen=True, slots=True)
class TypesView:
    """The module's imports, and what it defines, in an order in which it can be run."""

    imports: list[str]
    definitions: list[Class | Assignment]


def types_view(about: About) -> TypesView | None:
    """The module, unless there is nothing to define."""
    if not about.type_classes:
        return None
    scope = Scope(about.type_classes, avoided=about.field_names)
    types = _Types(about, scope, about.speller(scope, "here"))
    definitions = list(types.definitions())
    return TypesView(scope.lines(), definitions)


def is_immutable(speller: Speller, type_: Type, value: object) -> bool:
    """Whether a default can stand in a signature: nobody can change it, and a linter knows that."""
    match plain(speller.project, type_).type:
        case ScalarType(kind):
            if kind.value in ("any", "object"):
                return value is None or isinstance(value, (bool, int, float, str))
            return kind.value not in ("money", "time", "uuid")
        case NamedType() as ref:
            is_enum = isinstance(speller.project.type(ref), EnumType)
            return is_enum and not str(speller.value(value, type_)).endswith(")")
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Types:
    about: About
    scope: Scope
    speller: Speller

    def definitions(self) -> Iterable[Class | Assignment]:
        contract = self.about.contract
        if contract.switches:
            yield self._switches()
        for type_ in _in_order(contract.types, contract.name):
            match type_:
                case Struct():
                    yield self._dataclass(
                        names.type_class(type_.name),
                        [replace(each, sensitive=True) for each in type_.fields] if type_.sensitive else type_.fields,
                        described(1, type_.doc, notice(type_.deprecated), otherwise=in_words(names.snake(type_.name))),
                        more=[self._expansion(type_, each) for each in type_.expansions],
                    )
                case EnumType():
                    yield self._enum(type_)
                case Union():
                    yield from self._union(type_)
                case Alias():
                    doc = described(0, type_.doc, limits(self.about.project, type_.type), notice(type_.deprecated))
                    yield self._assigned(type_.name, type_node(self.speller.type(type_.type)), doc)
        for name, (body, operation) in self.about.bodies.items():
            yield self._body(name, body, operation)
        if self.about.is_service:
            yield self._context()

    def _switches(self) -> Class:
        contract = self.about.contract
        head = [f"class {self.about.switch_class}({self.scope.runtime('SwitchEnum')}):"]
        members = [
            Member(statement(f"{names.switch(s.name)} = ", str(s.id), 1), described(1, s.doc, notice(s.deprecated)))
            for s in contract.switches
        ]
        return Class(None, head, described(1, f"The feature flags of {contract.name}."), members)

    def _enum(self, enum: EnumType) -> Class:
        base = self.scope.name("enum", "StrEnum") if enum.closed else self.scope.runtime("OpenEnum")
        name = names.type_class(enum.name)
        members = [
            Member(
                statement(f"{names.member(v.value)} = ", text.string(v.value), 1),
                described(1, v.doc, notice(v.deprecated)),
            )
            for v in enum.values
        ]
        doc = described(1, enum.doc, notice(enum.deprecated), otherwise=in_words(names.snake(enum.name)))
        return Class(None, self._head(name, base), doc, members)

    @staticmethod
    def _head(name: str, base: str | None = None) -> list[str]:
        return lay(Brackets(f"class {name}(", (base,), "):", packs=True), 0) if base else [f"class {name}:"]

    def _union(self, union: Union) -> Iterable[Class | Assignment]:
        members = [self.speller.class_(struct_ref(self.about.project, m.type)) for m in union.members]
        name = names.type_class(union.name)
        if not union.closed:
            unknown = names.unknown_class(union.name)
            members.append(unknown)
            words = f"A `{name}` that this code does not know yet. It can be looked at, but not sent."
            repr_ = call(self.scope.name("dataclasses", "field"), "repr=False")
            fields = [
                Member(["    tag: str"], []),
                Member(annotated("body", f"dict[str, {self.speller.any}]", repr_, 1), []),
            ]
            yield self._class(unknown, None, described(1, words), fields)
        yield self._assigned(union.name, Chain(tuple(members), "|"), described(0, union.doc, notice(union.deprecated)))

    def _assigned(self, name: str, value: Node, doc: list[str]) -> Assignment:
        left = f"{names.type_class(name)}: {self.scope.name('typing', 'TypeAlias')} = "
        return Assignment(statement(left, value, 0), doc)

    def _body(self, name: str, body: BodyView, operation: Operation) -> Class:
        words = f"What `{operation.method}` {'takes' if body is operation.request else 'answers'}."
        return self._dataclass(name, body.fields, described(1, words))

    def _context(self) -> Class:
        words = f"What every call of {self.about.contract.name} carries."
        base = self.scope.runtime("Context")
        return self._dataclass(
            self.about.context_class, self.about.context, described(1, words), names.context_field, base
        )

    def _dataclass(
        self,
        name: str,
        fields: Sequence[Field],
        doc: list[str],
        spell: Callable[[str], str] = names.field,
        base: str | None = None,
        more: Iterable[Member] = (),
    ) -> Class:
        return self._class(name, base, doc, [*(self._field(each, spell) for each in fields), *more])

    def _class(self, name: str, base: str | None, doc: list[str], members: list[Member]) -> Class:
        decorator = f"@{self.scope.name('dataclasses', 'dataclass')}(slots=True, kw_only=True)"
        return Class(decorator, self._head(name, base), doc, members)

    def _field(self, field: Field, spell: Callable[[str], str]) -> Member:
        doc = field_doc(self.about.project, field)
        return Member(annotated(spell(field.name), self.speller.type(field.type), self._value(field), 1), doc)

    def _expansion(self, struct: Struct, expansion: Expansion) -> Member:
        """What an expansion puts its objects into: no part of the value, and never sent."""
        project = self.about.project
        source = next(f for f in struct.fields if f.name == expansion.source)
        action = project.action(expansion.action)
        found = next(f for f in fields_of(project, action.response) if f.name == expansion.response)
        step = names.expansion(expansion.name)
        held = ListType(expansion.type) if expansion.many else OptionalType(expansion.type)
        arguments = [self._factory("[]", held) if expansion.many else "default=None", "init=False"]
        if struct.sensitive or any(f.sensitive or hides(project, f.type) for f in (source, found)):
            arguments.append("repr=False")
        arguments.append("compare=False")
        value = call(self.scope.name("dataclasses", "field"), *arguments)
        words = f"Only where a call asks for it: `expand=[{names.expand_class(struct.name)}.{step}]`."
        doc = described(1, expansion.doc, words, otherwise=expansion_words(expansion))
        return Member(annotated(names.field(expansion.name), self.speller.type(held), value, 1), doc)

    def _value(self, field: Field) -> Node | None:
        """What stands to the right of a field's ``=``."""
        hidden = field.sensitive or hides(self.about.project, field.type)
        given: Node | None = None
        made: Node | None = None
        if field.presence is Presence.OPTIONAL:
            given = "None"
        elif field.presence is Presence.DEFAULTED:
            value = self.speller.value(field.default, field.type)
            if is_immutable(self.speller, field.type, field.default):
                given = value
            else:
                made = value
        if not hidden and made is None:
            return given
        arguments: list[Node] = []
        if given is not None:
            arguments.append(f"default={given}")
        if made is not None:
            arguments.append(self._factory(made, field.type))
        if hidden:
            arguments.append("repr=False")
        return call(self.scope.name("dataclasses", "field"), *arguments)

    def _factory(self, made: Node, type_: Type) -> Node:
        if str(made) not in ("[]", "{}"):
            return prefixed("default_factory=lambda: ", made)
        # Spelled out for type checkers, and quoted where it may not be defined yet.
        held = plain(self.about.project, type_).type
        element = self.speller.type(held.item) if isinstance(held, ListType) else None
        if isinstance(held, MapType):
            element = self.speller.type(held.value)
        if element is None:
            return f"default_factory=dict[str, {self.speller.any}]"
        later = _names_in(held, self.about.contract.name)
        shown = f'"{element}"' if later else element
        return f"default_factory={'list[' if isinstance(held, ListType) else 'dict[str, '}{shown}]"


def _in_order(types: Sequence[TypeDef], contract: str) -> list[TypeDef]:
    """The types as they are written, but what is evaluated at once (aliases, unions, defaults) after what it names."""
    by_name = {t.name: t for t in types}
    done: dict[str, TypeDef] = {}

    def visit(type_: TypeDef) -> None:
        if type_.name in done:
            return
        for name in _needs(type_, contract, by_name):
            visit(by_name[name])
        done[type_.name] = type_

    for type_ in types:
        visit(type_)
    return list(done.values())


def _needs(type_: TypeDef, contract: str, by_name: Mapping[str, TypeDef]) -> list[str]:
    match type_:
        case Alias():
            return _names_in(type_.type, contract)
        case Union():
            return [name for m in type_.members for name in _names_in(m.type, contract)]
        case Struct():
            defaulted = (f.type for f in type_.fields if f.presence is Presence.DEFAULTED)
            return [name for held in defaulted for name in _enum_of(held, contract, by_name)]
        case EnumType():
            return []


def _enum_of(type_: Type, contract: str, by_name: Mapping[str, TypeDef]) -> list[str]:
    """The enum that a type is, by whatever alias: a default that is a member is evaluated with its class."""
    if not isinstance(type_, NamedType) or type_.contract != contract:
        return []
    definition = by_name[type_.name]
    if isinstance(definition, Alias):
        return _enum_of(definition.type, contract, by_name)
    return [type_.name] if isinstance(definition, EnumType) else []


def _names_in(type_: Type, contract: str) -> list[str]:
    match type_:
        case NamedType():
            return [type_.name] if type_.contract == contract else []
        case ListType():
            return _names_in(type_.item, contract)
        case MapType():
            return _names_in(type_.value, contract)
        case OptionalType():
            return _names_in(type_.inner, contract)
        case ScalarType():
            return []
