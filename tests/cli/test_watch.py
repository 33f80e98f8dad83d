"""What counts as a change."""

from __future__ import annotations

from pathlib import Path

from soagen.cli.watch import changes


def test_new_gone_and_different_files_are_told_once(tmp_path: Path) -> None:
    kept, gone, new = (tmp_path / name for name in ("kept", "gone", "new"))
    kept.write_text("a")
    gone.write_text("a")
    seen = changes(lambda: [kept, gone, new], range(5))
    assert next(seen) == []
    kept.write_text("ab")
    gone.unlink()
    new.write_text("a")
    assert next(seen) == [gone, kept, new]
    new.write_text("abc")
    assert next(seen) == [new]
    assert list(seen) == []


def test_a_change_during_the_work_is_seen_at_the_next_look(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    rounds = []
    for changed in changes(lambda: [file], range(3)):
        rounds.append(changed)
        if len(rounds) < 3:
            file.write_text("a" * (len(rounds) + 1))
    assert rounds == [[], [file], [file]]


def test_a_file_that_is_watched_anew_counts_as_changed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    second.write_text("a")
    watched = [first]
    seen = changes(lambda: watched, range(2))
    assert next(seen) == []
    watched.append(second)
    assert next(seen) == [second]
