"""Everything that a client is, when it calls: where to, as which service's, how, and through which middleware.

A call, a job of several, what is sent now and asked for later: all are asks, made into one request. Where there is
middleware, each action has its layers around it, and all of them have the layers of the job within::

    action 1 ( action 2 ( job ( request and reply ) ) )
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from soagen_runtime.action import Action, Service
from soagen_runtime.context import current_call
from soagen_runtime.core.answers import ErrorTable, error_table
from soagen_runtime.core.exchange import Exchange
from soagen_runtime.core.expanding import Lookup
from soagen_runtime.core.ids import new_correlation_id
from soagen_runtime.core.interception import intercepted
from soagen_runtime.core.middleware import ActionCall, JobRequest, Onion, job_result
from soagen_runtime.core.options import CallOptions
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask, Plan, patience, prepare
from soagen_runtime.core.routing import towards
from soagen_runtime.core.transport import ClientTransport
from soagen_runtime.errors import ActionError, ActionNotRun, CallError, ConfigurationError, ReplyInvalid
from soagen_runtime.validation import Invalid
from soagen_runtime.wire import ActionResult, JobResult

Response = TypeVar("Response")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Caller:
    """See the module. ``suspends`` is whether the transport is one of asyncio."""

    transport: ClientTransport
    service: Service[Any]
    table: ErrorTable
    suspends: bool
    options: CallOptions
    on_job: Onion[JobRequest, JobResult] | None = None
    on_action: Onion[ActionCall, Any] | None = None

    @property
    def has_middleware(self) -> bool:
        """Whether anything is around its calls."""
        return self.on_job is not None or self.on_action is not None

    async def call(self, action: Action[Any, Response], request: Any) -> Response:
        """Makes one call and returns the response; that of a oneway action is empty, and nobody is waited for.

        Raises one of the `CallError` classes; which one says whether anything was sent.
        """
        ask = Ask(action, request)
        if self.has_middleware:
            (outcome,) = await self.job((ask,))
            value: Response = outcome.value
            return value
        return self.conclude(ask, await (await self.begin((ask,))).result())

    async def job(self, asks: Sequence[Ask[Any]], *, continue_on_error: bool = False) -> list[Outcome[Any]]:
        """Makes one request of several actions, which one worker runs in order.

        Raises `CallError` where the job as a whole has no result; what an action answered is its outcome.
        """
        if self.on_action is None:
            return self.conclude_job(asks, await self.perform(asks, continue_on_error=continue_on_error))
        return await _Layered(self, self.on_action, asks, continue_on_error).run()

    async def forget(self, asks: Sequence[Ask[Any]], *, continue_on_error: bool = False) -> None:
        """Makes one request whose reply nobody wants. Raises `CallError` if it could not be sent."""
        if self.on_action is None:
            await self.perform(asks, continue_on_error=continue_on_error, suppress=True)
        else:
            await _Layered(self, self.on_action, asks, continue_on_error, suppress=True).run()

    async def perform(
        self, asks: Sequence[Ask[Any]], *, continue_on_error: bool = False, suppress: bool = False
    ) -> JobResult | None:
        """One request, through the layers of the job, and its result."""
        if self.on_job is None:
            exchange = await self.begin(asks, continue_on_error=continue_on_error, suppress=suppress)
            return await exchange.result()
        transport, plan = await self._plan(asks, continue_on_error=continue_on_error, suppress=suppress)

        async def core(job: JobRequest) -> JobResult:
            exchange = Exchange(transport, self.table, self.options, plan._replace(job=job.to_map()))
            await exchange.send()
            result = await exchange.result()
            return JobResult() if result is None else result

        result = job_result(await self.on_job.around(JobRequest.from_map(self.service.name, plan.job), core))
        return result if plan.awaited else None

    async def begin(
        self,
        asks: Sequence[Ask[Any]],
        *,
        continue_on_error: bool = False,
        suppress: bool = False,
        shared: bool = False,
    ) -> Exchange:
        """A request that was sent, past all middleware. Raises what `prepare` raises, and `RequestTooLarge`."""
        transport, plan = await self._plan(asks, continue_on_error=continue_on_error, suppress=suppress)
        exchange = Exchange(transport, self.table, self.options, plan, shared=shared)
        await exchange.send()
        return exchange

    async def _plan(
        self, asks: Sequence[Ask[Any]], *, continue_on_error: bool, suppress: bool
    ) -> tuple[ClientTransport, Plan]:
        transport, options = towards(self.transport, self.service.name), self.options
        if intercepted and (interceptor := intercepted.get(self.service.name)) is not None:
            transport = interceptor(transport, self.suspends, [ask.action.wire for ask in asks])
        plan = prepare(
            self.service,
            asks,
            options,
            current_call.get(),
            await transport.now(patience(asks, options)),
            continue_on_error=continue_on_error,
            suppress=suppress,
        )
        return transport, plan

    # --- on behalf of expansions

    def correlated(self) -> Caller:
        """This caller, all of whose calls have one correlation id."""
        serving = current_call.get()
        if self.options.correlation_id or (serving is not None and serving.correlation_id):
            return self
        return replace(self, options=replace(self.options, correlation_id=new_correlation_id()))

    def for_lookup(self, lookup: Lookup, left: float) -> Caller:
        """This caller as one of the service that is to be asked for objects, with ``left`` seconds at most.

        Where switches would select a variant of the action, they are off: the contract names the action itself.
        """
        seconds = min(left, patience((Ask(lookup.action, lookup.request),), self.options))
        options = replace(self.options, timeout=seconds, without=frozenset(lookup.action.unless))
        return replace(self, service=lookup.service, table=error_table(lookup.service), options=options)

    # --- what a result means

    def conclude(self, ask: Ask[Response], result: JobResult | None) -> Response:
        """The response in the result of a lone action; the empty one if nobody waited for a result.

        Raises `JobError`, `ActionError` and `ReplyInvalid`.
        """
        if result is None:
            return ask.action.decode_response({}, False)
        if result.errors:
            raise self.table.job_error(result.errors)
        if not result.actions:
            raise ReplyInvalid(f"the reply of {self._name(ask)} holds no answer")
        return self._response(ask, result.actions[0])

    def conclude_job(self, asks: Sequence[Ask[Any]], result: JobResult | None) -> list[Outcome[Any]]:
        """What came of each action. Raises `JobError`, and `ReplyInvalid` where answers are missing."""
        if result is None:
            return [Outcome(None) for _ in asks]
        if result.errors:
            raise self.table.job_error(result.errors)
        answers = result.actions
        outcomes = [self._outcome(ask, answer) for ask, answer in zip(asks, answers, strict=False)]
        if len(answers) < len(asks):
            if not answers or not answers[-1].errors:
                name = self._name(asks[len(answers)])
                raise ReplyInvalid(f"the reply holds no answer of {name}, though nothing before it went wrong")
            outcomes += [Outcome(None, ActionNotRun(self._name(ask))) for ask in asks[len(answers) :]]
        return outcomes

    def _outcome(self, ask: Ask[Any], answer: ActionResult) -> Outcome[Any]:
        try:
            return Outcome(self._response(ask, answer))
        except (ActionError, ReplyInvalid) as error:
            return Outcome(None, error)

    def _response(self, ask: Ask[Response], answer: ActionResult) -> Response:
        if answer.errors:
            raise self.table.action_error(answer.errors)
        if ask.action.oneway:  # a part of a job that has a reply all the same
            return ask.action.decode_response({}, False)
        try:
            return ask.action.decode_response(answer.body, False)
        except Invalid as invalid:
            raise ReplyInvalid(f"the response of {self._name(ask)} breaks its contract: {invalid}") from None

    def _name(self, ask: Ask[Any]) -> str:
        return f"{self.service.name}.{ask.action.name}"


class _Layered:
    """A job whose actions have layers around each: the request is made within the layers of all of them.

    An action whose layers answer by themselves, and do not ask on, is left out of the request.
    """

    def __init__(
        self,
        caller: Caller,
        on_action: Onion[ActionCall, Any],
        asks: Sequence[Ask[Any]],
        continue_on_error: bool,
        *,
        suppress: bool = False,
    ) -> None:
        self._caller = caller
        self._on_action = on_action
        self._asks = asks
        self._continue = continue_on_error
        self._suppress = suppress
        self._sent: dict[int, Ask[Any]] = {}
        self._answers: dict[int, Outcome[Any]] | None = None
        self._outcomes: dict[int, Outcome[Any]] = {}

    async def run(self) -> list[Outcome[Any]]:
        """What the layers make of each answer. Raises what has no result as a whole."""
        await self._enter(0)
        return [self._outcomes[index] for index in range(len(self._asks))]

    async def _enter(self, index: int) -> None:
        """Goes through the layers of this action and all behind it, and makes the request."""
        if index == len(self._asks):
            await self._request()
            return
        ask = self._asks[index]
        entered = False

        async def core(call: ActionCall) -> Any:
            nonlocal entered
            entered = True
            self._sent[index] = Ask(ask.action, call.request)
            await self._enter(index + 1)
            assert self._answers is not None, "the innermost action makes the request"
            return self._answers[index].value

        call = ActionCall(service=self._caller.service.name, action=ask.action, request=ask.request)
        try:
            self._outcomes[index] = Outcome(self._kept(index, await self._on_action.around(call, core)))
        except (ActionError, ActionNotRun, ReplyInvalid) as error:
            if self._answers is None:
                raise  # nothing was sent, or the job as a whole has no result
            self._outcomes[index] = Outcome(None, error)
        if not entered:
            await self._enter(index + 1)

    def _kept(self, index: int, response: Any) -> Any:
        """A response, unless the layers have lost one."""
        inner = self._answers.get(index) if self._answers is not None else None
        if response is None and inner is not None and inner.ok and inner.value is not None:
            name = f"{self._caller.service.name}.{self._asks[index].action.name}"
            raise ConfigurationError(
                f"a middleware around {name} returned None in place of its response: does it return what `next` gives?"
            )
        return response

    async def _request(self) -> None:
        asks = list(self._sent.values())
        if asks:
            result = await self._caller.perform(asks, continue_on_error=self._continue, suppress=self._suppress)
            outcomes = self._caller.conclude_job(asks, result)
            self._answers = dict(zip(self._sent, outcomes, strict=True))
        else:
            self._answers = {}


def first_error(outcomes: Sequence[Outcome[Any]]) -> CallError | None:
    """The first error among what came of some calls."""
    return next((outcome.error for outcome in outcomes if outcome.error is not None), None)
