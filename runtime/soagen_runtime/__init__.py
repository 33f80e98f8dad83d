"""The runtime of soagen: typed RPC over Redis, on PySOA's wire.

Generated code is what one usually works with; here is what it leaves to its user: transports, ways to put calls
together, and errors to catch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from soagen_runtime.context import carry
from soagen_runtime.errors import (
    ActionError,
    ActionNotRun,
    ActionTimeout,
    CallError,
    CallTimeout,
    ConfigurationError,
    ConnectionFailed,
    ContractError,
    Error,
    Fault,
    InvalidRequest,
    JobError,
    JobInvalid,
    JobTimeout,
    NotSerializable,
    NoWorkers,
    OutcomeUnknown,
    PermissionDenied,
    QueueFull,
    ReplyInvalid,
    RequestInvalid,
    RequestTooLarge,
    ResponseNotSerializable,
    ResponseTooLarge,
    ServerError,
    SoagenError,
    TransportError,
    UnknownAction,
    VariantActive,
    WorkerLost,
    several,
)

if TYPE_CHECKING:
    from soagen_runtime.calls import Outcome, job, parallel
    from soagen_runtime.expansions import Expand
    from soagen_runtime.health import (
        Diagnostic,
        Health,
        HealthError,
        HealthWarning,
        health_check,
        health_of,
        health_of_async,
    )
    from soagen_runtime.transport.memory import LocalTransport
    from soagen_runtime.transport.redis import RedisTransport
    from soagen_runtime.transport.routes import Routes

__version__ = "0.1.0"

__all__ = [
    "ActionError",
    "ActionNotRun",
    "ActionTimeout",
    "CallError",
    "CallTimeout",
    "ConfigurationError",
    "ConnectionFailed",
    "ContractError",
    "Diagnostic",
    "Error",
    "Expand",
    "Fault",
    "Health",
    "HealthError",
    "HealthWarning",
    "InvalidRequest",
    "JobError",
    "JobInvalid",
    "JobTimeout",
    "LocalTransport",
    "NoWorkers",
    "NotSerializable",
    "Outcome",
    "OutcomeUnknown",
    "PermissionDenied",
    "QueueFull",
    "RedisTransport",
    "ReplyInvalid",
    "RequestInvalid",
    "RequestTooLarge",
    "ResponseNotSerializable",
    "ResponseTooLarge",
    "Routes",
    "ServerError",
    "SoagenError",
    "TransportError",
    "UnknownAction",
    "VariantActive",
    "WorkerLost",
    "carry",
    "health_check",
    "health_of",
    "health_of_async",
    "job",
    "parallel",
    "several",
]

# Importing a generated client imports this package; what only some programs use is left for when they do.
_LAZY = {
    "Diagnostic": "soagen_runtime.health",
    "Expand": "soagen_runtime.expansions",
    "Health": "soagen_runtime.health",
    "HealthError": "soagen_runtime.health",
    "HealthWarning": "soagen_runtime.health",
    "LocalTransport": "soagen_runtime.transport.memory",
    "Outcome": "soagen_runtime.calls",
    "RedisTransport": "soagen_runtime.transport.redis",
    "Routes": "soagen_runtime.transport.routes",
    "health_check": "soagen_runtime.health",
    "health_of": "soagen_runtime.health",
    "health_of_async": "soagen_runtime.health",
    "job": "soagen_runtime.calls",
    "parallel": "soagen_runtime.calls",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)
