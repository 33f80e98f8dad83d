"""What generated encoders and decoders call when a value is not plainly right, and to walk into lists and maps.

A generated function reads a value with straight-line tests (``type(sku) is not str``). Only when a test fails is
anything here called, so a sound message costs nothing but the tests. A function collects its faults in a list that it
hands in; at its end it raises `Invalid` with all of them, and whoever called it puts its own name in front of their
paths.

The same functions serve both directions: what arrives is checked on its way to a dataclass, what leaves on its way to a
dict. ``strict`` says who is checking: a server, which is the authority on constraints, closed sets and unknown keys
(``docs/language.md``, "Policy of the runtime").

Codes, messages and paths are those of PySOA's Conformity, since callers test for them (``docs/wire.md``, "Errors with
fixed codes"). Faults stand in the order of the contract's fields, unknown keys last.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from currint import Amount

from soagen_runtime.enums import OpenEnum
from soagen_runtime.errors import INVALID, MISSING, UNKNOWN, Fault

T = TypeVar("T")
S = TypeVar("S")


class _Absent:
    def __repr__(self) -> str:
        return "<absent>"


# Stands for a key that is not there. Typed `Any`, so that a generated line can give the value its declared type and
# then test whether it has it.
ABSENT: Final[Any] = _Absent()

_UTC = dt.UTC
_MICROSECOND = dt.timedelta(microseconds=1)
_INT64 = range(-(2**63), 2**63)


class Invalid(Exception):
    """A value that does not fit: internal to encoding and decoding; the edges translate it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


# What `_refuse` says of a value of another type.
_REFUSALS: Final = frozenset(
    {
        "Not a boolean",
        "Not a byte string",
        "Not a currint.Amount instance",
        "Not a datetime.date instance",
        "Not a datetime.datetime instance",
        "Not a datetime.time instance",
        "Not a datetime.timedelta instance",
        "Not a decimal",
        "Not a dict",
        "Not a float",
        "Not a list",
        "Not a unicode string",
        "Not an integer",
        "Value out of range for a duration",
    }
)


def _refuse(faults: list[Fault], path: str, value: object, message: str) -> None:
    if value is ABSENT:
        faults.append(Fault(MISSING, path, f"Missing key: {path}"))
    else:
        faults.append(Fault(INVALID, path, message))


# --- scalars: called with what failed the plain test. Each returns the value as it should have been, or notes a fault
# --- and returns it as it was. A subclass (a `SafeString`, an `IntEnum`) becomes what it is a kind of.


def as_bool(faults: list[Fault], path: str, value: Any) -> bool:
    """Notes that ``value`` is no bool."""
    _refuse(faults, path, value, "Not a boolean")
    return bool(value)


def as_int(faults: list[Fault], path: str, value: Any) -> int:
    """``value`` as a plain int; a bool is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    _refuse(faults, path, value, "Not an integer")
    return 0


def as_float(faults: list[Fault], path: str, value: Any) -> float:
    """``value`` as a float; an int is taken as one, a bool is not."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    _refuse(faults, path, value, "Not a float")
    return 0.0


def as_string(faults: list[Fault], path: str, value: Any) -> str:
    """``value`` as a plain str."""
    if isinstance(value, str):
        return str.__str__(value)
    _refuse(faults, path, value, "Not a unicode string")
    return ""


def as_bytes(faults: list[Fault], path: str, value: Any) -> bytes:
    """``value`` as plain bytes."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    _refuse(faults, path, value, "Not a byte string")
    return b""


def as_decimal(faults: list[Fault], path: str, value: Any) -> Decimal:
    """``value`` as a Decimal; neither an int nor a float is one."""
    if isinstance(value, Decimal):
        return value
    _refuse(faults, path, value, "Not a decimal")
    return Decimal()


_NO_MONEY = Amount.from_code_and_minor("USD", 0)


def as_money(faults: list[Fault], path: str, value: Any) -> Amount:
    """``value`` as an Amount of some currency, which `Amount.ZERO` is not."""
    if isinstance(value, Amount) and value is not Amount.ZERO:
        return value
    _refuse(faults, path, value, "Not a currint.Amount instance")
    return _NO_MONEY


def as_date(faults: list[Fault], path: str, value: Any) -> dt.date:
    """``value`` as a date; a datetime is none."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    _refuse(faults, path, value, "Not a datetime.date instance")
    return dt.date.min


