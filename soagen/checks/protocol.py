"""Names that the protocol, the runtime or the built-in actions use themselves; a contract may not."""

from __future__ import annotations

CONTEXT_KEYS = frozenset(
    (
        "switches",
        "correlation_id",
        "request_id",
        "caller",
        "calling_service",
        "deadline",
        "traceparent",
        "tracestate",
    )
)
ERROR_CODES = frozenset(
    (
        "MISSING",
        "UNKNOWN",
        "INVALID",
        "SERVER_ERROR",
        "REQUEST_TOO_LARGE",
        "RESPONSE_TOO_LARGE",
        "RESPONSE_NOT_SERIALIZABLE",
        "ACTION_TIMEOUT",
        "JOB_TIMEOUT",
        "WORKER_LOST",
        "OUTCOME_UNKNOWN",
        "QUEUE_FULL",
        "NO_WORKERS",
    )
)
ACTIONS = frozenset(("status", "introspect"))
