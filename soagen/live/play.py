"""Plays a scenario: its servers in this process, its stubs, its time, its steps.

What is not as expected is told as findings are: each with the place in the file where it was expected. A step that
fails ends its scenario, since what comes after rests on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from soagen_runtime.core.outcome import Outcome
from soagen_runtime.errors import ActionError, CallError, CallTimeout, ConnectionFailed, JobError
from soagen_runtime.errors import Error as Told
from soagen_runtime.testing.answers import StubInvalid
from soagen_runtime.testing.raw import RawAnswer, RawCall, RawClient, RawStub, raw_error
from soagen_runtime.testing.serving import host
from soagen_runtime.transport.memory import LocalTransport

from soagen.diagnostics import Diagnostic, Span
from soagen.live.cast import Cast
from soagen.live.sending import Lost, differences, sent, shown
from soagen.scenarios.tree import Answer, Asked, Call, Error, Scenario, Setting, Step, Stub
from soagen.scenarios.values import Body

NOT_AS_EXPECTED = "NOT_AS_EXPECTED"
CALL_FAILED = "CALL_FAILED"
CANNOT_PLAY = "CANNOT_PLAY"


class Failed(Exception):
    """A scenario that did not go as it says."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = diagnostics


def play(scenario: Scenario, cast: Cast) -> None:
    """Plays a scenario from its first step to its last. Raises `Failed`."""
    with ExitStack() as stack:
        stack.enter_context(_at_time(scenario.setting.time, scenario.at))
        transport = stack.enter_context(host(*cast.makers()))
        player = _Player(cast, transport, stack)
        with player.stubbed(scenario.setting.stubs):
            for step in scenario.steps:
                if isinstance(step, Asked):
                    player.check_asked(step)
                else:
                    player.take(step, scenario.setting)


@contextmanager
def _at_time(time: dt.datetime | None, at: Span) -> Iterator[None]:
    """Lets the clocks of Python stand still at a time."""
    if time is None:
        yield
        return
    try:
        import time_machine  # an extra: only scenarios with a time need it
    except ImportError:
        hint = "install soagen-rpc[testing]"
        raise Failed(Diagnostic(at, CANNOT_PLAY, "`time` needs the package time-machine", hint)) from None
    with time_machine.travel(time, tick=False):
        yield


