"""Baselines out of git: refs, paths in them, merge bases, shallow clones, files that were renamed or deleted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from soagen.baselines.baseline import chosen
from tests.compat.conftest import CONFIG, Repo

BROKEN = "service: orders\nactions: {a: {request: {x: string}}}\n"


def breaks(repo: Repo, *arguments: str) -> bool:
    ended = repo.check(*arguments)
    assert ended.code in (0, 1), ended.err
    return ended.code == 1


def test_a_ref_is_read_without_a_checkout(repo: Repo) -> None:
    repo.git("tag", "v1.0")
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    for ref in ("main", "HEAD", "v1.0", repo.git("rev-parse", "--short", "HEAD")):
        assert breaks(repo, "--against", ref)
    repo.commit()
    assert breaks(repo, "--against", "HEAD~1")
    assert not breaks(repo, "--against", "HEAD")
    assert "before v1.0:schemas/orders.soa.yaml:3:25\n       3 | actions" in repo.check("--against", "v1.0").out


def test_by_default_it_is_the_merge_base_with_the_default_branch(repo: Repo) -> None:
    repo.git("switch", "-qc", "work")
    repo.write({"schemas/stock.soa.yaml": "service: stock\nactions: {t: {}}\n"})
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    repo.commit()
    repo.git("switch", "-q", "work")
    assert not breaks(repo)  # what became of main meanwhile is not the work's doing
    assert breaks(repo, "--against", "main")
    assert re.search(r"against main \(merge base [0-9a-f]{10}\)$", repo.check().out.strip())


def test_a_path_in_a_ref(repo: Repo) -> None:
    repo.git("mv", "schemas", "contracts")
    repo.write({"pyproject.toml": CONFIG.replace("schemas", "contracts"), "contracts/orders.soa.yaml": BROKEN})
    repo.commit()
    for path in ("schemas", "schemas/orders.soa.yaml", "./schemas", ""):
        assert breaks(repo, "--against", f"HEAD~1:{path}")
    assert repo.check("--against", "HEAD~1:contracts").code == 4


def test_another_folder_of_contracts_is_found_by_the_configuration_of_then(repo: Repo) -> None:
    repo.git("mv", "schemas", "contracts")
    repo.write({"pyproject.toml": CONFIG.replace("schemas", "contracts"), "contracts/orders.soa.yaml": BROKEN})
    assert breaks(repo, "--against", "HEAD")


def test_a_file_that_was_renamed_is_the_same_contract(repo: Repo) -> None:
    package = "package: common\ntypes: {S: {fields: {a: int, b: int, c: int}}}\n"
    use = "service: orders\nimports: {c: %s.soa.yaml}\nactions: {a: {request: {s: c.S}}}\n"
    repo.write({"schemas/common.soa.yaml": package, "schemas/orders.soa.yaml": use % "common"})
    repo.commit()
    repo.git("mv", "schemas/common.soa.yaml", "schemas/shared.soa.yaml")
    repo.write({"schemas/orders.soa.yaml": use % "shared"})
    repo.write({"schemas/shared.soa.yaml": package.replace("common", "shared").replace("c: int", "c: int?")})
    ended = repo.check("--against", "HEAD")
    assert ended.code == 0
    assert "servers-first: `c` may now be left out" in ended.out


def test_a_single_file_that_was_renamed_is_found_in_a_ref(repo: Repo) -> None:
    actions = "".join(f"  action_{number}: {{request: {{x: int}}}}\n" for number in range(9))
    repo.write({"schemas/orders.soa.yaml": f"service: orders\nactions:\n{actions}"})
    repo.commit()
    repo.git("mv", "schemas/orders.soa.yaml", "schemas/sales.soa.yaml")
    repo.write({"schemas/sales.soa.yaml": f"service: sales\nactions:\n{actions}"})
    repo.git("add", "-A")
    ended = repo.check("--against", "HEAD", "schemas/sales.soa.yaml")
    assert "service-sent-name-changed" in ended.out
    assert ended.code == 1


def test_a_file_that_was_deleted_is_a_service_that_was_removed(repo: Repo) -> None:
    repo.write({"schemas/stock.soa.yaml": "service: stock\nactions: {t: {}}\n"})
    repo.commit()
    (repo.root / "schemas/stock.soa.yaml").unlink()
    ended = repo.check("--against", "HEAD")
    assert ended.code == 1
    assert "[service-removed] stock" in ended.out


def test_a_folder_below_the_top_can_be_where_it_is_run(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    monkeypatch.chdir(repo.root / "schemas")
    assert breaks(repo, "--against", "HEAD")
    assert breaks(repo, "--against", "HEAD", "orders.soa.yaml")
    assert breaks(repo, "--against", "HEAD:schemas")


def test_in_a_hook_git_is_asked_anew_where_the_repository_is(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.chdir(repo.root / "schemas")
    assert breaks(repo, "--against", "HEAD")


def test_before_the_first_commit_there_is_nothing_to_compare_with(folder: Repo) -> None:
    folder.git("init", "-q")
    ended = folder.check()
    assert (ended.code, ended.out) == (4, "")
    assert "nothing has been committed here yet" in ended.err


def test_a_name_that_may_mean_two_things_is_refused(repo: Repo) -> None:
    repo.write({"main/orders.soa.yaml": BROKEN})
    assert (
        "main is a path here, and a commit as well. Write ./main or refs/heads/main."
        in repo.check("--against", "main").err
    )
    assert breaks(repo, "--against", "./main")
    assert not breaks(repo, "--against", "refs/heads/main")


def test_contracts_outside_of_the_repository_have_no_commit(
    repo: Repo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "orders.soa.yaml"
    elsewhere.write_text(f"soa: 1\n{BROKEN}")
    ended = repo.check("--against", "HEAD", str(elsewhere))
    assert ended.code == 4
    assert "not in the repository" in ended.err


def test_a_path_that_is_not_there_is_not_taken_for_a_ref(repo: Repo) -> None:
    for path in ("./old", "/nowhere/at/all", "../old"):
        ended = repo.check("--against", path)
        assert ended.code == 4
        assert f"{path} is neither a file or folder, nor a commit of a git repository" in ended.err


def test_a_variable_that_was_not_set_is_no_baseline(repo: Repo) -> None:
    assert repo.check("--against", "").code == 4


def test_a_repository_that_git_does_not_trust_says_so(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    ended = repo.check()
    assert ended.code == 4
    assert f"Run `git config --global --add safe.directory {repo.root}`." in ended.err


def test_without_git_there_is_no_repository(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.root))
    assert "git can't be run here." in repo.check().err


def test_a_commit_without_contracts_makes_every_service_new(repo: Repo) -> None:
    repo.git("rm", "-qr", "schemas")
    repo.commit()
    repo.git("checkout", "-q", "HEAD~1", "--", "schemas")
    ended = repo.check("--against", "HEAD", "--allow", "safe")
    assert (ended.code, "[service-added] orders" in ended.out) == (0, True)


@pytest.mark.parametrize("ref", ["origin/other", "v2.0.0", "other"])
def test_a_ref_that_a_shallow_clone_lacks_comes_with_the_command_that_brings_it(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ref: str
) -> None:
    repo.git("branch", "other")
    repo.git("tag", "v2.0.0")
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    repo.commit()
    clone = _clone(repo, tmp_path, monkeypatch, capsys, "--depth=1", "--single-branch", "--no-tags")
    ended = clone.check("--against", ref)
    assert (ended.code, ended.out) == (4, "")
    _obey(clone, ended.err)
    assert breaks(clone, "--against", ref)


def test_a_merge_base_that_a_shallow_clone_lacks_does_too(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.git("switch", "-qc", "work")
    repo.write({"schemas/orders.soa.yaml": BROKEN})
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.write({"README": "more"})
    repo.commit()
    clone = _clone(repo, tmp_path, monkeypatch, capsys, "--depth=1", "--branch=work", "--single-branch")
    for _ in range(2):  # the branch first, then its history
        ended = clone.check()
        assert ended.code == 4
        _obey(clone, ended.err)
    assert breaks(clone)


def _clone(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> Repo:
    repo.git("clone", "-q", *options, f"file://{repo.root}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    return Repo(tmp_path / "clone", capsys)


def _obey(clone: Repo, said: str) -> None:
    command = re.search(r"`git ([^`]+)`", said)
    assert command, said
    clone.git(*shlex.split(command[1]))


@pytest.mark.parametrize(
    ("pattern", "finds"),
    [
        ("", ["a.soa.yaml", "x/b.soa.yaml", "x/y/c.soa.yaml"]),
        ("x", ["x/b.soa.yaml", "x/y/c.soa.yaml"]),
        ("x/*.soa.yaml", ["x/b.soa.yaml"]),
        ("x/*", ["x/b.soa.yaml", "x/y/c.soa.yaml"]),
        ("**/*.soa.yaml", ["a.soa.yaml", "x/b.soa.yaml", "x/y/c.soa.yaml"]),
        ("x/**", ["x/b.soa.yaml", "x/y/c.soa.yaml"]),
        ("?.soa.yaml", ["a.soa.yaml"]),
        ("[ab].soa.yaml", ["a.soa.yaml"]),
        ("nothing", []),
    ],
)
def test_patterns_choose_in_a_commit_as_on_a_disk(pattern: str, finds: list[str]) -> None:
    names = ["a.soa.yaml", "x/b.soa.yaml", "x/y/c.soa.yaml", "x/notes.yaml", ".hidden/d.soa.yaml"]
    assert chosen([pattern], names) == finds
