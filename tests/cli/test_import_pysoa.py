"""``soagen import-pysoa``: where its answer comes from, where the contract goes, and what it says of both.

What a contract is made of is shown in `tests/pysoa`, and PySOA itself is asked in `tests/interop`.
"""

from __future__ import annotations

import json
import sys

import pytest

from tests.cli.project import Project

ANSWER = {
    "action_names": ["greet"],
    "actions": {
        "greet": {
            "documentation": "Greets.",
            "request_schema": {"type": "dictionary", "contents": {"name": {"type": "hashable"}}},
            "response_schema": {"type": "dictionary", "contents": {}},
        }
    },
}
CONTRACT = """\
soa: 1
service: greeter

actions:
  greet:
    doc: Greets.
    request:
      # lost: PySOA refuses lists and maps
      name: any
"""


@pytest.fixture
def answer(project: Project) -> str:
    project.write("answer.json", json.dumps(ANSWER))
    return "answer.json"


def test_an_answer_from_a_file(project: Project, answer: str) -> None:
    ended = project.run("import-pysoa", "--file", answer, "--service", "greeter")
    assert (ended.code, ended.out) == (0, "wrote greeter.soa.yaml\n")
    assert ended.err == "soagen: lost: greet.request.name: PySOA refuses lists and maps\n"
    assert project.read("greeter.soa.yaml").endswith(CONTRACT)
    assert project.run("build", "greeter.soa.yaml").code == 0


@pytest.mark.parametrize(
    ("out", "path"),
    [
        ("schemas", "schemas/greeter.soa.yaml"),
        ("new/folder", "new/folder/greeter.soa.yaml"),
        ("schemas/greeter.soa.yaml", "schemas/greeter.soa.yaml"),
    ],
)
def test_the_contract_goes_where_it_shall(project: Project, answer: str, out: str, path: str) -> None:
    command = ["import-pysoa", "--file", answer, "--service", "greeter", "--out", out]
    assert project.run(*command).out == f"wrote {path}\n"
    again = project.run(*command)
    assert (again.code, again.err) == (2, f"soagen: {path} exists already: --force overwrites it\n")
    project.write(path, "mine")
    assert project.run(*command, "--force").code == 0
    assert project.read(path).endswith(CONTRACT)


def test_the_contract_can_be_printed(project: Project, answer: str) -> None:
    ended = project.run("import-pysoa", "--file", answer, "--service", "greeter", "--out", "-")
    assert ended.out.endswith(CONTRACT)
    assert not (project.root / "greeter.soa.yaml").exists()


def test_a_service_keeps_the_name_that_it_is_called_by(project: Project, answer: str) -> None:
    assert project.run("import-pysoa", "--file", answer, "--service", "greeting-Service").code == 0
    text = project.read("greeting_service.soa.yaml")
    assert "\nservice: greeting_service\nwire: greeting-Service\n" in text
    assert project.run("build", "greeting_service.soa.yaml").code == 0
    assert 'name="greeting-Service"' in project.generated()["acme/api/greeting_service/service.py"]


def test_switches_get_the_names_that_are_given(project: Project) -> None:
    empty = {"request_schema": None, "response_schema": None}
    project.write("a.json", json.dumps({"actions": {"a[switch:5]": empty, "a[DEFAULT]": empty}}))
    command = ["import-pysoa", "--file", "a.json", "--service", "a", "--out", "-"]
    assert "  SWITCH_5: {id: 5}\n" in project.run(*command).out
    assert "  PRICES: {id: 5}\n" in project.run(*command, "--switch", "PRICES=5").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to import: a server class as module:Server, or --redis, or --file with a saved answer"),
        (["a:B", "--file", "answer.json"], "say what to import: a server class as module:Server, or --redis, or --"),
        (["--redis", "redis://localhost"], "which service is it? Give its name with --service"),
        (["--redis", "http://localhost", "--service", "a"], "a can't be asked: "),
        (["--redis", "redis://127.0.0.1:1", "--service", "a"], "a can't be asked: "),
        (["--file", "answer.json"], "PySOA's answer does not say what the service is called: give its name with --ser"),
        (["--file", "none.json", "--service", "a"], "cannot read none.json: no such file"),
        (["--file", "pyproject.toml", "--service", "a"], "pyproject.toml is no JSON: "),
        (["--file", "other.json", "--service", "a"], 'this can\'t be imported: it has no map "actions", so it is no'),
        (["--file", "answer.json", "--service", "a", "--switch", "x=1"], "--switch x=1: a switch is given as NAME=ID"),
        (["--file", "answer.json", "--service", "a", "--out", "b.soa.yaml"], "b.soa.yaml: the file of a service is ca"),
        (["--file", "answer.json", "--service", "a", "--out", "answer.json"], "cannot write answer.json/a.soa.yaml: "),
        (["orders.server"], "orders.server: a server class is given as module:Server, such as orders.server:OrdersSe"),
        (["orders:Server", "--python", "no/such"], "cannot run no/such: no such file"),
        (
            ["orders:Server"],
            f"PySOA can't be imported by {sys.executable}: No module named 'pysoa'; with --python anot",
        ),
        (
            ["orders:Server", "--python", sys.executable],
            f"PySOA can't be imported by {sys.executable}: No module named",
        ),
    ],
)
def test_what_stands_in_the_way(project: Project, answer: str, arguments: list[str], said: str) -> None:
    project.write("other.json", "[1]")
    ended = project.run("import-pysoa", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"soagen: {said}")
    assert ended.err.count("\n") == 1


def test_an_interpreter_that_breaks_is_quoted(project: Project) -> None:
    broken = project.write("python", "#!/bin/sh\necho first >&2\necho last >&2\nexit 3\n")
    broken.chmod(0o755)
    ended = project.run("import-pysoa", "orders:Server", "--python", "./python")
    assert (ended.code, ended.err) == (2, "soagen: orders:Server can't be asked: last\n")
