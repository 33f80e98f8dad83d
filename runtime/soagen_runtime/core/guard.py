"""Time limits: who watches over handlers and jobs, and what is answered for one that runs too long.

What runs in asyncio is cancelled. What blocks cannot be stopped from outside: its caller is answered all the same, and
its process makes room for another. How either is done is the server's; here is only what is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from soagen_runtime.action import Action
from soagen_runtime.core.transport import Outcome
from soagen_runtime.errors import ACTION_TIMEOUT, JOB_TIMEOUT, Error, SoagenError


class Overrun(SoagenError):
    """A handler ran longer than ``seconds``."""

    code = ACTION_TIMEOUT
    told = "The action took too long"

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"{what} ran longer than the {seconds:g} s that it is allowed")

    def as_error(self) -> Error:
        """What the caller is told."""
        return Error(code=self.code, message=f"{self.told}: {self}")


class JobOverrun(Overrun):
    """A job ran longer than ``seconds``, with all its actions and their middleware."""

    code = JOB_TIMEOUT
    told = "The request took too long"

    def __init__(self, seconds: float) -> None:
        super().__init__("its job", seconds)


class Guard(Protocol):
    """Watches over the handlers of one request."""

    async def run(self, action: Action[Any, Any], handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """The result of a handler. Raises `Overrun` for one that was cancelled; ``overrun`` gives the answer for one
        that is not.
        """
        ...

    async def run_job(self, handling: Awaitable[Any], overrun: Callable[[Error], Outcome]) -> Any:
        """The same for a whole job. Raises `JobOverrun`."""
        ...
