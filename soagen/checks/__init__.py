"""Resolved trees -> the model, and everything about their meaning that can be wrong.

One `Book` of types serves all files, so that a type is built, and its faults are found, once. Findings never depend on
one another: what was refused earlier is poison, and whatever touches it is silent. The model that is returned is only
sound where the report is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soagen.checks.actions import Actions
from soagen.checks.book import Book
from soagen.checks.errors import build_error, build_switch
from soagen.checks.expansions import with_expansions
from soagen.checks.fields import build_fields, check_reserved, check_wires
from soagen.checks.joined import inherited_context, report_clashes
from soagen.checks.literals import Literals
from soagen.checks.protocol import ACTIONS, CONTEXT_KEYS, ERROR_CODES
from soagen.checks.types import build_type, report_recursion
from soagen.findings import Report
from soagen.model import Contract, ContractKind, Field, Import, Reserved
from soagen.parse.tree import Name
from soagen.resolve import Names, Unit

__all__ = ["check"]


def check(names: Names, report: Report, built_in: frozenset[str] = ACTIONS) -> Mapping[str, Contract]:
    """The contracts of all files by name, with findings about whatever can't be meant.

    ``built_in`` are the actions that no contract may define, since every server has them.
    """
    book = Book(names, report)
    literals = Literals(book)
    report_recursion(book)
    contexts = {unit.key: _own_context(book, literals, unit) for unit in names.units}
    _check_called(report, names.units)
    for unit in names.units:
        _check_names(report, unit, built_in)
    contracts = {unit.key: _contract(book, literals, unit, contexts) for unit in names.units}
    return with_expansions(book, contracts)


def _own_context(book: Book, literals: Literals, unit: Unit) -> dict[str, Field]:
    known = [(tree, book.of(unit, tree)) for tree in unit.tree.context]
    used = ((tree.name, tree.wire) for tree in unit.tree.context)
    _refuse_names(book.report, used, CONTEXT_KEYS, "a key that the protocol itself keeps in the context")
    return {field.name: field for field in build_fields(literals, known, ())}


def _contract(book: Book, literals: Literals, unit: Unit, contexts: Mapping[str, Mapping[str, Field]]) -> Contract:
    tree = unit.tree
    report_clashes(unit, book.report)
    types = [build_type(book, literals, unit, each) for each in tree.types]
    errors = [build_error(book, literals, unit, each) for each in tree.errors]
    actions = Actions(book, literals, unit)
    imported = [contexts[other.key][field.name.text] for other, field in inherited_context(unit)]
    return Contract(
        kind=tree.kind,
        name=unit.key,
        wire=tree.wire.text if tree.wire else unit.key,
        path=tree.path,
        imports=tuple(Import(alias, other.key) for alias, other in unit.imports.items() if other is not None),
        context=(*contexts[unit.key].values(), *imported),
        switches=tuple(build_switch(each) for each in tree.switches),
        types=tuple(each for each in types if each is not None),
        errors=tuple(errors),
        actions=tuple(actions.build(each) for each in tree.actions),
        reserved=Reserved(
            actions=tuple(name.text for name in tree.reserved.actions),
            errors=tuple(name.text for name in tree.reserved.errors),
            switches=tuple(number.value for number in tree.reserved.switches),
        ),
        doc=tree.doc,
        deprecated=tree.deprecated,
        span=tree.at,
    )


def _check_called(report: Report, units: Iterable[Unit]) -> None:
    """Finds two services that would be called by one name."""
    seen: dict[str, tuple[Name, Unit]] = {}
    for unit in sorted(units, key=lambda each: each.tree.wire is not None):  # a name of its own goes first
        sent = unit.tree.wire or unit.tree.name
        if sent is None or unit.tree.kind is ContractKind.PACKAGE:
            continue
        first, other = seen.setdefault(sent.text, (sent, unit))
        if other is not unit and unit.tree.wire is not None:
            message = f"the service `{unit.key}` would be called as `{sent.text}`, as `{other.key}` is"
            report.add("WIRE_CLASH", sent.at, message, related=((first.at, "that one"),))


def _check_names(report: Report, unit: Unit, built_in: frozenset[str]) -> None:
    """The names of a file's errors, actions and switches, among each other and against what may not be used."""
    tree = unit.tree
    errors = [(each.name, each.wire) for each in tree.errors]
    actions = [(each.name, each.wire) for each in tree.actions]
    _refuse_names(report, errors, ERROR_CODES, "an error code of the protocol")
    _refuse_names(report, actions, built_in, "an action that every server has")
    check_wires(report, errors, "error")
    check_wires(report, actions, "action")
    check_reserved(report, _sent(errors), tree.reserved.errors, "an error")
    check_reserved(report, _sent(actions), tree.reserved.actions, "an action")
    reserved = {number.value: number.at for number in tree.reserved.switches}
    for switch in tree.switches:
        if switch.id in reserved:
            related = ((reserved[switch.id], "reserved here"),)
            message = f"the id {switch.id} is reserved: it may not be that of a switch again"
            report.add("RESERVED_NAME", switch.id_at, message, related=related)


def _sent(used: Iterable[tuple[Name, Name | None]]) -> list[tuple[Name, str]]:
    return [(name, wire.text if wire else name.text) for name, wire in used]


def _refuse_names(report: Report, used: Iterable[tuple[Name, Name | None]], taken: frozenset[str], what: str) -> None:
    for name, wire in used:
        for each in (name, wire):
            if each is not None and each.text in taken:
                report.add("PROTOCOL_NAME", each.at, f"`{each.text}` is {what}")
