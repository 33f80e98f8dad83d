"""Typed stubs of services, which generated code derives from: ``stub_orders().get_order.returns(order=...)``.

A stub stands in for its service while it is entered, as a context manager or as a decorator of a test; a stub of an
action enters its service's stub, so that either will do. What it is told to answer may be said before and meanwhile.
What it noted of calls, and how far it is in a sequence of answers, is forgotten when it is entered anew.

Of the answers to an action the first one counts whose ``when`` holds for the request, and the one without ``when`` if
none does. See `soagen_runtime.testing.interception` for where a call goes that there is no answer for.
"""

from __future__ import annotations

import functools
import inspect
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar, cast, overload

from soagen_runtime.action import Action, Service
from soagen_runtime.context import Context
from soagen_runtime.core.dispatch import Dispatcher, Handler
from soagen_runtime.testing import interception
from soagen_runtime.testing.answers import Answer, Computed, Failure, PassedOn, StubInvalid, raised, returned
from soagen_runtime.testing.comparing import differences

__tracebackhide__ = True  # pytest shows the line with the mistake, and none of this module

Asked = ParamSpec("Asked")  # the fields of a request
Request = TypeVar("Request")
Given = ParamSpec("Given")  # the fields of a response
Response = TypeVar("Response")
Error = TypeVar("Error")  # the errors of an action's contract
Ctx = TypeVar("Ctx", bound=Context)
Test = TypeVar("Test", bound=Callable[..., Any])


class Raises(Generic[Error]):
    """Tells a type checker which errors an action's contract lists: ``Raises[OutOfStock | NoSuchArticle]()``."""


class _Entered(ABC):
    """Something that is in force as a context manager, or while the tests run that it decorates."""

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _end(self) -> None: ...

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, test: Test) -> Test:
        """Decorates a test, a coroutine function, or a class whose tests (``test...``) are meant."""
        if isinstance(test, type):
            for name, method in list(vars(test).items()):
                if name.startswith("test") and callable(method):
                    setattr(test, name, self(method))
            return test
        return cast(Test, self._around(test))

    def _around(self, test: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(test) or inspect.isasyncgenfunction(test):
            raise TypeError(f"a stub decorates tests; in a fixture such as {test.__name__} use it in a `with`")
        if inspect.iscoroutinefunction(test):

            @functools.wraps(test)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await test(*args, **kwargs)

            return run_async

        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self:
                return test(*args, **kwargs)

        return run


@dataclass(slots=True)
class _Rule:
    """Answers, one after the other, the last of them for ever; for the requests that ``holds`` says."""

    holds: Callable[[Any], bool]
    answers: Sequence[Answer] = ()
    given: int = 0

    def next(self) -> Answer:
        answer = self.answers[min(self.given, len(self.answers) - 1)]
        self.given += 1
        return answer


class Answers(ABC, Generic[Asked, Request, Given, Response, Error, Ctx]):
    """What an action is to answer. Each method says it anew, and gives the stub of the action."""

    @overload
    def returns(self, response: Response, /) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]: ...
    @overload
    def returns(
        self, *args: Given.args, **kwargs: Given.kwargs
    ) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]: ...
    def returns(self, *args: Any, **kwargs: Any) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        """It returns a response, given as such or by its fields. Raises `StubInvalid` for one that does not fit."""
        return self._set([self._stub._response(args, kwargs)])

    def raises(self, error: Error | Failure) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        """It raises an error of its contract, or what any call may end in: ``CallTimeout("too slow")``.

        Raises `StubInvalid` for an error that its contract does not list, or whose fields do not fit.
        """
        return self._set([raised(self._stub._name, self._stub._action, error)])

    def calls(
        self, function: Callable[[Request, Ctx], Response | Awaitable[Response]]
    ) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        """It does what a function does, which is like the method of a server, `def` or `async def`.

        Errors of the contract that the function raises are answered; any other exception, and a response that does not
        fit the contract, comes out of the call as it is.
        """
        return self._set([Computed(self._stub._name, self._stub._action, function)])

    def answers(self, *answers: Response | Error | Failure) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        """It answers with these, responses and errors, one after the other; then with the last of them for ever.

        Raises `StubInvalid` as `returns` and `raises` do, and where there is none.
        """
        if not answers:
            raise StubInvalid(f"{self._stub._name} needs an answer")
        return self._set([self._stub._any(answer) for answer in answers])

    @property
    @abstractmethod
    def _stub(self) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]: ...

    @abstractmethod
    def _set(self, answers: Sequence[Answer]) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]: ...


