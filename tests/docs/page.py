"""Runs a page of the documentation: ``python -m tests.docs.page docs/errors.md``, in an empty folder.

Rules: a block whose first line is a comment with a path is a file. Contracts among the files are compiled to `acme.api`
before the first block of Python runs. Blocks of Python run one after the other, in one namespace, and a traceback
names the lines of the page. Blocks in other languages are not looked at.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from soagen.generate import Options, generate
from soagen.load import load


class Block(NamedTuple):
    """A fenced block, and the number of its first line."""

    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """The blocks of a page."""
    found = re.finditer(r"^```([^\n`]*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [Block(each[1], each[2], page.count("\n", 0, each.start(2))) for each in found]


def compile_contracts(folder: Path) -> None:
    """All contracts in a folder, to `acme.api` in it."""
    loaded = load([str(path) for path in sorted(folder.glob("*.soa.yaml"))])
    assert loaded.project is not None, loaded.diagnostics
    for name, text in generate(loaded.project, Options(package="acme.api")).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(page: Path, folder: Path, redis_url: str) -> None:
    """Runs a page in a folder. Raises whatever its blocks raise."""
    sys.path.insert(0, str(folder))
    namespace: dict[str, Any] = {"__name__": "__page__"}
    compiled = False
    for block in blocks(page.read_text(encoding="utf-8")):
        text = block.text.replace("redis://localhost:6379/0", redis_url)
        name = re.match(r"# (\S+\.\w+)\n", text)
        if name is not None:
            path = folder / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif block.language == "python":
            if not compiled and list(folder.glob("*.soa.yaml")):
                compile_contracts(folder)
                compiled = True
            exec(compile("\n" * block.line + text, str(page), "exec", dont_inherit=True), namespace)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path.cwd(), sys.argv[2])
