"""``testing``: a stub of the service, and the examples of its contract. Nothing else of the package imports it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from soagen.generate import names, text
from soagen.generate.layout import Brackets, Chain, Node, call, prefixed, statement, tuple_of
from soagen.generate.scope import Scope
from soagen.generate.spelling import Speller
from soagen.generate.view.about import About, BodyView, Operation
from soagen.generate.view.docs import described
from soagen.model import OBJECT, ErrorDef, Example, Field, Presence, Ref

KIT = "soagen_runtime.testing"


@dataclass(frozen=True, slots=True)
class TestingView:
    """The module's imports, its examples, where its descriptors are; the stub, and the function that makes it."""

    imports: list[str]
    examples: list[str]
    table: str
    stub: str
    base: str
    doc: list[str]
    function: str
    actions: list[list[str]]


def testing_view(about: About) -> TestingView | None:
    """The module of a service."""
    if not about.is_service:
        return None
    stub = f"{about.prefix}Stub"
    function = f"stub_{about.contract.name}"
    module = _Testing(about, Scope({"EXAMPLES", stub, function}))
    context = f"{module.types}.{about.context_class}"
    base = f"{module.kit('ServiceStub')}[{context}]"
    actions = [module.action(operation) for operation in about.operations]
    examples = module.examples()
    doc = described(1, f"Stands in for {about.contract.name} while it is entered; see `soagen_runtime.testing`.")
    return TestingView(module.scope.lines(), examples, module.table, stub, base, doc, function, actions)


class _Testing:
    def __init__(self, about: About, scope: Scope) -> None:
        self.about = about
        self.scope = scope
        self.types = scope.name(".", "types")
        self.table = scope.name(".", "service")
        self.speller: Speller = about.speller(scope, "qualified")

    def kit(self, name: str) -> str:
        return self.scope.name(KIT, name)

    # --- the stub

    def action(self, operation: Operation) -> list[str]:
        """The statement that makes the stub of an operation."""
        arguments: list[Node] = [
            f"{self.table}.{operation.constant}",
            self._maker(operation.request),
            self._maker(operation.response),
            Brackets(f"{self.kit('Raises')}[", (self._errors(operation.errors),), "]()", packs=True, subscript=True),
        ]
        return statement(f"self.{operation.method} = ", call("self._add", *arguments), 2)

    def _maker(self, body: BodyView) -> str:
        """What makes a request or a response of its fields."""
        if body.is_nothing:
            return self.kit("nothing")
        return self.kit("body") if body.is_object else self._class(body)

    def _class(self, body: BodyView) -> str:
        if body.name is not None:
            return self.speller.own(body.name)
        assert body.ref is not None, body
        return self.speller.class_(body.ref)

    def _errors(self, refs: tuple[Ref, ...]) -> Node:
        classes = tuple(map(self._error_class, refs))
        if not classes:
            return self.scope.name("typing", "Never")
        return classes[0] if len(classes) == 1 else Chain(classes, "|")

    def _error_class(self, ref: Ref) -> str:
        name = names.error_class(ref.name)
        if ref.contract == self.about.contract.name:
            return f"{self.scope.name('.', 'errors')}.{name}"
        return f"{self.scope.name('..', names.module(ref.contract))}.{name}"

    # --- the examples

    def examples(self) -> list[str]:
        """The table of all examples, in the order of the contract."""
        made = [
            self._example(operation, example)
            for operation in self.about.operations
            if operation.variant is None  # examples are of the action itself
            for example in operation.action.examples
        ]
        any_ = self.scope.name("typing", "Any")
        final = self.scope.name("typing", "Final")
        type_ = f"{final}[tuple[{self.kit('Example')}[{any_}, {any_}], ...]]"
        return statement(f"EXAMPLES: {type_} = ", tuple_of(made), 0)

    def _example(self, operation: Operation, example: Example) -> Node:
        arguments: list[Node] = [
            text.string(example.name),
            f"{self.table}.{operation.constant}",
            prefixed("request=", self._body(operation.request, example.request)),
        ]
        if example.response is not None and not operation.response.is_nothing:
            arguments.append(prefixed("response=", self._body(operation.response, example.response)))
        if example.error is not None:
            arguments.append(prefixed("error=", self._error(example.error, example.error_fields or {})))
        return call(self.kit("Example"), *arguments)

    def _body(self, body: BodyView, values: Mapping[str, Any]) -> Node:
        if body.is_object:
            return self.speller.value(values, OBJECT)
        return call(self._class(body), *self._fields(body.fields, values, names.field))

    def _error(self, ref: Ref, values: Mapping[str, Any]) -> Node:
        error: ErrorDef = self.about.error(ref)
        return call(self._error_class(ref), *self._fields(error.fields, values, names.error_field))

    def _fields(self, fields: tuple[Field, ...], values: Mapping[str, Any], spell: Callable[[str], str]) -> list[Node]:
        return [
            prefixed(f"{spell(each.name)}=", self.speller.value(values.get(each.name), each.type))
            for each in fields
            if each.name in values or each.presence is Presence.NULLABLE
        ]
