"""Everything that can go wrong with a call, as a tree; a class says whose fault it is.

::

    SoagenError
    ├── ConfigurationError             a wrong setting, URL or version; raised before any call
    ├── NotSerializable                a value has no form on the wire; ``faults`` name the fields
    └── CallError                      a call that has no result
        ├── RequestInvalid             the caller's own value does not fit its contract; nothing was sent
        ├── RequestTooLarge            ... or is more bytes than a request may have; nothing was sent
        ├── VariantActive              the base contract was called while a switch of a variant is on; nothing was sent
        ├── CallTimeout                no reply in time (also a `TimeoutError`)
        ├── TransportError             the broker could not be asked
        │   ├── ConnectionFailed       ... cannot be reached, or the connection was lost (also a `ConnectionError`)
        │   ├── QueueFull              ... the service's list is at its capacity
        │   └── NoWorkers              ... nobody serves
        ├── ReplyInvalid               the reply is no reply, or breaks the contract: the server's fault
        ├── ActionNotRun               an action of a job, behind one that failed
        ├── JobError                   the server refused the request as a whole, or could not answer it
        │   ├── JobInvalid             ... its envelope is wrong (`MISSING`, `UNKNOWN`, `INVALID`)
        │   ├── JobTimeout             ... it ran too long
        │   ├── ResponseTooLarge       ... the reply is more bytes than a reply may have
        │   ├── ResponseNotSerializable
        │   ├── WorkerLost             ... its worker died; it was not run again
        │   └── OutcomeUnknown         ... it may or may not have run
        └── ActionError                the action answered with errors
            ├── InvalidRequest         ... this request does not fit the contract (`MISSING`, `UNKNOWN`, `INVALID`)
            ├── UnknownAction          ... the server has no such action
            ├── ServerError            ... an exception in the handler, or a response that breaks its contract
            ├── ActionTimeout          ... it ran too long
            └── one generated class per error of the contract

Codes and messages with a fixed meaning are those of PySOA: ``docs/wire.md``, section "Errors with fixed codes".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any, ClassVar, Self

MISSING = "MISSING"
UNKNOWN = "UNKNOWN"
INVALID = "INVALID"
SERVER_ERROR = "SERVER_ERROR"
REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
RESPONSE_TOO_LARGE = "RESPONSE_TOO_LARGE"
RESPONSE_NOT_SERIALIZABLE = "RESPONSE_NOT_SERIALIZABLE"
ACTION_TIMEOUT = "ACTION_TIMEOUT"
JOB_TIMEOUT = "JOB_TIMEOUT"
WORKER_LOST = "WORKER_LOST"
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"

REQUEST_FAULT_CODES = frozenset({MISSING, UNKNOWN, INVALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One error as it travels (``docs/wire.md``, section "A message").

    ``field`` is a dotted path with list indexes (``items.1.unit_price``); ``variables`` carries the fields of a
    contract's error by their sent names.
    """

    code: str
    message: str
    field: str | None = None
    traceback: str | None = None
    variables: dict[str, Any] | None = attribute(default=None, repr=False)  # may hold what is sensitive
    denied_permissions: list[str] | None = None
    is_caller_error: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a value does not fit its contract: ``code`` is MISSING, UNKNOWN or INVALID; ``path`` is
    dotted, and empty for the value itself. ``final``: the value is absent or of another type, so that constraints
    have nothing to say about it."""

    code: str
    path: str
    message: str
    final: bool = attribute(default=False, compare=False, repr=False)

    def under(self, name: str) -> Fault:
        """The same fault, seen from what holds the value under ``name``."""
        return Fault(self.code, f"{name}.{self.path}" if self.path else name, self.message, final=self.final)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def _listed(faults: Sequence[Fault]) -> str:
    return "; ".join(map(str, faults))


class SoagenError(Exception):
    """The root of all errors of soagen. They can be pickled and copied, so that they get out of a pool of processes."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions are made anew from their ``args``, which for most classes here are not what made them."""
        return _revive, (type(self), self.args, self.__dict__)


def _revive(kind: type[SoagenError], args: tuple[Any, ...], state: dict[str, Any]) -> SoagenError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(SoagenError):
    """A setting, a URL or a combination of versions that cannot work."""


class NotSerializable(SoagenError):
    """A value cannot be sent: ``faults`` say where, and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(_listed(faults))
        self.faults = tuple(faults)


class CallError(SoagenError):
    """A call that ended without a result."""


class RequestInvalid(CallError):
    """The caller's value does not fit the contract that it was compiled against. Nothing was sent."""

    def __init__(self, action: str, faults: Sequence[Fault]) -> None:
        super().__init__(f"the request of {action} was not sent: {_listed(faults)}")
        self.action = action
        self.faults = tuple(faults)


