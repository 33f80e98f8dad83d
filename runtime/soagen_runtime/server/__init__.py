"""What generated server bases subclass, and what runs them."""

from soagen_runtime.server.base import AsyncServer, Server

__all__ = ["AsyncServer", "Server"]
