"""Types as PySOA's Conformity describes them, which is what PySOA's callers of ``introspect`` read.

Rules:

- The forms are those of Conformity's ``introspect()``, key for key. What Conformity has no word for (a pattern, a
  default, that a text is a uuid) is said in the description.
- A field that may be left out may be nil as well, so that it is optional and nullable.
- Structs, enums and unions are described once, under a name (`Named`), and referred to. Conformity knows no recursion:
  where a type comes back to itself, the form says only that something is there, and what.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from soagen.generate.spelling import Plain, microseconds, plain
from soagen.model import (
    Alias,
    Bound,
    EnumType,
    Field,
    Kind,
    ListType,
    Literal,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    Project,
    ScalarType,
    Struct,
    Type,
    TypeDef,
    Union,
)


@dataclass(frozen=True, slots=True)
class Named:
    """The form that stands under a name, or the ``part`` of it under a key, with ``changes`` to it."""

    name: str
    changes: tuple[tuple[str, Any], ...] = ()
    part: str | None = None


Form: TypeAlias = dict[str, Any] | Named

_TEXT: Form = {"type": "unicode"}

_SCALARS = {
    Kind.BOOL: "boolean",
    Kind.INT: "integer",
    Kind.FLOAT: "float",
    Kind.STRING: "unicode",
    Kind.BYTES: "bytes",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "currint.Amount",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "datetime",
    Kind.LOCAL_DATETIME: "datetime",
    Kind.DURATION: "integer",
    Kind.UUID: "unicode",
    Kind.ANY: "anything",
    Kind.OBJECT: "schemaless_dictionary",
}

_SAID = {
    Kind.DURATION: "In microseconds.",
    Kind.UUID: "A UUID.",
    Kind.DATETIME: "In UTC.",
    Kind.LOCAL_DATETIME: "Without a time zone.",
}

# The words of the language, and Conformity's.
_BOUNDS = {"above": "gt", "min": "gte", "below": "lt", "max": "lte"}


class Forms:
    """The forms of one project's types; ``named`` gives the name of a definition's form, None where it is not there
    yet because it is being made.
    """

    def __init__(self, project: Project, named: Callable[[NamedType], str | None]) -> None:
        self._project = project
        self._named = named

    def body(self, fields: Iterable[Field]) -> Form:
        """A request or a response with these fields."""
        return self._dictionary(fields, None)

    def definition(self, type_: TypeDef, member: Callable[[NamedType], str | None]) -> Form:
        """What a struct, an enum or a union is; ``member`` gives the name of the form of a union's member."""
        match type_:
            case Struct():
                return self._dictionary(type_.fields, type_.doc)
            case EnumType():
                values = sorted(value.value for value in type_.values)
                return _form("constant", type_.doc, values=values)
            case Union():
                contents = {each.tag: _tagged(type_, each.tag, member(each.type)) for each in type_.members}
                return _form("polymorph", type_.doc, switch_field=type_.tag, contents_map=contents)
            case Alias():
                raise TypeError("an alias is described where it is used")

    def _dictionary(self, fields: Iterable[Field], doc: str | None) -> Form:
        fields = list(fields)
        optional = sorted(f.wire for f in fields if f.presence in (Presence.OPTIONAL, Presence.DEFAULTED))
        contents = {f.wire: self._field(f) for f in fields}
        return _form("dictionary", doc, contents=contents, optional_keys=optional, allow_extra_keys=False)

    def _field(self, field: Field) -> Form:
        said = [f"Default: {_shown(field.default)}."] if field.presence is Presence.DEFAULTED else []
        form = self.value(field.type, field.doc, said)
        return form if field.presence is Presence.REQUIRED or _is_nullable(form) else _nullable(form)

    def value(self, type_: Type, doc: str | None = None, said: Iterable[str] = ()) -> Form:
        """A value of a type, with what is said of it beside what its constraints say."""
        if isinstance(type_, OptionalType):
            return _nullable(self.value(type_.inner, doc, said))
        value = plain(self._project, type_)
        doc = doc or self._alias_doc(type_)
        match value.type:
            case ScalarType(kind):
                return self._scalar(kind, value, doc, said)
            case ListType(item):
                once = ["No item twice."] if any(_all(value, "unique")) else []
                sizes = _size(value, "min_items")
                return _form("list", _sentences(doc, once, said), contents=self.value(item), **sizes)
            case MapType(held):
                about = {"key_type": _TEXT, "value_type": self.value(held)}
                return _form("schemaless_dictionary", _sentences(doc, said), **about, **_size(value, "min_entries"))
            case NamedType() as ref:
                return self._reference(ref, _sentences(doc, said))
            case OptionalType():
                raise TypeError("no alias stands for something optional")

    def _reference(self, ref: NamedType, description: str | None) -> Form:
        name = self._named(ref)
        if name is None:
            again = f"Another `{ref.name}`, described above."
            return _form("schemaless_dictionary", _sentences(description, [again]), key_type=_TEXT)
        return Named(name, (("description", description),) if description else ())

    def _alias_doc(self, type_: Type) -> str | None:
        while isinstance(type_, NamedType) and isinstance(target := self._project.type(type_), Alias):
            if target.doc:
                return target.doc
            type_ = target.type
        return None

    def _scalar(self, kind: Kind, value: Plain, doc: str | None, said: Iterable[str]) -> Form:
        about: dict[str, Any] = _bounds(value)
        if kind in (Kind.STRING, Kind.BYTES):
            about |= _size(value, "min_length")
        if kind is Kind.MONEY:
            about = {"valid_currencies": _currencies(value), **about}
        if kind is Kind.OBJECT:
            about = {"key_type": _TEXT}
        more = [_SAID[kind]] if kind in _SAID else []
        more += [f"Matches `{pattern}`." for pattern in _all(value, "pattern")]
        return _form(_SCALARS[kind], _sentences(doc, more, said), **about)


