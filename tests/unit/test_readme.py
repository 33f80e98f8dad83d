"""The tour of the README, followed to the letter in an empty folder.

A block whose first line is a comment with a path is a file; a `console` block is typed in, and shows what comes out. A
command that ends in `&` is left running until the end.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
REDIS = "redis://localhost:6379/0"


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str


def tour() -> Iterator[Block]:
    section = README.read_text().partition("\n## Five minutes\n")[2].partition("\n## ")[0]
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        yield Block(language, text)


class Reader:
    """Somebody who does what the README says."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.redis_url = redis_url
        self.commands = 0
        self._environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def follow(self, block: Block) -> None:
        name = re.match(r"# (\S+)\n", block.text)
        if block.language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
                assert self._type(command) == shown, command
        else:
            assert name, f"what file is this?\n{block.text}"
            path = self.folder / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)

    def _type(self, command: str) -> str:
        self.commands += 1
        words = shlex.split(command.replace(REDIS, self.redis_url).removesuffix("&"))
        if command.endswith("&"):
            with (self.folder / "log").open("wb") as log:
                self._running.append(subprocess.Popen(words, cwd=self.folder, env=self._environment, stderr=log))
            return ""
        ended = subprocess.run(
            words, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        return ended.stdout + ended.stderr

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait()


def test_the_tour_shows_what_happens(tmp_path: Path, redis_url: str) -> None:
    reader = Reader(tmp_path, redis_url)
    try:
        for block in tour():
            reader.follow(block)
    finally:
        reader.stop()
    assert reader.commands == 5


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^:)]+)\)", README.read_text()))))
def test_what_it_links_to_is_there(target: str) -> None:
    assert (README.parent / target).exists()
