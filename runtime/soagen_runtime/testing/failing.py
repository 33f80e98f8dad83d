"""Assertions on how a call fails, which tell what came instead.

`pytest.raises` says whether an error of a class was raised. Here it is also what the error says: its fields, the place
in the request, and all faults of a request that was refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

from soagen_runtime.errors import (
    CallError,
    ContractError,
    InvalidRequest,
    JobError,
    RequestInvalid,
)
from soagen_runtime.testing.comparing import differences

E = TypeVar("E", bound=CallError)
C = TypeVar("C", bound=ContractError)

_Refused = InvalidRequest | JobError | RequestInvalid


class Caught(Generic[E]):
    """The error, once the block has ended in it."""

    def __init__(self) -> None:
        self._error: E | None = None

    @property
    def error(self) -> E:
        """The error. Raises `AssertionError` while there is none."""
        if self._error is None:
            raise AssertionError("there is no error before the end of the `with` block")
        return self._error


class _Expected(Generic[E]):
    """A block that must end in an error; ``_against`` says what is wrong with the one that came."""

    def __init__(self, kind: type[CallError] | tuple[type[CallError], ...]) -> None:
        self._kind = kind
        self._caught = Caught[E]()

    def __enter__(self) -> Caught[E]:
        return self._caught

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        __tracebackhide__ = True
        if error is None:
            raise AssertionError(f"{self._wanted()} was not raised")
        if not isinstance(error, CallError):
            return False
        lines = self._against(error) if isinstance(error, self._kind) else [f"it was {_told(error)}"]
        if lines:
            raise AssertionError("\n  ".join((f"{self._wanted()} was not raised:", *lines))) from error
        caught: Any = error
        self._caught._error = caught
        return True

    def _wanted(self) -> str:
        kinds = self._kind if isinstance(self._kind, tuple) else (self._kind,)
        return " or ".join(kind.__name__ for kind in kinds)

    def _against(self, error: Any) -> list[str]:
        raise NotImplementedError


@overload
def raises_error(expected: type[E], *, field: str | None = None, code: str | None = None) -> _Raised[E]: ...
@overload
def raises_error(expected: C, *, field: str | None = None, code: str | None = None) -> _Raised[C]: ...
def raises_error(expected: Any, *, field: str | None = None, code: str | None = None) -> Any:
    """``with raises_error(OutOfStock(sku="TEA-1", available=0), field="lines.0") as caught: ...``

    ``expected`` is a class, or an error of the contract, whose fields must then be these. ``field`` is the dotted path
    to what it is about, ``code`` the code of an error that has no class. Of several errors in one answer the first
    counts.
    Fails with an `AssertionError` that says what came instead; what is no `CallError` goes through as it is.
    """
    return _Raised(expected, field, code)


class _Raised(_Expected[E]):
    def __init__(self, expected: type[E] | ContractError, field: str | None, code: str | None) -> None:
        super().__init__(expected if isinstance(expected, type) else type(expected))
        self._expected = None if isinstance(expected, type) else expected
        self._field = field
        self._code = code

    def _against(self, error: Any) -> list[str]:
        lines = []
        if self._expected is not None:
            lines += differences(self._expected.to_variables(False), error.to_variables(False))
        for name, wanted in (("field", self._field), ("code", self._code)):
            if wanted is not None and (actual := getattr(error, name, None)) != wanted:
                lines.append(f"its {name} is {actual!r}, and not {wanted!r}")
        return lines


def raises_field_errors(faults: Mapping[str, str], *, among_others: bool = False) -> _Expected[Any]:
    """``with raises_field_errors({"lines.0.sku": "INVALID"}): ...``: the request is refused for these fields.

    ``faults`` are codes (``INVALID``, ``MISSING``, ``UNKNOWN``) by dotted paths in the request. It does not matter who
    refuses it, the client (`RequestInvalid`) or the server (`InvalidRequest`; `JobError` for the context). Other faults
    beside these are wrong, unless they are ``among_others``.
    """
    return _Refusal(faults, among_others)


class _Refusal(_Expected[Any]):
    def __init__(self, faults: Mapping[str, str], among_others: bool) -> None:
        super().__init__((InvalidRequest, RequestInvalid, JobError))
        self._faults = faults
        self._among_others = among_others

    def _wanted(self) -> str:
        return f"an error about {', '.join(self._faults)}"

    def _against(self, error: Any) -> list[str]:
        if isinstance(error, RequestInvalid):
            came = [(fault.path, fault.code, fault.message) for fault in error.faults]
        else:
            came = [(each.field or "", each.code, each.message) for each in error.errors]
        lines = [
            f"no {code} at {path}"
            for path, code in self._faults.items()
            if not any((path, code) == each[:2] for each in came)
        ]
        if lines or not self._among_others:
            unexpected = [each for each in came if self._faults.get(each[0]) != each[1]]
            lines += [f"{code} at {path or 'the whole'}: {message}" for path, code, message in unexpected]
        return lines


def _told(error: CallError) -> str:
    return f"{type(error).__name__}: {error}"
