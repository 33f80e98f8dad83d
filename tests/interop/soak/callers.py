"""The clients of the soak: each asks, in any form it has, until it is told to stop, and looks at what it gets."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from types import ModuleType
from typing import Any

import soagen_runtime as soagen
from soagen_runtime import job, parallel

from tests.interop.peers import Outcome, PySOA, PySOAClient, Site
from tests.interop.soagen_services import lab_client
from tests.interop.soak.asks import ANY, PLAIN, Ask, Seen, big, expected, some
from tests.interop.soak.book import Book

TIMEOUT = 30  # seconds; nobody should wait that long
TASKS = 8  # of the asyncio client


# --- PySOA's client


class PySOACaller:
    """Asks with PySOA's client, and looks at the replies that it believes to be owed after each."""

    name = "PySOA"

    def __init__(self, python: str, site: Site, book: Book, rng: random.Random) -> None:
        self._process = PySOA(python)
        self._site = site
        self._client = self._new()
        self._book = book
        self._rng = rng
        self._forms: list[Callable[[], None]] = [
            *[self.call, self.job, self.parallel, self.parallel_jobs, self.future, self.send_and_get], self.forget
        ]  # fmt: skip

    def _new(self) -> PySOAClient:
        return self._process.client(self._site)

    def run(self, over: threading.Event) -> None:
        """Asks until it is over."""
        try:
            while not over.is_set():
                form = self._rng.choice(self._forms)
                with self._book.made(self.name, form.__name__):
                    form()
        finally:
            self._process.close()

    def call(self) -> None:
        ask = self._rng.choice(ANY)(self._rng)
        outcome = self._client(*self._request("call_action", ask.wire, ask.body), **self._options(ask))
        self._see("call", [ask], outcome)

    def job(self) -> None:
        asks, goes_on = some(self._rng, [*PLAIN, *_FAILING]), self._rng.random() < 0.5
        options = {**self._options(), "continue_on_error": goes_on, "raise_action_errors": False}
        self._see("job", asks, self._client(*self._request("call_actions", _actions(asks)), **options), goes_on)

    def parallel(self) -> None:
        asks = some(self._rng, PLAIN)
        options = {**self._options(), "raise_action_errors": False}
        outcome = self._client(*self._request("call_actions_parallel", _actions(asks)), **options)
        assert outcome.raised is None, outcome.raised
        self._check("parallel", asks, [_action_seen(answer) for answer in outcome.returned], outcome)

    def parallel_jobs(self) -> None:
        jobs = [some(self._rng, PLAIN) for _ in range(3)]
        requests = [{"service_name": "lab", "actions": _actions(asks)} for asks in jobs]
        outcome = self._client("call_jobs_parallel", requests, raise_action_errors=False, **self._options())
        assert outcome.raised is None, outcome.raised
        for asks, answer in zip(jobs, outcome.returned, strict=True):
            answered, _ = expected(asks, continue_on_error=False)
            self._check("parallel jobs", answered, [_action_seen(each) for each in answer["actions"]], outcome)

    def future(self) -> None:
        # PySOA's futures are to be asked for before anything else is called.
        ask = self._rng.choice(PLAIN)(self._rng)
        future = self._client(*self._request("call_action_future", ask.wire, ask.body), **self._options())
        self._see("future", [ask], self._client.result(future))

    def send_and_get(self) -> None:
        sent = {}
        for ask in some(self._rng, PLAIN):
            number = self._client(*self._request("send_request", _actions([ask]))).returned
            sent[number] = ask
        outcome = self._client("get_all_responses", "lab")
        assert outcome.raised is None, outcome.raised
        for number, result in outcome.returned:
            self._check("sent", [sent.pop(number)], [_action_seen(each) for each in result["actions"]], outcome)
        assert not sent, f"{len(sent)} replies are missing"

    def forget(self) -> None:
        # To PySOA's client that is a reply that never comes: no other call may be made with it.
        client = self._new()
        outcome = client(*self._request("send_request", _actions(some(self._rng, PLAIN))), suppress_response=True)
        assert outcome.raised is None, outcome.raised
        client.close()

    @staticmethod
    def _request(method: str, *args: Any) -> tuple[Any, ...]:
        return (method, "lab", *args)

    @staticmethod
    def _options(ask: Ask | None = None) -> dict[str, Any]:
        return {"timeout": TIMEOUT, **({"switches": [ask.switch]} if ask and ask.switch else {})}

    def _see(self, form: str, asks: Sequence[Ask], outcome: Outcome, goes_on: bool = False) -> None:
        """What came of a job, returned or raised."""
        answered, failing = expected(asks, continue_on_error=goes_on)
        if outcome.raised is None:
            answers = outcome.returned.get("actions", [outcome.returned])
        elif outcome.raised["errors"]:
            answered = [failing] if failing else answered
            answers = [{"errors": outcome.raised["errors"], "body": {}}]
        elif outcome.raised["actions"]:
            answers = outcome.raised["actions"]
        else:
            raise AssertionError(f"{outcome.raised['type']}: {outcome.raised['text']}")
        self._check(form, answered, [_action_seen(answer) for answer in answers], outcome)

    def _check(self, form: str, asks: Sequence[Ask], seen: Sequence[Seen], outcome: Outcome) -> None:
        self._book.check(self.name, form, asks, seen)
        if outcome.outstanding != {"lab": 0}:
            self._book.blame(self.name, form, f"believes that it is owed {outcome.outstanding}")
            self._client = self._new()


