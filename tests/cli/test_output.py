"""Writing: only what differs, whole or not at all, and never over or away what somebody else wrote."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from soagen.cli import output
from soagen.cli.problems import Problem

MARK = output.MARK.decode()


def text(body: str) -> str:
    return f"{MARK} 1.\n{body}\n"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(out: Path, files: dict[str, str], package: str | None = "acme.api") -> list[str]:
    differences = output.compare(out, files, package)
    output.apply(differences)
    return [f"{difference.kind} {difference.name}" for difference in differences]


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_writes_what_is_missing_and_then_nothing(out: Path) -> None:
    files = {"acme/api/__init__.py": text("1"), "acme/api/orders/types.py": text("é"), "acme/api/py.typed": ""}
    assert build(out, files) == [f"missing {name}" for name in sorted(files)]
    assert tree(out) == files
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert build(out, files) == []
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_a_changed_file_keeps_its_mode(out: Path) -> None:
    build(out, {"acme/api/a.py": text("1")})
    (out / "acme/api/a.py").chmod(0o640)
    assert build(out, {"acme/api/a.py": text("2")}) == ["changed acme/api/a.py"]
    assert stat.S_IMODE((out / "acme/api/a.py").stat().st_mode) == 0o640
    assert tree(out) == {"acme/api/a.py": text("2")}


def test_a_new_file_has_the_mode_that_the_user_is_used_to(out: Path) -> None:
    previous = os.umask(0o027)
    try:
        build(out, {"acme/api/a.py": text("1")})
    finally:
        os.umask(previous)
    assert stat.S_IMODE((out / "acme/api/a.py").stat().st_mode) == 0o640


def test_a_link_stays_a_link(out: Path) -> None:
    (out / "real.py").write_text(text("1"))
    (out / "acme").mkdir()
    (out / "acme/a.py").symlink_to(out / "real.py")
    build(out, {"acme/a.py": text("2")})
    assert (out / "acme/a.py").is_symlink()
    assert (out / "real.py").read_text() == text("2")


def test_orphans_go_with_their_folders(out: Path) -> None:
    build(out, {"acme/api/a.py": text("1"), "acme/api/old/b.py": text("1")})
    (out / "acme/api/old/__pycache__").mkdir()
    (out / "acme/api/old/__pycache__/b.cpython-311.pyc").touch()
    assert build(out, {"acme/api/a.py": text("1")}) == ["orphaned acme/api/old/b.py"]
    assert [path.name for path in (out / "acme/api").iterdir()] == ["a.py"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("acme/api/mine.py", "x = 1\n"),
        ("acme/api/notes.txt", text("no code")),
        ("acme/other/b.py", text("another package's")),
        ("acme/api/sub/late.py", f"\n{text('the mark is not in the first line')}"),
    ],
)
def test_what_somebody_else_wrote_is_no_orphan(out: Path, name: str, content: str) -> None:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text(content)
    assert build(out, {"acme/api/a.py": text("1")}) == ["missing acme/api/a.py"]
    assert (out / name).read_text() == content


def test_without_a_package_there_are_no_orphans(out: Path) -> None:
    build(out, {"acme/api/a.py": text("1"), "acme/api/b.py": text("1")})
    assert build(out, {"acme/api/a.py": text("1")}, None) == []


def test_what_somebody_else_wrote_is_never_replaced(out: Path) -> None:
    (out / "acme").mkdir()
    (out / "acme/a.py").write_text("mine = 1\n")
    (out / "acme/c.py").write_text("mine = 2\n")
    with pytest.raises(Problem) as problem:
        build(out, {"acme/a.py": text("1"), "acme/b.py": text("1"), "acme/c.py": text("1")})
    reason = "was not written by soagen: move it, or build into another package"
    assert problem.value.lines == (f"acme/a.py {reason}", f"acme/c.py {reason}")
    assert tree(out) == {"acme/a.py": "mine = 1\n", "acme/c.py": "mine = 2\n"}


def test_an_empty_file_is_nobodys(out: Path) -> None:
    (out / "acme").mkdir()
    (out / "acme/__init__.py").touch()
    assert build(out, {"acme/__init__.py": text("1")}) == ["changed acme/__init__.py"]


def test_a_text_that_cannot_be_laid_out_changes_nothing(out: Path) -> None:
    build(out, {"acme/a.py": text("1")})
    (out / "acme/b").write_text("a file where a folder should be")
    before = tree(out)
    with pytest.raises(Problem, match=r"cannot (read|write) acme/b/c\.py: not a directory"):
        build(out, {"acme/a.py": text("2"), "acme/b/c.py": text("1"), "acme/new/d.py": text("1")})
    assert tree(out) == before
    assert not (out / "acme/new").exists()


def test_a_disk_that_is_full_changes_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(out, {"acme/a.py": text("1")})
    written = Path.write_bytes

    def write_bytes(path: Path, data: bytes) -> int:
        if "c.py" in path.name:
            written(path, data[:3])
            raise OSError(28, "No space left on device")
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(Problem, match=r"cannot write acme/new/c\.py: no space left on device"):
        build(out, {"acme/a.py": text("2"), "acme/new/c.py": text("1")})
    assert tree(out) == {"acme/a.py": text("1")}
    assert not (out / "acme/new").exists()


def test_the_diff_goes_from_the_disk_to_what_should_be(out: Path) -> None:
    build(out, {"acme/a.py": text("1"), "acme/old.py": text("1")})
    differences = output.compare(out, {"acme/a.py": text("2"), "acme/new.py": text("1"), "acme/py.typed": ""}, "acme")
    assert list(output.diff(differences)) == [
        *("--- a/acme/a.py", "+++ b/acme/a.py", "@@ -1,2 +1,2 @@", f" {MARK} 1.", "-1", "+2"),
        *("--- /dev/null", "+++ b/acme/new.py", "@@ -0,0 +1,2 @@", f"+{MARK} 1.", "+1"),
        *("--- a/acme/old.py", "+++ /dev/null", "@@ -1,2 +0,0 @@", f"-{MARK} 1.", "-1"),
        *("--- /dev/null", "+++ b/acme/py.typed"),
    ]
