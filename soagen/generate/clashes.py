"""Names that cannot be told apart in Python, though they can in the contract.

Rules: the second of two is the finding, the first is shown beside it; what was written goes before what is made from it
(``CreateOrderRequest``, ``OrdersClient``), wherever they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from soagen.diagnostics import Diagnostic, Span
from soagen.generate import names
from soagen.generate.view.about import About, Operation
from soagen.model import Contract, EnumType, Field, Project, Struct

CODE = "NAME_CLASH"


class _Claim(NamedTuple):
    """A Python name, who wants it, in words, and where that stands."""

    name: str
    who: str
    at: Span


def clashes(project: Project) -> list[Diagnostic]:
    """Everything in a project that would get a Python name which something else has already."""
    contracts = sorted(project, key=lambda each: each.name)
    places = [[_Claim(names.module(c.name), f"the contract `{c.name}`", c.span) for c in contracts]]
    for contract in contracts:
        about = About(project, contract)
        places += [list(_classes(about)), list(_methods(about)), *_members(contract)]
    # Expansions are looked at as attributes and as steps of paths: what is found twice is one.
    found = dict.fromkeys(finding for place in places for finding in _findings(place))
    return sorted(found, key=lambda each: (each.span, each.message))


def _findings(place: Iterable[_Claim]) -> Iterator[Diagnostic]:
    taken: dict[str, _Claim] = {}
    for claim in place:
        first = taken.setdefault(claim.name, claim)
        if first is not claim:
            message = f"{claim.who} is `{claim.name}` in Python, and so is {first.who}"
            yield Diagnostic(claim.at, CODE, message, "rename one of them", ((first.at, "the other stands here"),))


def _classes(about: About) -> Iterator[_Claim]:
    """What the package of a contract exports."""
    contract = about.contract
    for type_ in contract.types:
        yield _Claim(names.type_class(type_.name), f"the type `{type_.name}`", type_.span)
    for struct in about.expanded:
        words = f"what can be expanded in `{struct.name}`"
        yield _Claim(names.expand_class(struct.name), words, struct.span)
    for error in contract.errors:
        yield _Claim(names.error_class(error.name), f"the error `{error.name}`", error.span)
    for union in about.unions:
        yield _Claim(names.unknown_class(union.name), f"the unknown member of the union `{union.name}`", union.span)
    if contract.switches:
        yield _Claim(about.switch_class, f"the enum of the switches of `{contract.name}`", contract.span)
    for kind in ("Context", "Client", "Calls", "Server") if about.is_service else ():
        for prefix in ("",) if kind == "Context" else ("", "Async"):
            yield _Claim(f"{prefix}{about.prefix}{kind}", f"the {kind.lower()} of `{contract.name}`", contract.span)
    claimed: set[int] = set()
    for operation in about.operations:
        for role, body in (("request", operation.request), ("response", operation.response)):
            if body.name is not None and id(body) not in claimed:
                claimed.add(id(body))
                yield _Claim(body.name, f"the {role} of {_words(operation)}", _span(operation))


def _methods(about: About) -> Iterator[_Claim]:
    """The methods of a service's client."""
    for operation in about.operations:
        yield _Claim(operation.method, _words(operation), _span(operation))


def _words(operation: Operation) -> str:
    if operation.variant is None:
        return f"the action `{operation.action.name}`"
    return f"the variant {operation.variant.switch.name} of the action `{operation.action.name}`"


def _span(operation: Operation) -> Span:
    return (operation.variant or operation.action).span


def _members(contract: Contract) -> Iterator[list[_Claim]]:
    """The fields of each type, body, error and the context; the members of each enum."""
    for type_ in contract.types:
        if isinstance(type_, EnumType):
            yield [_Claim(names.member(v.value), f"the value `{v.value}`", v.span) for v in type_.values]
        elif isinstance(type_, Struct):
            yield [*_fields(type_.fields, names.field), *_expansions(type_, names.field)]
            yield _expansions(type_, names.expansion)
    for error in contract.errors:
        yield _fields(error.fields, names.error_field)
    yield _fields(contract.context, names.context_field)
    for action in contract.actions:
        # What a variant takes over from its action has been looked at there.
        own = [action.request, action.response]
        own += [body for v in action.variants for body in (v.request, v.response) if body not in own]
        yield from (_fields(body, names.field) for body in own if isinstance(body, tuple))


def _expansions(struct: Struct, spell: Callable[[str], str]) -> list[_Claim]:
    return [_Claim(spell(each.name), f"the expansion `{each.name}`", each.span) for each in struct.expansions]


def _fields(fields: Iterable[Field], spell: Callable[[str], str]) -> list[_Claim]:
    return [_Claim(spell(each.name), f"the field `{each.name}`", each.span) for each in fields]
