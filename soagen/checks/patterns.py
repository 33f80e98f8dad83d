"""Patterns: the common part of Python's `re` and ECMA 262, so that a contract means the same to both.

    pattern    = branch ("|" branch)*
    branch     = (atom quantifier?)*
    atom       = "." | "^" | "$" | escape | class | "(" ("?:" | "?=" | "?!")? pattern ")" | any other character
    quantifier = ("*" | "+" | "?" | "{n}" | "{n,}" | "{n,m}") "?"?

What only one of the two knows is refused: inline flags, named groups, look-behind, possessive quantifiers, `\\A` and
`\\Z`, `\\p`, set operations. `\\d`, `\\w` and `\\b` mean their ASCII sets, as in ECMA 262: generated code compiles with
`re.ASCII`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MAX_DEPTH = 50
_QUANTIFIER = re.compile(r"(?:[*+?]|\{([0-9]{1,5})(?:(,)([0-9]{1,5})?)?\})\??")
_ESCAPE = re.compile(r"\\(?:([dDwWsS])|[nrtfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[][^$\\.*+?(){}|/-])")
_BOUNDARY = re.compile(r"\\[bB]")
_BACK_REFERENCE = re.compile(r"\\([1-9])(?![0-9])")
_GROUP = re.compile(r"\((\?[:=!])?")
_SET_OPERATIONS = ("--", "&&", "||", "~~", "[")


class PatternError(Exception):
    """Why a pattern is refused, and from which of its characters on."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for Python; raises `PatternError`."""
    _Reader(pattern).whole()
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"Python refuses it: {error}", getattr(error, "pos", None) or 0) from error


class _Reader:
    """One walk over a pattern; groups are counted, not recursed into."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[tuple[int, bool]] = []
        self.groups = 0
        self.closed = 0

    def whole(self) -> None:
        repeatable = False
        while self.at < len(self.text):
            if quantifier := _QUANTIFIER.match(self.text, self.at):
                self.quantifier(quantifier, repeatable)
                repeatable = False
            else:
                repeatable = self.atom()
        if self.open:
            raise PatternError("this `(` is not closed", self.open[-1][0])

    def quantifier(self, match: re.Match[str], repeatable: bool) -> None:
        if not repeatable:
            raise PatternError(f"`{match[0]}` has nothing to repeat", self.at)
        if match[3] is not None and int(match[3]) < int(match[1]):
            raise PatternError(f"`{match[0]}` counts downwards", self.at)
        self.at = match.end()

    def atom(self) -> bool:
        """Reads one atom; returns whether it may be repeated."""
        char = self.text[self.at]
        if char == "(":
            return self.group()
        if char == ")":
            return self.close()
        if char == "[":
            return self.set()
        if char == "\\":
            return self.escape()
        if char in "{}]":
            raise PatternError(f"`{char}` means itself only as `\\{char}`", self.at)
        self.at += 1
        return char not in "^$|"

    def group(self) -> bool:
        match = _GROUP.match(self.text, self.at)
        assert match is not None
        if self.text.startswith("?", match.end()):
            raise PatternError("only `(?:`, `(?=` and `(?!` are known to both Python and ECMA 262", self.at)
        if len(self.open) == _MAX_DEPTH:
            raise PatternError(f"groups nest at most {_MAX_DEPTH} deep", self.at)
        self.open.append((self.at, match[1] in ("?=", "?!")))
        self.groups += match[1] is None
        self.at = match.end()
        return False

    def close(self) -> bool:
        if not self.open:
            raise PatternError("this `)` closes nothing", self.at)
        self.at += 1
        return not self.open.pop()[1]

    def escape(self) -> bool:
        if match := _BOUNDARY.match(self.text, self.at):
            self.at = match.end()
            return False
        reference = _BACK_REFERENCE.match(self.text, self.at)
        if reference and int(reference[1]) <= self.groups:
            self.at = reference.end()
            return True
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            raise PatternError(
                f"`{self.text[self.at : self.at + 2]}` is not known to both Python and ECMA 262", self.at
            )
        self.at = match.end()
        return True

    def set(self) -> bool:
        start = self.at
        self.at += 2 if self.text.startswith("[^", start) else 1
        if self.text.startswith("]", self.at):
            raise PatternError("an empty set matches nothing, or is not closed: write `\\]` for the bracket", start)
        while not self.text.startswith("]", self.at):
            low = self.set_item(start)
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self.set_item(start)
                if low is None or high is None:
                    raise PatternError("a range goes from character to character", self.at)
                if high < low:
                    raise PatternError("this range goes backwards", self.at)
        self.at += 1
        return True

    def set_item(self, start: int) -> str | None:
        """One character of a set, None for a class such as `\\d`."""
        if self.at >= len(self.text):
            raise PatternError("this `[` is not closed", start)
        if any(self.text.startswith(each, self.at) for each in _SET_OPERATIONS):
            raise PatternError("this may be read as an operation on sets: escape it", self.at)
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            raise PatternError(
                f"`{self.text[self.at : self.at + 2]}` is not known to both Python and ECMA 262", self.at
            )
        self.at = match.end()
        return None if match[1] else _character(match[0])


_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}


def _character(escape: str) -> str:
    if escape[1] in "xu":
        return chr(int(escape[2:], 16))
    return _CONTROLS.get(escape[1], escape[1])
