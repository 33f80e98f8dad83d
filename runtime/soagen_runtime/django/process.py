"""Django in a process of `soagen-server`."""

from __future__ import annotations

import logging
import os
from contextlib import suppress

import django
from asgiref.sync import sync_to_async
from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, close_old_connections, connections

from soagen_runtime.django.jobs import async_request_signals, close_connections, request_signals
from soagen_runtime.errors import ConfigurationError
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.framework import DJANGO_VARIABLE, Framework


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
        for name, logger in logging.root.manager.loggerDict.items():
            if name.partition(".")[0] == "soagen" and isinstance(logger, logging.Logger):
                logger.disabled = False  # as `LOGGING` does with all that it does not name, if not told otherwise

    def adopt(self, server: Server | AsyncServer) -> None:
        """See `Framework`."""
        if isinstance(server, AsyncServer):
            if async_request_signals not in server.job_middleware:
                server.job_middleware = (async_request_signals, *server.job_middleware)
        elif request_signals not in server.job_middleware:
            server.job_middleware = (request_signals, *server.job_middleware)

    def before_fork(self) -> None:
        """See `Framework`. Pools end too: their threads would be missing in the other process."""
        close_connections()
        for connection in connections.all(initialized_only=True):
            if (close_pool := getattr(connection, "close_pool", None)) is not None:  # those that can have one
                close_pool()
        close_caches()

    def rest(self) -> None:
        """See `Framework`."""
        with suppress(Error):  # one that broke need not be closed nicely
            close_old_connections()

    def let_go(self) -> None:
        """See `Framework`."""
        close_connections()
        close_caches()

    async def let_go_async(self) -> None:
        """See `Framework`."""
        await sync_to_async(self.let_go)()
