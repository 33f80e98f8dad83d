"""What a server lives in: nothing, or a web framework whose resources come and go with its requests.

A framework holds resources for each thread, connections to a database first of all. It knows when a web request begins
and ends, and nothing of jobs; so whoever serves has to tell it. This is up to the process that serves, not to the
server's class: a server that is called in one process, as in a test, shares its caller's resources and must not close
them.

A framework is optional. What knows it stands above this package, and is loaded by name once it is known to be used.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.loading import look_here

DJANGO_VARIABLE: Final = "DJANGO_SETTINGS_MODULE"
"""The environment variable in which Django looks for the module with a project's settings."""

SETTINGS: Final = "SOAGEN"
"""What a framework's settings call those of servers and clients."""


class Framework:
    """No framework: does nothing. Django's is `soagen_runtime.django.process.DjangoProcess`."""

    def settings(self) -> Mapping[str, Any] | None:
        """What its own settings say of servers and clients, in the form of a file of TOML. Raises `ConfigurationError`
        for what has not that form.
        """

    def adopt(self, server: Server | AsyncServer) -> None:
        """Puts what the framework does around a job around those of ``server``, outside its own middleware."""

    def before_fork(self) -> None:
        """Lets go of all that a forked process must not share with this one."""

    def rest(self) -> None:
        """Lets go of what is not to be kept while this thread has nothing to do."""

    async def rest_async(self) -> None:
        """Lets go of what is not to be kept by what is idle of this loop, while nothing comes in."""

    def let_go(self) -> None:
        """Lets go of all that this thread holds: it is about to end."""

    async def let_go_async(self) -> None:
        """Lets go of all that coroutines of this loop hold, while no job runs."""


def enter(django_settings: str | None = None) -> None:
    """Sets Django up, so that models can be imported, if ``django_settings`` or the environment names the module with
    its settings. Raises `ConfigurationError` if that cannot be.
    """
    has_django = importlib.util.find_spec("django") is not None
    if django_settings is not None:
        if not has_django:
            raise ConfigurationError("there is no Django here: pip install 'soagen-runtime[django]'")
        os.environ[DJANGO_VARIABLE] = django_settings
    if has_django and os.environ.get(DJANGO_VARIABLE):  # without Django, the variable is meant for others
        look_here()
        _django().set_up()


def present() -> Framework:
    """The framework that is set up in this process, whoever did it."""
    registry: Any = sys.modules.get("django.apps")
    if registry is None or not registry.apps.ready:
        return Framework()
    framework: Framework = _django().DjangoProcess()
    return framework


def _django() -> Any:
    return importlib.import_module("soagen_runtime.django.process")
