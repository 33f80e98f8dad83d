"""The documents are true: their examples compile, or give just the finding that they stand for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soagen.diagnostics import Diagnostic
from soagen.findings import CATALOGUE
from soagen.generate.clashes import clashes
from soagen.load import load
from soagen.parse.types import BUILTINS

DOCS = Path(__file__).parents[3] / "docs"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^### ([A-Z0-9_]+)\n\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_CONTRACT = re.compile(r"^(service|package): (\w+)", re.MULTILINE)
_NAMED = re.compile(r"# in (\S+)")
SECTIONS = _SECTION.findall((DOCS / "findings.md").read_text("utf-8"))


def _files() -> dict[str, str]:
    """The contracts of the language's reference: every block that begins one, by the file's name."""
    blocks = _BLOCK.findall((DOCS / "language.md").read_text("utf-8"))
    files = {}
    for block in blocks:
        if block.startswith("soa: 1"):
            match = _CONTRACT.search(block)
            assert match, block
            assert f"{match[2]}.soa.yaml" not in files, f"two examples are called {match[2]}"
            files[f"{match[2]}.soa.yaml"] = block
    return files


FILES = _files()


def _findings(files: dict[str, str], path: str) -> tuple[Diagnostic, ...]:
    def read(name: str) -> bytes:
        if name == ".":
            raise IsADirectoryError(21, "Is a directory")
        if name not in files:
            raise FileNotFoundError(name)
        return files[name].encode()

    loaded = load([path], read)
    return (*loaded.diagnostics, *clashes(loaded.known))


@pytest.mark.parametrize("path", FILES)
def test_the_examples_of_the_language_compile(path: str) -> None:
    assert _findings(FILES, path) == ()


def test_the_language_has_enough_examples() -> None:
    assert len(FILES) > 10


def test_the_reference_names_every_type_and_every_constraint() -> None:
    text = (DOCS / "language.md").read_text("utf-8")
    for word in [*BUILTINS, "list<T>", "map<T>", "min_entries", "currencies", "unique", "pattern", "above"]:
        assert f"`{word}`" in text, word


def test_findings_md_lists_the_catalogue_in_its_order() -> None:
    assert [code for code, _ in SECTIONS] == list(CATALOGUE)


@pytest.mark.parametrize(("code", "text"), SECTIONS, ids=[code for code, _ in SECTIONS])
def test_each_finding_is_explained_and_its_example_gives_it(code: str, text: str) -> None:
    finding = CATALOGUE[code]
    mark = " *(editor)*" if finding.structural else ""
    assert text.startswith(f"{finding.title}{mark}. {finding.explanation}\n")
    for block in _BLOCK.findall(text):
        named = _NAMED.match(block)
        path = named[1] if named else "example.soa.yaml"
        whole = "soa: 1" in block or block.startswith(("#", "soa:"))
        content = block if whole else f"soa: 1\nservice: example\n{block}"
        found = _findings({path: content}, path)
        assert code in {each.code for each in found}
