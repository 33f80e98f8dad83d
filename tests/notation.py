"""Values as JSON, told apart to the last digit: the notation of ``tests/vectors/README.md``.

The vectors are written in it, and both sides of the interop tests hand values to each other in it, without the
serializers that are under test. So it needs nothing that is not in PySOA's environment too; ``utc`` is the zone that a
side gives to datetimes (PySOA knows no other than pytz').
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from currint import Amount

Meanings = dict[str, Callable[[Any], Any]]

_SHOWN: dict[str, Any] = {"{1}": {1}, "1j": 1j}  # what no message can hold, by how Python shows it
_PLAIN: Meanings = {
    "$datetime": dt.datetime.fromisoformat,
    "$date": dt.date.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$decimal": Decimal,
    "$amount": lambda pair: Amount.from_code_and_minor(*pair) if pair[0] else Amount.ZERO,
    "$bytes": bytes.fromhex,
    "$int": int,
    "$float": float,
    "$repr": lambda text: _SHOWN.get(text, object()),
}
_EXACT = 2**53


def value_of(note: Any, utc: dt.tzinfo = dt.timezone.utc) -> Any:  # noqa: UP017 - PySOA's side may be of an older Python
    """The value that a note stands for."""
    return _value(
        note, {**_PLAIN, "$datetime_utc": lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=utc)}, utc
    )


def _value(note: Any, meanings: Meanings, utc: dt.tzinfo) -> Any:
    if isinstance(note, list):
        return [_value(part, meanings, utc) for part in note]
    if not isinstance(note, dict):
        return note
    if len(note) == 1:
        ((name, content),) = note.items()
        if name == "$map":
            return {_key(_value(key, meanings, utc)): _value(part, meanings, utc) for key, part in content}
        if name in meanings:
            return meanings[name](content)
    return {key: _value(part, meanings, utc) for key, part in note.items()}


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def note_of(value: Any) -> Any:
    """The note of a value: equal only for values that are the same to the last digit, and of the same types. What has
    none is shown as Python shows it (``$repr``).
    """
    if isinstance(value, dict):
        # A map that could be taken for a note is written in the long form.
        if all(isinstance(key, str) for key in value) and not (len(value) == 1 and next(iter(value)).startswith("$")):
            return {key: note_of(part) for key, part in value.items()}
        return {"$map": [[note_of(key), note_of(part)] for key, part in value.items()]}
    if isinstance(value, (list, tuple)):
        return [note_of(part) for part in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    return next((note(value) for kind, note in _NOTES if isinstance(value, kind)), {"$repr": repr(value)})


def _note_float(value: float) -> Any:
    # JSON writes a float so that the same float is read again.
    return value if abs(value) < float("inf") else {"$float": repr(value)}


def _note_datetime(value: dt.datetime) -> Any:
    text = value.replace(tzinfo=None).isoformat(timespec="microseconds")
    if value.tzinfo is None:
        return {"$datetime": text}
    return {"$datetime_utc": text} if value.utcoffset() == dt.timedelta() else {"$repr": repr(value)}


_NOTES: list[tuple[type, Callable[[Any], Any]]] = [
    (int, lambda value: value if abs(value) <= _EXACT else {"$int": str(value)}),
    (float, _note_float),
    (bytes, lambda value: {"$bytes": value.hex()}),
    (dt.datetime, _note_datetime),
    (dt.date, lambda value: {"$date": value.isoformat()}),
    (dt.time, lambda value: {"$time": value.isoformat(timespec="microseconds")}),
    (Decimal, lambda value: {"$decimal": str(value)}),
    (Amount, lambda value: {"$amount": [value.currency.code, value.value]}),
]
