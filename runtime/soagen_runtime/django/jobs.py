"""What Django does around a web request, done around a job.

Django resets the log of queries when a request starts, closes old connections to databases then and when it finishes,
and closes caches at the end. All of that hangs on two signals, `request_started` and `request_finished`; so do the
receivers of a project. A job sends them too, with `soagen_runtime.middleware.JobRequest` as the sender and, at the
start, the job as ``job``. A receiver that fails is logged and stops neither the job nor the other receivers: an answer
that was found is sent.

A job that runs inside a transaction of its caller, as in a test, is a part of that: nothing around it is reset or
closed.

Connections belong to threads. A blocking server serves a job in one thread, which keeps its connections for the next
job as long as ``CONN_MAX_AGE`` lets it. On an asyncio server each job has a thread for what is synchronous in it, as a
request of Django's ASGI handler has, so that jobs do not wait for each other; with that thread its connections end. A
pool of connections (``OPTIONS["pool"]``) makes that cheap.
"""

from __future__ import annotations

from contextlib import suppress

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import Error, connections

from soagen_runtime.django.cache import RequestCache
from soagen_runtime.middleware import AsyncNext, JobRequest, JobResult, Next


def request_signals(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
    """Job middleware for blocking servers: sends Django's signals of a request around the job."""
    if _in_transaction():
        return next(job)
    _start(job)
    try:
        return next(job)
    finally:
        _finish()


async def async_request_signals(job: JobRequest, next: AsyncNext[JobRequest, JobResult]) -> JobResult:
    """Job middleware for asyncio servers: sends Django's signals of a request around the job, and gives it a thread of
    its own for what is synchronous.
    """
    async with ThreadSensitiveContext():
        if await sync_to_async(_start_unless_in_transaction)(job):
            try:
                return await next(job)
            finally:
                await sync_to_async(_finish_in_its_thread)()
        return await next(job)


def close_connections() -> None:
    """Closes all connections of this thread, but those in a transaction."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            with suppress(Error):  # one that broke need not be closed nicely
                connection.close()


def _in_transaction() -> bool:
    return any(connection.in_atomic_block for connection in connections.all(initialized_only=True))


def _start(job: JobRequest) -> None:
    _forget_request_caches()
    request_started.send_robust(sender=JobRequest, job=job)


def _finish() -> None:
    request_finished.send_robust(sender=JobRequest)


def _start_unless_in_transaction(job: JobRequest) -> bool:
    if _in_transaction():
        return False
    _start(job)
    return True


def _finish_in_its_thread() -> None:
    _finish()
    close_connections()


def _forget_request_caches() -> None:
    """Has this job make its own: a task inherits those that were made before it began."""
    if any(isinstance(cache, RequestCache) for cache in caches.all(initialized_only=True)):
        for alias in caches:
            if isinstance(caches[alias], RequestCache):
                del caches[alias]
