"""Where the configuration is found, and what is said of each mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from soagen.cli import config
from soagen.cli.problems import Problem

GOOD = {
    "pyproject.toml": '[tool.soagen]\nsources = ["schemas", "more/*.soa.yaml"]\npackage = "acme.api"\nout = "src"\n',
    "soagen.yaml": "sources: [schemas, more/*.soa.yaml]\npackage: acme.api\nout: src\n",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("name", GOOD)
def test_both_formats_say_the_same(here: Path, name: str) -> None:
    found = config.read(write(here, name, GOOD[name]))
    assert found == config.Config(
        root=here, file=here / name, sources=("schemas", "more/*.soa.yaml"), package="acme.api", out="src"
    )


@pytest.mark.parametrize("name", GOOD)
def test_the_nearest_configuration_above_wins(here: Path, name: str) -> None:
    write(here, "soagen.yaml", GOOD["soagen.yaml"])
    nearer = write(here / "a", name, GOOD[name])
    write(here / "a" / "b", "pyproject.toml", "[tool.other]\n")
    assert config.find(here / "a" / "b" / "c") == nearer


def test_a_project_without_a_configuration_has_none(here: Path) -> None:
    write(here, "pyproject.toml", "[project]\nname = 'x'\n")
    assert config.find(here) is None


def test_two_configurations_in_one_folder_are_refused(here: Path) -> None:
    for name, text in GOOD.items():
        write(here, name, text)
    with pytest.raises(Problem, match=r"pyproject\.toml has \[tool\.soagen\], and there is soagen\.yaml beside it"):
        config.find(here)


MISTAKES = [
    ("pyproject.toml", "[tool.soagen\n", ["pyproject.toml: Expected ']' at the end of a table"]),
    ("pyproject.toml", "[tool]\n", ["pyproject.toml: there is no table [tool.soagen] in it"]),
    ("pyproject.toml", "tool = 3\n", ["pyproject.toml: there is no table [tool.soagen] in it"]),
    ("pyproject.toml", "tool.soagen = 3\n", ["pyproject.toml: there is no table [tool.soagen] in it"]),
    ("pyproject.toml", "[tool.soagen]\nx = '\xe4'\n".encode("latin-1"), ["pyproject.toml: 'utf-8' codec can't decode"]),
    (
        "pyproject.toml",
        '[tool.soagen]\nsources = "schemas"\npackage = "acme.class"\nout = 3\npakage = "x"\nspam = 1\n',
        [
            "pyproject.toml: [tool.soagen] sources: must be a list of folders",
            'pyproject.toml: [tool.soagen] package: "acme.class" cannot be imported: "class" is a keyword',
            "pyproject.toml: [tool.soagen] out: must be a text",
            "pyproject.toml: [tool.soagen] pakage: is no setting of soagen; did you mean `package`?",
            "pyproject.toml: [tool.soagen] spam: is no setting of soagen; there are `sources`",
        ],
    ),
    (
        "soagen.yaml",
        "sources: []\npackage: 1acme\nout:\ntemplates: {a: b}\n",
        [
            "soagen.yaml:1:1: sources: must be a list of folders",
            'soagen.yaml:2:1: package: "1acme" cannot be imported: "1acme" is no name in Python',
            "soagen.yaml:3:1: out: must be a text",
            "soagen.yaml:4:1: templates: must be a text",
        ],
    ),
    ("soagen.yaml", "sources: [a, {b: c}]\n", ["soagen.yaml:1:1: sources: must be a list of folders"]),
    ("soagen.yaml", "- a\n", ["soagen.yaml: it must be a map with the keys sources, package"]),
    ("soagen.yaml", "", ["soagen.yaml"]),
    ("soagen.yaml", "package: a\npackage: b\n", ["soagen.yaml:2:1: "]),
    ("soagen.yaml", "package: [\n", ["soagen.yaml:"]),
]


@pytest.mark.parametrize(("name", "text", "expected"), MISTAKES)
def test_every_mistake_is_told_at_once(here: Path, name: str, text: str | bytes, expected: list[str]) -> None:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Problem) as problem:
        config.read(path)
    assert len(problem.value.lines) == len(expected)
    for line, start in zip(problem.value.lines, expected, strict=True):
        assert line.startswith(start)


def test_a_configuration_that_is_not_there_is_a_problem(here: Path) -> None:
    with pytest.raises(Problem, match=r"cannot read elsewhere\.toml: no such file or directory"):
        config.read(Path("elsewhere.toml"))
