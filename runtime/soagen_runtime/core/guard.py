"""Time limits of handlers: who watches over them, and what is answered for one that runs too long.

An asyncio handler is cancelled. A blocking one cannot be stopped from outside: its caller is answered all the same,
and its process makes room for another. How either is done is the server's; here is only what is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from soagen_runtime.action import Action
from soagen_runtime.core.transport import Outcome
from soagen_runtime.errors import ACTION_TIMEOUT, Error, SoagenError


class Overrun(SoagenError):
    """A handler ran longer than ``seconds``."""

    def __init__(self, action: str, seconds: float) -> None:
        super().__init__(f"{action} ran longer than the {seconds:g} s that it is allowed")

    def as_error(self) -> Error:
        """What the caller is told."""
        return Error(code=ACTION_TIMEOUT, message=f"The action took too long: {self}")


class Guard(Protocol):
    """Watches over the handlers of one request."""

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """The result of a handler. Raises `Overrun` for one that was cancelled; ``overrun`` gives the answer for one
        that is not.
        """
        ...
