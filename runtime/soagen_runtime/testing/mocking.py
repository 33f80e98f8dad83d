"""Servers that answer from the examples of their contract, for those who develop against a service they do not have.

A request that equals an example's is answered as the example says, with its response or its error. Any other one gets
the response of the example whose request is nearest to it: most fields in common, then fewest besides; of equals, the
first. Where the contract has no example with a response, the call ends in an error of the code `NO_EXAMPLE`, which says
so; an action without a response needs none.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from soagen_runtime.action import Action, Service, encode_nothing
from soagen_runtime.errors import ActionError, SoagenError
from soagen_runtime.server import Server
from soagen_runtime.server.worker import BlockingWorker
from soagen_runtime.testing.examples import Example
from soagen_runtime.transport.redis import RedisTransport
from soagen_runtime.validation import ABSENT

NO_EXAMPLE: Final = "NO_EXAMPLE"
"""The code of the error for a request to which no example has an answer."""

log = logging.getLogger("soagen.mock")


def mock_server(service: Service[Any], examples: Iterable[Example[Any, Any]], *, exact: bool = False) -> Server:
    """A server of a contract that answers from its examples. With ``exact``, only for the requests in them."""
    of: dict[str, list[Example[Any, Any]]] = {action.method: [] for action in service.actions}
    for example in examples:
        of[example.action.method].append(example)
    methods = {
        action.method: _Mocked(service.name, action, of[action.method], exact).as_method() for action in service.actions
    }
    kind = type(f"Mocked{service.name.title().replace('_', '')}", (Server,), {"service": service, **methods})
    made: Server = kind()
    return made


def serve_mocks(
    servers: Sequence[Server], redis: str, stopping: threading.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Serves each over the Redis of a URL, in a thread of its own, until ``stopping`` is set; ``ready`` is called when
    all of them serve.

    Raises `ConfigurationError` for a URL or a Redis that will not do, `TransportError` where it cannot be reached.
    """
    transport = RedisTransport(redis)
    failures: list[SoagenError] = []
    waiting = threading.Semaphore(0)
    workers = [
        BlockingWorker(server.dispatcher(), transport.blocking_server(), ready=waiting.release) for server in servers
    ]

    def run(worker: BlockingWorker) -> None:
        try:
            worker.run()
        except SoagenError as error:
            failures.append(error)
            stopping.set()
            waiting.release()

    threads = [threading.Thread(target=run, args=[worker], name="soagen-mock") for worker in workers]
    for thread in threads:
        thread.start()
    for _ in threads:
        waiting.acquire()
    if not failures:
        ready()
    stopping.wait()
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@dataclass(frozen=True, slots=True)
class _Mocked:
    """An action, and the examples that answer it."""

    service: str
    action: Action[Any, Any]
    examples: Sequence[Example[Any, Any]]
    exact: bool

    def as_method(self) -> Callable[[Any, Any, Any], Any]:
        """What a server has under the name of the action's method."""

        def answer(server: Server, request: Any, context: Any) -> Any:
            return self.answer(request)

        return answer

    def answer(self, request: Any) -> Any:
        """The response to a request. Raises the error of an example, and `ActionError`."""
        example, words = self._find(request)
        log.info("%s.%s: %s", self.service, self.action.method, words)
        if example is None:
            if words == _EMPTY:
                return None
            raise ActionError.of(NO_EXAMPLE, f"The mock of {self.service} has {words}", is_caller_error=False)
        if example.error is not None:
            raise example.error
        return example.response

    def _find(self, request: Any) -> tuple[Example[Any, Any] | None, str]:
        """The example that answers, if any, and what there is to say about it."""
        for example in self.examples:
            if example.request == request:
                return example, f'the example "{example.name}"'
        if self.action.encode_response is encode_nothing:
            return None, _EMPTY
        if self.exact:
            return None, f"no example of {self.action.method} with this request"
        nearest = max((each for each in self.examples if each.error is None), key=self._likeness(request), default=None)
        if nearest is None:
            return None, f"no example of {self.action.method} with a response"
        return nearest, f'the example nearest to the request, "{nearest.name}"'

    def _likeness(self, request: Any) -> Callable[[Example[Any, Any]], tuple[int, int]]:
        """How near an example is to a request: fields in common, and (negative) those that are not."""
        asked = dict(_leaves(self.action.encode_request(request, False)))

        def measure(example: Example[Any, Any]) -> tuple[int, int]:
            other = dict(_leaves(self.action.encode_request(example.request, False)))
            common = sum(1 for path, value in asked.items() if other.get(path, ABSENT) == value)
            return common, common - len(asked.keys() | other.keys())

        return measure


_EMPTY = "an empty response"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """All values that hold no others, by their paths."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if not parts:
        yield path, value
        return
    for name, part in parts:
        yield from _leaves(part, f"{path}.{name}")
