"""Maps as YAML that people like to read: short ones on a line, long ones below each other, comments above what they
mean.

Rules: only what the language reads (`soagen.source`) is written, and it is read back as it was. Quotes are used where
they are needed and nowhere else; what may not stand in a file is escaped.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 120
_STEP = "  "

# Plain scalars, with room to spare: nothing that YAML or the language could take for something else.
_PLAIN = re.compile(r"(?:[A-Za-z0-9_(/.<+]|-(?=[0-9]))(?:[\w ()/.<>=+'?!;%@$^~*&-]|:(?=[0-9]))*")
_PLAIN_IN_BLOCK = re.compile(rf"{_PLAIN.pattern[:-2]}|[,`\"\[\]{{}}|]|:(?! |$))*")
_NULLS = frozenset(("null", "Null", "NULL", "~"))
_UNSEEN = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Prose:
    """A text for people, which may be laid out anew."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value. A list holds texts."""

    key: str
    value: str | Prose | Sequence[str] | Map
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Map:
    """Entries in their order.

    ``inline`` is whether they may stand on one line, should they fit there; ``airy`` sets entries of several lines
    apart.
    """

    entries: tuple[Entry, ...]
    inline: bool = True
    airy: bool = False


Value: TypeAlias = str | Prose | Sequence[str] | Map


def document(comments: Sequence[str], top: Map) -> str:
    """The text of a file."""
    lines = [*_comments(comments, ""), *_block(top, "")]
    return "\n".join(lines) + "\n"


def scalar(text: str, *, flow: bool = False) -> str:
    """A text as a scalar: plain if that is safe, else in quotes."""
    plain = (_PLAIN if flow else _PLAIN_IN_BLOCK).fullmatch(text)
    if plain and text not in _NULLS and not text.endswith((" ", ":")) and ": " not in text and "://" not in text:
        return text
    if "\\" in text and "\n" not in text and not _UNSEEN.search(text):
        return "'" + text.replace("'", "''") + "'"  # where a backslash is one
    return f'"{_UNSEEN.sub(_escaped, text.translate(_ESCAPES))}"'


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _comments(comments: Sequence[str], indent: str) -> Iterator[str]:
    for comment in comments:
        clean = " ".join(_UNSEEN.sub(_escaped, comment).split())
        start = f"{indent}# "
        yield from textwrap.wrap(
            clean, WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
        ) or [f"{indent}#"]


def _block(node: Map, indent: str) -> Iterator[str]:
    before = 0
    for entry in node.entries:
        lines = [*_comments(entry.comments, indent), *_entry(entry, indent)]
        if node.airy and before and max(before, len(lines)) > 1:
            yield ""
        yield from lines
        before = len(lines)


def _entry(entry: Entry, indent: str) -> Iterator[str]:
    start = f"{indent}{scalar(entry.key)}:"
    short = _inline(entry.value)
    if short is not None and len(start) + 1 + len(short) <= WIDTH:
        yield f"{start} {short}"
        return
    match entry.value:
        case Map() as node:
            yield start
            yield from _block(node, indent + _STEP)
        case Prose(text):
            yield from _prose(start, text, indent + _STEP)
        case str() as text:
            yield f"{start} {scalar(text)}"
        case items:
            yield f"{start} ["
            joined = ", ".join(scalar(item, flow=True).replace(" ", "\0") for item in items)
            inner = indent + _STEP
            wrapped = textwrap.wrap(
                joined,
                WIDTH,
                initial_indent=inner,
                subsequent_indent=inner,
                break_long_words=False,
                break_on_hyphens=False,
            )
            yield from (line.replace("\0", " ") for line in wrapped)
            yield f"{indent}]"


def _inline(value: Value, *, flow: bool = False) -> str | None:
    """A value on one line, if it may stand there."""
    match value:
        case Map(entries=entries, inline=inline):
            parts = [(each, _inline(each.value, flow=True)) for each in entries]
            if entries and (not inline or any(part is None or each.comments for each, part in parts)):
                return None
            return "{" + ", ".join(f"{scalar(each.key, flow=True)}: {part}" for each, part in parts) + "}"
        case Prose(text):
            return None if "\n" in text else scalar(text, flow=flow)
        case str() as text:
            return scalar(text, flow=flow)
        case items:
            return "[" + ", ".join(scalar(item, flow=True) for item in items) + "]"


def _prose(start: str, text: str, indent: str) -> Iterator[str]:
    """A text below its key: folded if it is one line, as it is if there are several, quoted if neither would last."""
    lines = text.split("\n")
    if _UNSEEN.search(text) or text != text.strip() or any(line.isspace() for line in lines):
        yield f"{start} {scalar(text)}"
    elif len(lines) == 1 and text.split() == text.split(" "):
        yield f"{start} >-"
        yield from textwrap.wrap(
            text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    else:
        yield f"{start} |-"
        yield from (f"{indent}{line}" if line else "" for line in lines)
