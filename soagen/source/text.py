"""Bytes -> text that YAML can be read from.

The text is UTF-8 without a byte order mark, and holds neither control characters nor the exotic line ends that YAML 1.1
knows (U+0085, U+2028, U+2029): so every reader of YAML, and every editor, counts the same lines and columns.
"""

from __future__ import annotations

import re

from soagen.diagnostics import Span, lines_of
from soagen.findings import Report

_BOM = "\ufeff"
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def legible(data: bytes) -> str:
    """The bytes as text for showing them: what is not UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", errors="replace").removeprefix(_BOM)


def decode(data: bytes, path: str, report: Report) -> str | None:
    """The text of a contract file, or None after one finding says why it has none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "the file looks like UTF-16: save it as UTF-8" if data.startswith(_UTF16) else "save it as UTF-8"
        at = _place(data[: error.start].decode("utf-8"), path)
        report.add("NOT_UTF8", at, f"byte 0x{data[error.start]:02x} is not UTF-8", hint=hint)
        return None
    if text.startswith(_BOM):
        report.add(
            "BYTE_ORDER_MARK",
            Span(path, 1, 1, 2),
            "the file starts with a byte order mark",
            hint="save it as UTF-8 without a BOM",
        )
        return None
    bad = _REFUSED.search(text)
    if bad:
        report.add(
            "CONTROL_CHARACTER",
            _place(text[: bad.start()], path),
            f"the character U+{ord(bad.group()):04X} may not stand in a contract",
            hint=f'write it as "\\u{ord(bad.group()):04x}" in double quotes, if it is meant',
        )
        return None
    return text


def _place(before: str, path: str) -> Span:
    lines = lines_of(before)
    column = len(lines[-1]) + 1
    return Span(path, len(lines), column, column + 1)