def as_time(faults: list[Fault], path: str, value: Any) -> dt.time:
    """``value`` as a time of day without a zone."""
    if isinstance(value, dt.time) and value.tzinfo is None:
        return value
    _refuse(faults, path, value, "Not a datetime.time instance")
    return dt.time.min


def as_datetime(faults: list[Fault], path: str, value: Any) -> dt.datetime:
    """``value`` as a datetime in UTC, whatever its zone was; one without a zone is refused."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None and value.utcoffset() is not None:
        try:
            return value.astimezone(_UTC)
        except OverflowError:
            pass  # less than a day from the ends of the calendar, in another zone
    _refuse(faults, path, value, "Not a datetime.datetime instance")
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
    _refuse(faults, path, value, "Not a datetime.datetime instance")
    return dt.datetime.min


def as_object(faults: list[Fault], path: str, value: Any) -> dict[str, Any]:
    """``value`` as a plain dict with string keys."""
    if isinstance(value, Mapping):
        return _string_keys(faults, path, value if type(value) is dict else dict(value))
    _refuse(faults, path, value, "Not a dict")
    return {}


def _string_keys(faults: list[Fault], path: str, values: dict[Any, T]) -> dict[str, T]:
    """``values``, whose keys must be plain strings."""
    for key in values:
        if type(key) is not str:
            return {_string_key(faults, path, key): item for key, item in values.items()}
    return values


def _string_key(faults: list[Fault], path: str, key: Any) -> str:
    """A plain string for a key. Where a fault is noted, those of its value are noted under the same name."""
    text = str.__str__(key) if isinstance(key, str) else str(key)
    as_string(faults, _under(path, text), key)
    return text


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def as_any(faults: list[Fault], path: str, value: Any) -> Any:
    """Notes that a required ``any`` is absent."""
    if value is ABSENT:
        _refuse(faults, path, value, "")
    return value


def as_list(faults: list[Fault], path: str, value: Any) -> list[Any]:
    """``value`` as a list; a tuple is taken as one, a generator is not."""
    if isinstance(value, (list, tuple)):
        return list(value)
    _refuse(faults, path, value, "Not a list")
    return []


# --- values whose form on the wire is not their form in Python


def read_uuid(faults: list[Fault], path: str, value: Any) -> uuid.UUID:
    """A UUID from its text; another spelling than the canonical one is understood."""
    if type(value) is str:
        try:
            return uuid.UUID(value)
        except ValueError:
            faults.append(Fault(INVALID, path, "Not a valid UUID"))
    else:
        _refuse(faults, path, value, "Not a unicode string")
    return _NIL


_NIL = uuid.UUID(int=0)


def write_uuid(faults: list[Fault], path: str, value: Any) -> str:
    """The canonical lower-case text of a UUID."""
    if not isinstance(value, uuid.UUID):
        _refuse(faults, path, value, "Not a uuid.UUID instance")
    return str(value)


def read_duration(faults: list[Fault], path: str, value: Any) -> dt.timedelta:
    """A timedelta from whole microseconds."""
    if type(value) is not int:
        _refuse(faults, path, value, "Not an integer")
    elif value not in _INT64:
        faults.append(Fault(INVALID, path, "Value out of range for a duration"))
    else:
        return dt.timedelta(microseconds=value)
    return dt.timedelta()


def write_duration(faults: list[Fault], path: str, value: Any) -> int:
    """Whole microseconds, exactly; beyond an int64 is a fault."""
    if isinstance(value, dt.timedelta):
        # Integer arithmetic: `total_seconds()` would go through a float.
        micros = value // _MICROSECOND
        if micros not in _INT64:
            faults.append(Fault(INVALID, path, "Value out of range for a duration"))
        return micros
    _refuse(faults, path, value, "Not a datetime.timedelta instance")
    return 0


# --- walking into what holds other values


def expect(value: object, wanted: type) -> None:
    """Raises `Invalid` unless ``value`` is a ``wanted``; called when it is not exactly one."""
    if not isinstance(value, wanted):
        raise Invalid([Fault(INVALID, "", f"Not a {wanted.__name__} instance")])


def expect_dict(value: object) -> None:
    """Raises `Invalid` for what is no dict, or is absent."""
    if value is ABSENT:
        raise Invalid([Fault(MISSING, "", "")])
    raise Invalid([Fault(INVALID, "", "Not a dict")])


def nested(faults: list[Fault], path: str, value: S, convert: Callable[[S, bool], T], strict: bool) -> T:
    """``convert(value, strict)``, with its faults noted under ``path``."""
    try:
        return convert(value, strict)
    except Invalid as invalid:
        _note(faults, path, value, invalid)
    missing: T = ABSENT  # a fault was noted: the value goes no further
    return missing


def _note(faults: list[Fault], path: str, value: object, invalid: Invalid) -> None:
    if value is ABSENT:
        faults.append(Fault(MISSING, path, f"Missing key: {path}"))
    else:
        faults.extend(fault.under(path) for fault in invalid.faults)


def list_of(faults: list[Fault], path: str, values: list[S], convert: Callable[[S, bool], T], strict: bool) -> list[T]:
    """Each element converted, with the faults of each noted under ``path`` and its index. ``values`` is a list."""
    try:
        return [convert(value, strict) for value in values]
    except Invalid:
        # Only now is it worth knowing which elements they were, and what else is wrong.
        return _each(faults, path, ((str(i), v) for i, v in enumerate(values)), convert, strict)


def _each(
    faults: list[Fault], path: str, values: Iterable[tuple[str, S]], convert: Callable[[S, bool], T], strict: bool
) -> list[T]:
    for name, value in values:
        nested(faults, _under(path, name), value, convert, strict)
    return []


def map_of(
    faults: list[Fault], path: str, values: dict[str, S], convert: Callable[[S, bool], T], strict: bool
) -> dict[str, T]:
    """Each value of a dict converted, with the faults of each noted under ``path`` and its key."""
    values = _string_keys(faults, path, values)
    try:
        return {key: convert(value, strict) for key, value in values.items()}
    except Invalid:
        _each(faults, path, values.items(), convert, strict)
        return {}


def plain_list(
    faults: list[Fault], path: str, values: list[Any], wanted: type[T], mend: Callable[[list[Fault], str, Any], T]
) -> list[T]:
    """A list whose elements are exactly ``wanted``, or are mended one by one."""
    for value in values:
        if type(value) is not wanted:
            return [v if type(v) is wanted else mend(faults, _under(path, str(i)), v) for i, v in enumerate(values)]
    return values


def plain_map(
    faults: list[Fault], path: str, values: dict[Any, Any], wanted: type[T], mend: Callable[[list[Fault], str, Any], T]
) -> dict[str, T]:
    """A dict whose values are exactly ``wanted``, or are mended one by one."""
    values = _string_keys(faults, path, values)
    for value in values.values():
        if type(value) is not wanted:
            return {k: v if type(v) is wanted else mend(faults, _under(path, k), v) for k, v in values.items()}
    return values


def untag(value: Any, tag: str) -> tuple[str, dict[str, Any]]:
    """A union's tag and what stands beside it. Raises `Invalid` where there is no such tag."""
    if type(value) is not dict:
        expect_dict(value)
    body: dict[str, Any] = dict(value)
    text = body.pop(tag, ABSENT)
    if type(text) is not str:
        faults: list[Fault] = []
        as_string(faults, tag, text)
        raise Invalid(faults)
    return text, body


