"""Values of the built-in types: called with what failed the plain test of its class.

Each function returns the value as it should have been, or notes a fault and returns a neutral one. A subclass (a
`SafeString`, an `IntEnum`) becomes what it is a kind of.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from currint import Amount

from soagen_runtime.errors import Fault
from soagen_runtime.validation.faults import ABSENT, refuse

_UTC = dt.UTC
_MICROSECOND = dt.timedelta(microseconds=1)
_INT64 = range(-(2**63), 2**63)


def as_bool(faults: list[Fault], path: str, value: Any) -> bool:
    """Notes that ``value`` is no bool."""
    refuse(faults, path, value, "Not a boolean")
    return bool(value)


def as_int(faults: list[Fault], path: str, value: Any) -> int:
    """``value`` as a plain int; a bool is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    refuse(faults, path, value, "Not an integer")
    return 0


def as_float(faults: list[Fault], path: str, value: Any) -> float:
    """``value`` as a float; an int is taken as one, a bool is not."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    refuse(faults, path, value, "Not a float")
    return 0.0


def as_string(faults: list[Fault], path: str, value: Any) -> str:
    """``value`` as a plain str."""
    if isinstance(value, str):
        return str.__str__(value)
    refuse(faults, path, value, "Not a unicode string")
    return ""


def as_bytes(faults: list[Fault], path: str, value: Any) -> bytes:
    """``value`` as plain bytes."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    refuse(faults, path, value, "Not a byte string")
    return b""


def as_decimal(faults: list[Fault], path: str, value: Any) -> Decimal:
    """``value`` as a Decimal; neither an int nor a float is one."""
    if isinstance(value, Decimal):
        return value
    refuse(faults, path, value, "Not a decimal")
    return Decimal()


_NO_MONEY = Amount.from_code_and_minor("USD", 0)


def as_money(faults: list[Fault], path: str, value: Any) -> Amount:
    """``value`` as an Amount of some currency, which `Amount.ZERO` is not."""
    if isinstance(value, Amount) and value is not Amount.ZERO:
        return value
    refuse(faults, path, value, "Not a currint.Amount instance")
    return _NO_MONEY


def as_date(faults: list[Fault], path: str, value: Any) -> dt.date:
    """``value`` as a date; a datetime is none."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    refuse(faults, path, value, "Not a datetime.date instance")
    return dt.date.min


def as_time(faults: list[Fault], path: str, value: Any) -> dt.time:
    """``value`` as a time of day without a zone."""
    if isinstance(value, dt.time) and value.tzinfo is None:
        return value
    refuse(faults, path, value, "Not a datetime.time instance")
    return dt.time.min


def as_datetime(faults: list[Fault], path: str, value: Any) -> dt.datetime:
    """``value`` as a datetime in UTC, whatever its zone was; one without a zone is refused."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None and value.utcoffset() is not None:
        try:
            return value.astimezone(_UTC)
        except OverflowError:
            pass  # less than a day from the ends of the calendar, in another zone
    refuse(faults, path, value, "Not a datetime.datetime instance")
    return dt.datetime.min.replace(tzinfo=_UTC)


def read_datetime(faults: list[Fault], path: str, value: Any) -> dt.datetime:
    """``value``, which has come in, as a datetime in UTC. One without a zone is taken for UTC: PySOA's peers send both
    kinds for one field."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=_UTC)
    return as_datetime(faults, path, value)


def as_local_datetime(faults: list[Fault], path: str, value: Any) -> dt.datetime:
    """``value`` as a datetime without a zone."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value
    refuse(faults, path, value, "Not a datetime.datetime instance")
    return dt.datetime.min


def as_any(faults: list[Fault], path: str, value: Any) -> Any:
    """Notes that a required ``any`` is absent."""
    if value is ABSENT:
        refuse(faults, path, value, "")
    return value


def read_uuid(faults: list[Fault], path: str, value: Any) -> uuid.UUID:
    """A UUID from its text; another spelling than the canonical one is understood."""
    if type(value) is str:
        try:
            return uuid.UUID(value)
        except ValueError:
            refuse(faults, path, value, "Not a valid UUID")
    else:
        refuse(faults, path, value, "Not a unicode string")
    return _NIL


_NIL = uuid.UUID(int=0)


def write_uuid(faults: list[Fault], path: str, value: Any) -> str:
    """The canonical lower-case text of a UUID."""
    if not isinstance(value, uuid.UUID):
        refuse(faults, path, value, "Not a uuid.UUID instance")
    return str(value)


def read_duration(faults: list[Fault], path: str, value: Any) -> dt.timedelta:
    """A timedelta from whole microseconds."""
    if type(value) is not int:
        refuse(faults, path, value, "Not an integer")
    elif value not in _INT64:
        refuse(faults, path, value, "Value out of range for a duration")
    else:
        return dt.timedelta(microseconds=value)
    return dt.timedelta()


def write_duration(faults: list[Fault], path: str, value: Any) -> int:
    """Whole microseconds, exactly; beyond an int64 is a fault."""
    if isinstance(value, dt.timedelta):
        # Integer arithmetic: `total_seconds()` would go through a float.
        micros = value // _MICROSECOND
        if micros not in _INT64:
            refuse(faults, path, value, "Value out of range for a duration")
        return micros
    refuse(faults, path, value, "Not a datetime.timedelta instance")
    return 0