def _form(kind: str, description: str | None, **about: Any) -> dict[str, Any]:
    return {"type": kind, **({"description": description} if description else {}), **about}


def _nullable(form: Form) -> Form:
    return {"type": "nullable", "nullable": form}


def _is_nullable(form: Form) -> bool:
    return isinstance(form, dict) and form["type"] == "nullable"


def _tagged(union: Union, tag: str, name: str | None) -> Form:
    """A member of a union, with the tag beside its own fields."""
    constant = _form("constant", None, values=[tag])
    if name is None:
        return _form("dictionary", None, contents={union.tag: constant}, optional_keys=[], allow_extra_keys=True)
    return Named(name, (("contents", Named(name, ((union.tag, constant),), part="contents")),))


def _sentences(doc: str | None, *said: Iterable[str]) -> str | None:
    paragraph = " ".join(doc.split()) if doc else ""
    return " ".join(filter(None, [paragraph, *(each for some in said for each in some)])) or None


def _all(value: Plain, name: str) -> list[Any]:
    given = (getattr(rule.constraints, name) for rule in value.rules)
    return [each for each in given if each is not None]


def _bounds(value: Plain) -> dict[str, Any]:
    """The tightest bounds, as Conformity writes them."""
    found = {}
    for ours, theirs in _BOUNDS.items():
        if given := _all(value, ours):
            found[theirs] = _bound(max(given) if theirs.startswith("g") else min(given))
    return found


def _bound(bound: Bound) -> int | float | str:
    if isinstance(bound, (int, float)):
        return bound
    if isinstance(bound, dt.timedelta):
        return microseconds(bound)
    return int(bound) if isinstance(bound, Decimal) and bound == bound.to_integral_value() else str(bound)


def _size(value: Plain, least: str) -> dict[str, Any]:
    most = least.replace("min", "max")
    found = {"min_length": max(_all(value, least), default=None), "max_length": min(_all(value, most), default=None)}
    return {name: size for name, size in found.items() if size is not None}


def _currencies(value: Plain) -> str | list[str]:
    given = [set(rule.constraints.currencies) for rule in value.rules if rule.constraints.currencies]
    return sorted(set.intersection(*given)) if given else "(all currencies)"


def _shown(default: Literal) -> str:
    return json.dumps(default, ensure_ascii=False, default=str)
