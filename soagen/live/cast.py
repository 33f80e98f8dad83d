"""The servers that a scenario file names, and the contracts of the services that it speaks of.

A contract is taken from the generated code that the servers themselves use, which carries it: so it is the one that
they were built from. The code of other services, which are only stubbed, stands beside that of the tested one, unless
``packages`` says where else.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import typing
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from soagen_runtime.action import Service
from soagen_runtime.core.published import publication_of
from soagen_runtime.server import AsyncServer, Server
from soagen_runtime.transport.memory import LocalTransport

from soagen.generate import names
from soagen.scenarios.tree import Head, Target
from soagen.scenarios.view import View

AnyServer: TypeAlias = Server | AsyncServer


class Miscast(Exception):
    """A target that names no server; the text says why."""

    def __init__(self, target: Target, reason: str) -> None:
        super().__init__(reason)
        self.target = target


class Cast:
    """The servers of a file, ready to be made, and contracts. Raises `Miscast`; the user's own modules raise what they
    like.
    """

    def __init__(self, head: Head) -> None:
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        self._packages = head.packages
        self._views: dict[str, View | None] = {}
        self._services: dict[str, Service[Any]] = {}
        self._makers = {}
        for target in (head.server, *head.servers):
            service, maker = _maker(target)
            if service.name in self._services:
                raise Miscast(target, f"two servers of {service.name} are named")
            self._services[service.name] = service
            self._makers[service.name] = maker
        self._main = next(iter(self._services))
        if self.find(self._main) is None:
            reason = f"the generated code of {self._main} carries no contract: build it anew with `soagen build`"
            raise Miscast(head.server, reason)

    @property
    def main(self) -> View:
        """The contract of the server which is tested."""
        view = self.find(self._main)
        assert view is not None, "seen to above"
        return view

    @property
    def served(self) -> Iterable[str]:
        """The services that there are servers of."""
        return self._makers

    def makers(self) -> list[Callable[[LocalTransport], AnyServer]]:
        """What makes the servers, each of a transport on which they all are."""
        return list(self._makers.values())

    def service(self, name: str) -> Service[Any]:
        """The table of a service that was found."""
        return self._services[name]

    def find(self, service: str) -> View | None:
        """The contract of any service, if there is generated code of it."""
        if service not in self._views:
            table = self._services.get(service) or self._import(service)
            publication = publication_of(table) if table is not None else None
            self._views[service] = View(publication.path, publication.files) if publication is not None else None
            if table is not None:
                self._services[service] = table
        return self._views[service]

    def _import(self, service: str) -> Service[Any] | None:
        beside = self._services[self._main].module.rpartition(".")[0].rpartition(".")[0]
        package = self._packages.get(service) or f"{beside}.{names.module(service)}"
        try:
            table: Service[Any] = importlib.import_module(f"{package}.service").SERVICE
        except ModuleNotFoundError as error:
            if error.name is None or not f"{package}.service.".startswith(f"{error.name}."):
                raise  # a module that the generated code imports
            return None
        return table


def _maker(target: Target) -> tuple[Service[Any], Callable[[LocalTransport], AnyServer]]:
    """The service that a target serves, and what makes the server."""
    found = _look_up(target)
    if isinstance(found, (Server, AsyncServer)):
        return found.service, lambda transport: found
    kind = found if inspect.isclass(found) else _returned(found)
    if not (inspect.isclass(kind) and issubclass(kind, (Server, AsyncServer)) and callable(found)):
        says = "does not say in its annotation which server it makes" if callable(found) else "is no server"
        raise Miscast(target, f"{target.text} {'is no server' if inspect.isclass(found) else says}")
    needed = [
        each
        for each in inspect.signature(found).parameters.values()
        if each.default is each.empty and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    if len(needed) > 1:
        raise Miscast(target, f"{target.text} takes more than a transport: name a function that makes the server")
    return kind.service, found if needed else lambda transport: found()


def _returned(found: object) -> object:
    try:
        return typing.get_type_hints(found).get("return") if callable(found) else None
    except (NameError, TypeError):
        return None


def _look_up(target: Target) -> object:
    module, colon, name = target.text.partition(":")
    if not (module and colon and name):
        raise Miscast(target, f"{target.text} does not name a server: write module:Class, as in acme.shop:Orders")
    try:
        found: object = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # a module that the user's module imports
        raise Miscast(target, f"there is no module {error.name} here or on the import path") from None
    for part in name.split("."):
        if not hasattr(found, part):
            raise Miscast(target, f"the module {module} has no {name}")
        found = getattr(found, part)
    return found
