"""Whatever bytes a file holds: no exception, and every finding stands inside a file that was read."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from soagen.diagnostics import as_data, lines_of, render
from soagen.findings import Report
from soagen.generate.clashes import clashes
from soagen.load import Loaded, load
from soagen.source import HAS_LIBYAML, read

GOOD = Path(__file__).parents[1] / "good" / "everything"
FILES = {path.relative_to(GOOD).as_posix(): path.read_bytes() for path in GOOD.rglob("*.soa.yaml")}
MAIN = "everything.soa.yaml"

# Pieces that turn a contract into something else: words of the language, of YAML, and of neither.
PIECES = [
    *(b"a b c : , - ? # \n \t ' \" { } [ ] < > & * ! | % @ ~ <<: *x &x !!str --- ... \\ \\u0000".split(b" ")),
    *(b"null no on 1e3 014 1:30 -1 2026-01-01 5s true".split(b" ")),
    *(b"string int money list< map< base. fields: enum: union: type: default: min: max: pattern: ( wire: ".split(b" ")),
    *("é 漢 \u2028 \x85 \ufeff \ud7ff".encode().split(b" ")),
    b"\n",
    b"  ",
    b"\x00",
    b"\xff",
    b": {}\n",
]


def _check(loaded: Loaded) -> None:
    clashes(loaded.known)  # whatever is missing from it
    assert (loaded.project is None) == bool(loaded.diagnostics)
    assert list(loaded.diagnostics) == sorted(loaded.diagnostics, key=lambda each: each.span)
    for each in loaded.diagnostics:
        for span in (each.span, *(span for span, _ in each.related)):
            lines = lines_of(loaded.texts[span.path])
            assert 1 <= span.line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            assert span.column <= span.end_column <= len(lines[span.line - 1]) + 2
    render(loaded.diagnostics, loaded.texts).encode()
    as_data(loaded.diagnostics)


def _load(files: dict[str, bytes]) -> Loaded:
    def reader(path: str) -> bytes:
        return files.get(path, b"soa: 1\npackage: other\n")

    return load(sorted(files), reader)


@given(st.binary(max_size=200))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"soa: 1\n\x00")
def test_any_bytes(data: bytes) -> None:
    _check(_load({MAIN: data}))


@given(st.text(max_size=100))
def test_any_text_after_a_good_beginning(text: str) -> None:
    data = ("soa: 1\npackage: p\n" + text).encode("utf-8", errors="surrogatepass")
    _check(_load({"p.soa.yaml": data}))


def _mutated(data: bytes, seed: int, times: int) -> bytes:
    chance = random.Random(seed)
    for _ in range(times):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data = data[:at] + chance.choice(PIECES) + data[at:]
            case 1:
                data = data[:at] + data[at + chance.randrange(1, 20) :]
            case 2:
                lines = data.split(b"\n")
                lines.insert(chance.randrange(len(lines)), chance.choice(lines))
                data = b"\n".join(lines)
            case 3:
                words = data.split(b" ")
                words[chance.randrange(len(words))] = chance.choice(words)
                data = b" ".join(words)
            case _:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    return data


@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from(sorted(FILES)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_good_contract_with_a_few_changes(seed: int, times: int, path: str) -> None:
    _check(_load(FILES | {path: _mutated(FILES[path], seed, times)}))


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_libyaml_reads_is_read_alike_without_it(seed: int) -> None:
    data = _mutated(FILES[MAIN][:1500], seed, 2)
    fast, pure = Report(), Report()
    one = read(data, MAIN, fast, libyaml=HAS_LIBYAML)
    other = read(data, MAIN, pure, libyaml=False)
    if not fast.found and not pure.found:
        assert one == other