_FAILING = [kind for kind in ANY if kind.__name__ == "job_error"]


def _actions(asks: Sequence[Ask]) -> list[dict[str, Any]]:
    return [{"action": ask.wire, "body": ask.body} for ask in asks]


def _action_seen(answer: dict[str, Any]) -> Seen:
    return Seen(errors=answer["errors"]) if answer["errors"] else Seen(body=answer["body"])


# --- generated clients


class _Asking:
    """What blocking and asyncio callers have in common: asks as calls, and outcomes as what was seen."""

    def __init__(self, api: ModuleType, book: Book, rng: random.Random) -> None:
        self._actions = {action.name: action for action in api.lab.LabServer.service.actions}
        self._table = api.lab.service
        self.book = book
        self.rng = rng

    def call_of(self, client: Any, ask: Ask) -> Any:
        action = getattr(self._table, ask.name)
        return client.calls._call(action, action.decode_request(ask.body, False))

    def seen(self, ask: Ask, outcome: soagen.Outcome[Any]) -> Seen:
        if outcome.error is None:
            return Seen(body=getattr(self._table, ask.name).encode_response(outcome.value, False))
        if not isinstance(outcome.error, (soagen.ActionError, soagen.JobError)):
            raise AssertionError(f"{type(outcome.error).__name__}: {outcome.error}")
        return Seen(errors=[asdict(error) for error in outcome.error.errors])

    def seen_of_job(self, asks: Sequence[Ask], outcomes: Sequence[soagen.Outcome[Any]]) -> list[Seen]:
        run = [outcome for outcome in outcomes if not isinstance(outcome.error, soagen.ActionNotRun)]
        return [self.seen(ask, outcome) for ask, outcome in zip(asks, run, strict=False)]


