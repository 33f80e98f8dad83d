"""What Django does around a web request, done around a job.

Django resets the log of queries when a request starts, closes old connections to databases then and when it finishes,
and closes caches at the end. All of that hangs on two signals, `request_started` and `request_finished`; so do the
receivers of a project. A job sends them too, with `soagen_runtime.middleware.JobRequest` as the sender and, at the
start, the job as ``job``. A receiver that fails is logged and stops neither the job nor the other receivers: an answer
that was found is sent.

Connections belong to threads. A blocking server serves a job in one thread. On an asyncio server each job has a thread
for what is synchronous in it, Django's models first of all, so that jobs neither wait for each other nor share a
connection. Either way a thread keeps its connections for the next job as long as ``CONN_MAX_AGE`` lets it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import Error, close_old_connections, connections

from soagen_runtime.django.cache import RequestCache
from soagen_runtime.middleware import AsyncNext, JobRequest, JobResult, Next


def request_signals(job: JobRequest, next: Next[JobRequest, JobResult]) -> JobResult:
    """Job middleware of blocking servers."""
    _start(job)
    try:
        return next(job)
    finally:
        _finish()


class _Thread(ThreadPoolExecutor):
    """One thread, which knows whether it is at work."""

    def __init__(self, name: str) -> None:
        super().__init__(1, name)
        self._last: Future[Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._last = super().submit(fn, *args, **kwargs)
        return self._last

    @property
    def is_at_work(self) -> bool:
        return self._last is not None and not self._last.done()


class JobThreads:
    """The threads of an asyncio worker: one for each job that runs, and those that wait for the next."""

    def __init__(self) -> None:
        self._idle: list[_Thread] = []  # the last first: what is often used keeps its connections
        self._connected: set[_Thread] = set()
        self._numbers = itertools.count(1)
        self._finishing: set[asyncio.Task[None]] = set()

    async def request_signals(self, job: JobRequest, next: AsyncNext[JobRequest, JobResult]) -> JobResult:
        """Job middleware of asyncio servers."""
        thread = self._idle.pop() if self._idle else self._new()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await sync_to_async(_start)(job)
                return await next(job)
        finally:
            is_left_behind = thread.is_at_work  # by a job that was cancelled: its answer need not wait for that
            finishing = asyncio.create_task(self._finish(thread))
            self._finishing.add(finishing)
            finishing.add_done_callback(self._finishing.discard)
            if not is_left_behind:
                await asyncio.wait({finishing})

    def _new(self) -> _Thread:
        return _Thread(f"soagen-job-{next(self._numbers)}")

    async def _finish(self, thread: _Thread) -> None:
        async with ThreadSensitiveContext(executor=thread):
            is_connected = await sync_to_async(_finish)()
        (self._connected.add if is_connected else self._connected.discard)(thread)
        self._idle.append(thread)

    async def rest(self) -> None:
        """Closes what idle threads have held for too long."""
        loop = asyncio.get_running_loop()
        for thread in self._connected.intersection(self._idle):
            if not await loop.run_in_executor(thread, close_old):
                self._connected.discard(thread)

    async def end(self) -> None:
        """Waits for what has not finished yet, closes what idle threads hold, and ends them."""
        loop = asyncio.get_running_loop()
        if self._finishing:
            await asyncio.wait(self._finishing)
        while self._idle:
            thread = self._idle.pop()
            await loop.run_in_executor(thread, close_all)
            thread.shutdown()
        self._connected.clear()


def close_old() -> bool:
    """Closes connections of this thread that are broken or have outlived ``CONN_MAX_AGE``. Whether any are left."""
    with suppress(Error):  # one that broke need not be closed nicely
        close_old_connections()
    return any(connection.connection is not None for connection in connections.all(initialized_only=True))


def close_all() -> None:
    """Closes all connections of this thread."""
    for connection in connections.all(initialized_only=True):
        with suppress(Error):
            connection.close()


def _start(job: JobRequest) -> None:
    _forget_request_caches()
    request_started.send_robust(sender=JobRequest, job=job)


def _finish() -> bool:
    """Whether any connections are left."""
    request_finished.send_robust(sender=JobRequest)
    return any(connection.connection is not None for connection in connections.all(initialized_only=True))


def _forget_request_caches() -> None:
    """Has this job make its own: a task inherits those that were made before it began."""
    if any(isinstance(cache, RequestCache) for cache in caches.all(initialized_only=True)):
        for alias in caches:
            if isinstance(caches[alias], RequestCache):
                del caches[alias]
