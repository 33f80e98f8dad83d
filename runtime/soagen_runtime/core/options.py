"""How a client makes its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """How a client makes its calls. ``timeout`` is in seconds; ``context`` holds keys as they are sent."""

    timeout: float | None = None
    switches: frozenset[int] = frozenset()
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    correlation_id: str | None = None