class BlockingCaller(_Asking):
    """Asks with a generated blocking client."""

    name = "soagen blocking"

    def __init__(self, api: ModuleType, url: str, book: Book, rng: random.Random) -> None:
        super().__init__(api, book, rng)
        self._client = lab_client(api, "blocking", url).with_options(timeout=TIMEOUT)
        self._forms: list[Callable[[], None]] = [self.call, self.job, self.parallel, self.futures, self.forget]

    def run(self, over: threading.Event) -> None:
        """Asks until it is over."""
        with self._client:
            while not over.is_set():
                form = self.rng.choice(self._forms)
                with self.book.made(self.name, form.__name__):
                    form()

    def _calls(self, asks: Sequence[Ask]) -> list[Any]:
        return [self.call_of(self._client, ask) for ask in asks]

    def call(self) -> None:
        ask = self.rng.choice(ANY)(self.rng)
        (call,) = self._calls([ask])
        self.book.check(self.name, "call", [ask], [self.seen(ask, call.outcome())])

    def job(self) -> None:
        asks, goes_on = some(self.rng, [*PLAIN, *_FAILING]), self.rng.random() < 0.5
        answered, failing = expected(asks, continue_on_error=goes_on)
        together = job(*self._calls(asks), continue_on_error=goes_on)
        if failing is None:
            self.book.check(self.name, "job", answered, self.seen_of_job(asks, together.outcomes()))
        else:
            self.book.check(self.name, "job", [failing], [self.seen(failing, together.outcome())])

    def parallel(self) -> None:
        asks = some(self.rng, ANY)
        outcomes = parallel(*self._calls(asks)).outcomes()
        self.book.check(self.name, "parallel", asks, [*map(self.seen, asks, outcomes)])

    def futures(self) -> None:
        asks = some(self.rng, [*PLAIN, big])
        futures = [(ask, call.start()) for ask, call in zip(asks, self._calls(asks), strict=True)]
        self.rng.shuffle(futures)
        for ask, future in futures:
            if self.rng.random() < 0.3:
                self.call()
            self.book.check(self.name, "futures", [ask], [self.seen(ask, future.outcome())])

    def forget(self) -> None:
        job(*self._calls(some(self.rng, PLAIN))).forget()


class AsyncCaller(_Asking):
    """Asks with a generated asyncio client, in several tasks at a time."""

    name = "soagen asyncio"

    def __init__(self, api: ModuleType, url: str, book: Book, rng: random.Random) -> None:
        super().__init__(api, book, rng)
        self._client = lab_client(api, "asyncio", url).with_options(timeout=TIMEOUT)
        self._forms: list[Callable[[], Awaitable[None]]] = [
            *[self.call, self.job, self.parallel, self.tasks, self.cancelled, self.forget]
        ]

    def run(self, over: threading.Event) -> None:
        """Asks until it is over."""
        asyncio.run(self._run(over))

    async def _run(self, over: threading.Event) -> None:
        async with self._client:
            await asyncio.gather(*[self._ask(over) for _ in range(TASKS)])

    async def _ask(self, over: threading.Event) -> None:
        while not over.is_set():
            form = self.rng.choice(self._forms)
            with self.book.made(self.name, form.__name__):
                await form()

    def _calls(self, asks: Sequence[Ask]) -> list[Any]:
        return [self.call_of(self._client, ask) for ask in asks]

    async def call(self) -> None:
        ask = self.rng.choice(ANY)(self.rng)
        (call,) = self._calls([ask])
        self.book.check(self.name, "call", [ask], [self.seen(ask, await call.outcome())])

    async def job(self) -> None:
        asks, goes_on = some(self.rng, [*PLAIN, *_FAILING]), self.rng.random() < 0.5
        answered, failing = expected(asks, continue_on_error=goes_on)
        together = job(*self._calls(asks), continue_on_error=goes_on)
        if failing is None:
            self.book.check(self.name, "job", answered, self.seen_of_job(asks, await together.outcomes()))
        else:
            self.book.check(self.name, "job", [failing], [self.seen(failing, await together.outcome())])

    async def parallel(self) -> None:
        asks = some(self.rng, ANY)
        outcomes = await parallel(*self._calls(asks)).outcomes()
        self.book.check(self.name, "parallel", asks, [*map(self.seen, asks, outcomes)])

    async def tasks(self) -> None:
        asks = some(self.rng, [*PLAIN, big])
        tasks = [(ask, asyncio.create_task(call.outcome())) for ask, call in zip(asks, self._calls(asks), strict=True)]
        self.rng.shuffle(tasks)
        for ask, task in tasks:
            self.book.check(self.name, "tasks", [ask], [self.seen(ask, await task)])

    async def cancelled(self) -> None:
        (call,) = self._calls([self.rng.choice(PLAIN)(self.rng)])
        task = call.start()
        await asyncio.sleep(self.rng.choice([0, 0, 0.001, 0.005]))
        task.cancel()
        await asyncio.wait([task])
        task.cancelled() or task.exception()  # what came of it is nobody's concern

    async def forget(self) -> None:
        await job(*self._calls(some(self.rng, PLAIN))).forget()