def unknown_tag(tag: str, allowed: Iterable[str]) -> Invalid:
    """The fault of a union whose tag is none of those that the contract lists, at the tag."""
    faults: list[Fault] = []
    unknown_value(faults, tag, allowed)
    return Invalid(faults)


def unsendable(union: str) -> Invalid:
    """The fault of a value that is no member of a union, or one that this code does not know."""
    return Invalid([Fault(INVALID, "", f"Not a {union} instance that can be sent")])


class _New(Protocol):
    def __call__(self, class_: type[T], /) -> T: ...


# A decoder makes its object without going through `__init__`, whose keywords would cost more than all the reading.
new: _New = object.__new__


# --- enums


E = TypeVar("E", bound=StrEnum)


def members(enum: type[E]) -> dict[str, E]:
    """The members of an enum by their texts, for generated code to look values up in."""
    return {str.__str__(member): member for member in enum}


def unlisted(enum: type[E], value: Any, strict: bool) -> E:
    """What a value that is no member becomes: a member without a name where the enum is open and nobody is strict.

    Raises `Invalid` otherwise. A text is taken for the member that it spells.
    """
    known = members(enum).get(value) if isinstance(value, str) else None
    if known is not None:
        return known
    faults: list[Fault] = []
    if strict or not issubclass(enum, OpenEnum):
        # Of another type or not: for PySOA it is one and the same fault.
        unknown_value(faults, "", enum)
    else:
        as_string(faults, "", value)
    if faults:
        raise Invalid(faults)
    return enum(value)


