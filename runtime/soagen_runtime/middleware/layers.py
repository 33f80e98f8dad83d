"""Layers of what only looks on, and of what only asks at the door: written once, for both kinds of ends.

An *observer* is told what is asked, and gives a function that is told what came of it; a *check* is told what is asked,
and raises against it. `observed` and `checked` make layers of them for blocking ends, `async_observed` and
`async_checked` for those of asyncio. An observer that fails is logged, and the call goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from soagen_runtime.core.middleware import AsyncNext, Next

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

Ended: TypeAlias = Callable[[Any, BaseException | None], object]
"""Is told the answer, or None and the exception."""

Observer: TypeAlias = Callable[[Asked], Ended]
Check: TypeAlias = Callable[[Asked], object]

log = logging.getLogger("soagen.middleware")


def observed(observer: Observer[Asked]) -> Callable[[Asked, Next[Asked, Answer]], Answer]:
    """A layer of a blocking end that looks on."""

    def layer(asked: Asked, next: Next[Asked, Answer]) -> Answer:
        ended = _begun(observer, asked)
        try:
            answer = next(asked)
        except BaseException as error:
            _end(ended, None, error)
            raise
        _end(ended, answer, None)
        return answer

    return layer


def async_observed(observer: Observer[Asked]) -> Callable[[Asked, AsyncNext[Asked, Answer]], Any]:
    """A layer of an asyncio end that looks on."""

    async def layer(asked: Asked, next: AsyncNext[Asked, Answer]) -> Answer:
        ended = _begun(observer, asked)
        try:
            answer = await next(asked)
        except BaseException as error:
            _end(ended, None, error)
            raise
        _end(ended, answer, None)
        return answer

    return layer


def checked(check: Check[Asked]) -> Callable[[Asked, Next[Asked, Answer]], Answer]:
    """A layer of a blocking end that lets pass whatever ``check`` has nothing against."""

    def layer(asked: Asked, next: Next[Asked, Answer]) -> Answer:
        check(asked)
        return next(asked)

    return layer


def async_checked(check: Check[Asked]) -> Callable[[Asked, AsyncNext[Asked, Answer]], Any]:
    """A layer of an asyncio end that lets pass whatever ``check`` has nothing against."""

    async def layer(asked: Asked, next: AsyncNext[Asked, Answer]) -> Answer:
        check(asked)
        return await next(asked)

    return layer


def _begun(observer: Observer[Asked], asked: Asked) -> Ended | None:
    try:
        return observer(asked)
    except Exception:
        log.exception("an observer failed")
        return None


def _end(ended: Ended | None, answer: Any, error: BaseException | None) -> None:
    if ended is not None:
        try:
            ended(answer, error)
        except Exception:
            log.exception("an observer failed")
