"""``client``, ``calls`` and ``server``: a method for each operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from soagen.generate import names, text
from soagen.generate.expandable import expandable
from soagen.generate.layout import Brackets, Chain, Node, call, fits, lay
from soagen.generate.scope import EXPANSIONS, Scope, free_name, from_import
from soagen.generate.spelling import Speller
from soagen.generate.view.about import About, BodyView, Operation
from soagen.generate.view.docs import deprecation, described, notice
from soagen.generate.view.signatures import parameters
from soagen.model import Kind, NamedType

# The parameter for a request that is any map. It may be given by position: there is nothing to mix it up with.
_BODY = "body"

_EXPAND = "expand"

_CALLS = "soagen_runtime.calls"


@dataclass(frozen=True, slots=True)
class Method:
    """A method: the lines of its decorators, its ``def``, its docstring, its body."""

    decorators: list[str]
    signature: list[str]
    doc: list[str]
    body: list[str]


@dataclass(frozen=True, slots=True)
class CallClass:
    """A client or a server base."""

    head: list[str]
    doc: list[str]
    service: list[str]
    methods: list[Method]


@dataclass(frozen=True, slots=True)
class CallsView:
    """The module's imports, those that only type checkers need, and its two classes."""

    imports: list[str]
    checked: list[str]
    classes: list[CallClass]


def client_view(about: About) -> CallsView | None:
    """The module ``client`` of a service."""
    if not about.is_service:
        return None
    values = [f"Async{about.prefix}Calls", f"{about.prefix}Calls"]
    calls = _Calls(about, (f"{about.prefix}Client", f"Async{about.prefix}Client", *values), _parameters(about))
    # Who imports a client does not load what makes calls, as the bases of these classes would.
    checked = [f"if {calls.scope.name('typing', 'TYPE_CHECKING')}:", *from_import(".calls", values, 1)]
    return calls.view(calls.client_class(""), calls.client_class("Async"), checked=checked)


def calls_view(about: About) -> CallsView | None:
    """The module ``calls`` of a service."""
    if not about.is_service:
        return None
    calls = _Calls(about, (f"{about.prefix}Calls", f"Async{about.prefix}Calls"), _parameters(about))
    return calls.view(calls.value_class(""), calls.value_class("Async"))


def _broken(signature: list[str]) -> list[str]:
    """A signature whose last line may be too long: then what is returned is broken at its brackets."""
    *lines, last = signature
    before, bracket, inside = last.removesuffix("]:").partition("[")
    if fits(last, 0) or not (lines and bracket and last.endswith("]:")):
        return signature
    return [*lines, f"{before}[", f"        {inside}", "    ]:"]


def _expand_name(operation: Operation) -> str:
    """The parameter for what is to be expanded; a field of the request that has this name keeps it."""
    return free_name(_EXPAND, {names.field(f.name) for f in operation.request.fields})


def _parameters(about: About) -> set[str]:
    fields = {names.field(f.name) for operation in about.operations for f in operation.request.fields}
    return {_BODY, *map(_expand_name, about.operations)} | fields


def server_view(about: About) -> CallsView | None:
    """The module ``server`` of a service."""
    if not about.is_service:
        return None
    calls = _Calls(about, (f"{about.prefix}Server", f"Async{about.prefix}Server"), {"request", "ctx"})
    return calls.view(calls.server_class(""), calls.server_class("Async"))


