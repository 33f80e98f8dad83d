"""Type expressions: ``list<common.Address>?`` as a tree. What the names stand for is looked up later.

    expression = atom "?"*
    atom       = name | name "." name | ("list" | "map") "<" expression ">"

The JSON Schema holds the same grammar as a regular expression, so expressions nest at most `MAX_NESTING` deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from soagen.diagnostics import Span
from soagen.model import Kind
from soagen.parse.shapes import Parsing, as_word
from soagen.parse.tree import BuiltinExpr, ListExpr, MapExpr, Name, NameExpr, OptionalExpr, TypeExpr
from soagen.source import Entry, Scalar

MAX_NESTING = 16
BUILTINS = {kind.value: kind for kind in Kind}
_CONTAINERS: Mapping[str, Callable[[TypeExpr, Span], TypeExpr]] = {"list": ListExpr, "map": MapExpr}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUALIFIED = re.compile(rf"(?:({_WORD.pattern})\.)?({_WORD.pattern})")
_NO_NAMES = frozenset(("true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL"))  # YAML 1.2's words


class _Refused(Exception):
    def __init__(self, message: str, position: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.hint = hint


def type_expression(p: Parsing, entry: Entry) -> TypeExpr | None:
    """The type that is written as the value of an entry."""
    scalar = as_word(p, entry, "a type")
    if scalar is None:
        return None
    try:
        expression = _Expressions(p, scalar).whole()
    except _Refused as refusal:
        at = scalar.part(refusal.position, refusal.position + 1)
        p.report.add("BAD_TYPE", at, str(refusal), hint=refusal.hint)
        return None
    return expression


def qualified_name(scalar: Scalar) -> NameExpr | None:
    """``NAME`` or ``alias.NAME``, or None if the text is neither."""
    match = _QUALIFIED.fullmatch(scalar.text)
    return _name(scalar, match) if match and match[0] not in _NO_NAMES else None


def _name(scalar: Scalar, match: re.Match[str]) -> NameExpr:
    qualifier = Name(match[1], scalar.part(*match.span(1))) if match[1] else None
    return NameExpr(qualifier, Name(match[2], scalar.part(*match.span(2))))


class _Expressions:
    """A recursive descent over one text."""

    def __init__(self, p: Parsing, scalar: Scalar) -> None:
        self.p = p
        self.scalar = scalar
        self.text = scalar.text
        self.position = 0
        self.found: list[NameExpr] = []

    def whole(self) -> TypeExpr:
        expression = self.expression(0)
        if self.position < len(self.text):
            hint = "only `list<T>` and `map<T>` hold another type" if self.text[self.position] == "<" else None
            raise _Refused(f"a type can't go on with `{self.text[self.position]}` here", self.position, hint)
        self.p.references.types += self.found
        return expression

    def expression(self, depth: int) -> TypeExpr:
        start = self.position
        expression = self.atom(depth)
        optional = False
        while self.take("?"):
            if optional:
                at = self.scalar.part(self.position - 1, self.position)
                self.p.report.add("DOUBLE_OPTIONAL", at, "`??` says no more than `?`", hint="leave one `?` out")
                continue
            optional = True
            expression = OptionalExpr(expression, self.scalar.part(start, self.position))
        return expression

    def atom(self, depth: int) -> TypeExpr:
        start = self.position
        match = _QUALIFIED.match(self.text, start)
        if match is None:
            what = f"`{self.text[start]}`" if start < len(self.text) else "the end"
            raise _Refused(f"a type is expected here, not {what}", start)
        self.position = match.end()
        if match[0] in _CONTAINERS and self.take("<"):
            if depth == MAX_NESTING:
                raise _Refused(f"types nest at most {MAX_NESTING} deep", start, "give the inner type a name")
            return self.container(match[0], start, depth)
        if match[0] in BUILTINS:
            return BuiltinExpr(BUILTINS[match[0]], self.scalar.part(*match.span()))
        if match[0] in _NO_NAMES:
            raise _Refused(f"`{match[0]}` is no type", start)
        name = _name(self.scalar, match)
        self.found.append(name)
        return name

    def container(self, word: str, start: int, depth: int) -> TypeExpr:
        self.spaces()
        inner = self.expression(depth + 1)
        self.spaces()
        if self.text[self.position : self.position + 1] == "," and word == "map":
            raise _Refused("a map has text keys, only its values have a type", self.position, "write `map<T>`")
        if not self.take(">"):
            raise _Refused(f"a `>` is missing after `{word}<`", self.position)
        return _CONTAINERS[word](inner, self.scalar.part(start, self.position))

    def take(self, char: str) -> bool:
        if self.text[self.position : self.position + 1] != char:
            return False
        self.position += 1
        return True

    def spaces(self) -> None:
        while self.take(" "):
            pass