# --- constraints: called when one does not hold. A value that was refused for its type, and for which a neutral one
# stands --- in, is not held against its constraints as well.


class Pattern:
    """A regular expression that is compiled when it is first needed; a client needs none.

    ``matches`` says whether it fits the whole of a text.
    """

    __slots__ = ("matches", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.matches: Callable[[str], object] = self._first

    def _first(self, text: str) -> object:
        self.matches = re.compile(self.text, re.ASCII).fullmatch
        return self.matches(text)


def _broken(faults: list[Fault], path: str, message: str) -> None:
    if faults and faults[-1].path == path and (faults[-1].code == MISSING or faults[-1].message in _REFUSALS):
        return
    faults.append(Fault(INVALID, path, message))


def too_low(faults: list[Fault], path: str, bound: object) -> None:
    """``min`` does not hold."""
    _broken(faults, path, f"Value not >= {bound}")


def too_high(faults: list[Fault], path: str, bound: object) -> None:
    """``max`` does not hold."""
    _broken(faults, path, f"Value not <= {bound}")


def not_above(faults: list[Fault], path: str, bound: object) -> None:
    """``above`` does not hold."""
    _broken(faults, path, f"Value not > {bound}")


def not_below(faults: list[Fault], path: str, bound: object) -> None:
    """``below`` does not hold."""
    _broken(faults, path, f"Value not < {bound}")


def too_short(faults: list[Fault], path: str, bound: int) -> None:
    """``min_length`` does not hold."""
    _broken(faults, path, f"String must have a length of at least {bound}")


def too_long(faults: list[Fault], path: str, bound: int) -> None:
    """``max_length`` does not hold."""
    _broken(faults, path, f"String must have a length no more than {bound}")


def not_matching(faults: list[Fault], path: str, pattern: Pattern) -> None:
    """``pattern`` does not hold."""
    _broken(faults, path, f'String does not match regex "{pattern.text}"')


def too_few_items(faults: list[Fault], path: str, bound: int) -> None:
    """``min_items`` does not hold."""
    _broken(faults, path, f"List is shorter than {bound}")


def too_many_items(faults: list[Fault], path: str, bound: int) -> None:
    """``max_items`` does not hold."""
    _broken(faults, path, f"List is longer than {bound}")


def too_few_entries(faults: list[Fault], path: str, bound: int) -> None:
    """``min_entries`` does not hold."""
    _broken(faults, path, f"Dict contains fewer than {bound} value(s)")


def too_many_entries(faults: list[Fault], path: str, bound: int) -> None:
    """``max_entries`` does not hold."""
    _broken(faults, path, f"Dict contains more than {bound} value(s)")


def repeats(values: list[Any]) -> bool:
    """Whether two elements are the same value of the same type, as they are sent (``unique``)."""
    try:
        return len({(type(v), v) for v in values}) < len(values)
    except TypeError:  # maps and lists do not hash
        seen: list[Any] = []
        for value in values:
            if value in seen:
                return True
            seen.append(value)
        return False


def not_unique(faults: list[Fault], path: str) -> None:
    """``unique`` does not hold."""
    _broken(faults, path, "List contains duplicate values")


def wrong_currency(faults: list[Fault], path: str) -> None:
    """``currencies`` does not hold."""
    _broken(faults, path, "Not a valid currency code")


def unknown_value(faults: list[Fault], path: str, allowed: Iterable[str]) -> None:
    """A text that a closed enum or union does not list."""
    quoted = [f'"{value}"' for value in sorted(allowed)]
    message = f"Value is not {quoted[0]}" if len(quoted) == 1 else f"Value is not one of: {', '.join(quoted)}"
    faults.append(Fault(UNKNOWN, path, message))


def unknown_keys(faults: list[Fault], data: Mapping[Any, Any], known: frozenset[str]) -> None:
    """Notes, in one fault about the map itself, the keys that the contract does not know, if there are any."""
    if known.issuperset(data):
        return
    extra = ", ".join(sorted(str(key) for key in data if key not in known))
    faults.append(Fault(UNKNOWN, "", f"Extra keys present: {extra}"))
