"""The types of the fixtures: what is entered for the length of a test."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from soagen_runtime.testing.serving import BlockingClient, Made, serve
from soagen_runtime.testing.stubs import ActionStub, ServiceStub
from soagen_runtime.transport.memory import LocalTransport

S = TypeVar("S", bound="ServiceStub[Any] | ActionStub[..., Any, ..., Any, Any, Any]")


class Stubbing:
    """The fixture ``stubbing``: ``orders = stubbing(stub_orders())`` stands in for orders until the test is over."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, stub: S) -> S:
        """Enters a stub of a service or of an action."""
        self._stack.enter_context(stub)
        return stub


class Serving:
    """The fixture ``serving``: ``orders = serving(OrdersClient, Orders())`` serves until the test is over."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, client: Callable[[LocalTransport], BlockingClient], *servers: Made) -> BlockingClient:
        """A blocking client of servers; see `serve`."""
        return self._stack.enter_context(serve(client, *servers))
