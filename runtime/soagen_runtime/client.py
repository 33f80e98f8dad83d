from typing import Any, Generic, TypeVar, ClassVar, Self
from soagen_runtime.action import Action, Service
from soagen_runtime.context import Context

C = TypeVar("C", bound=Context)
Q = TypeVar("Q")
S = TypeVar("S")


class Client(Generic[C]):
    service: ClassVar[Service[Any]]

    def _call(self, action: Action[Q, S], request: Q) -> S:
        raise NotImplementedError


class AsyncClient(Generic[C]):
    service: ClassVar[Service[Any]]

    async def _call(self, action: Action[Q, S], request: Q) -> S:
        raise NotImplementedError
