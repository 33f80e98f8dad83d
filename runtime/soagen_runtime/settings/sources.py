"""Where settings are said: each place as a layer of checked values, and all that is wrong in it.

A name is the same in every place. What is ``limits.reply_bytes`` of the server is

- ``reply_bytes = 500_000`` under ``[server.limits]`` in a file of TOML,
- ``{"server": {"limits": {"reply_bytes": 500_000}}}`` in a mapping of a program, as Django's settings have it,
- ``SOAGEN_SERVER_LIMITS_REPLY_BYTES`` in the environment.

In a file and in a mapping everything has to be known. In the environment only what is nearly the name of a setting is
taken for a mistake: others put variables there too (Kubernetes makes ``SOAGEN_SERVER_PORT`` for a service
``soagen-server``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from soagen_runtime.settings.calls import ClientSettings
from soagen_runtime.settings.faults import SettingFault, SettingsInvalid, unknown
from soagen_runtime.settings.schema import Settings, Spec, specs_of
from soagen_runtime.settings.server import ServerSettings

FILE_VARIABLE: Final = "SOAGEN_CONFIG"
"""The environment variable that names the file."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and where it was said."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one place by their dotted keys, and what is wrong there."""

    given: dict[str, Given] = field(default_factory=dict)
    faults: list[SettingFault] = field(default_factory=list)

    def take(self, key: str, origin: str, check: Callable[[Any], Any], value: Any) -> None:
        """Takes a value, or notes why it can't be."""
        try:
            self.given[key] = Given(check(value), origin)
        except ValueError as error:
            self.faults.append(SettingFault(origin, str(error)))


def from_options(kind: type[Settings], options: Mapping[str, str | bool]) -> Layer:
    """The options of a command line, by dotted keys."""
    layer = Layer()
    for key, value in options.items():
        spec = specs_of(kind)[key]
        assert spec.option is not None, f"{key} is no option"
        check = spec.kind.check_text if isinstance(value, str) else spec.kind.check
        layer.take(key, spec.option, check, value)
    return layer


def from_environment(kind: type[Settings], environment: Mapping[str, str], prefix: str) -> Layer:
    """Variables that begin with ``prefix``: ``SOAGEN_SERVER_``."""
    layer = Layer()
    known = {variable_of(prefix, key): (key, spec) for key, spec in specs_of(kind).items() if spec.kind.read}
    for name, text in environment.items():
        if name in known:
            key, spec = known[name]
            layer.take(key, name, spec.kind.check_text, text)
        elif name.startswith(prefix):
            close = get_close_matches(name.removeprefix(prefix), [each.removeprefix(prefix) for each in known], 1, 0.85)
            if close:
                layer.faults.append(SettingFault(name, f"there is no such setting; did you mean {prefix}{close[0]}?"))
    return layer


def variable_of(prefix: str, key: str) -> str:
    """The environment variable of a setting."""
    return prefix + key.replace(".", "_").upper()


def from_code(settings: Any, origin: str) -> Layer:
    """What a class says of itself, as `Settings` or not at all, where it is not what is the default anyway."""
    layer = Layer()
    if settings is not None and not isinstance(settings, Settings):
        layer.faults.append(SettingFault(origin, f"{settings!r} is no ServerSettings(...)"))
    elif settings is not None:
        specs = specs_of(type(settings))
        for key, value in settings.values().items():
            if value != specs[key].default:
                layer.given[key] = Given(value, f"{origin}.{key}")
    return layer


class SettingsTables:
    """A file of TOML, or a mapping like it: ``[server]``, ``[client]`` for all clients, ``[clients.orders]`` for one.

    ``place`` is where it stands. All of it is checked, whichever part is asked for.
    """

    def __init__(self, given: Mapping[str, Any], place: str) -> None:
        self._place = place
        self.faults: list[SettingFault] = []
        tables = {str(name): table for name, table in given.items()}
        self.server = self._layer(ServerSettings, tables.pop("server", {}), "server")
        self.client = self._layer(ClientSettings, tables.pop("client", {}), "client")
        self.clients = {
            name: self._layer(ClientSettings, table, f"clients.{name}")
            for name, table in self._table(tables.pop("clients", {}), "clients").items()
        }
        for name in tables:
            self.faults.append(SettingFault(f"{place}: {name}", self._misplaced(name)))

    def _layer(self, kind: type[Settings], table: Any, section: str) -> Layer:
        layer = Layer()
        self._read_table(layer, specs_of(kind), self._table(table, section), section, "")
        self.faults += layer.faults
        return layer

    def _table(self, value: Any, section: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self.faults.append(SettingFault(f"{self._place}: {section}", f"{value!r} is not a table"))
        return {}

    def _read_table(
        self, layer: Layer, specs: Mapping[str, Spec], table: Mapping[str, Any], section: str, prefix: str
    ) -> None:
        for name, value in ((str(name), value) for name, value in table.items()):
            key, origin = f"{prefix}{name}", f"{self._place}: {section}.{name}"
            if key in specs:
                layer.take(key, origin, specs[key].kind.check, value)
            elif any(each.startswith(f"{key}.") for each in specs):
                self._read_table(layer, specs, self._table(value, f"{section}.{name}"), f"{section}.{name}", f"{key}.")
            else:
                here = {each.removeprefix(prefix).partition(".")[0] for each in specs if each.startswith(prefix)}
                layer.faults.append(SettingFault(origin, unknown("setting", name, sorted(here))))

    def _misplaced(self, name: str) -> str:
        if name in specs_of(ServerSettings):
            return "settings of the server stand under [server]"
        if name in specs_of(ClientSettings):
            return "settings of clients stand under [client] or [clients.NAME]"
        return unknown("table", name, ("server", "client", "clients"))


def from_file(path: Path) -> SettingsTables:
    """What a file of TOML has. Raises `SettingsInvalid` for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return SettingsTables(tomllib.load(file), str(path))
    except OSError as error:
        raise SettingsInvalid([SettingFault(str(path), f"cannot be read: {error.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid([SettingFault(str(path), f"is no TOML: {error}")]) from None
