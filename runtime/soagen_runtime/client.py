"""What generated clients subclass: a service's actions over some transport.

A client is cheap to derive from (`with_options`) and safe to share: a blocking one between threads, an asyncio one
between tasks of one loop. Everything a call inherits from the call that is being served is added by itself; see
`soagen_runtime.context`.

Programs import many clients and call few, so that what makes a call (the wire, the transports) is loaded by the first
client that is made.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from soagen_runtime.action import Action, Service
from soagen_runtime.context import Context
from soagen_runtime.core.answers import ErrorTable
from soagen_runtime.core.options import CallOptions
from soagen_runtime.core.retry import RetryPolicy
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConfigurationError, RequestInvalid
from soagen_runtime.switches import switch_ids
from soagen_runtime.validation import Invalid

if TYPE_CHECKING:
    from soagen_runtime.core.caller import Caller
    from soagen_runtime.core.middleware import (
        ActionMiddleware,
        AsyncActionMiddleware,
        AsyncJobMiddleware,
        JobMiddleware,
    )
    from soagen_runtime.core.transport import Transport
    from soagen_runtime.expansions import Expand
    from soagen_runtime.settings import ClientSettings, Config
    from soagen_runtime.standard import IntrospectResponse, StatusResponse

MAX_TIMEOUT = 86_400  # seconds; no call is worth waiting longer for

Ctx = TypeVar("Ctx", bound=Context)
Request = TypeVar("Request")
Response = TypeVar("Response")


class _Options(Generic[Ctx]):
    """What blocking and asyncio clients share: the service, the transport and how calls are made."""

    service: ClassVar[Service[Any]]
    _table: ClassVar[ErrorTable]

    _caller: Caller

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "service" in cls.__dict__:
            cls._table = ErrorTable(cls.service)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        switches: Iterable[int] = (),
        context: Ctx | None = None,
        correlation_id: str | None = None,
        attempts: int | None = None,
    ) -> Self:
        """This client with other habits, over the same connections.

        ``timeout`` is in seconds; ``switches`` are on beside those that are on already; ``context`` gives the
        contract's fields, before those inherited from a call that is being served. Raises `RequestInvalid` for a
        context that does not fit. ``attempts`` (at most 5) is how often a call may be made in all, where it is safe
        to make it again; 1 is never again.
        """
        options = self._caller.options
        if timeout is not None:
            options = replace(options, timeout=_seconds(timeout))
        if context is not None:
            options = replace(options, context={**options.context, **self._encode_context(context)})
        if attempts is not None:
            options = replace(options, retry=replace(options.retry, attempts=max(1, min(5, attempts))))
        if correlation_id is not None:
            options = replace(options, correlation_id=correlation_id)
        derived = copy.copy(self)
        derived._caller = replace(
            self._caller, options=replace(options, switches=options.switches | switch_ids(switches))
        )
        return derived

    def _make_caller(
        self,
        given: str | Transport | ClientSettings,
        settings: ClientSettings | None,
        on_job: Sequence[Any],
        on_action: Sequence[Any],
        *,
        suspends: bool,
    ) -> Caller:
        from soagen_runtime.core.caller import Caller
        from soagen_runtime.core.middleware import onion
        from soagen_runtime.middleware.call_log import CLIENT_CALLS, logged
        from soagen_runtime.settings import ClientSettings

        if not isinstance(given, ClientSettings):
            settings = settings or ClientSettings()
            transport = _resolve(given)
        elif settings is not None:
            raise ConfigurationError("a client takes settings in place of a broker or beside one, and not twice")
        elif given.url is None:
            raise ConfigurationError(
                f"the settings of a client of {self.service.name} name no broker: say url, or set SOAGEN_CLIENT_URL"
            )
        else:
            settings = given
            transport = _resolve(given.url)
        log = logged(settings.logging, CLIENT_CALLS, suspends=suspends)
        return Caller(
            transport=transport.asynchronous() if suspends else transport.blocking(),
            service=self.service,
            table=self._table,
            suspends=suspends,
            options=_options(settings),
            on_job=onion(log.jobs, on_job, suspends=suspends),
            on_action=onion(log.actions, on_action, suspends=suspends),
        )

    def _encode_context(self, context: Ctx) -> dict[str, Any]:
        try:
            return self.service.encode_context(context, False)
        except Invalid as invalid:
            faults = [fault.under("context") for fault in invalid.faults]
            raise RequestInvalid(self.service.name, faults) from None


class Client(_Options[Ctx]):
    """The base of generated blocking clients: a context manager, or closed by `close`."""

    def __init__(
        self,
        transport: str | Transport | ClientSettings,
        *,
        settings: ClientSettings | None = None,
        job_middleware: Sequence[JobMiddleware] = (),
        action_middleware: Sequence[ActionMiddleware] = (),
    ) -> None:
        """A client over a broker's URL (``redis://host:6379/0``) or a transport, with ``settings``, or with settings
        alone, which name the broker; with layers around its jobs and around its actions
        (`soagen_runtime.middleware`), the outermost first. Raises `ConfigurationError`.
        """
        from soagen_runtime.calls.blocking import Threads

        self._caller = self._make_caller(transport, settings, job_middleware, action_middleware, suspends=False)
        self._threads = Threads()

    @classmethod
    def from_settings(cls, config: Config | None = None) -> Self:
        """A client as environment and file have it (``docs/settings.md``). ``config`` is a file of TOML in place of the
        one that ``SOAGEN_CONFIG`` names, or a mapping like it, which comes behind that. Raises `ConfigurationError`,
        which tells all that is wrong.
        """
        return cls(_load(cls.service, config))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the connections of this client and of all that were derived from it."""
        self._threads.close()
        run_blocking(self._caller.transport.close())

    def _call(
        self, action: Action[Request, Response], request: Request, expand: Iterable[Expand[Any]] = ()
    ) -> Response:
        if expand:
            from soagen_runtime.calls.blocking import Calls

            return Calls(self._caller, self._threads)._call(action, request, expand).run()
        return run_blocking(self._caller.call(action, request))

    def status(self, *, verbose: bool = True) -> StatusResponse:
        """Asks a server for its versions and, if ``verbose``, for what its health checks find. Raises `CallError`."""
        from soagen_runtime.standard import STATUS, StatusRequest

        return self._call(STATUS, StatusRequest(verbose=verbose))

    def introspect(self, *, action_name: str | None = None, contract_part: int | None = None) -> IntrospectResponse:
        """Asks a server what it does: for each action in PySOA's form, or the one of that name; or for a part of its
        contract, from 0 (`soagen_runtime.standard.fetching` puts them together). Raises `CallError`.
        """
        from soagen_runtime.standard import INTROSPECT, IntrospectRequest

        return self._call(INTROSPECT, IntrospectRequest(action_name=action_name, contract_part=contract_part))


