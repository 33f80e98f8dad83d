"""The types of all contracts, with their constraints, as checks and literals need them.

Rules: a definition is built once, so each fault in it is found once. Aliases are built from the far end of their chain
(a chain may be longer than Python's stack), and an alias that leads to itself is poison. Defaults and examples are not
here: they are read when every type is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from soagen.checks.constraints import read_constraints
from soagen.findings import Report
from soagen.model import (
    NO_CONSTRAINTS,
    Constraints,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Type,
)
from soagen.parse.tree import AliasTree, ConstraintTree, ErrorTree, FieldTree, StructTree, TypeTree, UnionTree
from soagen.resolve import POISON, Names, Unit

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Plain:
    """A type with its aliases opened: what it is in the end, and all constraints on the way there."""

    type: Type
    constraints: tuple[Constraints, ...]


class Book:
    """Answers what a type is, for types that `Names` has resolved."""

    def __init__(self, names: Names, report: Report) -> None:
        self.names = names
        self.report = report
        self._aliases: dict[Key, Type] = {}
        self._fields: dict[Key, dict[str, tuple[FieldTree, Type]]] = {}
        self._errors: dict[Key, dict[str, tuple[FieldTree, Type]]] = {}

    def definition(self, type_: NamedType) -> TypeTree:
        """The definition that a name stands for."""
        return self.names.type_tree(type_).tree

    def of(self, unit: Unit, field: FieldTree | AliasTree) -> Type:
        """The type of a field or an alias with the constraints beside it, whose faults are reported."""
        bare = self.names.type(unit, field.type)
        return self.constrained(bare, field.constraints)

    def constrained(self, bare: Type, trees: tuple[ConstraintTree, ...]) -> Type:
        """A type with constraints beside it; those that it can't have, or can't hold, are reported."""
        if not trees or bare is POISON:
            return bare
        inner = bare.inner if isinstance(bare, OptionalType) else bare
        plain = self.plain(inner)
        if plain.type is POISON:
            return bare
        constraints = read_constraints(self, plain, trees)
        if constraints == NO_CONSTRAINTS:
            return bare
        assert not isinstance(inner, OptionalType)
        inner = replace(inner, constraints=constraints)
        return OptionalType(inner) if isinstance(bare, OptionalType) else inner

    def alias(self, ref: NamedType) -> Type:
        """What an alias stands for, with its own constraints; `POISON` where it leads to itself."""
        chain: list[NamedType] = []
        step: Type = ref
        while isinstance(step, NamedType) and (step.contract, step.name) not in self._aliases:
            unit_tree = self.names.type_tree(step)
            tree = unit_tree.tree
            if not isinstance(tree, AliasTree):
                break
            self._aliases[step.contract, step.name] = POISON
            chain.append(step)
            step = self.names.type(unit_tree.unit, tree.type)
        for each in reversed(chain):
            found = self.names.type_tree(each)
            assert isinstance(found.tree, AliasTree)
            self._aliases[each.contract, each.name] = self.of(found.unit, found.tree)
        return self._aliases[ref.contract, ref.name]

    def plain(self, type_: Type) -> Plain:
        """Opens the aliases of a type that is not optional."""
        constraints: list[Constraints] = []
        while True:
            own = getattr(type_, "constraints", NO_CONSTRAINTS)
            if own != NO_CONSTRAINTS:
                constraints.append(own)
            if not isinstance(type_, NamedType) or not isinstance(self.definition(type_), AliasTree):
                return Plain(type_, tuple(constraints))
            type_ = self.alias(type_)

    def fields(self, struct: NamedType) -> dict[str, tuple[FieldTree, Type]]:
        """The fields of a struct by name, with their types."""
        key = (struct.contract, struct.name)
        if key not in self._fields:
            found = self.names.type_tree(struct)
            assert isinstance(found.tree, StructTree)
            self._fields[key] = {tree.name.text: (tree, self.of(found.unit, tree)) for tree in found.tree.fields}
        return self._fields[key]

    def error_fields(self, unit: Unit, error: ErrorTree) -> dict[str, tuple[FieldTree, Type]]:
        """The fields of an error by name, with their types."""
        key = (unit.key, error.name.text)
        if key not in self._errors:
            self._errors[key] = {tree.name.text: (tree, self.of(unit, tree)) for tree in error.fields}
        return self._errors[key]

    def holds_sensitive(self, type_: Type) -> bool:
        """Whether a value of this type is, or holds, something sensitive."""
        seen: set[Key] = set()
        waiting = list(_named(type_))
        while waiting:
            ref = waiting.pop()
            if (ref.contract, ref.name) in seen:
                continue
            seen.add((ref.contract, ref.name))
            found = self.names.type_tree(ref)
            if getattr(found.tree, "sensitive", False):
                return True
            if isinstance(found.tree, StructTree) and any(field.sensitive for field in found.tree.fields):
                return True
            waiting += self._parts(found.unit, found.tree)
        return False

    def _parts(self, unit: Unit, tree: TypeTree) -> Iterator[NamedType]:
        if isinstance(tree, StructTree):
            for field in tree.fields:
                yield from _named(self.names.type(unit, field.type))
        elif isinstance(tree, UnionTree):
            for member in tree.members:
                struct = self.names.struct(unit, member.type)
                if struct is not None:
                    yield struct
        elif isinstance(tree, AliasTree):
            yield from _named(self.names.type(unit, tree.type))


def _named(type_: Type) -> Iterator[NamedType]:
    """The names in a type, at whatever depth."""
    match type_:
        case NamedType():
            yield type_
        case OptionalType(inner):
            yield from _named(inner)
        case ListType(item=inner) | MapType(value=inner):
            yield from _named(inner)
        case _:
            return
