"""Feature flags. They have names in Python and travel as integers (``docs/wire.md``, "A message").

A switch that a server does not know is carried on and otherwise ignored; so a set of switches is a set of ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from soagen_runtime.errors import ConfigurationError


class SwitchEnum(IntEnum):
    """The base of generated switches: ``OrdersSwitch.DYNAMIC_PRICING`` is its id."""


def switch_ids(switches: Iterable[int]) -> frozenset[int]:
    """The ids of switches that are given by name or by number. Raises `ConfigurationError` for what is neither."""
    ids = frozenset(switches)
    for switch in ids:
        if not isinstance(switch, int):
            raise ConfigurationError(
                f"{switch!r} is no switch: give a member of a generated enum of switches, or an id"
            )
    return frozenset(map(int, ids))