class _Player:
    """Takes the steps of one scenario."""

    def __init__(self, cast: Cast, transport: LocalTransport, stack: ExitStack) -> None:
        self._cast = cast
        self._transport = transport
        self._stack = stack
        self._clients: dict[str, RawClient] = {}
        self._stubs: list[tuple[str, RawStub]] = []
        self._asked: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._saves: dict[str, Any] = {}

    # --- stubs

    @contextmanager
    def stubbed(self, stubs: Sequence[Stub]) -> Iterator[None]:
        """Puts stubs into force."""
        made: dict[str, RawStub] = {}
        for stub in stubs:
            raw = made.setdefault(stub.service, RawStub(self._cast.service(stub.service)))
            answers = []
            for answer in stub.answers:
                try:
                    answers.append(self._answer(stub, answer))
                    raw.check(stub.wire, stub.switches, answers[-1])
                except StubInvalid as invalid:
                    raise Failed(Diagnostic(answer.at, CANNOT_PLAY, str(invalid))) from None
                except Lost as lost:
                    raise _lost(lost) from None
            raw.tell(stub.wire, stub.switches, answers)
        with ExitStack() as stack:
            for each in made.values():
                stack.enter_context(each)
            before = len(self._stubs)
            self._stubs += made.items()
            try:
                yield
            finally:
                del self._stubs[before:]

    def _answer(self, stub: Stub, answer: Answer) -> RawAnswer:
        holds = None
        if answer.request is not None:
            wanted = answer.request

            def holds(request: dict[str, Any]) -> bool:
                return not list(differences(wanted, request, self._saves))

        if answer.fails is not None:
            words = f"{stub.service} is stubbed to fail so"
            failure = CallTimeout(words) if answer.fails == "timeout" else ConnectionFailed(words)
            return RawAnswer(error=failure, holds=holds)
        if answer.error is not None:
            error = raw_error(self._cast.service(stub.service), self._told(answer.error))
            return RawAnswer(error=error, holds=holds)
        return RawAnswer(response=sent(answer.response, self._saves) if answer.response else {}, holds=holds)

    def _told(self, error: Error) -> Told:
        variables = sent(error.fields, self._saves) if error.fields is not None else None
        return Told(code=error.code, message=error.message or "", field=error.field, variables=variables)

    def _note_asked(self) -> None:
        """Notes what stubs were asked in the step that has just ended."""
        for service, stub in self._stubs:
            for wire, requests in stub.take_requests().items():
                self._asked.setdefault((service, wire), []).extend(requests)

    def check_asked(self, asked: Asked) -> None:
        """Raises `Failed` unless a stub was asked just this."""
        requests = self._asked.get((asked.service, asked.wire), [])
        if len(requests) != len(asked.requests):
            message = f"it was called {_times(len(requests))}, and {_times(len(asked.requests))} is expected"
            raise Failed(Diagnostic(asked.at, NOT_AS_EXPECTED, message))
        found = []
        for number, (wanted, request) in enumerate(zip(asked.requests, requests, strict=True), 1):
            prefix = f"request {number}: " if len(requests) > 1 else ""
            found += self._compare(wanted, request, prefix)
        if found:
            raise Failed(*found)

    # --- calls

    def take(self, step: Step, outer: Setting) -> None:
        """Makes the calls of a step, and holds what comes against what is expected. Raises `Failed`."""
        setting = step.setting
        time = setting.time if setting.time != outer.time else None
        with _at_time(time, step.at), self.stubbed(setting.stubs):
            try:
                outcomes = self._run(step)
            except Lost as lost:
                raise _lost(lost) from None
            except JobError as error:
                self._check_errors(_wanted_of_job(step), error.errors, step.is_job or step.calls[0].whole, step.at)
                outcomes = []
            except CallError as error:
                raise Failed(Diagnostic(step.at, CALL_FAILED, f"{type(error).__name__}: {error}")) from error
            else:
                if step.error is not None:
                    raise Failed(Diagnostic(step.error.at, NOT_AS_EXPECTED, "the job went well as a whole"))
            finally:
                self._note_asked()
        for call, outcome in zip(step.calls, outcomes, strict=False):
            self._check(call, outcome)

    def _run(self, step: Step) -> list[Outcome[dict[str, Any]]]:
        service = step.calls[0].service
        if service not in self._clients:
            client = self._clients[service] = RawClient(self._cast.service(service), self._transport)
            self._stack.callback(client.close)
        calls = [RawCall(call.wire, sent(call.request, self._saves)) for call in step.calls]
        context = {part.wire: sent(part.value, self._saves) for part in step.setting.context.values()}
        return self._clients[service].run(
            calls, context=context, switches=step.setting.switches, continue_on_error=step.continue_on_error
        )

    def _check(self, call: Call, outcome: Outcome[dict[str, Any]]) -> None:
        if outcome.error is not None:
            if not isinstance(outcome.error, ActionError):
                raise Failed(Diagnostic(call.at, CALL_FAILED, f"{type(outcome.error).__name__}: {outcome.error}"))
            self._check_errors(call.errors, outcome.error.errors, call.whole, call.at)
            return
        response = outcome.value
        if call.errors:
            raise Failed(Diagnostic(call.errors[0].at, NOT_AS_EXPECTED, "the call went well"))
        if call.response is not None and (found := self._compare(call.response, response)):
            raise Failed(*found)
        if call.save is not None:
            self._saves[call.save] = response

    def _compare(self, wanted: Body, value: Any, prefix: str = "") -> list[Diagnostic]:
        try:
            found = list(differences(wanted, value, self._saves))
        except Lost as lost:
            raise _lost(lost) from None
        return [Diagnostic(at, NOT_AS_EXPECTED, prefix + message) for at, message in found]

    def _check_errors(self, wanted: Sequence[Error], came: Sequence[Told], whole: bool, at: Span) -> None:
        listed = "".join(f"\n  {_line(each)}" for each in came)
        if not wanted:
            raise Failed(Diagnostic(at, CALL_FAILED, f"the call ended in {_line(came[0])}{listed if came[1:] else ''}"))
        if whole and len(wanted) != len(came):
            message = f"there are {len(came)} errors, and not {len(wanted)}:{listed}"
            raise Failed(Diagnostic(wanted[0].at, NOT_AS_EXPECTED, message))
        found = [each for error, told in zip(wanted, came, strict=False) for each in self._against(error, told)]
        if found:
            raise Failed(*found)

    def _against(self, error: Error, told: Told) -> list[Diagnostic]:
        if told.code != error.code:
            return [Diagnostic(error.at, NOT_AS_EXPECTED, f"the error is {_line(told)}")]
        found = []
        for what, wanted, came in (("field", error.field, told.field), ("message", error.message, told.message)):
            if wanted is not None and wanted != came:
                found.append(Diagnostic(error.at, NOT_AS_EXPECTED, f"the error's {what} is {shown(came)}"))
        if error.fields is not None:
            found += self._compare(error.fields, told.variables or {})
        return found


def _wanted_of_job(step: Step) -> Sequence[Error]:
    if step.is_job:
        return () if step.error is None else (step.error,)
    return step.calls[0].errors


def _times(number: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _line(error: Told) -> str:
    return f"{error.code}: {error.message}" + (f" (at {error.field})" if error.field else "")


def _lost(lost: Lost) -> Failed:
    return Failed(Diagnostic(lost.at, NOT_AS_EXPECTED, str(lost)))
