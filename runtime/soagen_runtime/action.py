"""What a call is, as a table: generated code fills it in, client and server work from it.

Everything is made once, at import; nothing is looked up by name while a call runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeAlias, TypeVar

from soagen_runtime.context import Context
from soagen_runtime.errors import ContractError, Fault
from soagen_runtime.validation import Invalid, as_object, expect_dict, unknown_keys

Request = TypeVar("Request")
Response = TypeVar("Response")
Ctx = TypeVar("Ctx", bound=Context)


BUILT_IN: Final = frozenset(("status", "introspect"))
"""The actions that every server has (`soagen_runtime.standard`). They can be called without the contract's context."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Action(Generic[Request, Response]):
    """One contract of an action; a variant is a contract of its own.

    ``encode_*`` and ``decode_*`` take a value and whether a server asks (``strict``); they raise
    `soagen_runtime.validation.Invalid`. ``timeout`` is in seconds. ``switch`` selects this contract when it is on
    (None: the base contract); ``unless`` are the switches that would select another contract of the same action
    first.
    """

    name: str
    wire: str
    method: str
    encode_request: Callable[[Request, bool], dict[str, Any]]
    decode_request: Callable[[Any, bool], Request]
    encode_response: Callable[[Response, bool], dict[str, Any]]
    decode_response: Callable[[Any, bool], Response]
    errors: tuple[type[ContractError], ...] = ()
    switch: int | None = None
    unless: tuple[int, ...] = ()
    idempotent: bool = False
    oneway: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service(Generic[Ctx]):
    """A service, as its contract describes it.

    ``actions`` lists the contracts of each action in the order in which they are tried: variants first, then the base.
    ``errors`` are all errors that the contract knows. ``module`` is the generated module that the table stands in;
    the contract itself stands beside it, and is not loaded before it is asked for (`soagen_runtime.core.published`).
    """

    name: str
    contract_hash: str
    context: type[Ctx]
    encode_context: Callable[[Ctx, bool], dict[str, Any]]
    decode_context: Callable[[Any, bool], Ctx]
    actions: tuple[Action[Any, Any], ...]
    errors: tuple[type[ContractError], ...] = ()
    module: str = ""


Form: TypeAlias = dict[str, Any]
"""A type as PySOA's Conformity describes it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contract:
    """A contract file: its ``text``, and the files that it imports, by their paths as seen from its own folder.

    ``path`` has as many folders as are needed for nothing to lie above them. ``actions`` holds what PySOA would say of
    each action of a service; those with variants occur once for each (``quote[switch:7]``, ``quote[DEFAULT]``).
    """

    path: str
    text: str = field(repr=False)
    imports: Mapping[str, Contract] = field(default_factory=dict, repr=False)
    documentation: str | None = None
    actions: Mapping[str, Form] = field(default_factory=dict, repr=False)


_NO_KEYS: frozenset[str] = frozenset()


def encode_nothing(value: None, strict: bool) -> dict[str, Any]:
    """The body of a response without fields. Raises `Invalid` if a handler returned something all the same."""
    if value is not None:
        raise Invalid([Fault("INVALID", "", "Not None: the action has no response")])
    return {}


def decode_nothing(data: Any, strict: bool) -> None:
    """Reads the body of a response without fields."""
    if type(data) is not dict:
        expect_dict(data)
    if strict and data:
        faults: list[Fault] = []
        unknown_keys(faults, data, _NO_KEYS)
        raise Invalid(faults)


def encode_object(value: dict[str, Any], strict: bool) -> dict[str, Any]:
    """A body that the contract does not describe, as it is. Raises `Invalid` for what is no dict with string keys."""
    return _object(value)


def decode_object(data: Any, strict: bool) -> dict[str, Any]:
    """Reads a body that the contract does not describe. Raises `Invalid` for what is no dict with string keys."""
    return _object(data)


def _object(value: Any) -> dict[str, Any]:
    faults: list[Fault] = []
    body = as_object(faults, "", value)
    if faults:
        raise Invalid(faults)
    return body
