"""A project of contracts -> the files of a typed Python package. Nothing is written here.

From the model to the text there are three steps, and each knows one thing: `names`, `spelling` and `coder` know Python;
`view` puts together what each file says; the templates say where it stands. The same contract gives the same bytes,
whatever else is compiled with it, wherever and in whichever order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soagen import __version__
from soagen.canonical import contract_hash
from soagen.generate import names
from soagen.generate.render import TemplateProblem, Templates
from soagen.generate.view.about import About
from soagen.generate.view.calls import calls_view, client_view, server_view
from soagen.generate.view.codec import codec_view
from soagen.generate.view.contract import contract_view
from soagen.generate.view.errors import errors_view
from soagen.generate.view.expansions import expansions_view
from soagen.generate.view.facade import facade_view
from soagen.generate.view.service import service_view
from soagen.generate.view.testing import testing_view
from soagen.generate.view.types import types_view
from soagen.model import Contract, Project

__all__ = ["INTERFACE", "Options", "TemplateProblem", "generate"]

# What the generated code needs of the runtime; see `soagen_runtime.generated`.
INTERFACE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``package`` is where the package is imported from; ``templates`` a folder with a user's own templates."""

    package: str
    templates: Path | None = None


def generate(project: Project, options: Options) -> dict[str, str]:
    """The package's files: posix paths, relative to the folder that the package is imported from, and their texts.

    The names must have been found distinct (`soagen.generate.clashes.clashes`). Raises `TemplateProblem` for a
    user's template that can't be used.
    """
    templates = Templates(options.templates)
    root = options.package.replace(".", "/")
    common = {"version": __version__, "interface": INTERFACE, "package": options.package}
    files = {f"{root}/__init__.py": templates.render("package.py.j2", common), f"{root}/py.typed": ""}
    for contract in sorted(project, key=lambda each: each.name):
        digest = contract_hash(project, contract.name)
        for module, view in _modules(project, contract, digest):
            values = {**common, "contract": contract, "hash": digest, "view": view}
            path = f"{root}/{names.module(contract.name)}/{module}.py"
            files[path] = templates.render(f"{module}.py.j2", values)
    return dict(sorted(files.items()))


def _modules(project: Project, contract: Contract, digest: str) -> Iterator[tuple[str, Any]]:
    about = About(project, contract)
    views = {
        "__init__": facade_view(about),
        "calls": calls_view(about),
        "client": client_view(about),
        "codec": codec_view(about),
        "contract": contract_view(about),
        "errors": errors_view(about),
        "expansions": expansions_view(about),
        "server": server_view(about),
        "service": service_view(about, digest),
        "testing": testing_view(about),
        "types": types_view(about),
    }
    return ((module, view) for module, view in views.items() if view is not None)
