"""How a client makes its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from soagen_runtime.core.retry import Budget, RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """How a client makes its calls. ``timeout`` is in seconds; ``content_type`` None is MessagePack; ``context`` holds
    keys as they are sent; the switches in ``without`` are off, also where a call that is being served has them on.
    ``budget`` is shared by all that a client derives.
    """

    timeout: float | None = None
    content_type: str | None = None
    request_bytes: int = 102_400  # PySOA's limit
    switches: frozenset[int] = frozenset()
    without: frozenset[int] = frozenset()
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    correlation_id: str | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    budget: Budget = field(default_factory=Budget, repr=False, compare=False)
