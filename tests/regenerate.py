"""The golden folders: contracts, and beside them the package that they become; and the runtime's own generated code.

``python tests/regenerate.py`` writes what the tests of the generator compare with. A case is a folder in
``tests/golden`` with contracts in it; its package is named after it and stands in its folder ``expected``. The contract
of the actions that every server has (``schemas/standard``) is built as any other; the runtime keeps the modules of it
that are of use without a service of that name.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from soagen.generate import Options, generate
from soagen.generate.clashes import clashes
from soagen.load import load

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[1]
STANDARD = ROOT / "runtime" / "soagen_runtime" / "standard"


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


def standard() -> dict[str, str]:
    """The generated modules of the runtime's package `standard`: their names and texts."""
    loaded = load([str(ROOT / "schemas" / "standard" / "standard.soa.yaml")], built_in=frozenset())
    assert loaded.project is not None, loaded.diagnostics
    files = generate(loaded.project, Options(package=STANDARD.parent.name))
    kept = (f"{module}.py" for module in ("codec", "contract", "service", "types"))
    return {name: files[f"{STANDARD.parent.name}/{STANDARD.name}/{name}"] for name in kept}


def main() -> None:
    """Writes every case anew, and the runtime's modules."""
    for name, text in standard().items():
        (STANDARD / name).write_text(text, encoding="utf-8")
    for case in cases():
        shutil.rmtree(case / "expected", ignore_errors=True)
        for name, text in build(case).items():
            path = case / "expected" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
