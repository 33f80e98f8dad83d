"""From all places to the settings that hold: command line > environment > file > code > default.

Every value of every place is checked, those too that another place overrules; all faults are told at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.settings.calls import ClientSettings
from soagen_runtime.settings.faults import SettingFault, SettingsInvalid
from soagen_runtime.settings.schema import Settings, specs_of
from soagen_runtime.settings.server import ServerSettings
from soagen_runtime.settings.sources import (
    FILE_VARIABLE,
    Layer,
    SettingsFile,
    from_code,
    from_environment,
    from_options,
)

S = TypeVar("S", bound=Settings)

SERVER_PREFIX = "SOAGEN_SERVER_"
CLIENT_PREFIX = "SOAGEN_CLIENT_"


@dataclass(frozen=True, slots=True)
class Effective(Generic[S]):
    """Settings, and where each of them was said, by dotted keys; what is not there is as by default."""

    settings: S
    origins: Mapping[str, str]


def load_server_settings(
    config: str | Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, str | bool] | None = None,
    code: ServerSettings | None = None,
    code_origin: str = "code",
    checks: Mapping[str, Callable[[Any], object]] | None = None,
) -> Effective[ServerSettings]:
    """The settings of a server.

    ``config`` is a file of TOML (None: the one that ``SOAGEN_CONFIG`` names, or none), ``environment`` stands for that
    of the process, ``code`` is what the server's class says. ``checks`` are what only the caller can check, by dotted
    keys; they raise `ConfigurationError`. Raises `SettingsInvalid`.
    """
    environment = os.environ if environment is None else environment
    file, faults = _file(config, environment)
    layers = [
        from_options(ServerSettings, options or {}),
        from_environment(ServerSettings, environment, SERVER_PREFIX),
        *([file.server] if file else []),
        from_code(code, code_origin),
    ]
    return _merged(ServerSettings, layers, faults, checks or {})


def load_client_settings(
    service: str, config: str | Path | None = None, *, environment: Mapping[str, str] | None = None
) -> Effective[ClientSettings]:
    """The settings of a client of ``service``: what is said of it, before what is said of all clients. For the
    parameters see `load_server_settings`. Raises `SettingsInvalid`.
    """
    environment = os.environ if environment is None else environment
    file, faults = _file(config, environment)
    layers = [
        from_environment(ClientSettings, environment, f"SOAGEN_CLIENTS_{service.upper()}_"),
        from_environment(ClientSettings, environment, CLIENT_PREFIX),
        *([file.clients.get(service, Layer()), file.client] if file else []),
    ]
    return _merged(ClientSettings, layers, faults, {})


def _file(config: str | Path | None, environment: Mapping[str, str]) -> tuple[SettingsFile | None, list[SettingFault]]:
    path = config or environment.get(FILE_VARIABLE)
    if not path:
        return None, []
    try:
        file = SettingsFile(Path(path))
    except SettingsInvalid as error:
        return None, list(error.faults)
    return file, file.faults


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
