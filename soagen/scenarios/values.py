"""Values in a scenario: literals that know their place and their type, and what stands in for one.

Rules. A literal is read by its type, as in a contract. ``$name.path`` is a value of an earlier response, ``$any`` any
value at all and ``$none`` none; ``$$`` begins a text with a dollar sign. In what is *expected* fields may be left out,
which are then not looked at, while lists and maps are whole. What is *sent* must be whole, but may break constraints:
to refuse that is up to the server, and worth a scenario.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from soagen.checks.actions import Known
from soagen.checks.literals import REFUSED, Literals, must_be_there
from soagen.diagnostics import Diagnostic, Span
from soagen.findings import Report
from soagen.model import Kind, NamedType, OptionalType, ScalarType, Type
from soagen.parse.shapes import did_you_mean
from soagen.parse.tree import FieldTree, UnionTree
from soagen.scenarios.references import Source, Walk, alike
from soagen.scenarios.view import View
from soagen.source import Map, Node, Scalar

CODE = "BAD_SCENARIO"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others. ``kind`` is None for a value of an enum, a tag, or what has no type."""

    value: Any
    kind: Kind | None
    at: Span


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a record: the name that is sent, and whether its value is sensitive, or holds what is."""

    wire: str
    secret: bool
    holds_secrets: bool
    value: Value


@dataclass(frozen=True, slots=True)
class Record:
    """A struct, a member of a union or a body: what is said of its fields, by their names."""

    parts: Mapping[str, Part]
    at: Span


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Value, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A map."""

    entries: Mapping[str, Value]
    at: Span


@dataclass(frozen=True, slots=True)
class Anything:
    """``$any``: the value is there, whatever it is."""

    at: Span


@dataclass(frozen=True, slots=True)
class Nothing:
    """``$none``, or the null of an optional type: there is no value."""

    at: Span


@dataclass(frozen=True, slots=True)
class Saved:
    """``$name.path``: a part of an earlier response, by sent names and indexes."""

    name: str
    path: tuple[str | int, ...]
    at: Span


Body: TypeAlias = Record | Table | Saved
Value: TypeAlias = Leaf | Record | Items | Table | Anything | Nothing | Saved


_REFERENCE = re.compile(r"\$([a-z][a-z0-9_]*)((?:\.[^.\s]+)*)")


