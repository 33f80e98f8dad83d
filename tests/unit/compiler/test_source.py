"""Reading YAML: alike with and without libyaml, and with every node's place."""

from __future__ import annotations

from pathlib import Path

import pytest

from soagen.diagnostics import Span
from soagen.findings import Report
from soagen.source import HAS_LIBYAML, Map, Node, Scalar, Seq, read

ROOT = Path(__file__).parents[3]
CONTRACTS = sorted([*(ROOT / "tests").rglob("*.soa.yaml"), *(ROOT / "examples").rglob("*.soa.yaml")])

# Texts in which the two readers of YAML would differ, were they left alone.
APART = [
    b"a: {type: string?}\n",
    b"a: {type: string?, b: [x?, y? ]}\n",
    b"{a: map<list<int?>?>?}\n",
    b"a:\tb\t# c\n",
    b"a: {b: c\td,\te: f}\n",
    b"a:\t\n  b: c\n",
    b"a: b\tc\n  d\n\n  e\n",
    b"{a: b\n  c,\n\td: e}\n",
    b"a: '\n--- '\n",
    b'a: "\\ud800"\n',
    b'a: "\\UFFFFFFFF"\n',
    b"a:\n\tb: c\n",
    b"- a\n-\tb\n",
    b"a: [b, c\n",
    b"a: {b: c\n",
    b"a b\nc: d\n",
    b"a: # nothing\nb: |\n  text\n  more\n",
    b"a: x\r\nb: y\rc: z\n",
    b"? a\n: b\n? c\n",
    b"{a: b:}\n",
    b"[a:, b]\n",
    b"[a:b, c:d]\n",
]


def _read(data: bytes, libyaml: bool) -> tuple[Node | None, Report]:
    report = Report()
    return read(data, "a.soa.yaml", report, libyaml=libyaml), report


@pytest.mark.skipif(not HAS_LIBYAML, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize(
    "data",
    [*(path.read_bytes() for path in CONTRACTS), *APART],
    ids=[*(path.relative_to(ROOT).as_posix() for path in CONTRACTS), *map(repr, APART)],
)
def test_contracts_are_read_alike_without_libyaml(data: bytes) -> None:
    fast, found_fast = _read(data, libyaml=True)
    pure, found_pure = _read(data, libyaml=False)
    assert fast == pure
    places = [(each.span, each.code) for each in found_fast.found]
    assert [(each.span, each.code) for each in found_pure.found] == places


@pytest.mark.parametrize(
    "libyaml", [pytest.param(True, marks=pytest.mark.skipif(not HAS_LIBYAML, reason="no libyaml")), False]
)
def test_nodes_know_their_place_and_their_text(libyaml: bool) -> None:
    text = 'a: 014\n"漢": {b: \'no\', c: [~, "x\\ty"]}\n'
    root, report = _read(text.encode(), libyaml)
    assert not report.found
    assert isinstance(root, Map)
    first, second = root.entries
    assert first.value == Scalar("014", True, Span("a.soa.yaml", 1, 4, 7))
    assert second.key == Scalar("漢", False, Span("a.soa.yaml", 2, 1, 4))
    assert isinstance(second.value, Map)
    assert second.value.at == Span("a.soa.yaml", 2, 7, 8)
    b, c = second.value.entries
    assert b.value == Scalar("no", False, Span("a.soa.yaml", 2, 10, 14))
    assert isinstance(c.value, Seq)
    tilde, escaped = c.value.items
    assert isinstance(tilde, Scalar)
    assert isinstance(escaped, Scalar)
    assert (tilde.text, tilde.plain, escaped.text) == ("~", True, "x\ty")


def test_a_part_of_a_scalar_has_a_place_of_its_own() -> None:
    root, _ = _read(b'a: list<b>\nb: "list<b>"\nc: "list\\u003cb>"\n', HAS_LIBYAML)
    assert isinstance(root, Map)
    plain, quoted, escaped = (each.value for each in root.entries)
    assert isinstance(plain, Scalar)
    assert isinstance(quoted, Scalar)
    assert isinstance(escaped, Scalar)
    assert plain.part(5, 6) == Span("a.soa.yaml", 1, 9, 10)
    assert quoted.part(5, 6) == Span("a.soa.yaml", 2, 10, 11)
    assert escaped.part(5, 6) == escaped.at
