"""The runtime of soagen: typed RPC over Redis, on PySOA's wire.

Generated code is what one usually works with; here is what it leaves to its user: transports, and errors to catch.
"""

from __future__ import annotations

from soagen_runtime.context import carry
from soagen_runtime.errors import (
    ActionError,
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
)
from soagen_runtime.transport.memory import LocalTransport
from soagen_runtime.transport.redis import RedisTransport

__version__ = "0.1.0"

__all__ = [
    "ActionError",
    "ActionTimeout",
    "CallError",
    "CallTimeout",
    "ConfigurationError",
    "ConnectionFailed",
    "ContractError",
    "Error",
    "Fault",
    "InvalidRequest",
    "JobError",
    "JobInvalid",
    "JobTimeout",
    "LocalTransport",
    "NoWorkers",
    "NotSerializable",
    "OutcomeUnknown",
    "QueueFull",
    "RedisTransport",
    "ReplyInvalid",
    "RequestInvalid",
    "RequestTooLarge",
    "ResponseNotSerializable",
    "ResponseTooLarge",
    "ServerError",
    "SoagenError",
    "TransportError",
    "UnknownAction",
    "VariantActive",
    "WorkerLost",
    "carry",
]
