"""`before.middleware`, as plain functions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from soagen_runtime import ActionError, JobError
from soagen_runtime.middleware import ActionCall, JobRequest, JobResult, Next

from after.services import Example

TOKENS = {"let me in"}
times: list[tuple[str, float]] = []
reported: list[Exception] = []


def auth(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
    if job.context.get("auth_token") not in TOKENS:
        raise JobError.of("NOT_AUTHORIZED", "Who are you?", field="context.auth_token")
    return next(job)


def timing(call: ActionCall, next: Next[ActionCall, Any]) -> Any:
    start = time.perf_counter()
    try:
        return next(call)
    finally:
        times.append((call.action.name, time.perf_counter() - start))


def reporting(call: ActionCall, next: Next[ActionCall, Any]) -> Any:
    try:
        return next(call)
    except ActionError:
        raise  # what the caller is told is no fault of ours
    except Exception as error:
        reported.append(error)
        raise


class GuardedExample(Example):
    job_middleware = (auth,)
    action_middleware = (timing, reporting)


def with_token(auth_token: str) -> Callable[[JobRequest, Next[JobRequest, JobResult]], JobResult]:
    def layer(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
        return next(replace(job, context={**job.context, "auth_token": auth_token}))

    return layer
