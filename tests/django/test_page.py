"""The page on Django: its files are written, its contract compiled, and its commands run, in the order of the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.conftest import ROOT
from tests.docs.page import blocks, compile_contracts

PAGE = ROOT / "docs" / "django.md"


class Shell:
    """Runs what stands behind the ``$`` of a console, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "error"}
        self._servers: list[subprocess.Popen[bytes]] = []

    def run(self, line: str) -> str:
        """What the line writes, unless it is a server's."""
        program, *words = line.split()
        match program:
            case "export":
                name, _, value = words[0].partition("=")
                self._environment[name] = value
            case "soagen-server":
                command = [sys.executable, "-m", "soagen_runtime.server.cli", *words]
                self._servers.append(subprocess.Popen(command, cwd=self._folder, env=self._environment))
            case "python":
                ended = subprocess.run(
                    [sys.executable, *words],
                    cwd=self._folder,
                    env=self._environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert ended.returncode == 0, line + "\n" + ended.stdout + ended.stderr
                return ended.stdout + ended.stderr
            case _:
                pytest.fail(f"this test does not know how to run {line!r}")
        return ""

    def end(self) -> list[int]:
        """The exit codes of all servers, which are told to stop."""
        for server in self._servers:
            server.send_signal(signal.SIGTERM)
        return [server.wait(20) for server in self._servers]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.end()


def test_the_page_does_what_it_says(tmp_path: Path, redis_url: str, shell: Shell) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("redis://localhost:6379/0", redis_url)
    for block in blocks(page):
        if (name := re.match(r"# (\S+\.\w+)\n", block.text)) is not None:
            path = tmp_path / name[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    (tmp_path / "shelf" / "__init__.py").touch()  # as `startapp` makes it
    compile_contracts(tmp_path)
    commands = re.findall(r"^\$ (.*)$", "".join(block.text for block in blocks(page)), re.MULTILINE)
    assert len(commands) == 6
    written = "".join(shell.run(command) for command in commands)
    assert "Ran 1 test" in written
    assert shell.end() == [0]
