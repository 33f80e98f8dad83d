"""Which end leads to which service, where there is more than one broker.

Brokers have clocks of their own, so a call is made over the end of its service from the first question for the time on:
see `towards`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from soagen_runtime.core.transport import Channel, ClientTransport
from soagen_runtime.errors import ConfigurationError


class Router:
    """The ends of several transports, as one. Asked itself, it has the clock of ``otherwise``, or of the first."""

    def __init__(self, ends: Mapping[str, ClientTransport], otherwise: ClientTransport | None) -> None:
        self._ends = ends
        self._otherwise = otherwise

    def to(self, service: str) -> ClientTransport:
        """The end that leads to a service. Raises `ConfigurationError`."""
        end = self._ends.get(service, self._otherwise)
        if end is None:
            known = ", ".join(sorted(self._ends))
            raise ConfigurationError(f"there is no route to {service}, only to {known}; `default` takes the rest")
        return end

    def _all(self) -> list[ClientTransport]:
        ends = [*([] if self._otherwise is None else [self._otherwise]), *self._ends.values()]
        return list({id(end): end for end in ends}.values())

    async def now(self, within: float = math.inf) -> float:
        """The time of one of the brokers."""
        return await self._all()[0].now(within)

    async def open(self, service: str, *, shared: bool = False) -> Channel:
        """A channel for calls of ``service``. Raises `ConfigurationError` where no way leads there."""
        return await self.to(service).open(service, shared=shared)

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await self._all()[0].sleep(seconds)

    async def close(self) -> None:
        """Closes all ends."""
        for end in self._all():
            await end.close()


def towards(transport: ClientTransport, service: str) -> ClientTransport:
    """The end over which a service is called. Raises `ConfigurationError` where no way leads there."""
    return transport.to(service) if isinstance(transport, Router) else transport