class AsyncClient(_Options[Ctx]):
    """The base of generated asyncio clients: an async context manager, or closed by `close`."""

    def __init__(
        self,
        transport: str | Transport | ClientSettings,
        *,
        settings: ClientSettings | None = None,
        job_middleware: Sequence[AsyncJobMiddleware] = (),
        action_middleware: Sequence[AsyncActionMiddleware] = (),
    ) -> None:
        """A client over a broker's URL (``redis://host:6379/0``) or a transport, with ``settings``, or with settings
        alone, which name the broker; with layers around its jobs and around its actions
        (`soagen_runtime.middleware`), the outermost first. Raises `ConfigurationError`.
        """
        self._caller = self._make_caller(transport, settings, job_middleware, action_middleware, suspends=True)

    @classmethod
    def from_settings(cls, config: Config | None = None) -> Self:
        """A client as environment and file have it (``docs/settings.md``). ``config`` is a file of TOML in place of the
        one that ``SOAGEN_CONFIG`` names, or a mapping like it, which comes behind that. Raises `ConfigurationError`,
        which tells all that is wrong.
        """
        return cls(_load(cls.service, config))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Frees the connections of this client and of all that were derived from it."""
        await self._caller.transport.close()

    async def _call(
        self, action: Action[Request, Response], request: Request, expand: Iterable[Expand[Any]] = ()
    ) -> Response:
        if expand:
            from soagen_runtime.calls.asynchronous import AsyncCalls

            return await AsyncCalls(self._caller)._call(action, request, expand).run()
        return await self._caller.call(action, request)

    async def status(self, *, verbose: bool = True) -> StatusResponse:
        """Asks a server for its versions and, if ``verbose``, for what its health checks find. Raises `CallError`."""
        from soagen_runtime.standard import STATUS, StatusRequest

        return await self._call(STATUS, StatusRequest(verbose=verbose))

    async def introspect(
        self, *, action_name: str | None = None, contract_part: int | None = None
    ) -> IntrospectResponse:
        """Asks a server what it does: for each action in PySOA's form, or the one of that name; or for a part of its
        contract, from 0 (`soagen_runtime.standard.fetching` puts them together). Raises `CallError`.
        """
        from soagen_runtime.standard import INTROSPECT, IntrospectRequest

        return await self._call(INTROSPECT, IntrospectRequest(action_name=action_name, contract_part=contract_part))


def _seconds(timeout: float) -> float:
    if isinstance(timeout, (int, float)) and 0 < timeout <= MAX_TIMEOUT:
        return timeout
    raise ConfigurationError(f"a timeout is a number of seconds above 0 and up to {MAX_TIMEOUT}, and not {timeout!r}")


def _load(service: Service[Any], config: Config | None) -> ClientSettings:
    from soagen_runtime.settings import load_client_settings

    return load_client_settings(service.name, config).settings


def _options(settings: ClientSettings) -> CallOptions:
    from soagen_runtime.wire import codec_for

    return CallOptions(
        timeout=settings.timeout,
        retry=RetryPolicy(attempts=settings.attempts),
        content_type=codec_for(settings.content_type).content_type,
        request_bytes=settings.limits.request_bytes,
    )


def _resolve(transport: object) -> Transport:
    if not isinstance(transport, str):
        if not hasattr(transport, "blocking"):
            raise ConfigurationError(f"a client takes a broker's URL, a transport or settings, and not {transport!r}")
        return cast("Transport", transport)
    from soagen_runtime.transport.urls import from_url  # the redis package is not needed for other transports

    return from_url(transport)
