"""``soagen build``, from its arguments to the disk, what it prints and how it exits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from soagen.cli import build, watch
from soagen.cli.output import MARK
from soagen.cli.problems import shown
from soagen.resources import folder
from tests.cli.project import STOCK, Project

BROKEN = STOCK.replace("there: int", "there: itn")


def test_a_build_writes_the_package_and_the_next_has_nothing_to_do(project: Project) -> None:
    ended = project.run("build")
    files = project.generated()
    assert ended == (0, f"wrote {len(files)} files\n", "")
    assert {"acme/api/__init__.py", "acme/api/py.typed", "acme/api/stock/client.py"} < files.keys()
    assert project.run("build") == (0, "up to date\n", "")
    assert project.run("build", "--no-cache") == (0, "up to date\n", "")
    assert project.run("build", "--quiet") == (0, "", "")
    assert project.generated() == files


def test_a_build_with_nothing_to_do_does_not_compile(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run("build")
    monkeypatch.setattr(build, "_compile", None)
    assert project.run("build").out == "up to date\n"


def test_it_is_the_same_from_a_folder_below(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run("build")
    monkeypatch.chdir(project.root / "schemas")
    assert project.run("build", "--check") == (0, "up to date\n", "")
    project.write("schemas/stock.soa.yaml", BROKEN)
    assert "stock.soa.yaml:7:23: " in project.run("build").out


def test_without_a_configuration_arguments_say_it_all(project: Project) -> None:
    (project.root / "pyproject.toml").unlink()
    assert project.run("build", "schemas", "--package", "acme.api", "--out", "src").code == 0
    assert "acme/api/stock/client.py" in project.generated()


def test_one_finding_and_nothing_is_written(project: Project) -> None:
    project.run("build")
    before = project.generated()
    project.write("schemas/stock.soa.yaml", BROKEN)
    project.write("schemas/common.soa.yaml", "soa: 1\npackage: common\ntypes:\n  Sku: string\n  New: string\n")
    for arguments in (["build"], ["build", "--check"]):
        ended = project.run(*arguments)
        assert ended.code == 1
        assert ended.out.startswith("schemas/stock.soa.yaml:7:23: ")
        assert ended.out.endswith("1 finding; nothing was written\n")
    assert project.generated() == before


def test_check_shows_what_differs_and_changes_nothing(project: Project) -> None:
    ended = project.run("build", "--check")
    assert ended.code == 1
    assert "+++ b/acme/api/stock/client.py\n" in ended.out
    assert not (project.root / "src").exists()
    project.run("build")
    assert project.run("build", "--check") == (0, "up to date\n", "")
    (project.root / "src/acme/api/py.typed").unlink()
    project.write("src/acme/api/old/__init__.py", f"{MARK.decode()} 0.0.9\nOLD = 1\n")
    client = project.read("src/acme/api/stock/client.py")
    project.write("src/acme/api/stock/client.py", client + "# edited\n")
    before = project.generated()
    ended = project.run("build", "--check")
    assert ended.code == 1
    for line in ("-OLD = 1", "+++ /dev/null", "--- a/acme/api/stock/client.py", "-# edited", "+++ b/acme/api/py.typed"):
        assert f"{line}\n" in ended.out
    assert ended.out.endswith("3 files would be written or removed by `soagen build`\n")
    assert project.generated() == before
    assert project.run("build").out == "wrote 2 files, removed 1\n"
    assert project.run("build", "--check").code == 0


def test_some_contracts_alone_leave_the_rest_of_the_package_as_it_is(project: Project) -> None:
    project.write("schemas/other.soa.yaml", STOCK.replace("service: stock", "service: other"))
    project.run("build")
    before = project.generated()
    assert project.run("build", "schemas/stock.soa.yaml") == (0, "up to date\n", "")
    assert project.run("build", "--check", "schemas/stock.soa.yaml").code == 0
    assert project.generated() == before


def test_a_contract_that_goes_takes_its_code_along(project: Project) -> None:
    project.write("schemas/other.soa.yaml", STOCK.replace("service: stock", "service: other"))
    project.run("build")
    project.write("src/acme/api/other/mine.py", "kept = True\n")
    (project.root / "schemas/other.soa.yaml").unlink()
    project.run("build")
    assert [name for name in project.generated() if "other" in name] == ["acme/api/other/mine.py"]


def test_json_is_one_document(project: Project) -> None:
    document = json.loads(project.run("build", "--format", "json").out)
    assert document["ok"] is True
    assert {"path": "acme/api/stock/client.py", "state": "missing"} in document["files"]
    assert json.loads(project.run("build", "--check", "--format", "json").out) == {
        "ok": True,
        "findings": [],
        "files": [],
    }
    project.write("schemas/stock.soa.yaml", BROKEN)
    ended = project.run("build", "--format", "json")
    document = json.loads(ended.out)
    assert (ended.code, document["ok"], document["files"]) == (1, False, [])
    assert [(finding["path"], finding["line"]) for finding in document["findings"]] == [("schemas/stock.soa.yaml", 7)]


def test_a_contract_that_cannot_be_read_is_a_problem(project: Project) -> None:
    (project.root / "schemas/gone.soa.yaml").symlink_to("nowhere")
    said = "soagen: cannot read schemas/gone.soa.yaml: no such file or directory\n"
    assert project.run("build") == (2, "", said)
    (project.root / "schemas/gone.soa.yaml").unlink()
    (project.root / "schemas/common.soa.yaml").unlink()
    ended = project.run("build")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("schemas/stock.soa.yaml:3:19: FILE_NOT_FOUND ")


def test_a_directory_that_is_gone_is_a_problem(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "short").mkdir()
    monkeypatch.chdir(project.root / "short")
    (project.root / "short").rmdir()
    assert project.run("build") == (2, "", "soagen: the current directory is not there any more\n")
    assert project.run("init") == (2, "", "soagen: the current directory is not there any more\n")


PROBLEMS = [
    (["build", "gone"], "gone does not exist"),
    (["build", "src"], "src has no contract in it: there is no *.soa.yaml"),
    (["build", "--config", "gone.toml"], "cannot read gone.toml: no such file or directory"),
    (["build", "--package", "a-b"], '--package: "a-b" cannot be imported: "a-b" is no name in Python'),
    (["build", "--templates", "gone"], "gone, for the templates, is no folder"),
    (["build", "--out", "file"], "cannot read file/acme/api/__init__.py: not a directory"),
]


@pytest.mark.parametrize(("arguments", "said"), PROBLEMS)
def test_what_stands_in_the_way_is_one_sentence(project: Project, arguments: list[str], said: str) -> None:
    (project.root / "src").mkdir()
    project.write("file", "")
    assert project.run(*arguments) == (2, "", f"soagen: {said}\n")


@pytest.mark.parametrize("arguments", [[], ["bild"], ["build", "--chekc"], ["build", "--check", "--watch"]])
def test_wrong_usage_is_told_by_its_exit_code(project: Project, arguments: list[str]) -> None:
    ended = project.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: soagen")


def test_a_project_that_names_nothing_is_told_all_it_lacks(project: Project) -> None:
    project.write("pyproject.toml", "[tool.soagen]\n")
    assert project.run("build").err == (
        "soagen: no sources named: set `sources` in pyproject.toml, or give FILES\n"
        "soagen: no package named: set `package` in pyproject.toml, or give --package\n"
    )


def test_own_templates_replace_single_ones(project: Project) -> None:
    project.write("mine/package.py.j2", f'{MARK.decode()}.\n"""Of our own."""\n')
    assert project.run("build", "--templates", "mine").code == 0
    assert project.read("src/acme/api/__init__.py") == f'{MARK.decode()}.\n"""Of our own."""\n'
    project.write("mine/package.py.j2", f'{MARK.decode()}.\n"""Changed."""\n')
    assert project.run("build", "--templates", "mine").out == "wrote 1 file\n"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% if %}", "mine/package.py.j2:1: "),
        ("{{ nothing }}", "mine/package.py.j2:1: 'nothing' is undefined"),
        ("\n{{ 1 / 0 }}", "mine/package.py.j2:2: division by zero"),
        ('"""No mark."""\n', "acme/api/__init__.py would not begin with `# Generated by soagen`"),
    ],
)
def test_a_template_that_is_no_good_is_a_problem(project: Project, template: str, said: str) -> None:
    project.write("mine/package.py.j2", template)
    ended = project.run("build", "--templates", "mine")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"soagen: {said}")
    assert not (project.root / "src").exists()


def test_watching_survives_what_a_user_does(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def edits(seconds: float) -> Iterator[None]:
        seen.append("built" if project.generated() else "nothing")
        project.write("schemas/stock.soa.yaml", BROKEN)
        yield
        project.write("pyproject.toml", "[tool.soagen\n")
        yield
        project.write("pyproject.toml", '[tool.soagen]\nsources = ["schemas"]\npackage = "acme.api"\nout = "src"\n')
        project.write("schemas/stock.soa.yaml", STOCK.replace("count", "tell"))
        yield
        yield
        shutil.rmtree(project.root / "schemas")
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "every", edits)
    ended = project.run("build", "--watch")
    assert ended.code == 0
    assert seen == ["built"]
    assert "schemas/stock.soa.yaml:7:23: " in ended.out
    assert [line.partition(":")[2].strip() for line in ended.err.splitlines()] == [
        "changed: schemas/stock.soa.yaml",
        "changed: pyproject.toml",
        "pyproject.toml: Expected ']' at the end of a table declaration (at line 1, column 13)",
        "changed: pyproject.toml, schemas/stock.soa.yaml",
        "changed: schemas/common.soa.yaml, schemas/stock.soa.yaml",
        "schemas does not exist",
    ]
    assert "def tell(" in project.read("src/acme/api/stock/client.py")


def test_a_reader_who_has_seen_enough_is_no_error(project: Project) -> None:
    command = [sys.executable, "-m", "soagen", "build", "--check"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_the_templates_that_may_be_replaced_are_those_of_the_target() -> None:
    assert (folder("templates") / "python" / "package.py.j2").is_file()


def test_importing_the_command_line_imports_no_compiler() -> None:
    program = (
        "import sys, soagen.cli; print([name for name in ('yaml', 'jinja2', 'soagen.model') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


def test_version(project: Project) -> None:
    assert project.run("--version") == (0, "soagen 0.1.0\n", "")


@pytest.mark.parametrize(("path", "expected"), [("/x/y", "/x/y"), ("a/b", "a/b"), ("../a", "../a")])
def test_a_path_is_shown_the_shorter_way(project: Project, path: str, expected: str) -> None:
    assert shown(Path(path)) == expected
