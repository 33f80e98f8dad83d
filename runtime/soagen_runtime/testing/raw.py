"""Services as plain values: for tools that know a contract as data, and have no use for its classes.

A raw service is a service whose requests, responses and contexts are maps as they are sent. A client of it sends what
it is given, right or wrong; a stub of it is held against the contract all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from soagen_runtime.action import Action, Service
from soagen_runtime.client import Client
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import JOB_TIMEOUT, OUTCOME_UNKNOWN, WORKER_LOST, ActionError, Error, JobError
from soagen_runtime.testing.answers import Answer, Raised
from soagen_runtime.testing.stubs import ActionStub, Raises, ServiceStub, body
from soagen_runtime.transport.memory import LocalTransport

_OF_JOBS = frozenset({JOB_TIMEOUT, WORKER_LOST, OUTCOME_UNKNOWN})


@dataclass(frozen=True, slots=True)
class RawCall:
    """A call as it is sent."""

    action: str
    body: Mapping[str, Any]


class RawClient:
    """A blocking client of any service, in this process."""

    def __init__(self, service: Service[Any], transport: LocalTransport) -> None:
        self._service = _raw(service)
        kind = type(f"Raw{service.name}", (Client,), {"service": self._service})
        self._client: Client[Any] = kind(transport)

    def run(
        self,
        calls: Sequence[RawCall],
        *,
        context: Mapping[str, Any],
        switches: frozenset[int],
        continue_on_error: bool = False,
    ) -> list[Outcome[dict[str, Any]]]:
        """Makes one request, and says what came of each call. Raises `CallError` where the whole of it failed."""
        caller = self._client.with_options(context=dict(context), switches=switches)._caller
        asks = [Ask(_selected(self._service, call.action, switches), call.body) for call in calls]
        return run_blocking(caller.job(asks, continue_on_error=continue_on_error))

    def close(self) -> None:
        """Frees what it has."""
        self._client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a stub answers: a response as it is sent, or an exception; to the requests of which ``holds`` says so."""

    response: dict[str, Any] | None = None
    error: Exception | None = None
    holds: Callable[[dict[str, Any]], bool] | None = None


class RawStub(ServiceStub[Any]):
    """A stub of any service."""

    def __init__(self, service: Service[Any]) -> None:
        self._raw = _raw(service)
        super().__init__(self._raw)
        self._made = {each.method: self._add(each, body, body, Raises[Any]()) for each in self._raw.actions}
        self._taken = dict.fromkeys(self._made, 0)

    def tell(self, action: str, switches: frozenset[int], answers: Sequence[RawAnswer]) -> None:
        """What an action answers, under the contract that is served while these switches are on: each answer that says
        to which requests, by itself; the others one after the other. Raises `StubInvalid`.
        """
        stub = self._made[_selected(self._raw, action, switches).method]
        for each in answers:
            if each.holds is not None:
                stub._add(each.holds, [self._answer(stub, each)])
        others = [self._answer(stub, each) for each in answers if each.holds is None]
        if others:
            stub._set(others)

    def check(self, action: str, switches: frozenset[int], answer: RawAnswer) -> None:
        """Raises `StubInvalid` for an answer that does not fit the contract."""
        self._answer(self._made[_selected(self._raw, action, switches).method], answer)

    def take_requests(self) -> dict[str, list[dict[str, Any]]]:
        """The requests that were answered since this was last called, by the sent names of the actions."""
        taken: dict[str, list[dict[str, Any]]] = {}
        for action in self._raw.actions:
            requests = self._made[action.method].requests
            taken.setdefault(action.wire, []).extend(requests[self._taken[action.method] :])
            self._taken[action.method] = len(requests)
        return taken

    def _answer(self, stub: ActionStub[..., Any, ..., Any, Any, Any], answer: RawAnswer) -> Answer:
        return Raised(answer.error) if answer.error is not None else stub._checked(answer.response)


def raw_error(service: Service[Any], error: Error) -> ActionError | JobError:
    """The exception that a service raises for an error; a message that is left empty is the contract's own."""
    if error.code in _OF_JOBS:
        return JobError((error,))
    kind = next((kind for kind in service.errors if error.code == kind.CODE), None)
    if kind is None:
        return ActionError((error,))
    made = kind.from_variables(error.variables or {}, False)
    return made.received((replace(made.errors[0], message=error.message or made.message, field=error.field),))


def _selected(service: Service[Any], wire: str, switches: frozenset[int]) -> Action[Any, Any]:
    contracts = (action for action in service.actions if action.wire == wire)
    return next(action for action in contracts if action.switch is None or action.switch in switches)


@cache
def _raw(service: Service[Any]) -> Service[Any]:
    return replace(service, encode_context=_as_it_is, actions=tuple(_raw_action(action) for action in service.actions))


def _raw_action(action: Action[Any, Any]) -> Action[Any, Any]:
    def read_request(data: Any, strict: bool) -> Any:
        action.decode_request(data, strict)
        return data

    def write_response(value: Any, strict: bool) -> dict[str, Any]:
        action.decode_response(value, strict)
        sent: dict[str, Any] = value
        return sent

    return replace(
        action,
        encode_request=_as_it_is,
        decode_request=read_request,
        encode_response=write_response,
        decode_response=_as_it_is,
    )


def _as_it_is(value: Any, strict: bool) -> Any:
    return value