class RequestTooLarge(CallError):
    """The request is more bytes than a request may have. Nothing was sent."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"the request was not sent: it is {size} bytes, and {limit} are allowed")
        self.size = size
        self.limit = limit


class VariantActive(CallError):
    """A call under one contract of an action, while a switch that is on selects another. Nothing was sent."""


class CallTimeout(CallError, TimeoutError):
    """No reply arrived in time. The action may have run, may be running, or may never run."""


class TransportError(CallError):
    """The broker could not be asked."""

    never_left = False
    """Whether it is certain that the request reached nobody, so that it may be sent again whatever it does."""


class ConnectionFailed(TransportError, ConnectionError):
    """The broker cannot be reached, or the connection to it was lost."""

    def __init__(self, message: str, *, never_left: bool = False) -> None:
        super().__init__(message)
        self.never_left = never_left


class QueueFull(TransportError):
    """The service's list of requests is at its capacity. Nothing was sent. Come back after ``retry_after`` seconds."""

    never_left = True

    def __init__(self, message: str, *, retry_after: float = 0.5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoWorkers(TransportError):
    """Nobody serves this service. Nothing was sent."""

    never_left = True


class ReplyInvalid(CallError):
    """What came back is no reply, or not one that the contract allows."""


class ActionNotRun(CallError):
    """An action of a job was not run, since one before it failed."""

    def __init__(self, action: str) -> None:
        super().__init__(f"{action} was not run: an action of the job before it failed")
        self.action = action


class _Answered(CallError):
    """What the server answered instead of a result; the first error speaks for all.

    ``errors`` has at least one element; the other attributes are those of the first.
    """

    is_remote = False
    """Whether the error came in a reply, rather than being raised here to become one."""

    def __init__(self, errors: Sequence[Error]) -> None:
        super().__init__("; ".join(f"{e.code}: {e.message}" + (f" ({e.field})" if e.field else "") for e in errors))
        self.errors = tuple(errors)

    @property
    def code(self) -> str:
        """The code of the first error."""
        return self.errors[0].code

    @property
    def message(self) -> str:
        """The message of the first error."""
        return self.errors[0].message

    @property
    def field(self) -> str | None:
        """The dotted path to what the first error is about, if anything."""
        return self.errors[0].field

    def as_remote(self) -> Self:
        """This error, marked as one that came in a reply."""
        self.is_remote = True
        return self


class JobError(_Answered):
    """The server refused the request as a whole, or could not answer it."""


class JobInvalid(JobError):
    """The request's envelope or context does not fit."""


class JobTimeout(JobError):
    """The request ran longer than the server allows."""


class ResponseTooLarge(JobError):
    """The reply would have been more bytes than a reply may have. The action has run."""


class ResponseNotSerializable(JobError):
    """The reply could not be written down. The action has run."""


class WorkerLost(JobError):
    """The worker that had taken the request died; the request was not run again."""


class OutcomeUnknown(JobError):
    """The request may or may not have run, and was not run again."""


class ActionError(_Answered):
    """The action answered with errors. Also raised as itself, for a code that this side does not know.

    A handler may raise it with errors of its own making; the generated classes are the typed way to do so.
    """


class InvalidRequest(ActionError):
    """The server says that the request does not fit the contract it serves."""


class UnknownAction(ActionError):
    """The server has no action of this name."""


class ServerError(ActionError):
    """An exception in the handler, or a response that breaks the contract. The server's log says more."""


class ActionTimeout(ActionError):
    """The action ran longer than the server allows."""


class ContractError(ActionError):
    """The base of the generated classes: an error that a contract defines.

    A generated class sets the class attributes, takes its fields in ``__init__``, and knows how they travel.
    """

    CODE: ClassVar[str]
    CALLER_ERROR: ClassVar[bool] = True
    RETRYABLE: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__((Error(code=self.CODE, message=message, is_caller_error=self.CALLER_ERROR),))

    def at(self, path: str) -> Self:
        """This error, which says that it is about what stands at ``path`` in the request.

        The path is dotted, with list indexes and the names that are sent: ``raise OutOfStock(...).at("items.0.sku")``.
        Whoever catches the error finds it in ``field``.
        """
        first, *others = self.errors
        ActionError.__init__(self, (replace(first, field=path), *others))
        return self

    def to_variables(self, strict: bool) -> dict[str, Any]:
        """The fields by their sent names. Raises `soagen_runtime.validation.Invalid`."""
        return {}

    @classmethod
    def from_variables(cls, data: Any, strict: bool) -> Self:
        """The error with these fields. Raises `soagen_runtime.validation.Invalid`."""
        raise NotImplementedError(cls.__name__)

    def received(self, errors: Sequence[Error]) -> Self:
        """This error as it came from a server, whose words replace one's own."""
        ActionError.__init__(self, errors)  # past the generated `__init__`, which takes fields
        return self.as_remote()
