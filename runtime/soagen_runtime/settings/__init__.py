"""How servers and clients are set up: typed, checked at the start, from code, environment or a file of TOML.

`ServerSettings` and `ClientSettings` are frozen dataclasses. `load_server_settings` and `load_client_settings` put
together what was said where, and say what is wrong all at once (``docs/settings.md``).
"""

from soagen_runtime.settings.calls import CallLogging, ClientLimits, ClientSettings
from soagen_runtime.settings.faults import SettingFault, SettingsInvalid
from soagen_runtime.settings.loading import Effective, load_client_settings, load_server_settings
from soagen_runtime.settings.server import ServerLimits, ServerLogging, ServerSettings
from soagen_runtime.settings.showing import show

__all__ = [
    "CallLogging",
    "ClientLimits",
    "ClientSettings",
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
