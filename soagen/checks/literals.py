"""Literals of the contract's own types: nodes -> values, held against types and constraints.

The value has the shape that `model.Literal` says. Where a part is refused, one finding is made at that part and
`REFUSED` stands for it, so that nothing further is said about it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from soagen.checks import bounds
from soagen.checks.currencies import CURRENCIES
from soagen.checks.scalars import FORMS, INT_MAX, INT_MIN, MINOR_MAX, MINOR_MIN, hint
from soagen.model import Constraints, Kind, ListType, MapType, Money, NamedType, OptionalType, ScalarType, Type
from soagen.parse.shapes import closest, did_you_mean
from soagen.parse.tree import EnumTree, FieldTree, StructTree, UnionTree
from soagen.resolve import POISON
from soagen.source import Bad, Entry, Map, Node, Scalar, Seq

if TYPE_CHECKING:
    from soagen.checks.book import Book, Plain

REFUSED: Any = object()
_MONEY = ("currency", "minor")
_MINOR_UNITS = Constraints(min=MINOR_MIN, max=MINOR_MAX)


class Literals:
    """Reads literals; the types come from a `Book`, the findings go to its report."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.report = book.report

    def read(self, node: Node, type_: Type) -> Any:
        """The value that a node stands for, as a literal of a type."""
        if type_ is POISON or isinstance(node, Bad):
            return REFUSED
        if isinstance(node, Scalar) and node.empty:
            self.report.add("EMPTY_TEXT", node.at, "there is no value here", hint='an empty text is written `""`')
            return REFUSED
        inner = type_.inner if isinstance(type_, OptionalType) else type_
        plain = self.book.plain(inner)
        if isinstance(type_, OptionalType) and self._is_nil(node, plain.type):
            return None
        value = self._plain(node, plain.type)
        if value is not REFUSED:
            self._hold(node, value, plain)
        return value

    def _is_nil(self, node: Node, type_: Type) -> bool:
        """Whether a node is the nil of an optional type; `null` is a text where a text is expected."""
        if not isinstance(node, Scalar) or node.text != "null" or not node.plain:
            return False
        if isinstance(type_, ScalarType):
            return type_.kind not in (Kind.STRING, Kind.BYTES)
        return not (isinstance(type_, NamedType) and isinstance(self.book.definition(type_), EnumTree))

    def _hold(self, node: Node, value: Any, plain: Plain) -> None:
        if isinstance(value, float) and not math.isfinite(value) and plain.constraints:
            self.report.add("BROKEN_CONSTRAINT", node.at, "the value must be finite, since its type has bounds")
            return
        if isinstance(plain.type, ScalarType | ListType | MapType):
            for fault in bounds.faults(value, plain.constraints):
                self.report.add("BROKEN_CONSTRAINT", node.at, f"the value {fault}")

    def _plain(self, node: Node, type_: Type) -> Any:
        match type_:
            case ScalarType(Kind.ANY):
                return self._any(node)
            case ScalarType(Kind.OBJECT):
                return self._any(node) if isinstance(node, Map) else self._refuse(node, "a map")
            case ScalarType(Kind.MONEY):
                return self._money(node)
            case ScalarType(kind):
                return self._scalar(node, kind)
            case ListType(item):
                if not isinstance(node, Seq):
                    return self._refuse(node, "a list")
                return [self.read(each, item) for each in node.items]
            case MapType(value):
                if not isinstance(node, Map):
                    return self._refuse(node, "a map")
                return {each.key.text: self._entry(each, value) for each in node.entries}
            case NamedType():
                return self._named(node, type_)
            case _:
                return REFUSED

    def _entry(self, entry: Entry, type_: Type) -> Any:
        """The value of a key; nothing at all is found at the key."""
        if isinstance(entry.value, Scalar) and entry.value.empty:
            mend = 'an empty text is written `""`'
            self.report.add("EMPTY_TEXT", entry.key.at, f"`{entry.key.text}` has no value", hint=mend)
            return REFUSED
        return self.read(entry.value, type_)

    def _refuse(self, node: Node, words: str, mend: str | None = None) -> Any:
        self.report.add("BAD_LITERAL", node.at, f"the value must be {words}", hint=mend)
        return REFUSED

    def _scalar(self, node: Node, kind: Kind) -> Any:
        form = FORMS[kind]
        value = form.read(node.text) if isinstance(node, Scalar) else None
        if value is None:
            return self._refuse(node, form.words, hint(kind, node.text) if isinstance(node, Scalar) else None)
        return value

    def _any(self, node: Node) -> Any:
        if isinstance(node, Map):
            free: Type = ScalarType(Kind.ANY)
            return {each.key.text: self._entry(each, free) for each in node.entries}
        if isinstance(node, Seq):
            return [self.read(each, ScalarType(Kind.ANY)) for each in node.items]
        if isinstance(node, Bad):
            return REFUSED
        if not node.plain:
            return node.text
        try:
            value = json.loads(node.text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            words = "JSON where it has no quotes: a number, true, false or null"
            return self._refuse(node, words, f"a text is written `{json.dumps(node.text, ensure_ascii=False)}`")
        if isinstance(value, float) and not math.isfinite(value):
            return self._refuse(node, "a number that a float can hold")
        if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
            return self._refuse(node, FORMS[Kind.INT].words)
        return value

    def _money(self, node: Node) -> Any:
        if not isinstance(node, Map):
            return self._refuse(node, "an amount, such as {currency: USD, minor: 1250}")
        given = self._known_keys(node, _MONEY, "an amount")
        self._missing(node, [key for key in _MONEY if key not in given], "an amount")
        currency, units = given.get("currency"), given.get("minor")
        if currency is None or units is None:
            return REFUSED
        code = self._entry(currency, ScalarType(Kind.STRING))
        if code is not REFUSED and code not in CURRENCIES:
            mend = did_you_mean(code, CURRENCIES)
            self.report.add("UNKNOWN_CURRENCY", currency.value.at, f"there is no currency `{code}`", hint=mend)
        value = self._entry(units, ScalarType(Kind.INT, _MINOR_UNITS))
        return REFUSED if REFUSED in (code, value) else Money(code, value)

    def _named(self, node: Node, type_: NamedType) -> Any:
        match self.book.definition(type_):
            case StructTree():
                if not isinstance(node, Map):
                    return self._refuse(node, f"a map with the fields of `{type_.name}`")
                return self.fields(node, self.book.fields(type_), f"`{type_.name}`")
            case EnumTree() as enum:
                return self._enum(node, enum)
            case UnionTree() as union:
                return self._union(node, type_, union)
            case _:
                return REFUSED

    def _enum(self, node: Node, enum: EnumTree) -> Any:
        known = [value.value.text for value in enum.values]
        if isinstance(node, Scalar) and node.text in known:
            return node.text
        mend = did_you_mean(node.text, known) if isinstance(node, Scalar) else None
        return self._refuse(node, f"a value of `{enum.name.text}`", mend or f"known are {_listed(known)}")

    def _union(self, node: Node, type_: NamedType, union: UnionTree) -> Any:
        words = f"a map with the key `{union.tag}` and the fields of a member of `{union.name.text}`"
        if not isinstance(node, Map):
            return self._refuse(node, words)
        tag = next((entry for entry in node.entries if entry.key.text == union.tag), None)
        if tag is None:
            self._missing(node, [union.tag], f"`{union.name.text}`")
            return REFUSED
        known = {member.tag.text: member for member in union.members}
        if not isinstance(tag.value, Scalar) or tag.value.text not in known:
            mend = did_you_mean(tag.value.text, known) if isinstance(tag.value, Scalar) else None
            return self._refuse(tag.value, f"a tag of `{union.name.text}`", mend or f"known are {_listed(list(known))}")
        unit = self.book.names.type_tree(type_).unit
        struct = self.book.names.struct(unit, known[tag.value.text].type)
        if struct is None:
            return REFUSED
        rest = Map(tuple(entry for entry in node.entries if entry is not tag), node.at, node.incomplete)
        return {union.tag: tag.value.text, **self.fields(rest, self.book.fields(struct), f"`{struct.name}`")}

    def fields(self, node: Map, known: dict[str, tuple[FieldTree, Type]], what: str) -> dict[str, Any]:
        """The fields that a map gives, as literals of their types."""
        given = self._known_keys(node, known, what)
        needed = [name for name, (tree, type_) in known.items() if must_be_there(tree, type_)]
        self._missing(node, [name for name in needed if name not in given], what)
        return {
            name: self._entry(entry, known[name][1])
            for name, entry in given.items()
            if entry is not None and not self._left_out(entry.value, *known[name])
        }

    def _left_out(self, node: Node, tree: FieldTree, type_: Type) -> bool:
        """Whether the value is the nil that counts as absence: the default will be filled in."""
        return tree.default_at is not None and self._is_nil(node, self.book.plain(type_).type)

    def _known_keys(self, node: Map, known: Collection[str], what: str) -> dict[str, Entry | None]:
        """The entries of known keys, in their order; None for one that an unknown key was most likely meant to be."""
        given: dict[str, Entry | None] = {entry.key.text: entry for entry in node.entries if entry.key.text in known}
        for entry in node.entries:
            if entry.key.text in known:
                continue
            best = closest(entry.key.text, [key for key in known if key not in given])
            mend = f"did you mean `{best}`?" if best else None
            self.report.add("UNKNOWN_FIELD", entry.key.at, f"{what} has no field `{entry.key.text}`", hint=mend)
            if best:
                given[best] = None
        return given

    def _missing(self, node: Map, absent: list[str], what: str) -> None:
        if absent and not node.incomplete:
            self.report.add("MISSING_FIELD", node.at, f"{what} needs {_listed(absent)}")


def must_be_there(tree: FieldTree, type_: Type) -> bool:
    """Whether a literal cannot leave a field out."""
    if isinstance(type_, OptionalType):
        return tree.required is not None and tree.required.value
    return tree.default_at is None and type_ is not POISON


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _no_constant(word: str) -> Iterator[None]:
    raise ValueError(word)
