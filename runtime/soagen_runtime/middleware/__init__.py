"""Middleware: plain functions around jobs and around actions, on clients and on servers.

What a layer is, and what it is given, stands in `soagen_runtime.core.middleware`; here is what a user imports.
Ready-made:

- `observed` and `checked`, and `async_observed` and `async_checked`, make layers of what only looks on and of what only
  asks at the door;
- `timing` and `reporting` look on, `required_context` and `allowed_callers` ask.
"""

from __future__ import annotations

from soagen_runtime.core.middleware import (
    ActionCall,
    ActionMiddleware,
    ActionRequest,
    AsyncActionMiddleware,
    AsyncJobMiddleware,
    AsyncNext,
    JobMiddleware,
    JobRequest,
    Next,
)
from soagen_runtime.middleware.checks import allowed_callers, required_context
from soagen_runtime.middleware.layers import (
    Check,
    Ended,
    Observer,
    async_checked,
    async_observed,
    checked,
    observed,
)
from soagen_runtime.middleware.observers import OK, Failure, Timing, reporting, timing
from soagen_runtime.wire import ActionResult, JobResult

__all__ = [
    "OK",
    "ActionCall",
    "ActionMiddleware",
    "ActionRequest",
    "ActionResult",
    "AsyncActionMiddleware",
    "AsyncJobMiddleware",
    "AsyncNext",
    "Check",
    "Ended",
    "Failure",
    "JobMiddleware",
    "JobRequest",
    "JobResult",
    "Next",
    "Observer",
    "Timing",
    "allowed_callers",
    "async_checked",
    "async_observed",
    "checked",
    "observed",
    "reporting",
    "required_context",
    "timing",
]
