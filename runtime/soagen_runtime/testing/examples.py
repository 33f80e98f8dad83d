"""The examples of a contract, as calls that can be made and checked.

Generated code has them in a table, ``EXAMPLES``. Held against a real server they are tests::

    @pytest.mark.parametrize("example", EXAMPLES, ids=str)
    def test_example(example: Example[Any, Any], orders: OrdersClient) -> None:
        example.check(orders)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from soagen_runtime.action import Action
from soagen_runtime.client import AsyncClient, Client
from soagen_runtime.errors import ActionError, ContractError
from soagen_runtime.testing.comparing import differences

Request = TypeVar("Request")
Response = TypeVar("Response")


@dataclass(frozen=True, slots=True, eq=False)
class Example(Generic[Request, Response]):
    """One example: what is asked, and either the response or the error. That of a oneway action is only asked."""

    name: str
    action: Action[Request, Response] = field(repr=False)
    request: Request
    response: Response | None = None
    error: ContractError | None = None

    def __str__(self) -> str:
        return f"{self.action.method}: {self.name}"

    def check(self, client: Client[Any], *, ignoring: Collection[str] = ()) -> None:
        """Makes the call, and fails unless it ends as the example says. Raises `AssertionError`.

        ``ignoring`` are dotted paths in the response, by Python's names, whose values may be anything:
        ``order.placed_at``, ``order.lines.*.price``. What is no answer of the action, such as `CallTimeout`, is raised
        as it is.
        """
        __tracebackhide__ = True
        try:
            outcome: Any = client._call(self.action, self.request)
        except ActionError as error:
            outcome = error
        self._compare(outcome, ignoring)

    async def check_async(self, client: AsyncClient[Any], *, ignoring: Collection[str] = ()) -> None:
        """`check` with an asyncio client."""
        __tracebackhide__ = True
        try:
            outcome: Any = await client._call(self.action, self.request)
        except ActionError as error:
            outcome = error
        self._compare(outcome, ignoring)

    def _compare(self, outcome: Any, ignoring: Collection[str]) -> None:
        __tracebackhide__ = True
        lines = self._differences(outcome, ignoring)
        if lines:
            raise AssertionError("\n  ".join((f"the example {self} does not hold:", *lines)))

    def _differences(self, outcome: Any, ignoring: Collection[str]) -> list[str]:
        if self.error is None:
            if isinstance(outcome, ActionError):
                return [f"the call ended in {_told(outcome)}"]
            return [] if self.action.oneway else differences(self.response, outcome, ignoring=ignoring)
        if not isinstance(outcome, ActionError):
            return [f"the call returned {outcome!r}, and not {_told(self.error)}"]
        if type(outcome) is not type(self.error):
            return [f"the call ended in {_told(outcome)}, and not in {_told(self.error)}"]
        return differences(self.error.to_variables(False), outcome.to_variables(False), ignoring=ignoring)


def _told(error: ActionError) -> str:
    return f"{type(error).__name__} ({error})"