class Values(Literals):
    """Reads values by the types of one contract. ``expected`` says which of the two sorts (see the module), ``whole``
    whether fields that must be there may be missing all the same.
    """

    def __init__(
        self, view: View, report: Report, saved: Mapping[str, Source], *, expected: bool, whole: bool = True
    ) -> None:
        super().__init__(view.book)
        self.report = report
        self._view = view
        self._saved = saved
        self._expected = expected
        self._whole = whole and not expected
        self._plainly = Literals(view.book)
        self._plainly.report = report

    def record(self, node: Node, known: Known, what: str) -> Body | None:
        """What a map says of fields; None after a finding."""
        if isinstance(node, Scalar) and node.text.startswith("$"):
            found = self._stand_in(node, ScalarType(Kind.ANY))
            return Record({}, node.at) if isinstance(found, Anything) else found if isinstance(found, Saved) else None
        if not isinstance(node, Map):
            self.report.add("WRONG_SHAPE", node.at, f"{what} must be a map of fields")
            return None
        if isinstance(known, ScalarType):
            read = self.read(node, known)
            return read if isinstance(read, Table) else None
        return Record(self._parts(node, known or {}, what), node.at)

    def read(self, node: Node, type_: Type) -> Any:
        """The `Value` that a node stands for, or `REFUSED`."""
        if isinstance(node, Scalar) and node.text.startswith("$"):
            if not node.text.startswith("$$"):
                return self._stand_in(node, type_)
            node = Scalar(node.text[1:], False, node.at)  # whatever the type, it is a text
        value = super().read(node, type_)
        if value is REFUSED:
            return REFUSED
        return (
            Nothing(node.at)
            if value is None and isinstance(type_, OptionalType)
            else self._as_value(node, type_, value)
        )

    def _as_value(self, node: Node, type_: Type, value: Any) -> Value:
        inner = self.book.plain(type_.inner if isinstance(type_, OptionalType) else type_).type
        if isinstance(value, list):
            return Items(tuple(each for each in value if each is not REFUSED), node.at)
        if isinstance(inner, NamedType) and isinstance(value, dict):
            return Record(value, node.at)
        if isinstance(value, dict):
            return Table({key: each for key, each in value.items() if each is not REFUSED}, node.at)
        kind = inner.kind if isinstance(inner, ScalarType) and inner.kind is not Kind.ANY else None
        return Leaf(value, kind, node.at)

    # --- where values are read otherwise than in a contract

    def _plain(self, node: Node, type_: Type) -> Any:
        if isinstance(type_, ScalarType) and type_.kind not in (Kind.ANY, Kind.OBJECT):
            return self._plainly._plain(node, type_)
        return super()._plain(node, type_)

    def _hold(self, node: Node, value: Any, plain: Any) -> None:
        """Constraints are the server's to hold values against."""

    def _union(self, node: Node, type_: NamedType, union: UnionTree) -> Any:
        value = super()._union(node, type_, union)
        if value is REFUSED:
            return REFUSED
        tag = Part(union.tag, False, False, Leaf(value[union.tag], None, node.at))
        return {**value, union.tag: tag}

    def fields(self, node: Map, known: dict[str, tuple[FieldTree, Type]], what: str) -> dict[str, Any]:
        """The parts of a struct, by the names of its fields."""
        return dict(self._parts(node, known, what))

    def _parts(self, node: Map, known: Mapping[str, tuple[FieldTree, Type]], what: str) -> Mapping[str, Part]:
        given = self._known_keys(node, known, what)
        if self._whole:
            needed = [name for name, (tree, type_) in known.items() if must_be_there(tree, type_)]
            self._missing(node, [name for name in needed if name not in given], what)
        parts = {}
        for name, entry in given.items():
            tree, type_ = known[name]
            if entry is None or self._left_out(entry.value, tree, type_):
                continue
            value = self._entry(entry, type_)
            if value is not REFUSED:
                secret = tree.sensitive or self._view.is_secret(type_)
                wire = tree.wire.text if tree.wire else name
                parts[name] = Part(wire, secret, self.book.holds_sensitive(type_), value)
        return parts

    # --- what stands in for a value

    def _stand_in(self, node: Scalar, type_: Type) -> Any:
        if node.text in ("$any", "$none"):
            if self._expected:
                return Anything(node.at) if node.text == "$any" else Nothing(node.at)
            return self._problem(node.at, f"`{node.text}` is something to expect, and nothing to send")
        match = _REFERENCE.fullmatch(node.text)
        if match is None:
            message = "a value of an earlier response is written `$name` or `$name.path`"
            return self._problem(node.at, message, "a text that begins with a dollar sign is written `$$...`")
        name, path = match[1], match[2].split(".")[1:]
        source = self._saved.get(name)
        if source is None:
            known = f"known are {', '.join(self._saved)}" if self._saved else "`save` gives one a name"
            hint = did_you_mean(name, self._saved) or known
            return self._problem(node.at, f"no earlier step has saved a response as `{name}`", hint)
        steps: list[str | int] = []
        walk = Walk(source, name)
        for step in path:
            lost = walk.into(step, steps)
            if lost is not None:
                return self._problem(node.at, *lost)
        if walk.type is not None and not alike(source.view, walk.type, self._view, type_):
            return self._problem(node.at, f"`{node.text}` is of another type than what is expected here")
        return Saved(name, tuple(steps), node.at)

    def _problem(self, at: Span, message: str, hint: str | None = None) -> Any:
        problem(self.report, at, message, hint)
        return REFUSED


def problem(report: Report, at: Span, message: str, hint: str | None = None) -> None:
    """Notes something that is wrong with a scenario, and could not be with a contract."""
    report.found.append(Diagnostic(at, CODE, message, hint))
