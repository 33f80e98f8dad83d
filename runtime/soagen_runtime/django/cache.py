"""A cache for `CACHES` that lasts as long as a job."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from django.core.cache.backends.locmem import LocMemCache


class RequestCache(LocMemCache):
    """What is put into it is there until the job, or the web request, ends, and for nobody else: Django makes a cache
    for each thread, and for each task of a loop.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._cache: OrderedDict[str, bytes] = OrderedDict()  # in place of those that all caches of a name share
        self._expire_info: dict[str, float | None] = {}
        self._lock = Lock()

    def close(self, **kwargs: Any) -> None:
        """Forgets all; Django calls it when a request finishes."""
        self.clear()
