"""Constraints as conditions: for each, the test that finds it broken and the call that says so.

Bounds that are not plain numbers, patterns and sets are made once, as constants of the module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.constants import Constants
from soagen.generate.layout import Node, call, collection, compared
from soagen.generate.spelling import Plain, Speller, microseconds
from soagen.model import Bound, Constraints, Kind, ScalarType

# Constraint -> the comparison that breaks it, the one that keeps it, and the word of the runtime.
_BOUNDS = (
    ("min", "<", ">=", "too_low"),
    ("max", ">", "<=", "too_high"),
    ("above", "<=", ">", "not_above"),
    ("below", ">=", "<", "not_below"),
)
_SIZES = (
    ("min_length", "<", "too_short"),
    ("max_length", ">", "too_long"),
    ("min_items", "<", "too_few_items"),
    ("max_items", ">", "too_many_items"),
    ("min_entries", "<", "too_few_entries"),
    ("max_entries", ">", "too_many_entries"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """``if`` any of ``broken``: ``report``."""

    broken: tuple[Node, ...]
    report: Node


@dataclass(frozen=True, slots=True)
class Checker:
    """Makes the checks of one module."""

    speller: Speller
    constants: Constants

    def checks(self, local: str, path: str, hint: str, plain: Plain, encoded: bool) -> list[Check]:
        """The checks of a value that stands in ``local``; ``encoded`` says that it is in the form that is sent."""
        kind = plain.type.kind if isinstance(plain.type, ScalarType) else None
        found: list[Check] = []
        for rule in plain.rules:
            named = names.snake(rule.alias) if rule.alias else hint
            found += self._bounds(local, path, named, kind, rule.constraints, encoded)
            found += self._sizes(local, path, rule.constraints)
            found += self._others(local, path, named, rule.constraints)
        return found

    def _report(self, word: str, path: str, *more: str) -> Node:
        return call(self.speller.scope.runtime(word), "faults", path, *more)

    def _bounds(
        self, local: str, path: str, hint: str, kind: Kind | None, constraints: Constraints, encoded: bool
    ) -> Iterator[Check]:
        for name, broken, kept, word in _BOUNDS:
            bound: Bound | None = getattr(constraints, name)
            if bound is None:
                continue
            shown = self._bound(f"{hint}_{name}", bound, kind)
            report = self._report(word, path, shown)
            match kind:
                case Kind.MONEY:
                    yield Check((compared(f"{local}.value", broken, shown),), report)
                case Kind.FLOAT:  # NaN keeps no bound
                    yield Check((compared(f"not {local}", kept, shown),), report)
                case Kind.DECIMAL:  # NaN can't even be compared
                    yield Check((f"{local}.is_nan()", compared(local, broken, shown)), report)
                case Kind.DURATION if encoded:
                    yield Check((compared(local, broken, str(microseconds(bound))),), report)
                case _:
                    yield Check((compared(local, broken, shown),), report)

    def _bound(self, hint: str, bound: Bound, kind: Kind | None) -> str:
        if kind is Kind.FLOAT:
            return str(self.speller.value(bound, ScalarType(Kind.FLOAT)))
        if isinstance(bound, (int, float)):
            return repr(bound)
        return self.constants.name(hint, self.speller.value(bound, ScalarType(kind or Kind.ANY)))

    def _sizes(self, local: str, path: str, constraints: Constraints) -> Iterator[Check]:
        for name, broken, word in _SIZES:
            bound: int | None = getattr(constraints, name)
            if bound is not None:
                yield Check((compared(f"len({local})", broken, str(bound)),), self._report(word, path, str(bound)))

    def _others(self, local: str, path: str, hint: str, constraints: Constraints) -> Iterator[Check]:
        if constraints.pattern is not None:
            pattern = self.constants.name(
                f"{hint}_pattern", call(self.speller.scope.runtime("Pattern"), text.pattern(constraints.pattern))
            )
            yield Check((call(f"not {pattern}.matches", local),), self._report("not_matching", path, pattern))
        if constraints.unique:
            yield Check((f"{self.speller.scope.runtime('repeats')}({local})",), self._report("not_unique", path))
        if constraints.currencies:
            codes = collection("{", map(text.string, constraints.currencies), "}")
            allowed = self.constants.name(f"{hint}_currencies", call("frozenset", codes))
            yield Check((compared(f"{local}.currency.code", "not in", allowed),), self._report("wrong_currency", path))
