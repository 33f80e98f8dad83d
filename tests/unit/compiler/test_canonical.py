"""The hash of a contract: what it is blind to, and what it sees."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from soagen.canonical import canonical, contract_hash
from soagen.load import load
from soagen.model import Project

GOOD = Path(__file__).parents[2] / "good" / "everything"
FILES = {path.relative_to(GOOD).as_posix(): path.read_text("utf-8") for path in GOOD.rglob("*.soa.yaml")}


def _project(files: dict[str, str]) -> Project:
    loaded = load(list(files), lambda path: files[path].encode())
    assert loaded.project is not None, loaded.diagnostics
    return loaded.project


def _hash(files: dict[str, str], name: str = "everything") -> str:
    return contract_hash(_project(files), name)


def _edited(path: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[path]
    return FILES | {path: FILES[path].replace(old, new, 1)}


def test_the_data_is_json_and_the_hash_is_sha256() -> None:
    project = _project(FILES)
    json.dumps(canonical(project, "everything"), allow_nan=False)
    assert re.fullmatch("[0-9a-f]{64}", contract_hash(project, "everything"))
    with pytest.raises(KeyError):
        contract_hash(project, "nothing")


def test_everything_that_is_reached_is_in_it_and_nothing_else() -> None:
    data = canonical(_project(FILES), "everything")
    assert {name for name in data["types"] if not name.startswith("everything.")} == {"base.Id", "neighbour.Place"}
    assert {name for name in data["errors"] if not name.startswith("everything.")} == {
        "base.NOT_ALLOWED",
        "neighbour.LOST",
    }
    assert data["switches"] == {"everything.FAST": 0, "everything.OLD": 12, "base.SHARED": 100}
    assert None not in data["types"].values()


def test_folders_comments_and_formatting_do_not_count() -> None:
    moved = {f"deep/er/{path}": text.replace("\n", "  # a comment\n", 4) for path, text in FILES.items()}
    moved = {path: text.replace("fields: {", "fields:   {") for path, text in moved.items()}
    moved = {path: text.replace("doc: |  # a comment", "doc: |") for path, text in moved.items()}
    assert _hash(moved) == _hash(FILES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("doc: Shows all there is.", "doc: Shows something else."),
        (
            "  base: base.soa.yaml\n  neighbour: parts/neighbour.soa.yaml",
            "  neighbour: parts/neighbour.soa.yaml\n  base: base.soa.yaml",
        ),
        ("example: TEA-1,", "example: TEA-2,"),
        ("name: bang", "name: boom"),
        ("deprecated: Nobody uses it.", "deprecated: Somebody uses it."),
        ("  SIMPLE: {}\n", "  SIMPLE: {doc: Simple.}\n"),
        ("errors: [SIMPLE, DETAILED,", "errors: [DETAILED, SIMPLE,"),
        ("reserved:\n  actions: [removed]\n", "reserved:\n  actions: [removed]\n  \n"),
    ],
)
def test_what_is_said_to_people_does_not_count(old: str, new: str) -> None:
    assert _hash(_edited("everything.soa.yaml", old, new)) == _hash(FILES)


def test_what_a_client_does_with_an_answer_does_not_count() -> None:
    folder = Path(__file__).parents[2] / "golden" / "expansions"
    files = {path.name: path.read_text("utf-8") for path in folder.glob("*.soa.yaml")}
    without = dict(files)
    without["people.soa.yaml"] = re.sub(r"    expand:\n(?:      .*\n)+", "", files["people.soa.yaml"])
    assert without != files
    assert _hash(without, "people") == _hash(files, "people")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("everything.soa.yaml", "maybe: int?", "maybe: int"),
        ("everything.soa.yaml", "default: 014", "default: 13"),
        ("everything.soa.yaml", "max: 1e3, default: 1.50", "max: 1e3, default: 1.5"),
        ("everything.soa.yaml", "above: -1e3", "above: -1000"),  # messages tell it so
        ("everything.soa.yaml", 'null, "true"]', "null, true]"),
        ("everything.soa.yaml", "min_items: 1, max_items: 3", "min_items: 1, max_items: 4"),
        ("everything.soa.yaml", "wire: x-hidden", "wire: y-hidden"),
        ("everything.soa.yaml", "sensitive: true, wire", "sensitive: false, wire"),
        ("everything.soa.yaml", "FAST: {id: 0", "FAST: {id: 1"),
        ("everything.soa.yaml", "timeout: 1h30m5s250ms", "timeout: 1h"),
        ("everything.soa.yaml", "{circle: Circle, square: Square}", "{square: Square, circle: Circle}"),
        ("everything.soa.yaml", "{{left}} {count}", "{{left}} {what}"),
        ("everything.soa.yaml", "  fire:\n", "  shoot:\n"),
        ("everything.soa.yaml", "reserved: [more]", "reserved: [most]"),
        ("everything.soa.yaml", "a_bool: {type: bool", "a_flag: {type: bool"),
        ("everything.soa.yaml", "FAST: {request: Everything}", "FAST: {request: object}"),
        ("everything.soa.yaml", "OLD: {response: {}}", "OLD: {response: object}"),
        ("base.soa.yaml", "'[a-z]+_[0-9]+'", "'[a-z]+_[0-9]*'"),
        ("base.soa.yaml", "tenant: string", "tenant: string?"),
        ("base.soa.yaml", "fields: {reason: string}", "fields: {reason: string, more: int}"),
        ("parts/neighbour.soa.yaml", "{at: base.Id}", "{at: string}"),
    ],
)
def test_what_programs_must_agree_on_counts(path: str, old: str, new: str) -> None:
    assert _hash(_edited(path, old, new)) != _hash(FILES)


def test_what_is_not_reached_does_not_count() -> None:
    assert _hash(_edited("parts/neighbour.soa.yaml", "actions:\n", "actions:\n  other: {}\n")) == _hash(FILES)
    assert _hash(_edited("base.soa.yaml", "types:\n", "types:\n  Unused: string\n")) == _hash(FILES)
