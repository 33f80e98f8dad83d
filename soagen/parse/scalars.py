"""Texts whose meaning depends on nothing but their text: durations and dates, as values of the language.

Every reader returns None for a text that is not of its form; the caller says so.
"""

from __future__ import annotations

import datetime as dt
import re

_DURATION = re.compile(r"(-?)(?=[0-9])(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MILLISECONDS = (3_600_000, 60_000, 1_000, 1)
_UNITS = ("h", "m", "s", "ms")
_MAX_DIGITS = 18


def duration(text: str) -> dt.timedelta | None:
    """``5s``, ``250ms``, ``1h30m``: whole numbers of h, m, s and ms, in that order; within an int64 of microseconds."""
    match = _DURATION.fullmatch(text)
    if match is None or len(text) > 4 * _MAX_DIGITS:
        return None
    total = sum(int(part or 0) * size for part, size in zip(match.groups()[1:], _MILLISECONDS, strict=True))
    if total * 1000 >= 2**63:
        return None
    return dt.timedelta(milliseconds=-total if match[1] else total)


def spelled(value: dt.timedelta) -> str:
    """A duration of whole milliseconds as it is written: ``1h30m``."""
    rest = abs(value) // dt.timedelta(milliseconds=1)
    parts = []
    for size, unit in zip(_MILLISECONDS, _UNITS, strict=True):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number}{unit}")
    return ("-" if value < dt.timedelta() else "") + ("".join(parts) or "0s")


def date(text: str) -> dt.date | None:
    """``2026-01-31``."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
