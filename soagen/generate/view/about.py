"""A contract, with what all views of it need: its classes, its operations, the names of its functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from soagen.generate import names
from soagen.generate.coder import CodecNames
from soagen.generate.scope import Scope
from soagen.generate.spelling import Speller, fields_of, struct_ref
from soagen.model import (
    Action,
    Alias,
    Body,
    Contract,
    ContractKind,
    EnumType,
    ErrorDef,
    Field,
    NamedType,
    Project,
    Ref,
    ScalarType,
    Struct,
    Union,
    Variant,
)


@dataclass(frozen=True, slots=True)
class BodyView:
    """What a request or a response is: a class made for it (``name``), a type of a contract (``ref``), any map
    (``is_object``), or nothing."""

    name: str | None = None
    ref: NamedType | None = None
    fields: tuple[Field, ...] = ()
    is_object: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether there is no value at all."""
        return self.name is None and self.ref is None and not self.is_object


@dataclass(frozen=True, slots=True)
class Operation:
    """One contract of an action: the action itself (``variant`` is None) or a variant of it."""

    action: Action
    variant: Variant | None
    method: str
    request: BodyView
    response: BodyView
    unless: tuple[Ref, ...]

    @property
    def constant(self) -> str:
        """The name of its descriptor; methods differ, and so do these."""
        name = self.method.upper()
        return "SERVICE_" if name == "SERVICE" else name

    @property
    def errors(self) -> tuple[Ref, ...]:
        """What it may answer with."""
        return self.action.errors if self.variant is None else self.variant.errors

    @property
    def doc(self) -> str | None:
        """What it does."""
        return (self.variant.doc if self.variant else None) or self.action.doc


class About:
    """A contract of a project."""

    def __init__(self, project: Project, contract: Contract) -> None:
        self.project = project
        self.contract = contract
        self.prefix = names.pascal(contract.name)

    @property
    def is_service(self) -> bool:
        """Whether there is anything to call."""
        return self.contract.kind is ContractKind.SERVICE

    @property
    def context_class(self) -> str:
        """The class of what every call carries."""
        return f"{self.prefix}Context"

    @property
    def switch_class(self) -> str:
        """The enum of the contract's own switches."""
        return f"{self.prefix}Switch"

    @property
    def context(self) -> tuple[Field, ...]:
        """The context's fields, of a service."""
        return self.contract.context if self.is_service else ()

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The contracts of all actions: each action, then its variants, in the order of the file."""
        return tuple(operation for action in self.contract.actions for operation in self._operations(action))

    def _operations(self, action: Action) -> list[Operation]:
        switches = tuple(variant.switch for variant in action.variants)
        request = self._body(action, None, action.request, "Request")
        response = self._body(action, None, action.response, "Response")
        found = [Operation(action, None, names.method(action.name), request, response, switches)]
        for i, variant in enumerate(action.variants):
            name = variant.switch.name
            # What a variant takes over from its action is the action's class.
            own_request = variant.request != action.request
            own_response = variant.response != action.response
            found.append(
                Operation(
                    action,
                    variant,
                    names.method(action.name, name),
                    self._body(action, name, variant.request, "Request") if own_request else request,
                    self._body(action, name, variant.response, "Response") if own_response else response,
                    switches[:i],
                )
            )
        return found

    def _body(self, action: Action, variant: str | None, body: Body, suffix: str) -> BodyView:
        fields = fields_of(self.project, body)
        if isinstance(body, ScalarType):
            return BodyView(is_object=True)
        if isinstance(body, NamedType):
            return BodyView(ref=struct_ref(self.project, body), fields=fields)
        if not body and suffix == "Response":
            return BodyView()
        return BodyView(name=names.body_class(action.name, variant, suffix), fields=fields)

    @cached_property
    def bodies(self) -> dict[str, tuple[BodyView, Operation]]:
        """The classes made for requests and responses, by name, with the operation that needs each first."""
        found: dict[str, tuple[BodyView, Operation]] = {}
        for operation in self.operations:
            for body in (operation.request, operation.response):
                if body.name is not None:
                    found.setdefault(body.name, (body, operation))
        return found

    @cached_property
    def expanded(self) -> tuple[Struct, ...]:
        """The structs that have expansions."""
        return tuple(t for t in self.contract.types if isinstance(t, Struct) and t.expansions)

    @cached_property
    def expand_classes(self) -> tuple[str, ...]:
        """What ``expansions`` offers to callers."""
        return tuple(names.expand_class(struct.name) for struct in self.expanded)

    @cached_property
    def unions(self) -> tuple[Union, ...]:
        """The unions that have a member for what is not known."""
        return tuple(t for t in self.contract.types if isinstance(t, Union) and not t.closed)

    @cached_property
    def type_classes(self) -> tuple[str, ...]:
        """All that ``types`` defines."""
        found = [names.type_class(t.name) for t in self.contract.types]
        found += [names.unknown_class(union.name) for union in self.unions]
        found += list(self.bodies)
        if self.contract.switches:
            found.append(self.switch_class)
        if self.is_service:
            found.append(self.context_class)
        return tuple(found)

    @cached_property
    def error_classes(self) -> tuple[str, ...]:
        """All that ``errors`` defines."""
        return tuple(names.error_class(error.name) for error in self.contract.errors)

    @cached_property
    def coded(self) -> tuple[str, ...]:
        """The names of what has an encoder and a decoder in ``codec``."""
        types = [t.name for t in self.contract.types if not isinstance(t, Alias)]
        return (*types, *self.bodies, *([self.context_class] if self.is_service else ()))

    @cached_property
    def field_names(self) -> frozenset[str]:
        """Every name that a field of a type, a request, a response or the context has in Python."""
        structs = [t.fields for t in self.contract.types if not isinstance(t, (Alias, EnumType, Union))]
        bodies = [body.fields for body, _ in self.bodies.values()]
        found = {names.field(f.name) for fields in [*structs, *bodies] for f in fields}
        found |= {names.field(each.name) for struct in self.expanded for each in struct.expansions}
        return frozenset(found | {names.context_field(f.name) for f in self.context})

    @cached_property
    def imported(self) -> frozenset[str]:
        """The packages of all contracts that this one may name."""
        found: set[str] = set()
        waiting = [self.contract.name]
        while waiting:
            for each in self.project.contracts[waiting.pop()].imports:
                if each.contract not in found:
                    found.add(each.contract)
                    waiting.append(each.contract)
        return frozenset(map(names.module, found))

    def codec_scope(self) -> tuple[Scope, CodecNames]:
        """The scope of ``codec``, and the names of the functions in it, which other modules know as well."""
        scope = Scope()
        return scope, CodecNames.make(self.coded, scope)

    def speller(self, scope: Scope, style: str) -> Speller:
        """Spells for one module of this contract: ``here`` in ``types``, ``named`` imports, ``qualified`` by module."""
        match style:
            case "here":
                return Speller(self.project, self.contract, scope, lambda name: name)
            case "named":
                return Speller(self.project, self.contract, scope, lambda name: scope.name(".types", name))
            case _:
                return Speller(self.project, self.contract, scope, lambda name: f"{scope.name('.', 'types')}.{name}")

    def error(self, ref: Ref) -> ErrorDef:
        """The error that a reference names."""
        return self.project.error(ref)
