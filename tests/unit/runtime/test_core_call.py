"""What a client sends, and when it does not: the core over a transport that writes down what it is given."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from soagen_runtime.action import Action, Service, decode_nothing, encode_nothing
from soagen_runtime.context import Call, Context, current_call
from soagen_runtime.core.answers import ErrorTable
from soagen_runtime.core.caller import Caller
from soagen_runtime.core.expanding import Lookup
from soagen_runtime.core.options import CallOptions
from soagen_runtime.core.request import DEFAULT_TIMEOUT, UNAWAITED_LIFETIME
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import CallTimeout, ReplyInvalid, RequestInvalid
from soagen_runtime.wire import DEFAULT_FORMAT, ActionResult, JobResult, ReplyMessage, RequestMessage, decode_request

NOW = 1_000.0


def action(**options: Any) -> Action[None, None]:
    return Action(
        name="act",
        wire="act",
        method="act",
        encode_request=encode_nothing,
        decode_request=decode_nothing,
        encode_response=encode_nothing,
        decode_response=decode_nothing,
        **options,
    )


SERVICE = Service(
    name="unit",
    contract_hash="",
    context=Context,
    encode_context=lambda context, strict: {},
    decode_context=lambda data, strict: Context(),
    actions=(),
)


class Recorder:
    """A transport, and its only channel."""

    reply_to = "{pysoa:service.unit}.x!1"

    def __init__(self, result: JobResult | None = None) -> None:
        self.sent: RequestMessage
        self.lifetime = 0.0
        self.until: float | None = None
        self.released = 0
        self.name = ""
        self.result = result if result is not None else JobResult(actions=[ActionResult("act")])

    async def now(self, within: float = math.inf) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None: ...

    async def open(self, service: str, *, shared: bool = False) -> Recorder:
        return self

    async def close(self) -> None: ...

    def next_request_id(self) -> int:
        return 5

    async def master(self, until: float) -> str:
        return self.name

    async def send(self, request_id: int, message: bytes, *, lifetime: float, until: float, awaited: bool) -> None:
        self.sent = decode_request(message)
        self.lifetime = lifetime

    async def receive(self, request_id: int, until: float) -> ReplyMessage:
        self.until = until
        return ReplyMessage(request_id, {}, None, self.result, DEFAULT_FORMAT)

    def release(self) -> None:
        self.released += 1


DEFAULTS = CallOptions()


def caller(recorder: Recorder, options: CallOptions = DEFAULTS) -> Caller:
    return Caller(transport=recorder, service=SERVICE, table=ErrorTable(SERVICE), suspends=False, options=options)


def make(recorder: Recorder, options: CallOptions = DEFAULTS, **action_options: Any) -> Recorder:
    run_blocking(caller(recorder, options).call(action(**action_options), None))
    return recorder


@pytest.fixture
def serving() -> Iterator[Call]:
    present = Call(
        service="outer",
        correlation_id="chain",
        switches=frozenset({3}),
        deadline=NOW + 2,
        raw={"correlation_id": "chain", "switches": [3], "caller": "me", "odd": [1], "deadline": NOW + 2},
    )
    token = current_call.set(present)
    yield present
    current_call.reset(token)


def test_a_request_is_a_job_of_one_action() -> None:
    recorder = make(Recorder())
    body = recorder.sent.body
    assert body["control"] == {"continue_on_error": False, "suppress_response": False}
    assert body["actions"] == [{"action": "act", "body": {}}]
    assert body["context"].pop("correlation_id")
    assert body["context"] == {"switches": [], "deadline": NOW + DEFAULT_TIMEOUT}
    assert (recorder.sent.request_id, recorder.sent.expiry) == (5, NOW + DEFAULT_TIMEOUT)
    assert recorder.released == 1


@pytest.mark.parametrize(
    ("of_action", "of_options", "seconds"), [(None, None, 5.0), (3.0, None, 3.0), (3.0, 0.5, 0.5), (None, 9.0, 9.0)]
)
def test_the_timeout_is_the_options_or_the_actions_or_the_default(
    of_action: float | None, of_options: float | None, seconds: float
) -> None:
    recorder = make(Recorder(), CallOptions(timeout=of_options), timeout=of_action)
    assert (recorder.until, recorder.sent.expiry, recorder.lifetime) == (NOW + seconds, NOW + seconds, seconds)


def test_a_call_inherits_from_the_call_that_is_served(serving: Call) -> None:
    recorder = make(Recorder(), CallOptions(switches=frozenset({8}), context={"mine": 1}))
    assert recorder.sent.body["context"] == {
        "correlation_id": "chain",
        "switches": [3, 8],
        "caller": "me",
        "odd": [1],
        "mine": 1,
        "calling_service": "outer",
        "deadline": NOW + 2,
    }
    assert recorder.until == NOW + 2


def test_a_call_without_time_left_is_not_sent() -> None:
    recorder = Recorder()
    token = current_call.set(Call(service="outer", deadline=NOW))
    try:
        with pytest.raises(CallTimeout, match="no time is left"):
            make(recorder)
    finally:
        current_call.reset(token)
    assert not hasattr(recorder, "sent")


def test_a_call_on_behalf_of_an_expansion_has_what_is_left_and_its_own_contract() -> None:
    recorder = Recorder()
    here = caller(recorder, CallOptions(switches=frozenset({4, 9}), context={"mine": 1})).correlated()
    other = replace(SERVICE, name="other")
    many = action(unless=(9,), timeout=2.0)
    lookup = Lookup(other, many, None, "Order.customer", required=False)
    for left, seconds in ((0.25, 0.25), (60.0, 2.0)):
        run_blocking(here.for_lookup(lookup, left).call(many, None))
        assert recorder.lifetime == seconds
        assert recorder.sent.body["context"] == {
            "correlation_id": here.options.correlation_id,
            "switches": [4],
            "mine": 1,
            "deadline": NOW + seconds,
        }
    with pytest.raises(CallTimeout, match=r"other\.act was not called: no time is left"):
        run_blocking(here.for_lookup(lookup, -0.5).call(many, None))


def test_calls_that_belong_together_have_one_correlation_id(serving: Call) -> None:
    assert caller(Recorder()).correlated().options.correlation_id is None  # that of the call that is served
    assert caller(Recorder(), CallOptions(correlation_id="mine")).correlated().options.correlation_id == "mine"


def test_a_oneway_call_outlives_the_call_that_makes_it(serving: Call) -> None:
    recorder = make(Recorder(), oneway=True)
    assert recorder.until is None
    assert recorder.sent.body["control"]["suppress_response"] is True
    assert "deadline" not in recorder.sent.body["context"]
    assert (recorder.sent.expiry, recorder.lifetime) == (NOW + UNAWAITED_LIFETIME, UNAWAITED_LIFETIME)
    assert recorder.released == 1


def test_a_value_that_holds_itself_is_not_sent() -> None:
    def endless(value: Any, strict: bool) -> Any:
        return endless(value, strict)

    recorder = Recorder()
    with pytest.raises(RequestInvalid, match=r"unit\.act was not sent: Nested deeper"):
        run_blocking(caller(recorder).call(replace(action(), encode_request=endless), None))
    assert not hasattr(recorder, "sent")


def test_a_reply_without_an_answer_is_invalid_and_the_channel_is_given_back() -> None:
    recorder = Recorder(JobResult())
    with pytest.raises(ReplyInvalid, match="no answer"):
        make(recorder)
    assert recorder.released == 1
