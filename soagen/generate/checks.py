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

# Constraint -> the comparison that breaks it, the one that keeps it, and the word of the runtime; in the order in which
# Conformity reports them.
_BOUNDS = (
    ("above", "<=", ">", "not_above"),
    ("below", ">=", "<", "not_below"),
    ("min", "<", ">=", "too_low"),
    ("max", ">", "<=", "too_high"),
)
_SIZES = (
    ("min_length", "<", "too_short"),
    ("max_length", ">", "too_long"),
    ("min_items", "<", "too_few_items"),
    ("max_items", ">", "too_many_items"),
    ("min_entries", "<", "too_few_entries"),
    ("max_entries", ">", "too_many_entries"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A constraint: what is compared how with which ``bound``, and the word of the runtime for when it does not hold.

    ``bound`` is a number or a constant; ``told`` is what the word is told: the bound, nothing, or something else.
    """

    left: str
    operator: str
    bound: str
    word: str
    path: str
    told: str | None
    also: str | None = None

    def broken(self, bound: str) -> tuple[Node, ...]:
        """The tests of which one is true if the constraint does not hold, with this name for the bound."""
        if self.operator == "matches":
            return (call(f"not {bound}.matches", self.left),)
        if not self.operator:
            return (self.left,)
        test = compared(self.left, self.operator, bound)
        return (self.also, test) if self.also else (test,)

    def report(self, bound: str) -> Node:
        """The call that says so."""
        told = bound if self.told == self.bound else self.told
        return call(self.word, "faults", self.path, *([told] if told else []))


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
            found += self._currencies(local, path, named, rule.constraints)
            found += self._bounds(local, path, named, kind, rule.constraints, encoded)
            found += self._sizes(local, path, rule.constraints)
            found += self._others(local, path, named, rule.constraints)
        return found

    def _check(
        self, left: str, operator: str, bound: str, word: str, path: str, told: str | None, also: str | None = None
    ) -> Check:
        return Check(
            left=left,
            operator=operator,
            bound=bound,
            word=self.speller.scope.runtime(word),
            path=path,
            told=told,
            also=also,
        )

    def _bounds(
        self, local: str, path: str, hint: str, kind: Kind | None, constraints: Constraints, encoded: bool
    ) -> Iterator[Check]:
        for name, broken, kept, word in _BOUNDS:
            bound: Bound | None = getattr(constraints, name)
            if bound is None:
                continue
            shown = self._bound(f"{hint}_{name}", bound, kind)
            match kind:
                case Kind.MONEY:
                    yield self._check(f"{local}.value", broken, shown, word, path, shown)
                case Kind.FLOAT:  # NaN keeps no bound
                    yield self._check(f"not {local}", kept, shown, word, path, shown)
                case Kind.DECIMAL:  # NaN can't even be compared
                    yield self._check(local, broken, shown, word, path, shown, also=f"{local}.is_nan()")
                case Kind.DURATION if encoded:
                    yield self._check(local, broken, str(microseconds(bound)), word, path, shown)
                case _:
                    yield self._check(local, broken, shown, word, path, shown)

    def _bound(self, hint: str, bound: Bound, kind: Kind | None) -> str:
        if isinstance(bound, int):
            return repr(bound)
        if isinstance(bound, float):
            return str(self.speller.value(bound, ScalarType(Kind.FLOAT)))
        return self.constants.name(hint, self.speller.value(bound, ScalarType(kind or Kind.ANY)))

    def _sizes(self, local: str, path: str, constraints: Constraints) -> Iterator[Check]:
        for name, broken, word in _SIZES:
            bound: int | None = getattr(constraints, name)
            if bound is not None:
                yield self._check(f"len({local})", broken, str(bound), word, path, str(bound))

    def _others(self, local: str, path: str, hint: str, constraints: Constraints) -> Iterator[Check]:
        if constraints.pattern is not None:
            made = call(self.speller.scope.runtime("Pattern"), text.pattern(constraints.pattern))
            pattern = self.constants.name(f"{hint}_pattern", made)
            yield self._check(local, "matches", pattern, "not_matching", path, pattern)
        if constraints.unique:
            repeats = call(self.speller.scope.runtime("repeats"), local)
            yield self._check(str(repeats), "", "", "not_unique", path, None)

    def _currencies(self, local: str, path: str, hint: str, constraints: Constraints) -> Iterator[Check]:
        if constraints.currencies:
            codes = collection("{", map(text.string, constraints.currencies), "}")
            allowed = self.constants.name(f"{hint}_currencies", call("frozenset", codes))
            yield self._check(f"{local}.currency.code", "not in", allowed, "wrong_currency", path, None)