class ActionStub(Answers[Asked, Request, Given, Response, Error, Ctx], _Entered):
    """Stands in for an action of a service, under one contract, and notes the calls of it."""

    def __init__(
        self,
        service: ServiceStub[Ctx],
        action: Action[Request, Response],
        request: Callable[Asked, Request],
        response: Callable[Given, Response],
        errors: Raises[Error],
    ) -> None:
        self._service = service
        self._action = action
        self._request = request
        self._made: Callable[..., Response] = response
        self._name = f"{service._stand.service.name}.{action.method}"
        self._otherwise = _Rule(_always)
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._calls: list[tuple[Request, Ctx]] = []

    # --- what it answers

    def when(
        self, request: Request | Callable[[Request], bool]
    ) -> Answers[Asked, Request, Given, Response, Error, Ctx]:
        """Answers for requests that equal this one, or of which a function says that they are meant."""
        holds = cast(Callable[[Any], bool], request) if callable(request) else functools.partial(_equals, request)
        return _When(self, holds)

    @property
    def _stub(self) -> Self:
        return self

    def _set(self, answers: Sequence[Answer]) -> Self:
        with self._lock:
            self._otherwise = _Rule(_always, answers)
        return self

    def _add(self, holds: Callable[[Any], bool], answers: Sequence[Answer]) -> Self:
        with self._lock:
            self._rules.append(_Rule(holds, answers))
        return self

    def _response(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Answer:
        if len(args) == 1 and not kwargs:
            return self._checked(args[0])
        try:
            response = self._made(*args, **kwargs)
        except TypeError as error:
            said = str(error).replace(".__init__()", "")
            raise StubInvalid(f"{self._name} cannot return this: {said}") from None
        return self._checked(response)

    def _any(self, answer: object) -> Answer:
        if isinstance(answer, Exception):
            return raised(self._name, self._action, answer)
        return self._checked(answer)

    def _checked(self, response: object) -> Answer:
        if isinstance(self._made, type) and not isinstance(response, self._made):
            raise StubInvalid(f"{self._name} returns a {self._made.__name__}, and not {response!r}")
        return returned(self._name, self._action, response)

    @property
    def _is_told(self) -> bool:
        return bool(self._rules or self._otherwise.answers)

    async def _serve(self, request: Request, context: Ctx) -> Any:
        with self._lock:
            rule = self._rule_for(request)
            if not rule.answers:
                raise interception.NoAnswer
            self._calls.append((request, context))
            answer = rule.next()
        return await answer.give(request, context)

    def _rule_for(self, request: Request) -> _Rule:
        try:
            return next((rule for rule in self._rules if rule.holds(request)), self._otherwise)
        except Exception as error:  # of a function that was given to `when`
            raise PassedOn(error) from error

    # --- what it was asked

    @property
    def requests(self) -> list[Request]:
        """The requests that it answered, in their order."""
        return [request for request, _ in self._calls]

    @property
    def contexts(self) -> list[Ctx]:
        """The context of each of these requests."""
        return [context for _, context in self._calls]

    def assert_called_with(self, *args: Asked.args, **kwargs: Asked.kwargs) -> None:
        """Fails unless the last call was one with these fields. Raises `AssertionError`."""
        __tracebackhide__ = True
        if not self._calls:
            raise AssertionError(f"{self._name} was not called")
        self._assert_equal(self._request(*args, **kwargs), self._calls[-1][0])

    def assert_called_once_with(self, *args: Asked.args, **kwargs: Asked.kwargs) -> None:
        """Fails unless there was one call, with these fields. Raises `AssertionError`."""
        __tracebackhide__ = True
        self._assert_times(1)
        self._assert_equal(self._request(*args, **kwargs), self._calls[0][0])

    def assert_not_called(self) -> None:
        """Fails if there was any call. Raises `AssertionError`."""
        __tracebackhide__ = True
        self._assert_times(0)

    def _assert_times(self, times: int) -> None:
        __tracebackhide__ = True
        if len(self._calls) != times:
            calls = "".join(f"\n  {request!r}" for request in self.requests)
            wanted = "once" if times else "at all"
            raise AssertionError(
                f"{self._name} was called {len(self._calls)} times, and not {wanted}{':' if calls else ''}{calls}"
            )

    def _assert_equal(self, expected: Request, actual: Request) -> None:
        __tracebackhide__ = True
        if expected != actual:
            lines = differences(expected, actual)
            raise AssertionError("\n  ".join((f"{self._name} was called with other fields:", *lines)))

    # --- being in force

    def _forget(self) -> None:
        self._calls.clear()
        for rule in (self._otherwise, *self._rules):
            rule.given = 0

    def _begin(self) -> None:
        self._service._begin()

    def _end(self) -> None:
        self._service._end()


class _When(Answers[Asked, Request, Given, Response, Error, Ctx]):
    """Answers for some requests to an action."""

    def __init__(
        self, stub: ActionStub[Asked, Request, Given, Response, Error, Ctx], holds: Callable[[Any], bool]
    ) -> None:
        self._of = stub
        self._holds = holds

    @property
    def _stub(self) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        return self._of

    def _set(self, answers: Sequence[Answer]) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        return self._of._add(self._holds, answers)


@dataclass(slots=True, eq=False)
class _Stand:
    """A service's stub as calls meet it."""

    service: Service[Any]
    stubs: dict[str, ActionStub[..., Any, ..., Any, Any, Any]] = field(default_factory=dict)  # by method
    _dispatcher: Dispatcher | None = None

    @property
    def dispatcher(self) -> Dispatcher:
        if self._dispatcher is None:
            handlers: dict[str, Handler] = {method: stub._serve for method, stub in self.stubs.items()}
            self._dispatcher = Dispatcher(self.service, handlers, suspends=True)
        return self._dispatcher

    def stands_for(self, action: str) -> bool:
        return any(stub._action.wire == action and stub._is_told for stub in self.stubs.values())


class ServiceStub(_Entered, Generic[Ctx]):
    """The base of generated stubs, which have a stub of each action under the name of the client's method."""

    def __init__(self, service: Service[Ctx]) -> None:
        self._stand = _Stand(service)
        self._times = 0

    def _add(
        self,
        action: Action[Request, Response],
        request: Callable[Asked, Request],
        response: Callable[Given, Response],
        errors: Raises[Error],
    ) -> ActionStub[Asked, Request, Given, Response, Error, Ctx]:
        """The stub of one action."""
        stub = ActionStub(self, action, request, response, errors)
        self._stand.stubs[action.method] = stub
        return stub

    def _begin(self) -> None:
        if self._times == 0:
            for stub in self._stand.stubs.values():
                stub._forget()
            interception.install(self._stand)
        self._times += 1

    def _end(self) -> None:
        self._times -= 1
        if self._times == 0:
            interception.remove(self._stand)


def nothing() -> None:
    """The response of an action that has none."""


def body(body: dict[str, Any], /) -> dict[str, Any]:
    """A request or a response that is any map."""
    return body


def _equals(request: object, other: object) -> bool:
    return request == other


def _always(request: object) -> bool:
    return True
