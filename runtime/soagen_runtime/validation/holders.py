"""What holds other values: structs, lists, maps and unions. The faults of what is held get its place in front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from soagen_runtime.errors import INVALID, UNKNOWN, Fault
from soagen_runtime.validation.enums import unknown_value
from soagen_runtime.validation.faults import ABSENT, Invalid, refuse, under
from soagen_runtime.validation.scalars import as_string

T = TypeVar("T")
S = TypeVar("S")


def as_object(faults: list[Fault], path: str, value: Any) -> dict[str, Any]:
    """``value`` as a plain dict with string keys."""
    if isinstance(value, Mapping):
        return _string_keys(faults, path, value if type(value) is dict else dict(value))
    refuse(faults, path, value, "Not a dict")
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
    as_string(faults, under(path, text), key)
    return text


def as_list(faults: list[Fault], path: str, value: Any) -> list[Any]:
    """``value`` as a list; a tuple is taken as one, a generator is not."""
    if isinstance(value, (list, tuple)):
        return list(value)
    refuse(faults, path, value, "Not a list")
    return []


def expect(value: object, wanted: type) -> None:
    """Raises `Invalid` unless ``value`` is a ``wanted``; called when it is not exactly one."""
    if not isinstance(value, wanted):
        raise Invalid([Fault(INVALID, "", f"Not a {wanted.__name__} instance")])


def expect_dict(value: object) -> None:
    """Raises `Invalid` for what is no dict, or is absent."""
    faults: list[Fault] = []
    refuse(faults, "", value, "Not a dict")
    raise Invalid(faults)


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
        refuse(faults, path, value, "")
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
        nested(faults, under(path, name), value, convert, strict)
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
            return [v if type(v) is wanted else mend(faults, under(path, str(i)), v) for i, v in enumerate(values)]
    return values


def plain_map(
    faults: list[Fault], path: str, values: dict[Any, Any], wanted: type[T], mend: Callable[[list[Fault], str, Any], T]
) -> dict[str, T]:
    """A dict whose values are exactly ``wanted``, or are mended one by one."""
    values = _string_keys(faults, path, values)
    for value in values.values():
        if type(value) is not wanted:
            return {k: v if type(v) is wanted else mend(faults, under(path, k), v) for k, v in values.items()}
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


def unknown_keys(faults: list[Fault], data: Mapping[Any, Any], known: frozenset[str]) -> None:
    """Notes, in one fault about the map itself, the keys that the contract does not know, if there are any."""
    if known.issuperset(data):
        return
    extra = ", ".join(sorted(str(key) for key in data if key not in known))
    faults.append(Fault(UNKNOWN, "", f"Extra keys present: {extra}"))
