"""From a URL to a transport."""

from __future__ import annotations

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.transport.redis import RedisTransport

SCHEMES = ("redis", "rediss", "unix")


def from_url(url: str) -> RedisTransport:
    """The transport that a URL names. Raises `ConfigurationError`, which never shows a password."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SCHEMES:
        shown = f"{scheme}://..." if separator else "what was given"
        raise ConfigurationError(
            f"{shown} is no URL of a broker; it begins with {', '.join(s + '://' for s in SCHEMES)}"
        )
    return RedisTransport(url)
