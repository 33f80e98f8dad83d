"""A project to build, and the command line in it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from soagen.cli import main

COMMON = "soa: 1\npackage: common\ntypes:\n  Sku: string\n"
STOCK = """\
soa: 1
service: stock
imports: {common: common.soa.yaml}
actions:
  count:
    request: {sku: common.Sku}
    response: {there: int}
"""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Project:
    """A folder with a configuration and two contracts, and the command line in it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self.write("pyproject.toml", '[tool.soagen]\nsources = ["schemas"]\npackage = "acme.api"\nout = "src"\n')
        self.write("schemas/common.soa.yaml", COMMON)
        self.write("schemas/stock.soa.yaml", STOCK)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def run(self, *arguments: str) -> Ended:
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as exit:  # of argparse
            code = exit.code if isinstance(exit.code, int) else 1
        return Ended(code, *self._capsys.readouterr())

    def generated(self) -> dict[str, str]:
        """The files below ``src``, but for what Python makes of them."""
        files = (path for path in (self.root / "src").rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {path.relative_to(self.root / "src").as_posix(): path.read_text() for path in files}
