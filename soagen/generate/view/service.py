"""``service``: the service as a table, from which client and server work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.layout import Node, prefixed, row, tuple_of
from soagen.generate.scope import Scope
from soagen.generate.view.about import About, BodyView, Operation
from soagen.generate.view.codec import coder_for
from soagen.model import Ref


@dataclass(frozen=True, slots=True)
class ServiceView:
    """The module's imports, its descriptors, its table."""

    imports: list[str]
    actions: list[list[str]]
    service: list[str]


def service_view(about: About, contract_hash: str) -> ServiceView | None:
    """The module of a service."""
    if not about.is_service:
        return None
    service = _Service(about, Scope({"SERVICE", *(operation.constant for operation in about.operations)}))
    actions = [service.action(operation) for operation in _tried(about.operations)]
    table = service.table(contract_hash)
    return ServiceView(service.scope.lines(), actions, table)


def _tried(operations: tuple[Operation, ...]) -> list[Operation]:
    """The operations in the order in which they are tried: the variants of an action, then the action itself."""
    found: list[Operation] = []
    for operation in operations:
        if operation.variant is None:
            same = [each for each in operations if each.action is operation.action and each.variant is not None]
            found += [*same, operation]
    return found


class _Service:
    def __init__(self, about: About, scope: Scope) -> None:
        self.about = about
        self.scope = scope
        self.coder = coder_for(about, scope, None)
        self.types = scope.name(".", "types")
        self.codec = scope.name(".", "codec")
        self.functions = about.codec_scope()[1]

    def action(self, operation: Operation) -> list[str]:
        action = operation.action
        arguments: list[Node] = [
            f"name={text.string(action.name)}",
            f"wire={text.string(action.wire)}",
            f"method={text.string(operation.method)}",
            *self._codecs("request", operation.request),
            *self._codecs("response", operation.response),
        ]
        if operation.errors:
            arguments.append(prefixed("errors=", tuple_of([self._error(ref) for ref in operation.errors])))
        if operation.variant is not None:
            arguments.append(f"switch={self._switch(operation.variant.switch)}")
        if operation.unless:
            arguments.append(prefixed("unless=", tuple_of([self._switch(ref) for ref in operation.unless])))
        if action.idempotent:
            arguments.append("idempotent=True")
        if action.oneway:
            arguments.append("oneway=True")
        if action.timeout is not None:
            arguments.append(f"timeout={action.timeout.total_seconds()}")
        return self._constant(operation.constant, "Action", arguments)

    def _constant(self, name: str, class_: str, arguments: list[Node]) -> list[str]:
        final = self.scope.name("typing", "Final")
        head = f"{name}: {final} = {self.scope.runtime(class_)}("
        # A table has a row for each entry, also where all would fit into a line.
        return [head, *(line for each in arguments for line in row(each)), ")"]

    def _codecs(self, role: str, body: BodyView) -> Iterable[str]:
        if body.is_nothing:
            encode, decode = self.scope.runtime("encode_nothing"), self.scope.runtime("decode_nothing")
        elif body.is_object:
            encode, decode = self.scope.runtime("encode_object"), self.scope.runtime("decode_object")
        elif body.name is not None:
            encode, decode = (f"{self.codec}.{name}" for name in self.functions.of[body.name])
        else:
            assert body.ref is not None
            encode, decode = self.coder.values.function_of(body.ref)
        return f"encode_{role}={encode}", f"decode_{role}={decode}"

    def _error(self, ref: Ref) -> str:
        name = names.error_class(ref.name)
        if ref.contract == self.about.contract.name:
            return f"{self.scope.name('.', 'errors')}.{name}"
        return f"{self.scope.name('..', names.module(ref.contract))}.{name}"

    def _switch(self, ref: Ref) -> str:
        class_ = f"{names.pascal(ref.contract)}Switch"
        if ref.contract == self.about.contract.name:
            return f"{self.types}.{class_}.{names.switch(ref.name)}"
        return f"{self.scope.name('..', names.module(ref.contract))}.{class_}.{names.switch(ref.name)}"

    def _known_errors(self) -> list[Ref]:
        """The contract's own errors, those its actions name, those of its imports; of one code, the first."""
        contract, project = self.about.contract, self.about.project
        own = [Ref(contract.name, error.name) for error in contract.errors]
        named = [ref for operation in self.about.operations for ref in operation.errors]
        imported = [
            Ref(each.contract, error.name)
            for each in contract.imports
            for error in project.contracts[each.contract].errors
        ]
        found: dict[str, Ref] = {}
        for ref in [*own, *named, *imported]:
            found.setdefault(project.error(ref).wire, ref)
        return list(found.values())

    def table(self, contract_hash: str) -> list[str]:
        context = self.about.context_class
        encode, decode = self.functions.of[context]
        constants = [operation.constant for operation in _tried(self.about.operations)]
        arguments: list[Node] = [
            f"name={text.string(self.about.contract.wire)}",
            f"contract_hash={text.string(contract_hash)}",
            f"context={self.types}.{context}",
            f"encode_context={self.codec}.{encode}",
            f"decode_context={self.codec}.{decode}",
            prefixed("actions=", tuple_of(constants)),
        ]
        errors = self._known_errors()
        if errors:
            arguments.append(prefixed("errors=", tuple_of([self._error(ref) for ref in errors])))
        arguments.append("module=__name__")
        return self._constant("SERVICE", "Service", arguments)
