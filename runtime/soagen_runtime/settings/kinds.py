"""What a setting may be: a table of kinds, each with the words for it.

A kind takes a value as Python and TOML have it, and reads one from a text as the environment and the command line have
it. It gives the value to keep, or raises ValueError, whose text is nothing but what the value is not; who asks knows
where it came from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from soagen_runtime.redaction import Redactor

NONE: Final = "none"
"""What stands, in a text and in TOML, for a setting that is not set."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``words`` complete "is not ...". ``take`` gives the value to keep and ``read`` what to take from a text; either
    raises ValueError or TypeError. Without ``read`` it cannot be told in a text. What is ``secret`` is never shown
    whole, but as ``show`` has it.
    """

    words: str
    take: Callable[[Any], Any]
    read: Callable[[str], Any] | None
    secret: bool = False
    show: Callable[[Any], Any] = lambda value: value

    def check(self, value: object) -> Any:
        """The value to keep. Raises ValueError."""
        try:
            return self.take(value)
        except (ValueError, TypeError):
            raise self._unfit(value) from None

    def check_text(self, text: str) -> Any:
        """The value to keep, from a text. Raises ValueError."""
        if self.read is None:
            raise ValueError("can only be given in a file or in code")
        try:
            return self.take(self.read(text))
        except (ValueError, TypeError):
            raise self._unfit(text) from None

    def _unfit(self, value: object) -> ValueError:
        return ValueError(f"what is given is not {self.words}" if self.secret else f"{value!r} is not {self.words}")


def optional(kind: Kind) -> Kind:
    """The same, or None."""

    def take(value: Any) -> Any:
        return None if value is None or value == NONE else kind.take(value)

    def read(text: str) -> Any:
        assert kind.read is not None, "there is a way to read it"
        return None if text.strip().lower() == NONE else kind.read(text)

    def show(value: Any) -> Any:
        return NONE if value is None else kind.show(value)

    return replace(kind, words=f'{kind.words} or "{NONE}"', take=take, read=kind.read and read, show=show)


def whole(low: int, high: int) -> Kind:
    """A whole number between two others."""

    def take(value: Any) -> int:
        if type(value) is int and low <= value <= high:
            return value
        raise ValueError

    return Kind(f"a whole number from {low} to {high}", take, int)


def seconds(longest: float) -> Kind:
    """A time in seconds, above 0."""

    def take(value: Any) -> float:
        if type(value) in (int, float) and math.isfinite(value) and 0 < value <= longest:
            return float(value)
        raise ValueError

    return Kind(f"a number of seconds above 0 and up to {longest:g}", take, float)


def one_of(*texts: str) -> Kind:
    """One of some texts."""

    def take(value: Any) -> str:
        if isinstance(value, str) and value in texts:
            return value
        raise ValueError

    return Kind(f"one of {', '.join(texts)}", take, lambda text: text.strip().lower())


_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise ValueError


def _text_flag(text: str) -> bool | None:
    return _FLAGS.get(text.strip().lower())


FLAG: Final = Kind("true or false", _flag, _text_flag)


def _path(value: Any) -> Path:
    if value and isinstance(value, (str, Path)):
        return Path(value)
    raise ValueError


PATH: Final = Kind("a path", _path, str, show=str)

_SCHEMES = ("redis", "rediss", "unix")


def _url(value: Any) -> str:
    if isinstance(value, str) and value.partition("://")[0] in _SCHEMES and "://" in value:
        return value
    raise ValueError


def without_secrets(url: str) -> str:
    """A URL of a broker, of which nothing is shown that may be a password."""
    scheme, _, rest = url.partition("://")
    address, question, _ = rest.rpartition("@")[2].partition("?")
    return f"{scheme}://{'***@' if '@' in rest else ''}{address}{question and '?***'}"


URL: Final = Kind(
    f"the URL of a broker, which begins with {', '.join(f'{scheme}://' for scheme in _SCHEMES)}",
    _url,
    str.strip,
    secret=True,
    show=without_secrets,
)


def each(noun: str, pattern: str) -> Kind:
    """Some texts that a pattern matches whole; ``noun`` is what they are."""
    form = re.compile(pattern)

    def take(value: Any) -> tuple[str, ...]:
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) and form.fullmatch(one) for one in value):
            return tuple(value)
        raise ValueError

    def read(text: str) -> list[str]:
        return [part.strip() for part in text.split(",") if part.strip()]

    return Kind(f"a list of {noun}", take, read, show=list)


def text(noun: str, pattern: str) -> Kind:
    """A text that a pattern matches whole; ``noun`` is what it is."""
    form = re.compile(pattern)

    def take(value: Any) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        raise ValueError

    return Kind(noun, take, str.strip)


def _table(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    raise ValueError


TABLE: Final = Kind("a table", _table, None, show=Redactor())
