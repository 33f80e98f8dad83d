"""Servers in a Django project (``docs/django.md``). Needs Django: ``pip install soagen-runtime[django]``.

`soagen-server` sees to Django by itself, as soon as it is set up in its process; here is what a project may want beside
that.
"""

from __future__ import annotations

from soagen_runtime.django.cache import RequestCache

__all__ = ["RequestCache"]
