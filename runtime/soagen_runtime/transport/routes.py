"""Services that are reached over different brokers, as one transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from soagen_runtime.core.routing import Router
from soagen_runtime.core.transport import ClientTransport, Transport
from soagen_runtime.errors import ConfigurationError


class Routes:
    """Where each service is, for a client that calls more than its own: one with expansions.

    ``Routes({"customers": "redis://crm:6379/0"}, default="redis://shop:6379/0")`` takes URLs of brokers and transports.
    Without a default, a call of a service that is not named is a `ConfigurationError`, and so are routes to nowhere and
    URLs that are none.
    """

    def __init__(self, services: Mapping[str, str | Transport], default: str | Transport | None = None) -> None:
        if not services and default is None:
            raise ConfigurationError("routes lead somewhere: name a service, or a default")
        known: dict[str, Transport] = {}
        self._services = {name: _resolved(known, to) for name, to in services.items()}
        self._default = None if default is None else _resolved(known, default)

    def blocking(self) -> ClientTransport:
        """The ends for a blocking client."""
        return self._router(lambda transport: transport.blocking())

    def asynchronous(self) -> ClientTransport:
        """The ends for an asyncio client."""
        return self._router(lambda transport: transport.asynchronous())

    def _router(self, end_of: Callable[[Transport], ClientTransport]) -> Router:
        made: dict[int, ClientTransport] = {}

        def end(transport: Transport) -> ClientTransport:
            if id(transport) not in made:
                made[id(transport)] = end_of(transport)
            return made[id(transport)]

        ends = {name: end(transport) for name, transport in self._services.items()}
        return Router(ends, None if self._default is None else end(self._default))


def _resolved(known: dict[str, Transport], given: str | Transport) -> Transport:
    """A transport; those of one URL are one."""
    if not isinstance(given, str):
        return given
    from soagen_runtime.transport.urls import from_url  # the redis package is not needed for other transports

    if given not in known:
        known[given] = from_url(given)
    return known[given]
