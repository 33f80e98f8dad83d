"""Django in a process of `soagen-server`."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from soagen_runtime.django.jobs import JobThreads, close_all, close_old, request_signals
from soagen_runtime.errors import ConfigurationError
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.framework import DJANGO_VARIABLE, SETTINGS, Framework


def set_up() -> None:
    """Sets Django up with the settings that the environment names. Raises `ConfigurationError` if they cannot be
    imported; an exception in them goes through as it is.
    """
    name = os.environ[DJANGO_VARIABLE]
    try:
        django.setup()
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # a module that the settings import, or an app that is not installed
        text = f"there are no settings of Django at {name}: there is no module {error.name}"
        raise ConfigurationError(text) from None
    except ImproperlyConfigured as error:
        raise ConfigurationError(f"the settings of Django at {name} will not do: {error}") from error


class DjangoProcess(Framework):
    """Tells Django when a job starts and finishes, and closes connections that nobody needs."""

    def __init__(self) -> None:
        self._threads = JobThreads()
        for name, logger in logging.root.manager.loggerDict.items():
            if name.partition(".")[0] == "soagen" and isinstance(logger, logging.Logger):
                logger.disabled = False  # as `LOGGING` does with all that it does not name, if not told otherwise

    def settings(self) -> Mapping[str, Any] | None:
        """See `Framework`."""
        found: object = getattr(settings, SETTINGS, None)
        if found is None or isinstance(found, Mapping):
            return found
        raise ConfigurationError(f"{SETTINGS} in the settings of Django is a dict, and not {found!r}")

    def adopt(self, server: Server | AsyncServer) -> None:
        """See `Framework`."""
        if isinstance(server, AsyncServer):
            server.job_middleware = (self._threads.request_signals, *server.job_middleware)
        else:
            server.job_middleware = (request_signals, *server.job_middleware)

    def before_fork(self) -> None:
        """See `Framework`. Pools end too: their threads would be missing in the other process."""
        close_all()
        for connection in connections.all(initialized_only=True):
            if (close_pool := getattr(connection, "close_pool", None)) is not None:  # those that can have one
                close_pool()
        close_caches()

    def rest(self) -> None:
        """See `Framework`."""
        close_old()

    async def rest_async(self) -> None:
        """See `Framework`."""
        await self._threads.rest()

    def let_go(self) -> None:
        """See `Framework`."""
        close_all()
        close_caches()

    async def let_go_async(self) -> None:
        """See `Framework`. Outside of jobs there is one thread for what is synchronous."""
        await self._threads.end()
        await sync_to_async(self.let_go)()
