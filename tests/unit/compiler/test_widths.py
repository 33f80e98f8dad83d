"""How long the texts of a pattern are: exact where nothing looks ahead, and never too narrow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soagen.checks.patterns import PatternError, compiled
from soagen.checks.widths import Widths, widths

ATOMS = st.sampled_from(["a", ".", "[a-z]", r"[^\]]", r"[\]\[]", r"\d", r"\.", r"\x41", r"\u00e9", "é", "^", r"\b"])
REPEATS = st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,}", "{0,3}", "{2,3}?"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger patterns out of smaller ones."""
    groups = inner.map(lambda each: f"({each})") | inner.map(lambda each: f"(?:{each})")
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        groups,
        st.tuples(groups, REPEATS).map("".join),
        inner.map(lambda each: f"(?!{each})"),
        inner.map(lambda each: rf"{each}(b|cc)\1"),
    )


def is_taken(pattern: str) -> bool:
    try:
        compiled(pattern)
    except PatternError:  # a reference to a group that is open, or a group within a group made it another's
        return False
    return True


PATTERNS = st.recursive(ATOMS | st.just(""), grown, max_leaves=8).filter(is_taken)


@given(PATTERNS, st.data())
def test_no_text_that_matches_is_of_another_length(pattern: str, data: st.DataObject) -> None:
    found = widths(pattern)
    text = data.draw(st.text(st.sampled_from("abcA1.é]["), max_size=8))
    if compiled(pattern).fullmatch(text):
        assert found.low <= len(text)
        assert found.high is None or len(text) <= found.high


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        ("", 0, 0),
        ("abc", 3, 3),
        ("[A-Z]{3}-[0-9]+", 5, None),
        (r"\d{4}-\d\d?", 6, 7),
        ("a|bcd|", 0, 3),
        ("(a|bcd){2,3}", 2, 9),
        ("(?:a*)?", 0, None),
        ("a{0}", 0, 0),
        ("(?:){5,}", 0, 0),
        (r"[\]\[-]{2}", 2, 2),
        (r"\u00e9\x41\t\\", 4, 4),
        (r"^\bword\b$", 4, 4),
        (r"(a|bc)-\1", 3, 5),
        (r"((a)b)\2\1", 5, 5),
        ("(?=abc)[a-z]*(?!x)", 0, None),
        ("x{2}?y+?", 3, None),
    ],
)
def test_the_shortest_and_the_longest(pattern: str, low: int, high: int | None) -> None:
    compiled(pattern)
    assert widths(pattern) == Widths(low, high)
