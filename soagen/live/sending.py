"""Values of a scenario as they are sent, and held against what came."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from currint import Amount

from soagen.diagnostics import Span
from soagen.model import Kind, Money
from soagen.scenarios.values import Anything, Items, Leaf, Nothing, Part, Record, Saved, Table, Value

Saves = Mapping[str, Any]
"""Responses that were saved, by their names."""

_ABSENT: Any = object()
_LONGEST = 200  # characters of a value that is shown


class Lost(Exception):
    """A reference to something that the response did not have."""

    def __init__(self, at: Span, message: str) -> None:
        super().__init__(message)
        self.at = at


def sent(value: Value, saves: Saves) -> Any:
    """A value as it is sent. Raises `Lost`."""
    match value:
        case Leaf():
            return _leaf(value)
        case Record():
            return {part.wire: sent(part.value, saves) for part in value.parts.values()}
        case Items():
            return [sent(item, saves) for item in value.items]
        case Table():
            return {key: sent(entry, saves) for key, entry in value.entries.items()}
        case Saved():
            return _saved(value, saves)
        case Nothing() | Anything():
            return None


def _leaf(leaf: Leaf) -> Any:
    match leaf.kind:
        case Kind.UUID:
            return str(leaf.value)
        case Kind.DURATION:
            return leaf.value // dt.timedelta(microseconds=1)
        case _:
            money = leaf.value
            return Amount.from_code_and_minor(money.currency, money.minor) if isinstance(money, Money) else money


def _saved(reference: Saved, saves: Saves) -> Any:
    value = saves.get(reference.name, _ABSENT)
    if value is _ABSENT:
        raise Lost(reference.at, f"`${reference.name}` was not saved, since its call did not go well")
    words = f"${reference.name}"
    for step in reference.path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            raise Lost(reference.at, f"`{words}` had no `{step}`{_had(value)}") from None
        words += f".{step}"
    return value


def _had(value: Any) -> str:
    """What there was instead; values might be sensitive."""
    if isinstance(value, dict) and value:
        return f", but {', '.join(f'`{key}`' for key in value)}"
    return f", but {_count(value)}" if isinstance(value, list) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands. A ``secret`` is not shown, nor what ``holds`` secrets as a whole."""

    path: str = ""
    secret: bool = False
    holds: bool = False

    def __str__(self) -> str:
        return f"`{self.path}`" if self.path else "it"

    def inside(self, name: str, part: Part | None = None) -> _Place:
        path = f"{self.path}.{name}" if self.path else name
        if part is None:
            return _Place(path, self.secret, self.holds)
        return _Place(path, self.secret or part.secret, part.holds_secrets)

    def hides(self, value: Any) -> bool:
        return self.secret or (self.holds and isinstance(value, (dict, list)))

    def shown(self, value: Any, kind: Kind | None = None) -> str:
        if self.hides(value):
            return "another one, which is sensitive and not shown"
        return shown(dt.timedelta(microseconds=value) if kind is Kind.DURATION and isinstance(value, int) else value)


def differences(expected: Value, actual: Any, saves: Saves) -> Iterator[tuple[Span, str]]:
    """Where a value that came is not as expected, and how. Raises `Lost`."""
    return _differences(expected, actual, saves, _Place())


def _differences(expected: Value, actual: Any, saves: Saves, place: _Place) -> Iterator[tuple[Span, str]]:
    match expected:
        case Anything():
            if actual is _ABSENT or actual is None:
                yield expected.at, f"{place} is not there"
        case Nothing():
            if actual is not _ABSENT and actual is not None:
                yield expected.at, f"{place} is {place.shown(actual)}, and should not be there"
        case _ if actual is _ABSENT:
            yield expected.at, f"{place} is not there"
        case Record() if isinstance(actual, dict):
            for name, part in expected.parts.items():
                value = actual.get(part.wire, _ABSENT)
                yield from _differences(part.value, value, saves, place.inside(name, part))
        case Items() if isinstance(actual, list):
            yield from _items(expected, actual, saves, place)
        case Table() if isinstance(actual, dict):
            yield from _table(expected, actual, saves, place)
        case Record() | Items() | Table():
            yield expected.at, f"{place} is {place.shown(actual)}"
        case Leaf() | Saved():
            wanted = sent(expected, saves)
            if not _equal(wanted, actual):
                kind = expected.kind if isinstance(expected, Leaf) else None
                # What a literal says can be seen where it is pointed at; what a reference stands for cannot.
                tells = isinstance(expected, Saved) and not place.hides(actual)
                instead = f", and not {place.shown(wanted, kind)}" if tells else ""
                yield expected.at, f"{place} is {place.shown(actual, kind)}{instead}"


def _items(expected: Items, actual: list[Any], saves: Saves, place: _Place) -> Iterator[tuple[Span, str]]:
    if len(actual) != len(expected.items):
        yield expected.at, f"{place} has {_count(actual)}, and not {len(expected.items)}: {place.shown(actual)}"
        return
    for index, (item, value) in enumerate(zip(expected.items, actual, strict=True)):
        yield from _differences(item, value, saves, place.inside(str(index)))


def _table(expected: Table, actual: dict[str, Any], saves: Saves, place: _Place) -> Iterator[tuple[Span, str]]:
    for key, entry in expected.entries.items():
        yield from _differences(entry, actual.get(key, _ABSENT), saves, place.inside(key))
    more = [key for key in actual if key not in expected.entries]
    if more:
        yield expected.at, f"{place} also has {', '.join(f'`{key}`' for key in more)}"


def _count(items: list[Any]) -> str:
    return "1 item" if len(items) == 1 else f"{len(items)} items"


def _equal(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return wanted is actual
    if isinstance(wanted, dict) and isinstance(actual, dict):
        return wanted.keys() == actual.keys() and all(_equal(wanted[key], actual[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(actual, list):
        return len(wanted) == len(actual) and all(map(_equal, wanted, actual))
    return bool(wanted == actual)


# --- as a contract would write it


def shown(value: Any) -> str:
    """A value that came, as a contract would have it, in backquotes; a long one is cut."""
    text = _free(value)
    return f"`{text[:_LONGEST]}...`" if len(text) > _LONGEST else f"`{text}`"


def _free(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_free(each)}" for key, each in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_free, value))}]"
        case Amount():
            return f"{{currency: {value.currency.code}, minor: {value.value}}}"
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat().replace("+00:00", "Z")
        case dt.timedelta():
            return _duration(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Decimal():
            return str(value)
        case str():
            return value if value and value == value.strip() and "\n" not in value else json.dumps(value)
        case _:
            return json.dumps(value, default=repr, ensure_ascii=False)


def _duration(value: dt.timedelta) -> str:
    rest = value // dt.timedelta(milliseconds=1)
    parts = []
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        if rest >= size:
            parts.append(f"{rest // size}{unit}")
            rest %= size
    return "".join(parts) or "0s"
