"""What came of a call, as a value: for those who ask for several at once, and want to look at each."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from soagen_runtime.errors import CallError

R_co = TypeVar("R_co", covariant=True)


class Outcome(Generic[R_co]):
    """A response, or the error in its place. ``error`` is None if it went well."""

    __slots__ = ("_value", "error")

    error: CallError | None

    def __init__(self, value: Any, error: CallError | None = None) -> None:
        self._value = value
        self.error = error

    @property
    def ok(self) -> bool:
        """Whether there is a response."""
        return self.error is None

    @property
    def value(self) -> R_co:
        """The response. Raises the error that is there in its place."""
        if self.error is not None:
            raise self.error
        value: R_co = self._value
        return value

    def __repr__(self) -> str:
        return f"Outcome({self._value!r})" if self.error is None else f"Outcome(error={self.error!r})"
