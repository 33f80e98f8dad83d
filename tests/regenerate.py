"""The golden folders: contracts, and beside them the package that they become.

``python tests/regenerate.py`` writes what the tests of the generator compare with. A case is a folder in
``tests/golden`` with contracts in it; its package is named after it and stands in its folder ``expected``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from soagen.generate import Options, generate
from soagen.generate.clashes import clashes
from soagen.load import load

GOLDEN = Path(__file__).parent / "golden"


def cases() -> list[Path]:
    """The folders of all cases."""
    return sorted({contract.parent for contract in GOLDEN.glob("*/*.soa.yaml")})


def build(case: Path) -> dict[str, str]:
    """What a case's contracts become; fails on any finding."""
    loaded = load([str(path) for path in sorted(case.glob("*.soa.yaml"))])
    findings = [f"{each.span}: {each.code} {each.message}" for each in loaded.diagnostics]
    assert loaded.project is not None, findings
    assert clashes(loaded.project) == []
    return generate(loaded.project, Options(package=case.name))


def expected(case: Path) -> dict[str, str]:
    """What stands in a case's folder."""
    root = case / "expected"
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def main() -> None:
    """Writes every case anew."""
    for case in cases():
        shutil.rmtree(case / "expected", ignore_errors=True)
        for name, text in build(case).items():
            path = case / "expected" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
