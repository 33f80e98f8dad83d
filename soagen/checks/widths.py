"""How long the texts are that a pattern matches: from the shortest to the longest.

The lengths between the two need not all occur (``(ab)*`` has no text of three), and what a look-ahead takes away is
not looked at: a length outside is surely impossible, one inside need not be possible. Lengths count code points.

The pattern is one that `soagen.checks.patterns` takes; so this only walks over it, and nothing can be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<repeat>(?:[*+?]|\{(?P<least>[0-9]+)(?P<comma>,(?P<most>[0-9]+)?)?\})\??)"
    r"|(?P<nothing>[\^$]|\\[bB])|(?P<open>\((?:\?[:=!])?)|(?P<close>\))|(?P<bar>\|)|\\(?P<reference>[1-9])"
    r"|(?P<one>\[\^?(?:\\.|[^\]\\])*\]|\\x..|\\u....|\\.|.)",
    re.DOTALL,
)
_SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True, slots=True)
class Widths:
    """The length of the shortest text and of the longest; None where there is no longest."""

    low: int
    high: int | None

    def times(self, least: int, most: int | None) -> Widths:
        """As often as that, one after the other."""
        if self.high == 0:
            return NOTHING
        return Widths(self.low * least, None if self.high is None or most is None else self.high * most)


NOTHING, _ONE, _ANY = Widths(0, 0), Widths(1, 1), Widths(0, None)


def _in_turn(parts: Iterable[Widths]) -> Widths:
    low, high = 0, 0
    endless = False
    for each in parts:
        low += each.low
        endless = endless or each.high is None
        high += each.high or 0
    return Widths(low, None if endless else high)


@dataclass(slots=True)
class _Group:
    """A group that is being read: its branches, and which number it has, if it has one."""

    number: int | None = None
    is_look: bool = False
    branches: list[list[Widths]] = field(default_factory=lambda: [[]])

    def widths(self) -> Widths:
        if self.is_look:
            return NOTHING
        every = [_in_turn(branch) for branch in self.branches]
        highs = [each.high for each in every if each.high is not None]
        return Widths(min(each.low for each in every), max(highs) if len(highs) == len(every) else None)


@lru_cache(maxsize=4096)
def widths(pattern: str) -> Widths:
    """The lengths that texts may have which match the pattern as a whole."""
    open_groups = [_Group()]
    numbered: dict[int, Widths] = {}
    count = 0
    for token in _TOKEN.finditer(pattern):
        group = open_groups[-1]
        branch = group.branches[-1]
        match token.lastgroup:
            case "one":
                branch.append(_ONE)
            case "repeat":
                branch.append(branch.pop().times(*_times(token)))
            case "bar":
                group.branches.append([])
            case "open":
                count += token["open"] == "("
                open_groups.append(_Group(count if token["open"] == "(" else None, token["open"] in ("(?=", "(?!")))
            case "close":
                closed = open_groups.pop().widths()
                if group.number is not None:
                    numbered[group.number] = closed
                open_groups[-1].branches[-1].append(closed)
            case "reference":
                branch.append(numbered.get(int(token["reference"]), _ANY))
            case _:
                branch.append(NOTHING)
    return open_groups[0].widths()


def _times(token: re.Match[str]) -> tuple[int, int | None]:
    if token["least"] is None:
        return _SIGNS[token["repeat"][0]]
    least = int(token["least"])
    if token["comma"] is None:
        return least, least
    return least, None if token["most"] is None else int(token["most"])
