"""Fields of every sort: what must be sent, what is filled in, and whether their names get along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from soagen.checks.literals import REFUSED, Literals
from soagen.findings import Report
from soagen.model import Field, OptionalType, Presence, Type
from soagen.parse.tree import FieldTree, Name
from soagen.resolve import POISON


def build_fields(
    literals: Literals, known: Iterable[tuple[FieldTree, Type]], reserved: Sequence[Name]
) -> tuple[Field, ...]:
    """The fields of one map, with their types; faults in them and among them are reported."""
    pairs = list(known)
    check_reserved(literals.report, [(tree.name, _wire(tree)) for tree, _ in pairs], reserved, "a field")
    check_wires(literals.report, [(tree.name, tree.wire) for tree, _ in pairs], "field")
    return tuple(_field(literals, tree, type_) for tree, type_ in pairs)


def _wire(tree: FieldTree) -> str:
    return tree.wire.text if tree.wire else tree.name.text


def _field(literals: Literals, tree: FieldTree, type_: Type) -> Field:
    default = example = None
    if tree.default is not None and not isinstance(type_, OptionalType):
        default = literals.read(tree.default, type_)
    if tree.example is not None:
        example = literals.read(tree.example, type_)
    return Field(
        name=tree.name.text,
        wire=_wire(tree),
        type=type_,
        presence=_presence(literals.report, tree, type_),
        default=_value(default),
        doc=tree.doc,
        example=_value(example),
        sensitive=tree.sensitive,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def _value(value: Any) -> Any:
    return None if value is REFUSED else value


def _presence(report: Report, tree: FieldTree, type_: Type) -> Presence:
    optional = isinstance(type_, OptionalType)
    if tree.required is not None and not optional and type_ is not POISON:
        if tree.required.value:
            mend = "leave `required` out: a field is required unless its type ends in `?`"
        else:
            mend = "a field that may be left out has a type with `?`"
        report.add("REQUIRED_MISPLACED", tree.required.at, "`required` stands only beside a `T?`", hint=mend)
    if optional and tree.default_at is not None:
        message = "a field with a default can't be `T?`: what is left out is the default"
        report.add("DEFAULT_ON_OPTIONAL", tree.default_at, message, hint="leave the `?` out, or the default")
    if optional:
        return Presence.NULLABLE if tree.required is not None and tree.required.value else Presence.OPTIONAL
    return Presence.REQUIRED if tree.default_at is None else Presence.DEFAULTED


def check_reserved(report: Report, used: Iterable[tuple[Name, str]], reserved: Sequence[Name], what: str) -> None:
    """Finds names (or what is sent for them) that are in use although they are reserved."""
    at = {name.text: name.at for name in reserved}
    for name, wire in used:
        word = name.text if name.text in at else wire
        if word in at:
            related = ((at[word], "reserved here"),)
            message = f"`{word}` is reserved: it may not name {what} again"
            report.add("RESERVED_NAME", name.at, message, related=related)


def check_wires(report: Report, used: Iterable[tuple[Name, Name | None]], what: str) -> None:
    """Finds two things of one map that would be sent by one name."""
    seen: dict[str, Name] = {}
    for name, wire in used:
        sent = wire or name
        first = seen.setdefault(sent.text, sent)
        if first is not sent:
            message = f"the {what} `{name.text}` would be sent as `{sent.text}`, as the one in line {first.at.line} is"
            report.add("WIRE_CLASH", sent.at, message, related=((first.at, "the other is here"),))
