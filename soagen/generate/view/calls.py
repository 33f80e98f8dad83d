"""``client`` and ``server``: a method for each operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.layout import Brackets, Node, call, lay
from soagen.generate.scope import Scope
from soagen.generate.spelling import Speller
from soagen.generate.view.about import About, BodyView, Operation
from soagen.generate.view.docs import deprecation, described, notice
from soagen.generate.view.signatures import parameters
from soagen.model import Kind

# The parameter for a request that is any map. It may be given by position: there is nothing to mix it up with.
_BODY = "body"


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
    service: str
    methods: list[Method]


@dataclass(frozen=True, slots=True)
class CallsView:
    """The module's imports, and its two classes."""

    imports: list[str]
    classes: list[CallClass]


def client_view(about: About) -> CallsView | None:
    """The module ``client`` of a service."""
    if not about.is_service:
        return None
    taken = {_BODY} | {names.field(f.name) for operation in about.operations for f in operation.request.fields}
    calls = _Calls(about, f"{about.prefix}Client", f"Async{about.prefix}Client", taken)
    context = calls.speller.own(about.context_class)
    return calls.view(
        (f"{calls.blocking}({calls.scope.runtime('Client')}[{context}])", calls.client_methods("")),
        (f"{calls.asyncio}({calls.scope.runtime('AsyncClient')}[{context}])", calls.client_methods("async ")),
    )


def server_view(about: About) -> CallsView | None:
    """The module ``server`` of a service."""
    if not about.is_service:
        return None
    calls = _Calls(about, f"{about.prefix}Server", f"Async{about.prefix}Server", {"request", "ctx"})
    return calls.view(
        (f"{calls.blocking}({calls.scope.runtime('Server')})", calls.server_methods("")),
        (f"{calls.asyncio}({calls.scope.runtime('AsyncServer')})", calls.server_methods("async ")),
    )


class _Calls:
    def __init__(self, about: About, blocking: str, asyncio: str, taken: set[str]) -> None:
        self.about = about
        self.blocking = blocking
        self.asyncio = asyncio
        methods = {operation.method for operation in about.operations}
        self.scope = Scope({blocking, asyncio}, own=about.type_classes, avoided=taken | methods)
        self.speller: Speller = about.speller(self.scope, "named")
        self.table = self.scope.name(".", "service")

    def view(self, *classes: tuple[str, Iterable[Method]]) -> CallsView:
        contract = self.about.contract
        doc = described(1, contract.doc, notice(contract.deprecated), otherwise=f"The service {contract.name}.")
        made = [
            CallClass([f"class {head}:"], doc, f"    service = {self.table}.SERVICE", list(methods))
            for head, methods in classes
        ]
        return CallsView(self.scope.lines(), made)

    # --- clients

    def client_methods(self, async_: str) -> Iterable[Method]:
        for operation in self.about.operations:
            given, defaults = parameters(self.speller, operation.request.fields, names.field)
            items = ("self", "*", *given) if given else ("self",)
            if operation.request.is_object:
                items = ("self", f"{_BODY}: {self._type(operation.request)}")
            returned = self._type(operation.response)
            signature = Brackets(f"{async_}def {operation.method}(", items, f") -> {returned}:", packs=True)
            yield Method(
                self._decorators(operation),
                lay(signature, 1),
                self._doc(operation, "Calls"),
                [*defaults, *self._call(operation, "await " if async_ else "")],
            )

    def _call(self, operation: Operation, await_: str) -> list[str]:
        fields = [names.field(f.name) for f in operation.request.fields]
        request: Node = _BODY
        if not operation.request.is_object:
            request = call(self._type(operation.request), *(f"{name}={name}" for name in fields))
        made = call(f"{await_}self._call", f"{self.table}.{operation.constant}", request)
        if operation.response.is_nothing:
            return lay(made, 2)
        return lay(Brackets(f"return {made.before}", made.items, made.after, packs=True), 2)

    # --- servers

    def server_methods(self, async_: str) -> Iterable[Method]:
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
