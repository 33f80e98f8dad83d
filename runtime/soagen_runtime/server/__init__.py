from typing import Any, ClassVar
from abc import ABC
from soagen_runtime.action import Service
class Server(ABC):
    service: ClassVar[Service[Any]]
class AsyncServer(ABC):
    service: ClassVar[Service[Any]]
