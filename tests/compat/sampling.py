"""Random messages of a version of a contract, as they come off the wire, at the edges wherever there are any.

What is drawn is nearly always valid; whether it is, the generated code of the version that writes it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from currint import Amount

from soagen.compat.languages import opened, takes_nil
from soagen.model import (
    Body,
    EnumType,
    Field,
    Kind,
    ListType,
    MapType,
    NamedType,
    Presence,
    Project,
    ScalarType,
    Struct,
    Type,
    Union,
)
from tests.compat.drawing import VALUES

_NUMBERS = (-1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11)
_UUID = "12345678-1234-5678-1234-567812345678"
_UTC = dt.UTC
_YEARS = (2019, 2020, 2021, 2028, 2029, 2030, 2031)
_TEXTS = (
    "", "a", "b", "c", "z", "zz", "zzz", "zzzzz", "zzzzzzz", "aa", "bb", "A", "AB", "ABC", "ABCD", "ABCDE",
    "7", "77", "777", "77777", "..", "-", "--", "---", *VALUES, _UUID,
)  # fmt: skip

_POOLS: dict[Kind, Sequence[Any]] = {
    Kind.BOOL: (True, False),
    Kind.INT: (*_NUMBERS, -(2**63), 2**63 - 1, 2**63, 2**64 - 1),
    Kind.FLOAT: (*map(float, _NUMBERS), 0.5, 9.25, 9.75, 1e300, float("inf"), float("-inf"), float("nan")),
    Kind.STRING: _TEXTS,
    Kind.BYTES: (b"", b"1", b"22", b"333", b"4444"),
    Kind.DECIMAL: (*map(Decimal, _NUMBERS), Decimal("0.01"), Decimal("2.5"), Decimal("9.01"), Decimal("1e30")),
    Kind.MONEY: tuple(Amount.from_code_and_minor(code, n) for code in ("USD", "EUR", "GBP", "JPY") for n in _NUMBERS),
    Kind.DATE: tuple(dt.date(year, 1, 1) for year in _YEARS),
    Kind.TIME: tuple(dt.time(hour) for hour in (7, 8, 9, 10)),
    Kind.DATETIME: tuple(dt.datetime(year, 1, 1, tzinfo=_UTC) for year in _YEARS),
    Kind.LOCAL_DATETIME: tuple(dt.datetime(year, 1, 1) for year in _YEARS),
    Kind.DURATION: (*(1000 * n for n in _NUMBERS), -(2**63), 2**63 - 1),
    Kind.UUID: (_UUID,),
    Kind.ANY: (None, True, 3, 0.5, "zz", b"1", [], {}, {"x": 1}, Decimal(1), *VALUES),
}
_KEYS = ("x", "y", "z", "w", "added", "renamed", "id", "note", "kind", "size", "more", "next")
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws values of one version's types."""

    project: Project
    rng: Random

    def body(self, body: Body) -> dict[str, Any]:
        """A request or a response."""
        drawn: dict[str, Any] = self.record(body) if isinstance(body, tuple) else self.value(body)
        return drawn

    def record(self, fields: Sequence[Field], depth: int = 0) -> dict[str, Any]:
        """A map of fields, some of which are left out, or nil, where that may be."""
        drawn = {}
        for each in fields:
            chance = self.rng.random()
            if each.presence in (Presence.OPTIONAL, Presence.DEFAULTED) and (chance < 0.4 or depth > _DEEPEST):
                continue
            nil = each.presence is not Presence.REQUIRED and chance > 0.8
            drawn[each.wire] = None if nil else self.value(each.type, depth + 1)
        return drawn

    def value(self, type_: Type, depth: int = 0) -> Any:
        """A value, but for nil."""
        plain = opened(self.project, type_)
        match plain.type:
            case ScalarType(Kind.OBJECT):
                values = self._several(lambda: self.rng.choice(_POOLS[Kind.ANY]), depth)
                return dict(zip(self.rng.sample(_KEYS, len(values)), values, strict=True))
            case ScalarType(kind):
                return self.rng.choice(_POOLS[kind])
            case ListType(item=item):
                return self._several(lambda: self._element(item, depth), depth)
            case MapType(value=value):
                values = self._several(lambda: self._element(value, depth), depth)
                return dict(zip(self.rng.sample(_KEYS, len(values)), values, strict=True))
            case NamedType() as ref:
                return self._named(ref, depth)
            case _:
                raise AssertionError(plain)

    def _element(self, type_: Type, depth: int) -> Any:
        nil = takes_nil(self.project, type_) and self.rng.random() < 0.3
        return None if nil else self.value(type_, depth + 1)

    def _several(self, draw: Callable[[], Any], depth: int) -> list[Any]:
        drawn = [draw() for _ in range(self.rng.choice((0, 1, 1, 2, 3, 4, 9)) if depth <= _DEEPEST else 0)]
        return drawn * 2 if len(drawn) == 1 and self.rng.random() < 0.2 else drawn

    def _named(self, ref: NamedType, depth: int) -> Any:
        match self.project.type(ref):
            case Struct(fields=fields):
                return self.record(fields, depth)
            case EnumType(values=values):
                return self.rng.choice(values).value
            case Union(members=members, tag=tag):
                member = self.rng.choice(members)
                return {tag: member.tag, **self._named(member.type, depth)}
            case other:
                raise AssertionError(other)