class _Calls:
    def __init__(self, about: About, defined: Iterable[str], taken: set[str]) -> None:
        self.about = about
        methods = {operation.method for operation in about.operations}
        self.scope = Scope(defined, own=about.type_classes, avoided=taken | methods)
        self.speller: Speller = about.speller(self.scope, "named")

    @property
    def table(self) -> str:
        """The module that has the descriptors."""
        return self.scope.name(".", "service")

    def view(self, *classes: CallClass, checked: Sequence[str] = ()) -> CallsView:
        return CallsView(self.scope.lines(), list(checked), list(classes))

    def _class(self, head: str, methods: Iterable[Method]) -> CallClass:
        contract = self.about.contract
        doc = described(1, contract.doc, notice(contract.deprecated), otherwise=f"The service {contract.name}.")
        return CallClass([f"class {head}:"], doc, [f"    service = {self.table}.SERVICE"], list(methods))

    # --- clients

    def client_class(self, kind: str) -> CallClass:
        base = self.scope.runtime(f"{kind}Client")
        context = self.speller.own(self.about.context_class)
        methods = [*self._client_methods("async " if kind else ""), self._values(kind)]
        return self._class(f"{kind}{self.about.prefix}Client({base}[{context}])", methods)

    def _client_methods(self, async_: str) -> Iterable[Method]:
        for operation in self.about.operations:
            returned = self._type(operation.response)
            made = self._call(operation, "await " if async_ else "", returns=not operation.response.is_nothing)
            yield self._method(operation, async_, returned, made)

    def _values(self, kind: str) -> Method:
        """The property that has each action as a call."""
        name = f"{kind}{self.about.prefix}Calls"
        arguments = "self._caller" if kind else "self._caller, self._threads"
        body = [f"from .calls import {name}", "", f"return {name}({arguments})"]
        return Method(
            ["    @property"],
            [f"    def calls(self) -> {name}:"],
            described(2, "The same actions, each as a call that is yet to be made."),
            [f"        {line}" if line else "" for line in body],
        )

    def value_class(self, kind: str) -> CallClass:
        base = self.scope.name(_CALLS, f"{kind}Calls")
        doc = described(1, f"The actions of {self.about.contract.name}, each as a call that is yet to be made.")
        return CallClass([f"class {kind}{self.about.prefix}Calls({base}):"], doc, [], list(self._value_methods(kind)))

    def _value_methods(self, kind: str) -> Iterable[Method]:
        for operation in self.about.operations:
            returned = f"{self.scope.name(_CALLS, f'{kind}Call')}[{self._type(operation.response)}]"
            yield self._method(operation, "", returned, self._call(operation, ""))

    def _method(self, operation: Operation, async_: str, returned: str, made: list[str]) -> Method:
        given, defaults = parameters(self.speller, operation.request.fields, names.field)
        given += self._expand(operation)
        first = ("self", f"{_BODY}: {self._type(operation.request)}") if operation.request.is_object else ("self",)
        items = (*first, "*", *given) if given else first
        signature = Brackets(f"{async_}def {operation.method}(", items, f") -> {returned}:", packs=True)
        return Method(
            self._decorators(operation), _broken(lay(signature, 1)), self._doc(operation, "Calls"), [*defaults, *made]
        )

    def _call(self, operation: Operation, await_: str, *, returns: bool = True) -> list[str]:
        fields = [names.field(f.name) for f in operation.request.fields]
        request: Node = _BODY
        if not operation.request.is_object:
            request = call(self._type(operation.request), *(f"{name}={name}" for name in fields))
        arguments = [request, _expand_name(operation)] if self._expandable(operation) else [request]
        made = call(f"{await_}self._call", f"{self.table}.{operation.constant}", *arguments)
        return lay(replace(made, before=f"return {made.before}") if returns else made, 2)

    def _expand(self, operation: Operation) -> list[Node]:
        """The parameter for what is to be expanded, where anything can be."""
        found = self._expandable(operation)
        if not found:
            return []
        path = self.scope.name(EXPANSIONS, "Expand")
        beginnings = Chain(tuple(f"{path}[{self.speller.class_(ref)}]" for ref in found), "|")
        many = self.scope.name("collections.abc", "Iterable")
        return [Brackets(f"{_expand_name(operation)}: {many}[", (beginnings,), "] = ()", packs=True, subscript=True)]

    def _expandable(self, operation: Operation) -> list[NamedType]:
        response = operation.response
        types = [response.ref] if response.ref is not None else [field.type for field in response.fields]
        return expandable(self.about.project, types)

    # --- servers

    def server_class(self, kind: str) -> CallClass:
        base = self.scope.runtime(f"{kind}Server")
        return self._class(f"{kind}{self.about.prefix}Server({base})", self._server_methods("async " if kind else ""))

    def _server_methods(self, async_: str) -> Iterable[Method]:
        for operation in self.about.operations:
            abstract = f"    @{self.scope.name('abc', 'abstractmethod')}"
            request = f"request: {self._type(operation.request)}"
            ctx = f"ctx: {self.speller.own(self.about.context_class)}"
            returned = self._type(operation.response)
            head = Brackets(f"{async_}def {operation.method}(", ("self", request, ctx), f") -> {returned}:", packs=True)
            yield Method([abstract], lay(head, 1), self._doc(operation, "Serves"), [])

    # --- both

    def _type(self, body: BodyView) -> str:
        if body.name is not None:
            return self.speller.own(body.name)
        if body.is_object:
            return self.speller.scalar(Kind.OBJECT)
        return "None" if body.ref is None else self.speller.class_(body.ref)

    def _decorators(self, operation: Operation) -> list[str]:
        words = deprecation(operation.action.deprecated)
        if words is None:
            return []
        decorator = self.scope.name("typing_extensions", "deprecated")
        return lay(call(f"@{decorator}", text.string(words)), 1)

    def _doc(self, operation: Operation, verb: str) -> list[str]:
        raised = [names.error_class(ref.name) for ref in operation.errors]
        otherwise = f"{verb} `{operation.action.name}`."
        variant = None
        if operation.variant is not None:
            variant = f"The contract while the switch {operation.variant.switch.name} is on."
        raises = f"Raises {', '.join(f'`{name}`' for name in raised)}." if raised else None
        return described(2, operation.doc, variant, raises, notice(operation.action.deprecated), otherwise=otherwise)
