"""What every call carries, and how it reaches the calls made while serving.

While a handler runs, `current_call` holds the call that it serves. A client that is used meanwhile starts from it:
the correlation id, the switches and every context key, declared or not, go along, and no call may outlast the
deadline of the one it serves. A `contextvars.ContextVar` carries it into tasks and into `asyncio.to_thread`; to take
it into a thread of one's own, see `carry`.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as the server sees it. ``deadline`` is a Unix time in seconds on the broker's clock, ``raw`` the context
    as it came, unknown keys included.
    """

    service: str
    action: str = ""
    request_id: int = 0
    correlation_id: str = ""
    switches: frozenset[int] = frozenset()
    caller: str | None = None
    calling_service: str | None = None
    deadline: float | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


_NO_CALL = Call(service="")

current_call: contextvars.ContextVar[Call | None] = contextvars.ContextVar("soagen_current_call", default=None)


class Context:
    """The base of generated contexts: the fields of the contract, and what the protocol adds.

    A handler is given one; a caller makes one to hand its fields to a client.
    """

    __slots__ = ("_call",)
    _call: Call

    @property
    def call(self) -> Call:
        """The call that is served; an empty one outside of a handler."""
        return getattr(self, "_call", _NO_CALL)

    @property
    def correlation_id(self) -> str:
        """The id that all calls of one chain share."""
        return self.call.correlation_id

    @property
    def request_id(self) -> int:
        """The number that the caller gave to this request."""
        return self.call.request_id

    @property
    def switches(self) -> frozenset[int]:
        """The ids of all switches that are on, known here or not."""
        return self.call.switches

    @property
    def caller(self) -> str | None:
        """Who started the chain, if anybody said so."""
        return self.call.caller

    @property
    def calling_service(self) -> str | None:
        """The service that made this call, if it was made while serving."""
        return self.call.calling_service

    @property
    def deadline(self) -> float | None:
        """The Unix time, in seconds on the broker's clock, after which nobody waits for the answer."""
        return self.call.deadline

    def is_on(self, switch: int) -> bool:
        """Whether a switch is on for this call."""
        return switch in self.call.switches


def bind(context: Context, call: Call) -> None:
    """Gives a decoded context the call that it came with."""
    context._call = call


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, to be run in another thread as part of the present call.

    For example ``pool.submit(carry(stock.reserve), ...)`` or ``pool.map(carry(price), lines)``. Tasks and
    `asyncio.to_thread` carry the call by themselves; a thread of one's own knows nothing of it.
    """
    snapshot = contextvars.copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return snapshot.copy().run(function, *args, **kwargs)

    return run
