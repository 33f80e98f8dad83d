"""What generated server bases subclass.

A server object is made once per process and has one method per action. It knows nothing of transports: `dispatcher`
binds its methods to the contract, and what carries the bytes calls that.
"""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from soagen_runtime.action import Service
from soagen_runtime.errors import ConfigurationError

if TYPE_CHECKING:  # who only imports a generated client does not load what serves
    from soagen_runtime.core.dispatch import Dispatcher, Handler, Limits


class Server(ABC):
    """The base of generated blocking servers: their methods are plain functions."""

    service: ClassVar[Service[Any]]

    def dispatcher(self, limits: Limits | None = None) -> Dispatcher:
        """This server as bytes in, bytes out; its coroutines never suspend. Raises `ConfigurationError` for a method
        that is a coroutine function.
        """
        return _dispatcher(self, _from_function, suspends=False, limits=limits)


class AsyncServer(ABC):
    """The base of generated asyncio servers: their methods are coroutine functions."""

    service: ClassVar[Service[Any]]

    def dispatcher(self, limits: Limits | None = None) -> Dispatcher:
        """This server as bytes in, bytes out. Raises `ConfigurationError` for a method that is a plain function."""
        return _dispatcher(self, _from_coroutine_function, suspends=True, limits=limits)


def _dispatcher(
    server: Server | AsyncServer, adapt: Callable[[str, Any], Handler], *, suspends: bool, limits: Limits | None
) -> Dispatcher:
    from soagen_runtime.core.dispatch import Dispatcher, Limits

    name = type(server).__name__
    handlers = {
        action.method: adapt(f"{name}.{action.method}", getattr(server, action.method))
        for action in server.service.actions
    }
    return Dispatcher(server.service, handlers, suspends=suspends, limits=limits or Limits())


def _from_function(name: str, method: Any) -> Handler:
    if inspect.iscoroutinefunction(inspect.unwrap(method)):
        raise ConfigurationError(f"{name} is an `async def`: derive from the asyncio server base, or make it a `def`")

    async def handle(request: Any, context: Any) -> Any:
        return method(request, context)

    return handle


def _from_coroutine_function(name: str, method: Any) -> Handler:
    if not inspect.iscoroutinefunction(inspect.unwrap(method)):
        raise ConfigurationError(f"{name} is a `def`: derive from the blocking server base, or make it an `async def`")
    handler: Handler = method
    return handler
