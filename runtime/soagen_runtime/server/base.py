"""What generated server bases subclass.

A server object is made once per process and has one method per action. It knows nothing of transports: `dispatcher`
binds its methods to the contract, and what carries the bytes calls that.
"""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from soagen_runtime.action import Action, Service
from soagen_runtime.errors import ConfigurationError

if TYPE_CHECKING:  # who only imports a generated client does not load what serves
    from soagen_runtime.context import Context
    from soagen_runtime.core.dispatch import Dispatcher, Handler
    from soagen_runtime.core.middleware import (
        ActionCall,
        ActionMiddleware,
        AsyncActionMiddleware,
        AsyncJobMiddleware,
        JobMiddleware,
        Onion,
    )
    from soagen_runtime.settings import ServerSettings
    from soagen_runtime.standard import IntrospectRequest, IntrospectResponse, StatusRequest, StatusResponse


class _Hooks:
    """What `soagen-server` asks of a server, or calls, in the course of its life."""

    settings: ServerSettings | None = None
    """How this server is served, where command line, environment and file say nothing (``docs/settings.md``)."""

    time_limits: ClassVar[Mapping[str, float]] = {}
    """Seconds that an action may run, by the name of its method, where that is not what ``--timeout`` says."""

    version: str = ""
    """The version of the service, for ``status``; by default ``__version__`` of the package that the class is in."""

    build: str = ""
    """The build of the service, where there is one; by default ``__build__`` of that package."""

    def before_fork(self) -> None:
        """Runs in the supervisor before each worker is forked: let go here of what must not be shared."""

    def after_fork(self) -> None:
        """Runs first in a worker's process; an asyncio server has no event loop yet."""


class _BlockingHooks(_Hooks):
    def setup(self) -> None:
        """Runs in a worker's process before it serves. An exception ends the worker."""

    def teardown(self) -> None:
        """Runs in a worker's process when it has served its last request."""


class _AsyncHooks(_Hooks):
    async def setup(self) -> None:
        """Runs in a worker's event loop before it serves. An exception ends the worker."""

    async def teardown(self) -> None:
        """Runs in a worker's event loop when it has served its last request."""


class Server(_BlockingHooks, ABC):
    """The base of generated blocking servers: their methods are plain functions, and so is their middleware."""

    service: ClassVar[Service[Any]]

    job_middleware: Sequence[JobMiddleware] = ()
    """Layers around each request, the outermost first (`soagen_runtime.middleware`)."""

    action_middleware: Sequence[ActionMiddleware] = ()
    """Layers around each action, the outermost first (`soagen_runtime.middleware`)."""

    def dispatcher(self, settings: ServerSettings | None = None) -> Dispatcher:
        """This server as bytes in, bytes out, with its own settings or others; its coroutines never suspend. Raises
        `ConfigurationError` for a method that is a coroutine function.
        """
        return _dispatcher(self, _from_function, suspends=False, settings=settings)

    def status(self, request: StatusRequest, ctx: Context) -> StatusResponse:
        """Serves ``status``: versions, and what the health checks find (`soagen_runtime.health`)."""
        from soagen_runtime.server import builtin

        return builtin.status(self, request)

    def introspect(self, request: IntrospectRequest, ctx: Context) -> IntrospectResponse:
        """Serves ``introspect``: PySOA's form of the actions, or the contract itself."""
        from soagen_runtime.server import builtin

        return builtin.introspect(self, request)


class AsyncServer(_AsyncHooks, ABC):
    """The base of generated asyncio servers: their methods are coroutine functions, and so is their middleware."""

    service: ClassVar[Service[Any]]

    job_middleware: Sequence[AsyncJobMiddleware] = ()
    """Layers around each request, the outermost first (`soagen_runtime.middleware`)."""

    action_middleware: Sequence[AsyncActionMiddleware] = ()
    """Layers around each action, the outermost first (`soagen_runtime.middleware`)."""

    def dispatcher(self, settings: ServerSettings | None = None) -> Dispatcher:
        """This server as bytes in, bytes out, with its own settings or others. Raises `ConfigurationError` for a method
        that is a plain function.
        """
        return _dispatcher(self, _from_coroutine_function, suspends=True, settings=settings)

    async def status(self, request: StatusRequest, ctx: Context) -> StatusResponse:
        """Serves ``status``: versions, and what the health checks find (`soagen_runtime.health`)."""
        from soagen_runtime.server import builtin

        return await builtin.status_async(self, request)

    async def introspect(self, request: IntrospectRequest, ctx: Context) -> IntrospectResponse:
        """Serves ``introspect``: PySOA's form of the actions, or the contract itself."""
        from soagen_runtime.server import builtin

        return builtin.introspect(self, request)


def _dispatcher(
    server: Server | AsyncServer,
    adapt: Callable[[str, Any], Handler],
    *,
    suspends: bool,
    settings: ServerSettings | None,
) -> Dispatcher:
    from soagen_runtime.core.dispatch import Dispatcher
    from soagen_runtime.core.middleware import onion
    from soagen_runtime.middleware.call_log import SERVER_CALLS, logged
    from soagen_runtime.server.builtin import with_built_in
    from soagen_runtime.settings import load_server_settings

    name = type(server).__name__
    if settings is None:
        settings = load_server_settings(
            {}, environment={}, code=server.settings, code_origin=f"{name}.settings"
        ).settings
    log = logged(settings.logging, SERVER_CALLS, suspends=suspends)
    service = with_built_in(server)
    handlers = {
        action.method: adapt(f"{name}.{action.method}", getattr(server, action.method)) for action in service.actions
    }
    on_job = onion(log.jobs, server.job_middleware, suspends=suspends)
    on_action = onion(log.actions, server.action_middleware, suspends=suspends)
    if on_action is not None:
        handlers = {
            action.method: _layered(on_action, service.name, action, handlers[action.method])
            for action in service.actions
        }
    return Dispatcher(service, handlers, suspends=suspends, settings=settings, on_job=on_job)


def _layered(on_action: Onion[ActionCall, Any], service: str, action: Action[Any, Any], handler: Handler) -> Handler:
    """A handler with layers around it."""
    from soagen_runtime.core.middleware import ActionCall

    async def core(call: ActionCall) -> Any:
        return await handler(call.request, call.context)

    async def handle(request: Any, context: Any) -> Any:
        call = ActionCall(service=service, action=action, request=request, context=context)
        return await on_action.around(call, core)

    return handle


def _from_function(name: str, method: Any) -> Handler:
    if inspect.iscoroutinefunction(inspect.unwrap(method)):
        raise ConfigurationError(f"{name} is an `async def`: derive from the asyncio server base, or make it a `def`")

    async def handle(request: Any, context: Any) -> Any:
        return method(request, context)

    return handle


def _from_coroutine_function(name: str, method: Any) -> Handler:
    import asyncio  # only where an asyncio server is served

    if not inspect.iscoroutinefunction(inspect.unwrap(method)):
        raise ConfigurationError(f"{name} is a `def`: derive from the blocking server base, or make it an `async def`")

    async def handle(request: Any, context: Any) -> Any:
        task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        try:
            return await method(request, context)
        except asyncio.CancelledError as error:
            if task is None or task.cancelling() > before:
                raise  # this very call was cancelled, by its time limit or with its loop
            raise RuntimeError("something that the handler awaited was cancelled") from error

    return handle
