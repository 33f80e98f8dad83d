"""Lines of Python as a formatter would leave them.

The generated code is a fixed point of ``ruff format`` without running it. That needs no formatter, only its rules for
the few forms that generated code has:

- what fits into a line stands on one;
- else what stands in brackets is spread out: arguments and parameters onto one line of their own if they fit there,
  otherwise, like the elements of a collection always, each onto its own line with a comma after the last;
- else, where there are no brackets to break at, the right side of ``=``, ``return``, ``if`` goes into parentheses,
  operators first; unless it would not fit there either, then it stays as it is.

A `Node` is something that can be laid out; a plain str is never broken. Depth counts indents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Brackets:
    """Something in brackets: ``before`` ends with the opening one, ``after`` begins with the closing one.

    ``packs`` says that the items may share a line when they are spread out, as arguments do and elements don't;
    ``subscript`` that a comma would change the meaning of one item, ``comma`` that one is needed on one line as well.
    """

    before: str
    items: tuple[Node, ...]
    after: str
    packs: bool = False
    subscript: bool = False
    comma: bool = False

    def __str__(self) -> str:
        return f"{self.before}{', '.join(map(str, self.items))}{',' * self.comma}{self.after}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands and what joins them: ``A | B``, ``a and b``; ``last`` is a chain of another operator, in parentheses."""

    operands: tuple[str, ...]
    operator: str
    last: Chain | None = None

    def __str__(self) -> str:
        return f" {self.operator} ".join([*self.operands, *([f"({self.last})"] if self.last else [])])


Node: TypeAlias = str | Brackets | Chain


def compared(left: str, operator: str, right: str) -> Chain:
    """``left < right``."""
    return Chain((left, right), operator)


def call(function: str, *arguments: Node) -> Brackets:
    """``function(a, b)``."""
    return Brackets(f"{function}(", arguments, ")", packs=True)


def collection(opening: str, items: Iterable[Node], closing: str) -> Brackets:
    """``[a, b]`` and its like."""
    return Brackets(opening, tuple(items), closing)


def tuple_of(items: Sequence[Node]) -> Node:
    """``(a, b)``; a tuple of one keeps its comma."""
    return Brackets("(", tuple(items), ")", comma=len(items) == 1)


def prefixed(prefix: str, node: Node) -> Node:
    """``node`` with something before it that is not broken: ``name=``, ``"key": ``."""
    match node:
        case Brackets():
            return replace(node, before=prefix + node.before)
        case _:
            return f"{prefix}{node}"


def _suffixed(node: Node, suffix: str) -> Node:
    match node:
        case Brackets():
            return replace(node, after=node.after + suffix)
        case _:
            return f"{node}{suffix}"


