"""From all places to the settings that hold: command line > environment > file > mapping > code > default.

Every value of every place is checked, those too that another place overrules; all faults are told at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.settings.calls import ClientSettings
from soagen_runtime.settings.faults import SettingFault, SettingsInvalid
from soagen_runtime.settings.schema import Settings, specs_of
from soagen_runtime.settings.server import ServerSettings
from soagen_runtime.settings.sources import (
    FILE_VARIABLE,
    Layer,
    SettingsTables,
    from_code,
    from_environment,
    from_file,
    from_options,
)

Config: TypeAlias = str | Path | Mapping[str, Any]
"""A file of TOML with settings, or a mapping like it."""

S = TypeVar("S", bound=Settings)

SERVER_PREFIX = "SOAGEN_SERVER_"
CLIENT_PREFIX = "SOAGEN_CLIENT_"


@dataclass(frozen=True, slots=True)
class Effective(Generic[S]):
    """Settings, and where each of them was said, by dotted keys; what is not there is as by default."""

    settings: S
    origins: Mapping[str, str]


def load_server_settings(
    config: Config | None = None,
    *,
    config_origin: str = "config",
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, str | bool] | None = None,
    code: ServerSettings | None = None,
    code_origin: str = "code",
    checks: Mapping[str, Callable[[Any], object]] | None = None,
) -> Effective[ServerSettings]:
    """The settings of a server.

    ``config`` is a file of TOML in place of the one that ``SOAGEN_CONFIG`` names, or a mapping like it, behind that
    file; ``environment`` stands for that of the process, ``code`` is what the server's class says. ``checks`` are what
    only the caller can check, by dotted keys; they raise `ConfigurationError`. Raises `SettingsInvalid`.
    """
    environment = os.environ if environment is None else environment
    tables, faults = _tables(config, environment, config_origin)
    layers = [
        from_options(ServerSettings, options or {}),
        from_environment(ServerSettings, environment, SERVER_PREFIX),
        *(each.server for each in tables),
        from_code(code, code_origin),
    ]
    return _merged(ServerSettings, layers, faults, checks or {})


def load_client_settings(
    service: str, config: Config | None = None, *, environment: Mapping[str, str] | None = None
) -> Effective[ClientSettings]:
    """The settings of a client of ``service``: what is said of it, before what is said of all clients. For the
    parameters see `load_server_settings`. Raises `SettingsInvalid`.
    """
    environment = os.environ if environment is None else environment
    tables, faults = _tables(config, environment, "config")
    layers = [
        from_environment(ClientSettings, environment, f"SOAGEN_CLIENTS_{service.upper()}_"),
        from_environment(ClientSettings, environment, CLIENT_PREFIX),
    ]
    for each in tables:
        layers += [each.clients.get(service, Layer()), each.client]
    return _merged(ClientSettings, layers, faults, {})


def _tables(
    config: Config | None, environment: Mapping[str, str], origin: str
) -> tuple[list[SettingsTables], list[SettingFault]]:
    """The file and the mapping, as far as there are such, and what is wrong there."""
    mapping = config if isinstance(config, Mapping) else None
    path = environment.get(FILE_VARIABLE) if config is None or isinstance(config, Mapping) else config
    tables: list[SettingsTables] = []
    faults: list[SettingFault] = []
    if path:
        try:
            tables.append(from_file(Path(path)))
        except SettingsInvalid as error:
            faults += error.faults
    if mapping is not None:
        tables.append(SettingsTables(mapping, origin))
    return tables, [*faults, *(fault for each in tables for fault in each.faults)]


def _merged(
    kind: type[S],
    layers: Iterable[Layer],
    faults: Iterable[SettingFault],
    checks: Mapping[str, Callable[[Any], object]],
) -> Effective[S]:
    found = list(faults)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        found += [fault for fault in layer.faults if fault not in found]
        for key, given in layer.given.items():
            if key not in values:
                values[key], origins[key] = given.value, given.origin
    for key, check in checks.items():
        try:
            check(values.get(key, specs_of(kind)[key].default))
        except ConfigurationError as error:
            found.append(SettingFault(origins.get(key, key), str(error)))
    if found:
        raise SettingsInvalid(found)
    return Effective(kind.from_values(values), origins)
