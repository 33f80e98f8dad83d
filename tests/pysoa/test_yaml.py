"""What is written is read back as it was, however odd the texts are, and by both of YAML's readers."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from soagen import source
from soagen.findings import Report
from soagen.pysoa.yaml import WIDTH, Entry, Map, Prose, Value, document, scalar
from soagen.source import Map as MapNode
from soagen.source import Node, Scalar, Seq
from soagen.source.reader import HAS_LIBYAML

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PROSE = st.lists(st.text("aé \t:#-'\"", max_size=60), min_size=1, max_size=4).map("\n".join)
VALUES: st.SearchStrategy[Value] = st.recursive(
    TEXTS | (TEXTS | PROSE).map(Prose) | st.lists(TEXTS, min_size=1, max_size=40),
    lambda inner: st.builds(
        Map,
        st.lists(
            st.builds(Entry, TEXTS, inner, st.lists(TEXTS, max_size=2).map(tuple)),
            min_size=1,
            max_size=4,
            unique_by=lambda entry: entry.key,
        ).map(tuple),
        inline=st.booleans(),
        airy=st.booleans(),
    ),
    max_leaves=8,
)


def plain(value: Value) -> object:
    match value:
        case Map(entries=entries):
            return {entry.key: plain(entry.value) for entry in entries}
        case Prose(text) | str(text):
            return text
        case _:
            return list(value)


def read(text: str, *, libyaml: bool) -> object:
    report = Report()
    node = source.read(text.encode(), "x", report, libyaml=libyaml)
    assert report.found == []
    assert node is not None
    return shown(node)


def shown(node: Node) -> object:
    match node:
        case MapNode(entries=entries):
            return {entry.key.text: shown(entry.value) for entry in entries}
        case Seq(items=items):
            return [shown(item) for item in items]
        case Scalar(text=text):
            return text
        case _:
            raise AssertionError(node)


@pytest.mark.parametrize(
    "libyaml", [False, pytest.param(True, marks=pytest.mark.skipif(not HAS_LIBYAML, reason="no libyaml"))]
)
@settings(deadline=None)
@given(value=VALUES)
@example(value=Prose("a " * 100 + "b"))
@example(value=Prose("first\n  second\n\nthird "))
@example(value="-0.5")
@example(value='[\\t"]')
def test_what_is_written_is_read_back(value: Value, libyaml: bool) -> None:
    text = document(["a comment", ""], Map((Entry("key", value, ("above it",)),), inline=False))
    assert read(text, libyaml=libyaml) == {"key": plain(value)}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a b", "a b"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("-0.5", "-0.5"),
        ("list<string?>", "list<string?>"),
        ("null", '"null"'),
        ("", '""'),
        ("- x", '"- x"'),
        ("a: b", '"a: b"'),
        ("a, b", '"a, b"'),
        (r"\d+", r"'\d+'"),
        ("\x00\x85", r'"\x00\x85"'),
    ],
)
def test_quotes_stand_where_they_are_needed(text: str, written: str) -> None:
    assert scalar(text, flow=True) == written


def test_long_texts_are_wrapped() -> None:
    words = "several words and then some more of them, " * 12
    text = document([words], Map((Entry("doc", Prose(words.strip())), Entry("enum", words.split())), inline=False))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert read(text, libyaml=False) == {"doc": words.strip(), "enum": words.split()}
