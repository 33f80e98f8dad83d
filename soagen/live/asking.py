"""Asking a service of which nothing is known but its name: what every server answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from soagen_runtime.client import Client
from soagen_runtime.standard import SERVICE
from soagen_runtime.standard.types import StandardContext


@contextmanager
def anyone(service: str, url: str, patience: float) -> Iterator[Client[StandardContext]]:
    """A client of a service, with the actions that all have and no others; it waits for ``patience`` seconds, once.

    Raises `soagen_runtime.ConfigurationError` for a URL that can't be used.
    """
    kind = type("Anyone", (Client,), {"service": replace(SERVICE, name=service, module="")})
    with kind(url) as client:
        yield client.with_options(timeout=patience, attempts=1)