def width(text: str) -> int:
    """The columns that a text takes: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fits(text: str, depth: int) -> bool:
    """Whether a text can stand on one line."""
    return width(text) + len(INDENT) * depth <= WIDTH


def lay(node: Node, depth: int) -> list[str]:
    """The lines of an expression that stands by itself, or as an argument."""
    flat = str(node)
    pad = INDENT * depth
    match node:
        case Brackets() if node.items and not fits(flat, depth):
            return [pad + node.before, *_spread(node, depth), pad + node.after]
        case Chain() if not node.last and not fits(flat, depth):
            first, *rest = node.operands
            return [pad + first, *(f"{pad}{node.operator} {operand}" for operand in rest)]
        case _:
            return [pad + flat]


def _spread(node: Brackets, depth: int) -> list[str]:
    inner = ", ".join(map(str, node.items))
    if node.packs and fits(inner, depth + 1):
        # A parameter that is alone gets a comma, as several on a line do not.
        comma = "," if len(node.items) == 1 and node.before.startswith(("def ", "async def ")) else ""
        return [INDENT * (depth + 1) + inner + comma]
    if node.subscript and len(node.items) == 1:
        return lay(node.items[0], depth + 1)
    return [line for item in node.items for line in lay(_suffixed(item, ","), depth + 1)]


def row(argument: Node) -> list[str]:
    """The lines of an argument that stands on its own, as the rows of a table do."""
    return lay(_suffixed(argument, ","), 1)


def statement(prefix: str, node: Node, depth: int, suffix: str = "") -> list[str]:
    """The lines of ``prefix node suffix``, where prefix ends in ``= ``, ``return ``, ``if `` or the like."""
    flat = f"{prefix}{node}{suffix}"
    if fits(flat, depth):
        return [INDENT * depth + flat]
    if isinstance(node, Brackets) and node.items and fits(prefix + node.before, depth):
        return lay(_suffixed(prefixed(prefix, node), suffix), depth)
    if isinstance(node, Chain) and node.last:
        prefix += f" {node.operator} ".join([*node.operands, ""])
        node = node.last
    inside = _operands(node, depth + 1)
    if (
        inside is None
        or not fits(f"{prefix}(", depth)
        or (isinstance(node, Brackets) and not fits(node.before, depth + 1))
    ):
        return lay(_suffixed(prefixed(prefix, node), suffix), depth)
    return [f"{INDENT * depth}{prefix}(", *inside, f"{INDENT * depth}){suffix}"]


def _operands(node: Node, depth: int) -> list[str] | None:
    """What stands between parentheses that are only there to break a line, or None if they would not help."""
    flat = str(node)
    if fits(flat, depth):
        return [INDENT * depth + flat]
    if isinstance(node, Chain) or (isinstance(node, Brackets) and node.items):
        return lay(node, depth)
    return None


def item(target: str, key: str, value: str, depth: int) -> list[str]:
    """The lines of ``target[key] = value``."""
    left = f"{target}[{key}] = "
    if fits(left + value, depth) or (fits(f"{left}(", depth) and fits(value, depth + 1)):
        return statement(left, value, depth)
    pad = INDENT * depth
    return [f"{pad}{target}[", f"{pad}{INDENT}{key}", f"{pad}] = {value}"]


def type_node(annotation: str) -> Node:
    """An annotation as something that can be broken."""
    depth = 0
    parts = [""]
    for character in annotation:
        depth += (character == "[") - (character == "]")
        if depth == 0 and character == "|":
            parts = [*parts[:-1], parts[-1].strip(), ""]
        else:
            parts[-1] += character
    if len(parts) > 1:
        return Chain((*parts[:-1], parts[-1].strip()), "|")
    head, bracket, inner = annotation.partition("[")
    if not bracket:
        return annotation
    keys, element = (("str",), inner[len("str, ") : -1]) if head == "dict" else ((), inner[:-1])
    return Brackets(f"{head}[", (*keys, type_node(element)), "]", packs=True, subscript=True)


def annotated(name: str, annotation: str, value: Node | None, depth: int) -> list[str]:
    """The lines of ``name: annotation = value``."""
    declared = f"{name}: {annotation}"
    if value is not None and fits(f"{declared} = (", depth):
        lines = statement(f"{declared} = ", value, depth)
        if len(lines) == 1 and not fits(lines[0], 0) and not isinstance(type_node(annotation), str):
            # Beside a type that has parts, parentheses are put also where they don't help.
            return [f"{INDENT * depth}{declared} = (", f"{INDENT * (depth + 1)}{value}", f"{INDENT * depth})"]
        return lines
    if value is None and fits(declared, depth):
        return [INDENT * depth + declared]
    type_ = type_node(annotation)
    if isinstance(type_, str) and isinstance(value, Brackets):
        return lay(prefixed(f"{declared} = ", value), depth)
    assigned = "" if value is None else f" = {value}"
    if isinstance(type_, Chain):  # in parentheses, even where that does not make it fit
        pad = INDENT * depth
        return [f"{pad}{name}: (", *lay(type_, depth + 1), f"{pad}){assigned}"]
    if isinstance(type_, Brackets) and isinstance(value, Brackets) and not fits(f"]{assigned}", depth):
        pad = INDENT * depth
        opened, *values = lay(value, depth)
        return [f"{pad}{name}: {type_.before}", *_spread(type_, depth), f"{pad}] = {opened.lstrip()}", *values]
    if isinstance(type_, Brackets):
        lines = lay(prefixed(f"{name}: ", type_), depth)
        if isinstance(value, Brackets) and not fits(lines[-1] + assigned, 0):
            return [*lines[:-1], *statement(f"{lines[-1].strip()} = ", value, depth)]
        return [*lines[:-1], lines[-1] + assigned]
    return statement(f"{name}: ", type_, depth, assigned)
