"""Middleware: plain functions around jobs and around actions, on clients and on servers.

What a layer is, and what it is given, stands in `soagen_runtime.core.middleware`; here is what a user imports.
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
from soagen_runtime.wire import ActionResult, JobResult

__all__ = [
    "ActionCall",
    "ActionMiddleware",
    "ActionRequest",
    "ActionResult",
    "AsyncActionMiddleware",
    "AsyncJobMiddleware",
    "AsyncNext",
    "JobMiddleware",
    "JobRequest",
    "JobResult",
    "Next",
]
