"""References to earlier responses: where a path leads, through the types of a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soagen.checks.actions import Known
from soagen.model import Kind, ListType, MapType, NamedType, OptionalType, ScalarType, Type
from soagen.parse.shapes import did_you_mean
from soagen.parse.tree import EnumTree, FieldTree, StructTree, UnionTree
from soagen.scenarios.view import View

_Fields = Mapping[str, tuple[FieldTree, Type]]
_FREE = ScalarType(Kind.ANY)


@dataclass(frozen=True, slots=True)
class Source:
    """A response that was saved: its fields, in terms of the contract that it is of."""

    view: View
    fields: Known


class Walk:
    """Follows a path step by step. ``type`` is that of the present end; None for a response as a whole."""

    def __init__(self, source: Source, name: str) -> None:
        self._view = source.view
        self._words = f"${name}"
        self.type: Type | None = _FREE if isinstance(source.fields, ScalarType) else None
        self._fields: _Fields | None = None if isinstance(source.fields, ScalarType) else source.fields or {}

    def into(self, step: str, steps: list[str | int]) -> tuple[str, str | None] | None:
        """Goes on, and adds the sent name or the index. What is wrong with the step, and the mend, if anything is."""
        found = self._field(step) if self._fields is not None else self._element(step)
        if found is None:
            return f"`{self._words}` has no `{step}`", did_you_mean(step, self._fields or ())
        sent, self.type = found
        steps.append(sent)
        self._words += f".{step}"
        plain = _plain(self._view, self.type)
        is_struct = isinstance(plain, NamedType) and isinstance(self._view.book.definition(plain), StructTree)
        self._fields = self._view.book.fields(plain) if is_struct and isinstance(plain, NamedType) else None
        return None

    def _field(self, step: str) -> tuple[str | int, Type] | None:
        tree, type_ = (self._fields or {}).get(step, (None, _FREE))
        return None if tree is None else (tree.wire.text if tree.wire else step, type_)

    def _element(self, step: str) -> tuple[str | int, Type] | None:
        match _plain(self._view, self.type or _FREE):
            case ListType(item) if step.isdecimal():
                return int(step), item
            case MapType(value):
                return step, value
            case ScalarType(Kind.ANY | Kind.OBJECT):
                return (int(step) if step.isdecimal() else step), _FREE
            case NamedType() as ref if isinstance(union := self._view.book.definition(ref), UnionTree):
                return self._of_member(ref, union, step)
        return None

    def _of_member(self, ref: NamedType, union: UnionTree, step: str) -> tuple[str | int, Type] | None:
        """A field of whichever member has it."""
        names = self._view.names
        for member in union.members:
            struct = names.struct(names.type_tree(ref).unit, member.type)
            self._fields = self._view.book.fields(struct) if struct else {}
            found = self._field(step)
            if found is not None:
                return found
        return None


def alike(one_view: View, one: Type, other_view: View, other: Type) -> bool:
    """Whether a value of one type may stand for one of another; constraints aside."""
    match _plain(one_view, one), _plain(other_view, other):
        case (ScalarType(Kind.ANY), _) | (_, ScalarType(Kind.ANY)):
            return True
        case ScalarType(kind), ScalarType(wanted):
            return kind is wanted or (kind, wanted) == (Kind.INT, Kind.FLOAT)
        case ListType(item), ListType(wanted_item):
            return alike(one_view, item, other_view, wanted_item)
        case MapType(value), MapType(wanted_value):
            return alike(one_view, value, other_view, wanted_value)
        case NamedType() as ref, NamedType() as other_ref:
            return (ref.contract, ref.name) == (other_ref.contract, other_ref.name)
        case NamedType() as ref, ScalarType(Kind.STRING):
            return isinstance(one_view.book.definition(ref), EnumTree)
    return False


def _plain(view: View, type_: Type) -> Type:
    return view.book.plain(type_.inner if isinstance(type_, OptionalType) else type_).type
