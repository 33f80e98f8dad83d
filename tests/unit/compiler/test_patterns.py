"""Patterns that both Python and ECMA 262 read alike are accepted; the refused ones are in the error corpus."""

from __future__ import annotations

import pytest
from currint import currencies

from soagen.checks.currencies import CURRENCIES
from soagen.checks.patterns import PatternError, compiled


@pytest.mark.parametrize(
    ("pattern", "matches", "fails"),
    [
        ("c_[a-z0-9]+", "c_1", "c_"),
        ("[A-Z]{3}-[0-9]+", "TEA-1", "TE-1"),
        (r"\d{4}-\d\d?", "2026-1", "٢٠٢٦-1"),
        (r"\w+\s\w+", "a b", "ä b"),
        ("(a|b)*c", "abac", "abad"),
        ("(?:ab)+?", "abab", "aba"),
        ("(?=a)[a-z]+(?!.)", "abc", "bc"),
        (r"(a)(b)\2\1", "abba", "abab"),
        (r"[]]".replace("[]", r"[\]"), "]", "["),
        (r"[\w.-]+@[\w-]+(?:\.[\w-]+)+", "a.b@c.de", "a@b"),
        (r"[^\d\s]", "a", "1"),
        (r"\u00e9\x41\t", "éA\t", "eA\t"),
        (r"\{\}\[\]\(\)\.\*\+\?\^\$\|\\\/\-", "{}[]().*+?^$|\\/-", ""),
        ("^a$", "a", "a\n"),
        (r"a{2}b{1,}c{0,3}", "aabccc", "abccc"),
        (r"\bword\b", "word", "words"),
        ("", "", "a"),
        ("漢+", "漢漢", "字"),
        ("a|", "", "b"),
        ("[-a]", "-", "b"),
        ("[a-]", "-", "b"),
        ("[&|~]", "~", "a"),
    ],
)
def test_common_patterns_match_as_a_whole(pattern: str, matches: str, fails: str) -> None:
    assert compiled(pattern).fullmatch(matches)
    assert not compiled(pattern).fullmatch(fails)


@pytest.mark.parametrize("pattern", ["(" * 5000, "[" * 5000, "(?:" * 60 + ")" * 60, "a{99999}{99999}", "\\"])
def test_hostile_patterns_are_refused_in_peace(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


def test_the_currencies_are_those_of_the_runtime() -> None:
    assert set(currencies) == CURRENCIES
