"""One service's contract as a scenario needs it: which fields its actions, errors and context have.

The contract is sound: it was compiled before. What looking at it again would find is kept away from the scenario's own
findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from soagen.checks.actions import Actions, Known
from soagen.checks.book import Book
from soagen.checks.joined import inherited_context
from soagen.checks.literals import Literals
from soagen.findings import Report
from soagen.load import load
from soagen.model import ListType, MapType, NamedType, OptionalType, Ref, Type
from soagen.parse.tree import ActionTree, AliasTree, FieldTree, NameExpr
from soagen.resolve import Names, Unit


@dataclass(frozen=True, slots=True)
class Operation:
    """An action under one contract: what it takes, what it answers, by which codes it fails."""

    action: ActionTree
    request: Known
    response: Known
    codes: frozenset[str]

    @property
    def wire(self) -> str:
        """The name that is sent."""
        return self.action.wire.text if self.action.wire else self.action.name.text


class View:
    """A service's contract, with all that it imports."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        """``files`` are contract files by their paths, of which ``path`` is the service's own."""
        loaded = load([path], lambda name: files[name].encode())
        assert loaded.project is not None, loaded.diagnostics
        self.names: Names = loaded.names
        self.unit: Unit = next(unit for unit in self.names.units if unit.tree.path == path)
        self.book = Book(self.names, Report())
        self._actions = Actions(self.book, Literals(self.book), self.unit)

    @property
    def service(self) -> str:
        """The service's name."""
        return self.unit.key

    @property
    def actions(self) -> Iterable[str]:
        """The names of its actions."""
        return self.unit.actions

    def operation(self, name: str, switches: frozenset[int]) -> Operation:
        """An action under the contract that is served while these switches are on."""
        action = self.unit.actions[name]
        request, response, errors = action.request, action.response, action.errors
        for variant in action.variants:
            if self.switch(variant.switch) in switches:
                request = variant.request or request
                response = variant.response or response
                errors = errors if variant.errors is None else variant.errors
                break
        refs = (self.names.error(self.unit, each) for each in errors)
        codes = frozenset(self.code(ref) for ref in refs if ref is not None)
        return Operation(action, self._actions.body(request)[1], self._actions.body(response)[1], codes)

    def switch(self, name: NameExpr) -> int | None:
        """The id of a switch, if there is one of that name."""
        home = self.names.home(self.unit, name)
        tree = home.switches.get(name.name.text) if home else None
        return tree.id if tree else None

    def error(self, name: NameExpr) -> Ref | None:
        """The error of a name, if there is one."""
        return self.names.error(self.unit, name)

    def code(self, ref: Ref) -> str:
        """The code by which an error is sent."""
        tree = self.names.error_tree(ref).tree
        return tree.wire.text if tree.wire else tree.name.text

    def error_fields(self, ref: Ref) -> Known:
        """The fields of an error."""
        found = self.names.error_tree(ref)
        return self.book.error_fields(found.unit, found.tree)

    def context(self) -> dict[str, tuple[FieldTree, Type]]:
        """The fields of the context, its own and those of what it imports."""
        own = ((self.unit, tree) for tree in self.unit.tree.context)
        return {
            tree.name.text: (tree, self.book.of(unit, tree)) for unit, tree in (*own, *inherited_context(self.unit))
        }

    def is_secret(self, type_: Type) -> bool:
        """Whether a type is sensitive as a whole, or what it names, or what its elements are."""
        match type_:
            case OptionalType(inner) | ListType(item=inner) | MapType(value=inner):
                return self.is_secret(inner)
            case NamedType():
                tree = self.book.definition(type_)
                return getattr(tree, "sensitive", False) or (
                    isinstance(tree, AliasTree) and self.is_secret(self.book.alias(type_))
                )
            case _:
                return False
