"""Literals of the built-in types: text -> value, by the type that is expected, never by what YAML makes of the text.

Each reader returns None for a text that is no literal of its type. Digits are ASCII digits; underscores in numbers are
refused; a number is within what the wire can carry.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, TypeVar

from soagen.model import Kind
from soagen.parse.scalars import date, duration

INT_MIN, INT_MAX = -(2**63), 2**64 - 1
MINOR_MIN, MINOR_MAX = -(2**63), 2**63 - 1

_INT = re.compile(r"[-+]?0*[0-9]{1,20}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_TIME = re.compile(_CLOCK)
_LOCAL = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}")
_DATETIME = re.compile(rf"{_LOCAL.pattern}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})")
_FRACTION = re.compile(r"\.([0-9]{1,6})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MAX_DECIMAL = 65_535

T = TypeVar("T")


class Form(NamedTuple):
    """How a type's literals are read, and how a finding describes them."""

    read: Callable[[str], object]
    words: str


def integer(text: str) -> int | None:
    """A whole number from -2^63 to 2^64-1."""
    value = int(text) if _INT.fullmatch(text) and len(text) < 1000 else None
    return value if value is not None and INT_MIN <= value <= INT_MAX else None


def minor(text: str) -> int | None:
    """Minor units of an amount, an int64."""
    value = integer(text)
    return value if value is not None and MINOR_MIN <= value <= MINOR_MAX else None


def _floating(text: str) -> float | None:
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    value = float(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and abs(value) != float("inf") else None


def _decimal(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text) or len(text) > _MAX_DECIMAL:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _time(text: str) -> dt.time | None:
    return _iso(dt.time.fromisoformat, text) if _TIME.fullmatch(text) else None


def _local(text: str) -> dt.datetime | None:
    return _iso(dt.datetime.fromisoformat, text) if _LOCAL.fullmatch(text) else None


def _datetime(text: str) -> dt.datetime | None:
    value = _iso(dt.datetime.fromisoformat, text) if _DATETIME.fullmatch(text) else None
    try:
        return value.astimezone(dt.UTC) if value else None
    except OverflowError:  # before year 1 or after 9999 in UTC
        return None


def _iso(read: Callable[[str], T], text: str) -> T | None:
    try:
        return read(_FRACTION.sub(lambda match: "." + match[1].ljust(6, "0"), text))
    except ValueError:
        return None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _uuid(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if _UUID.fullmatch(text) else None


FORMS: Mapping[Kind, Form] = {
    Kind.BOOL: Form(_BOOLS.get, "`true` or `false`"),
    Kind.INT: Form(integer, "a whole number from -2^63 to 2^64-1, such as 12"),
    Kind.FLOAT: Form(_floating, "a number, such as 1.5"),
    Kind.STRING: Form(str, "a text"),
    Kind.BYTES: Form(_bytes, "base64, such as aGVsbG8="),
    Kind.DECIMAL: Form(_decimal, "a decimal number, such as 19.90"),
    Kind.DATE: Form(date, "a date, such as 2026-01-31"),
    Kind.TIME: Form(_time, "a time of day without zone, such as 09:30:00"),
    Kind.DATETIME: Form(_datetime, "a moment with `Z` or an offset, such as 2026-01-31T09:30:00Z"),
    Kind.LOCAL_DATETIME: Form(_local, "a date and time without zone, such as 2026-01-31T09:30:00"),
    Kind.DURATION: Form(duration, "a duration, such as 5s, 250ms or 1h30m"),
    Kind.UUID: Form(_uuid, "a uuid, such as 6fa459ea-ee8a-3ca4-894e-db77e160355e"),
}


def _whole(text: str) -> str:
    """``1e3`` -> ``1000``: the whole number that a text in another form stands for, or nothing."""
    value = _floating(text)
    return str(int(value)) if value is not None and value.is_integer() and abs(value) < 2**53 else ""


def hint(kind: Kind, text: str) -> str | None:
    """The mend that a refused literal most likely needs."""
    candidates: Mapping[Kind, tuple[str, ...]] = {
        Kind.BOOL: tuple({"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), "").split()),
        Kind.INT: (text.replace("_", ""), text.removesuffix(".0"), _whole(text)),
        Kind.FLOAT: (text.replace("_", ""), text.replace(",", ".")),
        Kind.DECIMAL: (text.replace("_", ""), text.replace(",", ".")),
        Kind.TIME: ("0" + text,),
        Kind.DATETIME: (text.replace(" ", "T"), text + "Z", text.replace(" ", "T") + "Z"),
        Kind.LOCAL_DATETIME: (text.replace(" ", "T"), text.removesuffix("Z")),
        Kind.DURATION: (text.replace(" ", ""), text + "s"),
    }
    mend = next((each for each in candidates.get(kind, ()) if FORMS[kind].read(each) is not None), None)
    return f"did you mean `{mend}`?" if mend else None
