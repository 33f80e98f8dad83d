"""Errors as data: what travels and what is found, of which `soagen_runtime.errors` makes exceptions.

Codes and messages with a fixed meaning are those of PySOA: ``docs/wire.md``, section "Errors with fixed codes".
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

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
NOT_AUTHORIZED = "NOT_AUTHORIZED"
ACCESS_DENIED = "ACCESS_DENIED"

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
