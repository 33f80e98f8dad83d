"""Running a coroutine that never waits.

A call's logic is one coroutine for blocking and asyncio ends. A blocking transport does its work inside its ``async
def`` methods without ever suspending, so that one ``send(None)`` runs the coroutine to its end.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_blocking(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that does not suspend. Raises `RuntimeError` if it does: that is a fault of a transport
    or of a handler that awaits something on a blocking server."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a blocking call suspended: something in it awaits what only an event loop can deliver")
