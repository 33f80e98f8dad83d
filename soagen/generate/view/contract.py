"""``contract``: what is published of a contract, for soagen as it was written, for PySOA's callers in PySOA's form.

The module of a contract holds what that contract itself says, and refers to the modules of its imports for the rest.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from soagen.generate import names, text
from soagen.generate.forms import Form, Forms, Named
from soagen.generate.layout import Brackets, Node, annotated, collection, prefixed, row
from soagen.generate.scope import Scope, free_name
from soagen.generate.spelling import fields_of, struct_ref
from soagen.generate.view.about import About, Operation
from soagen.generate.view.docs import notice
from soagen.model import Alias, Body, Contract, NamedType, ScalarType, Struct, TypeDef, Union

_OWN = frozenset({"CONTRACT", "TEXT"})


@dataclass(frozen=True, slots=True)
class ContractView:
    """The module's imports, the forms of its types, the lines of the contract's text, and the contract itself."""

    imports: list[str]
    forms: list[list[str]]
    text: list[str]
    contract: list[str]


def contract_view(about: About) -> ContractView:
    """The module of a contract."""
    scope = Scope({*_OWN, *_names(about.contract).values()})
    final = scope.name("typing", "Final")
    module = _Module(about, scope)
    forms = list(module.definitions())
    contract = module.contract()
    source = text.block(about.contract.text)
    source[0] = f"TEXT: {final} = {source[0]}"
    return ContractView(scope.lines(), forms, source, contract)


def _names(contract: Contract) -> dict[str, str]:
    """The names of the forms of a contract's types."""
    taken = set(_OWN)
    found = {}
    for type_ in contract.types:
        if not isinstance(type_, Alias):
            found[type_.name] = free_name(names.snake(type_.name).upper(), taken)
            taken.add(found[type_.name])
    return found


class _Module:
    def __init__(self, about: About, scope: Scope) -> None:
        self.about = about
        self.project = about.project
        self.scope = scope
        self.names = {contract.name: _names(contract) for contract in [about.contract, *self._imported()]}
        self.made: set[str] = set()
        self.forms = Forms(self.project, self._named)

    def _imported(self) -> list[Contract]:
        return [each for each in self.project if names.module(each.name) in self.about.imported]

    def _module(self, contract: str) -> str:
        """The same module of another contract."""
        other = names.module(contract)
        return self.scope.name(f"..{other}", "contract", f"{other}_contract")

    def _named(self, ref: NamedType) -> str | None:
        name = self.names[ref.contract][ref.name]
        if ref.contract != self.about.contract.name:
            return f"{self._module(ref.contract)}.{name}"
        return name if ref.name in self.made else None

    # --- types

    def definitions(self) -> Iterator[list[str]]:
        """The forms of the contract's types, each after those that it refers to, as far as that can be."""
        begun: set[str] = set()

        def visit(type_: TypeDef) -> Iterator[list[str]]:
            if type_.name in begun:
                return
            begun.add(type_.name)
            for other in self._refers_to(type_):
                yield from visit(other)
            if not isinstance(type_, Alias):
                form = self.forms.definition(type_, lambda ref: self._named(struct_ref(self.project, ref)))
                self.made.add(type_.name)
                name = self.names[self.about.contract.name][type_.name]
                yield annotated(name, self._final("Form"), _node(form), 0)

        for type_ in self.about.contract.types:
            yield from visit(type_)

    def _final(self, type_: str) -> str:
        return f"{self.scope.name('typing', 'Final')}[{self.scope.runtime(type_)}]"

    def _refers_to(self, type_: TypeDef) -> list[TypeDef]:
        match type_:
            case Struct(fields=fields):
                held: list[Any] = [field.type for field in fields]
            case Union(members=members):
                held = [member.type for member in members]
            case Alias(type=inner):
                held = [inner]
            case _:
                held = []
        return [found for each in held for found in self._own_in(each)]

    def _own_in(self, type_: Any) -> list[TypeDef]:
        """The contract's own type in a type, through lists, maps and ``?``."""
        while not isinstance(type_, (NamedType, ScalarType)):
            type_ = next(getattr(type_, part) for part in ("inner", "item", "value") if hasattr(type_, part))
        if isinstance(type_, ScalarType) or type_.contract != self.about.contract.name:
            return []
        return [self.project.type(type_)]

    # --- the contract

    def contract(self) -> list[str]:
        """The contract itself."""
        contract = self.about.contract
        arguments: list[Node] = [f"path={text.string(self._path())}", "text=TEXT"]
        if imports := self._imports():
            arguments.append(prefixed("imports=", collection("{", imports, "}")))
        if self.about.is_service:
            doc = contract.doc.strip() if contract.doc else f"The service {contract.name}."
            arguments.append(prefixed("documentation=", text.string(doc)))
            actions = {self._pysoa_name(each): self._action(each) for each in self.about.operations}
            arguments.append(prefixed("actions=", _node(actions)))
        final = self.scope.name("typing", "Final")
        head = f"CONTRACT: {final} = {self.scope.runtime('Contract')}("
        return [head, *(line for each in arguments for line in row(each)), ")"]

    def _imports(self) -> list[Node]:
        folder = os.path.dirname(os.path.abspath(self.about.contract.path))
        found: dict[str, Node] = {}
        for each in self.about.contract.imports:
            path = os.path.abspath(self.project.contracts[each.contract].path)
            written = text.string(os.path.relpath(path, folder).replace(os.sep, "/"))
            found[written] = prefixed(f"{written}: ", f"{self._module(each.contract)}.CONTRACT")
        return [found[written] for written in sorted(found)]

    def _path(self) -> str:
        """The contract's path below the folder that holds all that it imports."""
        paths = [os.path.abspath(each.path) for each in [self.about.contract, *self._imported()]]
        above = os.path.commonpath([os.path.dirname(path) for path in paths])
        return posixpath.normpath(os.path.relpath(paths[0], above).replace(os.sep, "/"))

    def _action(self, operation: Operation) -> dict[str, Any]:
        variant = operation.variant
        request = operation.action.request if variant is None else variant.request
        response = operation.action.response if variant is None else variant.response
        codes = [self.project.error(ref).wire for ref in operation.errors]
        said = [operation.doc, f"Errors: {', '.join(codes)}." if codes else None, notice(operation.action.deprecated)]
        return {
            "documentation": "\n\n".join(each.strip() for each in said if each) or None,
            "request_schema": self._body(request),
            "response_schema": self._body(response),
        }

    def _body(self, body: Body) -> Form:
        if isinstance(body, ScalarType):
            return self.forms.value(body)
        return self.forms.body(fields_of(self.project, body))

    def _pysoa_name(self, operation: Operation) -> str:
        """The name under which PySOA describes it."""
        action, variant = operation.action, operation.variant
        if variant is not None:
            return f"{action.wire}[switch:{self.project.switch(variant.switch).id}]"
        return f"{action.wire}[DEFAULT]" if action.variants else action.wire


def _node(value: Any) -> Node:
    """A form as Python."""
    match value:
        case Named(name, (), None):
            return name
        case Named(name, changes, part):
            original: Node = f"**{name}"
            if part is not None:
                original = Brackets(f"**{name}[", (text.string(part),), "]", subscript=True)
            return collection("{", [original, *(_entry(key, each) for key, each in changes)], "}")
        case dict():
            return collection("{", [_entry(key, each) for key, each in value.items()], "}")
        case list():
            return collection("[", map(_node, value), "]")
        case str():
            return text.string(value)
        case _:
            return repr(value)


def _entry(key: str, value: Any) -> Node:
    return prefixed(f"{text.string(key)}: ", _node(value))
