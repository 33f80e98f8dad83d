"""Definitions of types: trees -> model, and what can be wrong with a definition as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from soagen.checks.book import Book
from soagen.checks.fields import build_fields, check_reserved
from soagen.checks.literals import REFUSED, Literals
from soagen.diagnostics import Span
from soagen.model import (
    Alias,
    EnumType,
    EnumValue,
    NamedType,
    Struct,
    TypeDef,
    Union,
    UnionMember,
)
from soagen.parse.tree import (
    AliasTree,
    BrokenTree,
    EnumTree,
    ListExpr,
    MapExpr,
    MemberTree,
    NameExpr,
    OptionalExpr,
    StructTree,
    TypeExpr,
    TypeTree,
    UnionTree,
)
from soagen.resolve import Names, Unit
from soagen.resolve.circles import circles

Key = tuple[str, str]


def build_type(book: Book, literals: Literals, unit: Unit, tree: TypeTree) -> TypeDef | None:
    """The definition of a type; None where it was refused before."""
    match tree:
        case StructTree():
            return _struct(book, literals, unit, tree)
        case EnumTree():
            return _enum(book, tree)
        case UnionTree():
            return _union(book, unit, tree)
        case AliasTree():
            return _alias(book, literals, unit, tree)
        case BrokenTree():
            return None


def _struct(book: Book, literals: Literals, unit: Unit, tree: StructTree) -> Struct:
    known = book.fields(NamedType(unit.key, tree.name.text))
    return Struct(
        name=tree.name.text,
        fields=build_fields(literals, known.values(), tree.reserved),
        doc=tree.doc,
        reserved=tuple(name.text for name in tree.reserved),
        sensitive=tree.sensitive,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def _enum(book: Book, tree: EnumTree) -> EnumType:
    check_reserved(book.report, [(value.value, value.value.text) for value in tree.values], tree.reserved, "a value")
    values = (
        EnumValue(value=each.value.text, doc=each.doc, deprecated=each.deprecated, span=each.value.at)
        for each in tree.values
    )
    return EnumType(
        name=tree.name.text,
        values=tuple(values),
        closed=tree.closed,
        doc=tree.doc,
        reserved=tuple(name.text for name in tree.reserved),
        sensitive=tree.sensitive,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def _union(book: Book, unit: Unit, tree: UnionTree) -> Union:
    check_reserved(book.report, [(each.tag, each.tag.text) for each in tree.members], tree.reserved, "a member")
    members = []
    seen: dict[NamedType, MemberTree] = {}
    for each in tree.members:
        struct = book.names.struct(unit, each.type)
        if struct is None or each.type is None:
            continue
        first = seen.setdefault(struct, each)
        if first is not each:
            message = f"`{each.type}` is already the member `{first.tag.text}`"
            book.report.add("DUPLICATE_MEMBER", each.type.name.at, message, related=((first.tag.at, "that one"),))
        _check_tag(book, tree, each, struct)
        members.append(UnionMember(tag=each.tag.text, type=struct, span=each.tag.at))
    return Union(
        name=tree.name.text,
        members=tuple(members),
        tag=tree.tag,
        closed=tree.closed,
        doc=tree.doc,
        reserved=tuple(name.text for name in tree.reserved),
        sensitive=tree.sensitive,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def _check_tag(book: Book, union: UnionTree, member: MemberTree, struct: NamedType) -> None:
    for field, _ in book.fields(struct).values():
        if union.tag in (field.name.text, field.wire.text if field.wire else field.name.text):
            message = f"`{struct.name}` has a field `{union.tag}`, which is the key of the union's tag"
            hint = "give the union another `tag:`"
            book.report.add("TAG_CLASH", member.tag.at, message, hint=hint, related=((field.name.at, "the field"),))


def _alias(book: Book, literals: Literals, unit: Unit, tree: AliasTree) -> Alias | None:
    if isinstance(tree.type, OptionalExpr):
        hint = "put the `?` where the alias is used"
        book.report.add("ALIAS_OPTIONAL", tree.type.at, "an alias can't be optional", hint=hint)
        return None
    type_ = book.alias(NamedType(unit.key, tree.name.text))
    example = None if tree.example is None else literals.read(tree.example, type_)
    return Alias(
        name=tree.name.text,
        type=type_,
        doc=tree.doc,
        example=None if example is REFUSED else example,
        sensitive=tree.sensitive,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def report_recursion(book: Book) -> None:
    """Finds types that hold themselves other than through `?`, `list` or `map`, and aliases that do so at all."""
    every = [(unit.key, tree.name.text) for unit in book.names.units for tree in unit.tree.types]
    reported: set[Span] = set()
    for edges in (_held, _aliased):
        for circle, at in circles(every, partial(edges, book.names)):
            if at not in reported:
                reported.add(at)
                path = " -> ".join(name for _, name in circle)
                hint = "only a struct may hold itself, and only through `?`, `list` or `map`"
                book.report.add("RECURSIVE_TYPE", at, f"this type holds itself without end: {path}", hint=hint)


def _held(names: Names, key: Key) -> Iterator[tuple[Key, Span]]:
    """The types that every value of a type holds, or may be."""
    found = names.type_tree(NamedType(*key))
    expressions: list[TypeExpr | None] = []
    match found.tree:
        case StructTree(fields=fields):
            expressions = [field.type for field in fields]
        case UnionTree(members=members):
            expressions = [member.type for member in members]
        case AliasTree(type=aliased):
            expressions = [aliased]
    for expression in expressions:
        if isinstance(expression, NameExpr):
            yield from _edge(names, found.unit, expression)


def _aliased(names: Names, key: Key) -> Iterator[tuple[Key, Span]]:
    """The aliases in an alias, at whatever depth."""
    found = names.type_tree(NamedType(*key))
    expression = found.tree.type if isinstance(found.tree, AliasTree) else None
    while isinstance(expression, ListExpr | MapExpr | OptionalExpr):
        expression = _inside(expression)
    if isinstance(expression, NameExpr):
        for target, at in _edge(names, found.unit, expression):
            if isinstance(names.type_tree(NamedType(*target)).tree, AliasTree):
                yield target, at


def _inside(expression: ListExpr | MapExpr | OptionalExpr) -> TypeExpr:
    match expression:
        case ListExpr(item=inner) | MapExpr(value=inner) | OptionalExpr(inner=inner):
            return inner


def _edge(names: Names, unit: Unit, name: NameExpr) -> Iterator[tuple[Key, Span]]:
    target = names.type(unit, name)
    if isinstance(target, NamedType):
        yield (target.contract, target.name), name.name.at
