"""What a stub answers, checked where it is written.

A response is written down as bytes at once: what does not fit the contract is refused in that line of the test
(`StubInvalid`), and what is changed later in the object changes nothing. An error must be one that the action's
contract lists. Only what a function answers can't be known before it is called; then the same checks are made, and
what fails them goes to the test as it is.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, get_args

from soagen_runtime.action import Action
from soagen_runtime.context import Context
from soagen_runtime.errors import (
    ActionError,
    ActionTimeout,
    CallTimeout,
    ContractError,
    Fault,
    InvalidRequest,
    JobError,
    NotSerializable,
    PermissionDenied,
    ReplyInvalid,
    ServerError,
    SoagenError,
    TransportError,
    UnknownAction,
)
from soagen_runtime.validation import Invalid
from soagen_runtime.wire import DEFAULT_FORMAT

__tracebackhide__ = True  # pytest shows the line with the mistake, and none of this module

Failure: TypeAlias = (
    ServerError
    | InvalidRequest
    | PermissionDenied
    | UnknownAction
    | ActionTimeout
    | JobError
    | CallTimeout
    | TransportError
    | ReplyInvalid
)
"""What a call may end in besides the errors of the contract, whatever the action."""

_FAILURES = get_args(Failure)
_ON_THE_WAY = (CallTimeout, TransportError, ReplyInvalid)  # no server answers these

_codec = DEFAULT_FORMAT.codec


class StubInvalid(SoagenError):
    """A stub was told to answer what its contract does not allow. ``faults`` name the fields, if it is about fields."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(": ".join((message, "; ".join(map(str, faults)))) if faults else message)
        self.faults = tuple(faults)


class PassedOn(BaseException):
    """Carries an exception past a dispatcher, which would make an answer of it. No `Exception`, for that reason."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class Answer(Protocol):
    """What a stub does with a call."""

    async def give(self, request: Any, context: Context) -> Any:
        """The response. Raises what the action raises, or `PassedOn`."""
        ...


@dataclass(frozen=True, slots=True)
class Returned:
    """A response, as it will be sent."""

    action: Action[Any, Any]
    data: bytes

    async def give(self, request: Any, context: Context) -> Any:
        """The response, made anew for each call."""
        return self.action.decode_response(_codec.decode(self.data), True)


@dataclass(frozen=True, slots=True)
class Raised:
    """An error."""

    error: Exception

    async def give(self, request: Any, context: Context) -> Any:
        """Raises a copy of it, so that no call sees the traceback of another."""
        error = copy.copy(self.error)
        if isinstance(error, _ON_THE_WAY):
            raise PassedOn(error)
        if isinstance(error, (ActionError, JobError)):
            error.is_remote = False  # it may have come from a real server once; here it is the server's own
        raise error


Called: TypeAlias = Callable[[Any, Any], Any | Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Computed:
    """What a function of request and context gives, or what its coroutine does."""

    name: str
    action: Action[Any, Any]
    function: Called

    async def give(self, request: Any, context: Context) -> Any:
        """The function's response, held against the contract. What it raises beside answers goes to the test."""
        try:
            response = self.function(request, context)
            if inspect.isawaitable(response):
                response = await response
            return await returned(self.name, self.action, response).give(request, context)
        except (ActionError, JobError):
            raise
        except Exception as error:
            raise PassedOn(error) from error


def returned(name: str, action: Action[Any, Any], response: Any) -> Returned:
    """A response of the action that is called ``name``. Raises `StubInvalid` for one that does not fit."""
    try:
        return Returned(action, _codec.encode(action.encode_response(response, True)))
    except (Invalid, NotSerializable) as refused:
        raise StubInvalid(f"{name} cannot return this", refused.faults) from None
    except AttributeError:  # what has not even the fields
        raise StubInvalid(f"{name} cannot return {response!r}: it is not its response") from None


def raised(name: str, action: Action[Any, Any], error: object) -> Raised:
    """An error of the action that is called ``name``. Raises `StubInvalid` for one that it cannot answer with."""
    if isinstance(error, _FAILURES):
        return Raised(error)
    if isinstance(error, type):
        raise StubInvalid(f"{name} cannot raise the class {error.__name__}: give an error of it, with its fields")
    if not isinstance(error, ContractError) or type(error) not in action.errors:
        known = ", ".join(each.__name__ for each in action.errors) or "no errors"
        raise StubInvalid(f"{name} cannot raise {type(error).__name__}: its contract lists {known}")
    for each in error.each:
        if not isinstance(each, ContractError):
            continue
        try:
            _codec.encode(each.to_variables(True))
        except (Invalid, NotSerializable) as refused:
            raise StubInvalid(f"{name} cannot raise this {type(each).__name__}", refused.faults) from None
    return Raised(error)
