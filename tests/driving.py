"""A generated client of either kind, driven in one way, so that one suite does for both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Caller:
    """``caller.add(a=1, b=2)`` waits for the result, whether the client is blocking or, with a ``loop``, of asyncio."""

    def __init__(self, client: Any, loop: asyncio.Runner | None) -> None:
        self._client = client
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._client, name)
        if self._loop is None:
            return method
        return lambda *args, **kwargs: self._waited(lambda: method(*args, **kwargs))

    @property
    def calls(self) -> Any:
        """The client's calls as values; what is to be done with one is a method of this class."""
        return self._client.calls

    def run(self, pending: Any) -> Any:
        return self._waited(pending.run)

    def outcome(self, pending: Any) -> Any:
        return self._waited(pending.outcome)

    def outcomes(self, pending: Any) -> Any:
        return self._waited(pending.outcomes)

    def forget(self, pending: Any) -> None:
        self._waited(pending.forget)

    def start(self, pending: Any) -> Any:
        if self._loop is None:
            return pending.start()

        async def start() -> Any:
            return pending.start()

        return self._loop.run(start())

    def result(self, future: Any) -> Any:
        return future.result() if self._loop is None else self._waited(lambda: future)

    def with_options(self, **options: Any) -> Caller:
        return Caller(self._client.with_options(**options), self._loop)

    def _waited(self, verb: Callable[[], Any]) -> Any:
        if self._loop is None:
            return verb()

        async def wait() -> Any:
            return await verb()

        return self._loop.run(wait())
