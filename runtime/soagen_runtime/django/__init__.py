"""Servers in a Django project (``docs/django.md``). Needs Django: ``pip install soagen-runtime[django]``.

`soagen-server` does by itself what is here as soon as Django is set up in its process; the middleware is for those who
serve otherwise.
"""

from __future__ import annotations

from soagen_runtime.django.cache import RequestCache
from soagen_runtime.django.jobs import async_request_signals, request_signals

__all__ = ["RequestCache", "async_request_signals", "request_signals"]
