"""How servers and clients are set up: typed, checked at the start, from code, environment or a file of TOML.

`ServerSettings` and `ClientSettings` are frozen dataclasses. `load_server_settings` and `load_client_settings` put
together what was said where, and say what is wrong all at once (``docs/settings.md``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from soagen_runtime.settings.calls import CallLogging, ClientLimits, ClientSettings
from soagen_runtime.settings.faults import SettingFault, SettingsInvalid
from soagen_runtime.settings.server import ServerLimits, ServerLogging, ServerSettings

if TYPE_CHECKING:
    from soagen_runtime.settings.loading import Config, Effective, load_client_settings, load_server_settings
    from soagen_runtime.settings.showing import show

__all__ = [
    "CallLogging",
    "ClientLimits",
    "ClientSettings",
    "Config",
    "Effective",
    "ServerLimits",
    "ServerLogging",
    "ServerSettings",
    "SettingFault",
    "SettingsInvalid",
    "load_client_settings",
    "load_server_settings",
    "show",
]

# Every client has settings; few programs load them.
_LAZY = {
    "Config": "soagen_runtime.settings.loading",
    "Effective": "soagen_runtime.settings.loading",
    "load_client_settings": "soagen_runtime.settings.loading",
    "load_server_settings": "soagen_runtime.settings.loading",
    "show": "soagen_runtime.settings.showing",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)
