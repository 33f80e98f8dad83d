"""What the names of each file stand for.

A `Unit` is one file among the others; a `Names` answers, for a name in a unit, which definition it stands for. Looking
up is silent: `resolve.references` reports, once, the names that stand for nothing, and from then on they are poisoned:
a type that is not known is `POISON`, a reference that is not known is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from soagen.model import Kind, ListType, MapType, NamedType, OptionalType, Ref, ScalarType, Type
from soagen.parse.tree import (
    ActionTree,
    AliasTree,
    BrokenTree,
    BuiltinExpr,
    ErrorTree,
    FileTree,
    ListExpr,
    MapExpr,
    NameExpr,
    OptionalExpr,
    StructTree,
    SwitchTree,
    TypeExpr,
    TypeTree,
)

# What is not known, told by its identity. It never reaches a model: there is no model where there are findings.
POISON: Type = ScalarType(Kind.ANY)

D = TypeVar("D", TypeTree, ErrorTree, SwitchTree)


@dataclass(slots=True, eq=False)
class Unit:
    """A file: its tree, and where its imports lead (None: to a file that could not be read).

    ``key`` is the contract's name where it is the only one of that name, else something that tells it apart.
    """

    tree: FileTree
    key: str
    imports: dict[str, Unit | None] = field(default_factory=dict)
    types: Mapping[str, TypeTree] = field(init=False)
    errors: Mapping[str, ErrorTree] = field(init=False)
    switches: Mapping[str, SwitchTree] = field(init=False)
    actions: Mapping[str, ActionTree] = field(init=False)

    def __post_init__(self) -> None:
        self.types = {tree.name.text: tree for tree in self.tree.types}
        self.errors = {tree.name.text: tree for tree in self.tree.errors}
        self.switches = {tree.name.text: tree for tree in self.tree.switches}
        self.actions = {tree.name.text: tree for tree in self.tree.actions}

    def reached(self) -> list[Unit]:
        """Every unit that this one imports, directly or not, each once, in the order of the imports; without itself."""
        found: dict[int, Unit] = {id(self): self}
        waiting = [self]
        while waiting:
            unit = waiting.pop(0)
            for imported in unit.imports.values():
                if imported is not None and id(imported) not in found:
                    found[id(imported)] = imported
                    waiting.append(imported)
        return list(found.values())[1:]


@dataclass(frozen=True, slots=True)
class Found(Generic[D]):
    """A definition and the unit that holds it."""

    unit: Unit
    tree: D


class Names:
    """Looks names up, for all units."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self._by_key = {unit.key: unit for unit in units}

    def home(self, unit: Unit, name: NameExpr) -> Unit | None:
        """The unit in which a name must be defined; None where its qualifier leads nowhere."""
        return unit if name.qualifier is None else unit.imports.get(name.qualifier.text)

    def type_tree(self, ref: NamedType) -> Found[TypeTree]:
        """The definition that a resolved type names."""
        unit = self._by_key[ref.contract]
        return Found(unit, unit.types[ref.name])

    def error_tree(self, ref: Ref) -> Found[ErrorTree]:
        """The definition that a resolved reference names."""
        unit = self._by_key[ref.contract]
        return Found(unit, unit.errors[ref.name])

    def type(self, unit: Unit, expression: TypeExpr | None) -> Type:
        """The type that an expression in a unit stands for, without any constraint."""
        match expression:
            case BuiltinExpr(kind):
                return ScalarType(kind)
            case ListExpr(item):
                return ListType(self.type(unit, item))
            case MapExpr(value):
                return MapType(self.type(unit, value))
            case OptionalExpr(inner):
                found = self.type(unit, inner)
                return found if found is POISON else OptionalType(found)
            case NameExpr():
                return self._named(unit, expression)
            case None:
                return POISON

    def _named(self, unit: Unit, name: NameExpr) -> Type:
        home = self.home(unit, name)
        tree = home.types.get(name.name.text) if home else None
        if home is None or tree is None or isinstance(tree, BrokenTree):
            return POISON
        if isinstance(tree, AliasTree) and (tree.type is None or isinstance(tree.type, OptionalExpr)):
            return POISON
        return NamedType(home.key, tree.name.text)

    def struct(self, unit: Unit, name: NameExpr | None) -> NamedType | None:
        """The struct that a name stands for."""
        home = self.home(unit, name) if name else None
        tree = home.types.get(name.name.text) if home and name else None
        return NamedType(home.key, tree.name.text) if home and isinstance(tree, StructTree) else None

    def error(self, unit: Unit, name: NameExpr) -> Ref | None:
        """The error that a name stands for."""
        home = self.home(unit, name)
        return Ref(home.key, name.name.text) if home and name.name.text in home.errors else None

    def switch(self, unit: Unit, name: NameExpr) -> Ref | None:
        """The switch that a name stands for."""
        home = self.home(unit, name)
        return Ref(home.key, name.name.text) if home and name.name.text in home.switches else None

    def action(self, unit: Unit, name: NameExpr) -> Ref | None:
        """The action that a name stands for."""
        home = self.home(unit, name)
        return Ref(home.key, name.name.text) if home and name.name.text in home.actions else None
