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
            ├── PermissionDenied       ... its caller may not do that (`NOT_AUTHORIZED`, `ACCESS_DENIED`)
            └── one generated class per error of the contract

`JobError` and `ActionError` say what the server said: ``code``, ``message``, ``field``, ``traceback``, ``variables``,
``denied_permissions`` and ``is_caller_error`` of the first error, and ``each`` for all of them (``docs/errors.md``).
Codes and messages with a fixed meaning are those of PySOA: ``docs/wire.md``, section "Errors with fixed codes".
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

from soagen_runtime.error_data import ACCESS_DENIED as ACCESS_DENIED
from soagen_runtime.error_data import ACTION_TIMEOUT as ACTION_TIMEOUT
from soagen_runtime.error_data import INVALID as INVALID
from soagen_runtime.error_data import JOB_TIMEOUT as JOB_TIMEOUT
from soagen_runtime.error_data import MISSING as MISSING
from soagen_runtime.error_data import NOT_AUTHORIZED as NOT_AUTHORIZED
from soagen_runtime.error_data import OUTCOME_UNKNOWN as OUTCOME_UNKNOWN
from soagen_runtime.error_data import REQUEST_FAULT_CODES as REQUEST_FAULT_CODES
from soagen_runtime.error_data import REQUEST_TOO_LARGE as REQUEST_TOO_LARGE
from soagen_runtime.error_data import RESPONSE_NOT_SERIALIZABLE as RESPONSE_NOT_SERIALIZABLE
from soagen_runtime.error_data import RESPONSE_TOO_LARGE as RESPONSE_TOO_LARGE
from soagen_runtime.error_data import SERVER_ERROR as SERVER_ERROR
from soagen_runtime.error_data import UNKNOWN as UNKNOWN
from soagen_runtime.error_data import WORKER_LOST as WORKER_LOST
from soagen_runtime.error_data import Error as Error
from soagen_runtime.error_data import Fault as Fault


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

    ``errors`` has at least one element; ``each`` has an exception for each of them; the other attributes are those of
    the first.
    """

    is_remote = False
    """Whether the error came in a reply, rather than being raised here to become one."""

    _others: tuple[_Answered, ...] = ()  # the exceptions of all errors but the first, where somebody has made them

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

    @property
    def traceback(self) -> str | None:
        """Where it happened in the server, which tells only if it is set to (``send_tracebacks``)."""
        return self.errors[0].traceback

    @property
    def variables(self) -> dict[str, Any] | None:
        """The fields of the first error by their sent names. What is sensitive is among them."""
        return self.errors[0].variables

    @property
    def denied_permissions(self) -> list[str] | None:
        """What the caller lacks, if that is the matter and the server says so."""
        return self.errors[0].denied_permissions

    @property
    def is_caller_error(self) -> bool:
        """Whether the caller is at fault, rather than the server. False from servers that do not say."""
        return self.errors[0].is_caller_error

    def as_remote(self) -> Self:
        """This error, marked as one that came in a reply."""
        self.is_remote = True
        if self.traceback:
            self.add_note(f"The server said where:\n{self.traceback}")
        return self

    def _with(self, **changes: Any) -> Self:
        first, *others = self.errors
        _Answered.__init__(self, (replace(first, **changes), *others))  # past those that take an error's fields
        return self

    def _each(self, kind: type[_Answered]) -> tuple[Any, ...]:
        """See ``each``; ``kind`` is what stands for an error of which no more is known."""
        if len(self.errors) == 1:
            return (self,)
        first = copy.copy(self)
        first._others = ()
        _Answered.__init__(first, self.errors[:1])
        return (first, *(self._others or [kind((error,)) for error in self.errors[1:]]))

    def with_others(self, others: Sequence[_Answered]) -> Self:
        """A copy of this error that speaks for others of its kind as well, each of which is a single one."""
        whole = copy.copy(self)
        _Answered.__init__(whole, (self.errors[0], *(each.errors[0] for each in others)))
        whole._others = tuple(others)
        return whole


class JobError(_Answered):
    """The server refused the request as a whole, or could not answer it.

    Middleware and handlers may raise it as well: the whole job ends with it. `JobError.of` makes one.
    """

    @staticmethod
    def of(
        code: str,
        message: str,
        *,
        field: str | None = None,
        variables: Mapping[str, Any] | None = None,
        denied_permissions: Sequence[str] | None = None,
        is_caller_error: bool = False,
    ) -> JobError:
        """An error with one's own code: ``raise JobError.of("CLOSED", "We open at eight")``."""
        return JobError((_error(code, message, field, variables, denied_permissions, is_caller_error),))

    @property
    def each(self) -> tuple[JobError, ...]:
        """Every error that the server told of, as an exception of its class; the first of them is this one's own."""
        return self._each(JobError)


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

    A handler may raise it with errors of its own making (`ActionError.of`); the generated classes are the typed way to
    do so. For several at once see `several`.
    """

    @staticmethod
    def of(
        code: str,
        message: str,
        *,
        field: str | None = None,
        variables: Mapping[str, Any] | None = None,
        denied_permissions: Sequence[str] | None = None,
        is_caller_error: bool = True,
    ) -> ActionError:
        """An error with one's own code, which the contract need not know:
        ``raise ActionError.of("CLOSED", "We open at eight", field="pickup")``.
        """
        return ActionError((_error(code, message, field, variables, denied_permissions, is_caller_error),))

    @property
    def each(self) -> tuple[ActionError, ...]:
        """Every error that the action told of, as an exception of its class; the first of them is this one's own."""
        return self._each(ActionError)

    def at(self, path: str) -> Self:
        """This error, which says that it is about what stands at ``path`` in the request.

        The path is dotted, with list indexes and the names that are sent: ``raise OutOfStock(...).at("items.0.sku")``.
        Whoever catches the error finds it in ``field``.
        """
        return self._with(field=path)

    def denying(self, *permissions: str) -> Self:
        """This error, which says that its caller lacks these permissions. They are found in ``denied_permissions``."""
        return self._with(denied_permissions=list(permissions))


