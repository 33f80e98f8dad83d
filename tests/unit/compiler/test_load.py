"""Loading: many files in one run, read through any function, with findings in the order of their places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from soagen.load import Loaded, load


def _reader(files: dict[str, str]) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        try:
            return files[path].encode()
        except KeyError:
            raise FileNotFoundError(path) from None

    return read


def _load(files: dict[str, str], *paths: str) -> Loaded:
    return load(paths or sorted(files), _reader(files))


def _hint(contract: str) -> str | None:
    loaded = _load({"p.soa.yaml": "soa: 1\npackage: p\n" + contract})
    (finding,) = loaded.diagnostics
    return finding.hint


def test_files_are_read_from_the_disk_by_default(tmp_path: Path) -> None:
    path = tmp_path / "p.soa.yaml"
    path.write_text("soa: 1\npackage: p\n")
    loaded = load([str(path)])
    assert loaded.project is not None
    assert loaded.project.contracts["p"].path == str(path)


def test_a_file_that_is_not_there_is_a_finding_at_its_first_line(tmp_path: Path) -> None:
    path = str(tmp_path / "nothing.soa.yaml")
    (finding,) = load([path]).diagnostics
    assert (str(finding.span), finding.code) == (f"{path}:1:1", "FILE_NOT_FOUND")


@pytest.mark.parametrize("path", ["", "a\0b.soa.yaml", "."])
def test_odd_paths_are_findings_too(path: str) -> None:
    (finding,) = load([path]).diagnostics
    assert finding.code in ("FILE_NOT_FOUND", "FILE_UNREADABLE")


def test_a_file_is_read_once_whichever_ways_lead_to_it() -> None:
    files = {
        "x/common.soa.yaml": "soa: 1\npackage: common\ntypes: {A: string}\n",
        "x/a.soa.yaml": "soa: 1\nservice: a\nimports: {c: ./common.soa.yaml}\ntypes: {B: c.A}\n",
        "x/y/b.soa.yaml": "soa: 1\nservice: b\nimports: {c: ../common.soa.yaml, a: ../../x/a.soa.yaml}\n",
    }
    seen: list[str] = []
    read = _reader(files)

    def counting(path: str) -> bytes:
        seen.append(path)
        return read(path)

    loaded = load(["./x/a.soa.yaml", "x/y/b.soa.yaml", "x/a.soa.yaml"], lambda path: counting(path.removeprefix("./")))
    assert loaded.diagnostics == ()
    assert sorted(seen) == sorted(files)
    assert set(loaded.texts) == {"./x/a.soa.yaml", "x/y/b.soa.yaml", "x/common.soa.yaml"}


def test_all_findings_of_a_run_come_at_once_in_the_order_of_their_places() -> None:
    files = {
        "b.soa.yaml": "soa: 1\nservice: b\ntypes:\n  A: Nope\n  B: {fields: {x: Nope, y: string?, y: int}}\n",
        "a.soa.yaml": "soa: 1\nservice: a\nimports: {b: b.soa.yaml, c: c.soa.yaml}\nactions: {get: {timeout: 5}}\n",
    }
    loaded = _load(files, "b.soa.yaml", "a.soa.yaml")
    assert loaded.project is None
    assert [f"{each.span} {each.code}" for each in loaded.diagnostics] == [
        "a.soa.yaml:3:29 FILE_NOT_FOUND",
        "a.soa.yaml:4:26 BAD_SETTING",
        "b.soa.yaml:4:6 UNKNOWN_TYPE",
        "b.soa.yaml:5:19 UNKNOWN_TYPE",
        "b.soa.yaml:5:37 DUPLICATE_KEY",
    ]


def test_the_order_of_the_paths_changes_nothing() -> None:
    files = {
        f"s{number}.soa.yaml": f"soa: 1\nservice: s{number}\nimports: {{n: s{(number + 1) % 3}.soa.yaml}}\n"
        for number in range(3)
    }
    assert len(_load(files).diagnostics) == 1
    good = {path: text.split("imports")[0] for path, text in files.items()}
    one, other = _load(good), _load(good, *sorted(good, reverse=True))
    assert one.project is not None
    assert one.project == other.project


@pytest.mark.parametrize(
    ("contract", "hint"),
    [
        ("typs: {A: string}", "did you mean `types`?"),
        ("types: {A: {type: strng}}", "did you mean `string`?"),
        ("types: {A: {type: str}}", "did you mean `string`?"),
        ("types: {A: array}", "did you mean `list<T>`?"),
        ("types: {Order: string, A: Ordre}", "did you mean `Order`?"),
        ("types: {lineItem: string}", "did you mean `LineItem`?"),
        ("errors: {OutOfStock: {}}", "did you mean `OUT_OF_STOCK`?"),
        ("context: {userID: string}", "did you mean `user_id`?"),
        ("types: {A: {fields: {quantity: int}}, B: {type: A, example: {quantiti: 1}}}", "did you mean `quantity`?"),
        ("types: {A: {enum: [paid, sent]}, B: {type: A, example: payd}}", "did you mean `paid`?"),
        ("types: {A: {type: int, max: 1_000}}", "did you mean `1000`?"),
        ("types: {A: {type: int, max: 1e3}}", "did you mean `1000`?"),
        ("types: {A: {type: time, max: 1:30}}", "did you mean `01:30`?"),
        ("types: {A: {type: duration, max: 5}}", "did you mean `5s`?"),
        ("types: {A: {type: datetime, max: 2026-01-01 10:00:00}}", "did you mean `2026-01-01T10:00:00Z`?"),
        ("types: {A: {type: bool, example: yes}}", "did you mean `true`?"),
        ("types: {A: {type: any, example: hello}}", 'a text is written `"hello"`'),
        ("types: {A: {type: money, currencies: [usd]}}", "did you mean `USD`?"),
        ("errors: {A: {message: '{availble}', fields: {available: int}}}", "did you mean `available`?"),
    ],
)
def test_the_likely_mend_is_named(contract: str, hint: str) -> None:
    assert _hint(contract) == hint


@pytest.mark.parametrize("body", ["string", "any", "E"])
def test_what_a_body_can_be_is_named(body: str) -> None:
    contract = f"soa: 1\nservice: s\ntypes: {{E: {{enum: [a]}}}}\nactions: {{get: {{request: {body}}}}}\n"
    (finding,) = _load({"s.soa.yaml": contract}).diagnostics
    assert (finding.code, finding.span.column) == ("NOT_A_STRUCT", 26)
    assert finding.hint == "a body is a map of fields, the name of a struct, or `object` for any map"


def test_the_mend_may_be_in_an_import() -> None:
    files = {
        "c.soa.yaml": "soa: 1\npackage: c\ntypes: {Address: string}\n",
        "s.soa.yaml": "soa: 1\nservice: s\nimports: {com: c.soa.yaml}\ntypes: {A: Address}\n",
    }
    (finding,) = _load(files).diagnostics
    assert finding.hint == "did you mean `com.Address`?"


def test_a_circle_is_shown_as_a_circle() -> None:
    files = {
        "a.soa.yaml": "soa: 1\npackage: a\nimports: {b: x/b.soa.yaml}\n",
        "x/b.soa.yaml": "soa: 1\npackage: b\nimports: {a: ../a.soa.yaml}\n",
    }
    (finding,) = _load(files, "a.soa.yaml").diagnostics
    assert finding.message == "imports go round in a circle: a.soa.yaml -> x/b.soa.yaml -> a.soa.yaml"


def test_chains_may_be_longer_than_the_stack() -> None:
    length = 3000
    aliases = "".join(f"  A{number}: A{number + 1}\n" for number in range(length))
    structs = "".join(f"  S{number}: {{fields: {{s: S{number + 1}}}}}\n" for number in range(length))
    types = f"types:\n{aliases}  A{length}: int\n{structs}  S{length}: {{fields: {{s: A0}}}}\n"
    use = "errors: {E: {message: '{s}', fields: {s: {type: S0, example: {}}}}}\n"
    loaded = _load({"p.soa.yaml": f"soa: 1\npackage: p\n{types}{use}"})
    assert [each.code for each in loaded.diagnostics] == ["MISSING_FIELD"]
    files = {
        f"p{number}.soa.yaml": f"soa: 1\npackage: p{number}\nimports: {{n: p{number + 1}.soa.yaml}}\n"
        for number in range(1500)
    }
    files["p1500.soa.yaml"] = "soa: 1\npackage: p1500\n"
    assert _load(files, "p0.soa.yaml").project is not None
