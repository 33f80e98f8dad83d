"""From ``module:Class`` on the command line to a server object."""

from __future__ import annotations

import importlib
import inspect
import os
import sys

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.server.base import AsyncServer, Server


def load_server(target: str) -> Server | AsyncServer:
    """The server that ``module:name`` names: a server class, a function that makes a server, or a server.

    Modules are looked for in the working directory first. Raises `ConfigurationError` with one clear sentence; an
    exception in the user's own module goes through as it is.
    """
    module_name, colon, name = target.partition(":")
    if not (colon and module_name and name):
        raise ConfigurationError(f"{target!r} does not name a server: write module:Class, as in acme.shop:Orders")
    look_here()
    found = _look_up(module_name, name)
    server = found if isinstance(found, (Server, AsyncServer)) else _make(target, found)
    if not isinstance(server, (Server, AsyncServer)):
        raise ConfigurationError(f"{target} is no server: it does not derive from a generated server base")
    return server


def look_here() -> None:
    """Has modules looked for in the working directory first."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def _look_up(module_name: str, name: str) -> object:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # a module that the user's module imports
        raise ConfigurationError(f"there is no module {error.name} here or on the import path") from None
    found: object = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise ConfigurationError(f"the module {module_name} has no {name}")
        found = getattr(found, part)
    return found


def _make(target: str, found: object) -> object:
    if not callable(found) or (isinstance(found, type) and not issubclass(found, (Server, AsyncServer))):
        raise ConfigurationError(f"{target} is no server: it does not derive from a generated server base")
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing:
        raise ConfigurationError(f"{target} does not implement {', '.join(missing)}")
    try:
        inspect.signature(found).bind()
    except TypeError as error:
        mend = "name a function that makes the server" if isinstance(found, type) else "it is called with none"
        raise ConfigurationError(f"{target} cannot be made without arguments ({error}): {mend}") from None
    return found()
