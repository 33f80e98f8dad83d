"""What is wrong with settings: all of it at once, each with where it was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from soagen_runtime.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One mistake. ``origin`` is where it stands: ``soagen.toml: server.workers``, ``SOAGEN_SERVER_WORKERS``,
    ``--workers`` or ``ServerSettings.workers``.
    """

    origin: str
    message: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}"


class SettingsInvalid(ConfigurationError):
    """Settings that cannot be: ``faults`` are all of them, at least one."""

    def __init__(self, faults: Sequence[SettingFault]) -> None:
        lines = [str(fault) for fault in faults]
        many = f"{len(lines)} settings are wrong:\n  " + "\n  ".join(lines)
        super().__init__(lines[0] if len(lines) == 1 else many)
        self.faults = tuple(faults)


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    """That there is nothing of this name, and what was perhaps meant."""
    close = get_close_matches(name, list(known), 1, 0.6)
    return f"there is no such {noun}" + (f"; did you mean {close[0]}?" if close else "")
