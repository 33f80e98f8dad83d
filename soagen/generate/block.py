"""Statements, one after the other, at their depth: what the bodies of generated functions are made with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from soagen.generate.layout import INDENT, Chain, Node, item, lay, statement


def _condition(all_of: Sequence[Node], any_of: Sequence[Node]) -> Node:
    if len(any_of) == 1:
        all_of, any_of = [*all_of, *any_of], ()
    if len(all_of) == 1 and not any_of:
        return all_of[0]
    either = Chain(tuple(map(str, any_of)), "or")
    if not all_of:
        return either
    return Chain(tuple(map(str, all_of)), "and", either if any_of else None)


class Block:
    """The lines of a function's body, from ``depth`` inwards."""

    def __init__(self, depth: int) -> None:
        self.lines: list[str] = []
        self.depth = depth
        self._made = 0

    def another(self, name: str) -> str:
        """A local of that sort that is not in use yet."""
        self._made += 1
        return f"{name}_{self._made}"

    def add(self, node: Node) -> None:
        """An expression, or a statement without a right side to break."""
        self.lines += lay(node, self.depth)

    def put_item(self, target: str, key: str, value: str) -> None:
        """``target[key] = value``."""
        self.lines += item(target, key, value, self.depth)

    def put(self, prefix: str, node: Node) -> None:
        """``prefix node``, where prefix ends in ``= `` or ``return ``."""
        self.lines += statement(prefix, node, self.depth)

    @contextmanager
    def when(self, *operands: Node, any_of: Sequence[Node] = (), keyword: str = "if") -> Iterator[None]:
        """``if a and b and (c or d):`` around what is put meanwhile."""
        self.lines += statement(f"{keyword} ", _condition(operands, any_of), self.depth, ":")
        with self._inside():
            yield

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """``else:`` around what is put meanwhile."""
        self.lines.append(f"{INDENT * self.depth}else:")
        with self._inside():
            yield

    @contextmanager
    def matching(self, subject: str) -> Iterator[None]:
        """``match subject:`` around the cases that are put meanwhile."""
        self.lines.append(f"{INDENT * self.depth}match {subject}:")
        with self._inside():
            yield

    @contextmanager
    def case(self, pattern: str) -> Iterator[None]:
        """``case pattern:`` around what is put meanwhile."""
        self.lines.append(f"{INDENT * self.depth}case {pattern}:")
        with self._inside():
            yield

    @contextmanager
    def _inside(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1
