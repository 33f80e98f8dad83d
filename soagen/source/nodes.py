"""What a YAML text is to the rest of the compiler: maps, lists and texts that know their place.

A scalar stays the text that was written; what `no`, `014` or `null` mean is for those to say who know what is expected
there. A map keeps its entries in order and holds each key once. Where the text used something that the language does
not have (an anchor, a tag) or a value that was already reported, a `Bad` node stands in its stead: later stages pass
over it in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from soagen.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. ``plain`` means written without quotes and not as a block.

    An empty plain text is no value at all; in a map it stands at the place of its key.
    """

    text: str
    plain: bool
    at: Span

    @property
    def empty(self) -> bool:
        """Whether nothing at all was written here."""
        return self.plain and not self.text

    def part(self, start: int, end: int) -> Span:
        """The place of ``text[start:end]``; the whole scalar where escapes or line ends hide the way there."""
        width = self.at.end_column - self.at.column
        if width == len(self.text):
            first = self.at.column + start
        elif width == len(self.text) + 2:  # quotes, and nothing escaped
            first = self.at.column + 1 + start
        else:
            return self.at
        return Span(self.at.path, self.at.line, first, first + max(end - start, 1))


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that has been reported and has no value."""

    at: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a map and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Map:
    """A map; ``at`` is the place of its first key, or of its opening brace where there is none.

    ``incomplete`` says that entries were refused and left out (a key given twice, a merge): what is not here may have
    been meant.
    """

    entries: tuple[Entry, ...]
    at: Span
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Seq:
    """A list; ``at`` is where it begins."""

    items: tuple[Node, ...]
    at: Span


Node: TypeAlias = Scalar | Map | Seq | Bad
