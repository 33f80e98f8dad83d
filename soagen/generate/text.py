"""Texts as Python writes them: string literals, docstrings.

Rules: quotes, escapes and line breaks are those that ``ruff format`` would choose; what cannot be seen (controls,
formats, lone surrogates) is written as an escape, so that the code reads the same in every editor; all else stays as
it is.
"""

from __future__ import annotations

import re
import textwrap

from soagen.generate.layout import INDENT, WIDTH, width

_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_ITEM = re.compile(r"\s|[-*+|>#]\s|\d+[.)]\s|[`~]{3}")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _quote(text: str) -> str:
    return "'" if text.count('"') > text.count("'") else '"'


def _escaped(text: str, quote: str) -> str:
    return "".join("\\" + c if c == quote else _SHORT.get(c) or _visible(c) for c in text)


def string(text: str) -> str:
    """The string literal of a text."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    quote = _quote(text)
    return f"{quote}{_escaped(text, quote)}{quote}"


def pattern(text: str) -> str:
    """The literal of a regular expression: raw, where that can be."""
    quote = _quote(text)
    if "\\" not in text or quote in text or not text.isprintable() or text.endswith("\\"):
        return string(text)
    return f"r{quote}{text}{quote}"


def byte_string(data: bytes) -> str:
    """The literal of some bytes."""
    text = data.decode("latin-1")
    quote = _quote(text)
    shown = ("\\" + c if c == quote else _SHORT.get(c) or (c if " " <= c <= "~" else f"\\x{ord(c):02x}") for c in text)
    return f"b{quote}{''.join(shown)}{quote}"


def format_string(parts: list[str | tuple[str]]) -> str:
    """The f-string of texts and, as tuples of one, expressions; a plain literal where there are no expressions."""
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return string("".join(texts))
    quote = _quote("".join(texts))
    body = (
        _escaped(part, quote).replace("{", "{{").replace("}", "}}") if isinstance(part, str) else f"{{{part[0]}}}"
        for part in parts
    )
    return f"f{quote}{''.join(body)}{quote}"


def block(text: str) -> list[str]:
    """The lines of a literal of a text in lines, which begins and ends where they do.

    What an editor or a linter might take away, or could not show, is escaped: tabs, spaces at the end of a line.
    """
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines = [_block_line(line) for line in escaped.split("\n")]
    if lines[-1]:
        lines[-1] += "\\"
        lines.append("")
    return ['"""\\', *lines[:-1], '"""']


def _block_line(line: str) -> str:
    bare = line.rstrip(" ")
    shown = line if len(bare) == len(line) else f"{line[:-1]}\\x20"
    return shown if shown.isprintable() else "".join(_SHORT[c] if c in "\r\t" else _visible(c) for c in shown)


def docstring(paragraphs: list[str], depth: int) -> list[str]:
    """The lines of a docstring of these paragraphs, wrapped; there is at least one that is not blank."""
    room = WIDTH - len(INDENT) * depth - 4  # the quotes, and an `r` before them
    lines = [line for paragraph in paragraphs if paragraph.strip() for line in ["", *_wrapped(paragraph, room)]][1:]
    lines[0] = lines[0].strip()
    shown = "\n".join(lines)
    raw = "\\" in shown and shown.replace("\n", "").isprintable() and '"""' not in shown
    body = [line if raw else _docstring_text(line) for line in lines]
    if body[0].startswith('"'):
        body[0] = f" {body[0]}"
    pad = INDENT * depth
    opening = f'{pad}{"r" * raw}"""{body[0]}'
    if len(body) == 1:
        return [opening + _chaperone(body[0]) + '"""'] if width(opening) + 3 <= WIDTH else _closed_below(opening, pad)
    return [opening, *(pad + line if line else "" for line in body[1:]), f'{pad}"""']


def _closed_below(opening: str, pad: str) -> list[str]:
    # One long line: its last word moves to a line of its own, so that the quotes have room.
    head, space, last = opening.rpartition(" ")
    if not space or not head.strip(' r"'):
        return [f'{opening}{_chaperone(opening)}"""']
    return [head, pad + last, f'{pad}"""']


def _docstring_text(line: str) -> str:
    line = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "".join(map(_visible, line))


def _chaperone(text: str) -> str:
    """The space that keeps a text's end from running into the closing quotes."""
    before = text.removesuffix('"')
    escapes = (len(before) - len(before.rstrip("\\"))) % 2 == 1
    return " " if escapes != (before != text) else ""


def _wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most ``room``; what looks laid out by hand (lists, code, tables) keeps its lines."""
    lines: list[str] = []
    flowing: list[str] = []
    for line in [*textwrap.dedent(text.expandtabs(4).strip("\n")).split("\n"), ""]:
        line = line.replace("\r", "").rstrip()
        if line and not _ITEM.match(line) and width(line) == len(line):
            flowing.append(line.strip())
            continue
        lines += _fill(" ".join(flowing), room)
        flowing = []
        if line and not line.isspace():
            lines += _fill(line, room)
        elif lines and lines[-1]:
            lines.append("")
    while lines and not lines[-1]:
        lines.pop()
    return [line.rstrip() for line in lines] or [text.strip()]


def _fill(line: str, room: int) -> list[str]:
    if not line:
        return []
    inner = line.lstrip(" ")
    indent = line[: len(line) - len(inner)]
    hanging = indent + "  " if _ITEM.match(inner) else indent
    return textwrap.wrap(
        line, room, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [line]
