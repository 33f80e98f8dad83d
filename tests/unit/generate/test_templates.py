"""Templates of a user's own take the place of single ones."""

from __future__ import annotations

from pathlib import Path

from soagen.generate import Options, generate
from soagen.load import load
from tests.regenerate import GOLDEN, build


def test_a_template_of_ones_own_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "header.py.j2").write_text("# Ours: {{ contract.name }}, {{ hash | length }}\n", encoding="utf-8")
    (tmp_path / "server.py.j2").write_text('{% include "header.py.j2" %}\nSERVED = True\n', encoding="utf-8")
    case = GOLDEN / "whole_file"
    project = load([str(path) for path in case.glob("*.soa.yaml")]).project
    assert project is not None
    ours, plain = generate(project, Options(package=case.name, templates=tmp_path)), build(case)
    assert ours["whole_file/orders/server.py"] == "# Ours: orders, 64\nSERVED = True\n"
    for name in ("types.py", "codec.py"):
        before, after = plain[f"whole_file/orders/{name}"], ours[f"whole_file/orders/{name}"]
        assert after == "\n".join(["# Ours: orders, 64", *before.split("\n")[1:]])