E = TypeVar("E", bound=ActionError)


def several(first: E, *others: ActionError) -> E:
    """One exception for several errors of an action: ``raise several(OutOfStock(...).at("items.0"), Gone(...))``.

    It is of the class of the first, and has all of them in ``each``; so has what the caller catches.
    """
    return first.with_others([*first.each[1:], *(single for error in others for single in error.each)])


class InvalidRequest(ActionError):
    """The server says that the request does not fit the contract it serves."""


class UnknownAction(ActionError):
    """The server has no action of this name."""


class ServerError(ActionError):
    """An exception in the handler, or a response that breaks the contract. The server's log says more."""


class ActionTimeout(ActionError):
    """The action ran longer than the server allows."""


class PermissionDenied(ActionError):
    """The caller may not do that. `PermissionDenied.lacking` makes one.

    Raised for PySOA's codes `NOT_AUTHORIZED` and `ACCESS_DENIED`, unless the contract has an error of that code.
    """

    @staticmethod
    def lacking(*permissions: str, message: str = "Not authorized") -> PermissionDenied:
        """The error for a caller without ``permissions``, which is told so:
        ``raise PermissionDenied.lacking("orders.cancel")``.
        """
        denied = list(permissions) or None
        error = Error(code=NOT_AUTHORIZED, message=message, denied_permissions=denied, is_caller_error=True)
        return PermissionDenied((error,))


class ContractError(ActionError):
    """The base of the generated classes: an error that a contract defines.

    A generated class sets the class attributes, takes its fields in ``__init__``, and knows how they travel.
    """

    CODE: ClassVar[str]
    CALLER_ERROR: ClassVar[bool] = True
    RETRYABLE: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__((Error(code=self.CODE, message=message, is_caller_error=self.CALLER_ERROR),))

    @property
    def variables(self) -> dict[str, Any] | None:
        """The fields by their sent names. What is sensitive is among them. Raises `soagen_runtime.validation.Invalid`
        for an error that was made here of what does not fit.
        """
        return self.errors[0].variables if self.is_remote else self.to_variables(False) or None

    def to_variables(self, strict: bool) -> dict[str, Any]:
        """The fields by their sent names. Raises `soagen_runtime.validation.Invalid`."""
        return {}

    @classmethod
    def from_variables(cls, data: Any, strict: bool) -> Self:
        """The error with these fields. Raises `soagen_runtime.validation.Invalid`."""
        raise NotImplementedError(cls.__name__)

    def received(self, errors: Sequence[Error]) -> Self:
        """This error as it came from a server, whose words replace one's own."""
        _Answered.__init__(self, errors)  # past the generated `__init__`, which takes fields
        return self.as_remote()


def _error(
    code: str,
    message: str,
    field: str | None,
    variables: Mapping[str, Any] | None,
    denied_permissions: Sequence[str] | None,
    is_caller_error: bool,
) -> Error:
    return Error(
        code=code,
        message=message,
        field=field,
        variables=None if variables is None else dict(variables),
        denied_permissions=None if denied_permissions is None else list(denied_permissions),
        is_caller_error=is_caller_error,
    )
