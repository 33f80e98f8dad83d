"""Errors and switches of a file: their names on the wire, messages, ids."""

from __future__ import annotations

from soagen.checks.book import Book
from soagen.checks.fields import build_fields
from soagen.checks.literals import Literals
from soagen.checks.messages import TemplateError, in_words, parts, placeholders
from soagen.model import ErrorDef, Placeholder, Switch, Type
from soagen.parse.shapes import did_you_mean
from soagen.parse.tree import ErrorTree, FieldTree, SwitchTree
from soagen.resolve import Unit
from soagen.source import Scalar


def build_error(book: Book, literals: Literals, unit: Unit, tree: ErrorTree) -> ErrorDef:
    """The definition of an error."""
    known = book.error_fields(unit, tree)
    return ErrorDef(
        name=tree.name.text,
        wire=tree.wire.text if tree.wire else tree.name.text,
        message=_message(book, tree, known),
        fields=build_fields(literals, known.values(), tree.reserved),
        caller_error=tree.caller_error,
        retryable=tree.retryable,
        doc=tree.doc,
        reserved=tuple(name.text for name in tree.reserved),
        deprecated=tree.deprecated,
        span=tree.name.at,
    )


def _message(book: Book, tree: ErrorTree, known: dict[str, tuple[FieldTree, Type]]) -> tuple[str | Placeholder, ...]:
    otherwise = (in_words(tree.name.text),)
    node = tree.message
    if not isinstance(node, Scalar):
        return otherwise
    if not node.text.strip():
        book.report.add(
            "BAD_TEMPLATE", node.at, "a message says something", hint="leave it out for the error's name in words"
        )
        return otherwise
    try:
        named = placeholders(node.text)
    except TemplateError as error:
        book.report.add("BAD_TEMPLATE", node.part(error.start, error.end), str(error))
        return otherwise
    for name, start, end in named:
        at = node.part(start, end)
        if name not in known:
            hint = did_you_mean(name, known)
            book.report.add("UNKNOWN_PLACEHOLDER", at, f"the error has no field `{name}`", hint=hint)
            continue
        field, type_ = known[name]
        if field.sensitive or book.holds_sensitive(type_):
            book.report.add("SENSITIVE_PLACEHOLDER", at, f"`{name}` is sensitive, and messages are not secret")
    return parts(node.text)


def build_switch(tree: SwitchTree) -> Switch:
    """The definition of a switch; -1 for an id that was refused."""
    return Switch(
        name=tree.name.text,
        id=-1 if tree.id is None else tree.id,
        doc=tree.doc,
        deprecated=tree.deprecated,
        span=tree.name.at,
    )
