"""Types for msgpack, which ships none; only what soagen touches."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

class ExtType(NamedTuple):
    code: int
    data: bytes

def packb(o: object, *, default: Callable[[Any], object] | None = ...) -> bytes: ...
def unpackb(
    packed: bytes,
    *,
    ext_hook: Callable[[int, bytes], object] = ...,
    timestamp: int = ...,
    strict_map_key: bool = ...,
    object_pairs_hook: Callable[[Iterable[tuple[Any, Any]]], object] | None = ...,
) -> Any: ...

class Unpacker:
    def __init__(
        self,
        file_like: None = ...,
        *,
        max_buffer_size: int = ...,
        ext_hook: Callable[[int, bytes], object] = ...,
        timestamp: int = ...,
        strict_map_key: bool = ...,
        object_pairs_hook: Callable[[Iterable[tuple[Any, Any]]], object] | None = ...,
        unicode_errors: str | None = ...,
    ) -> None: ...
    def feed(self, next_bytes: bytes) -> None: ...
    def unpack(self) -> Any: ...
    def skip(self) -> None: ...
    def read_map_header(self) -> int: ...
