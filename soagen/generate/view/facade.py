"""``__init__``: what the package of a contract offers."""

from __future__ import annotations

from dataclasses import dataclass

from soagen.generate.layout import collection, statement
from soagen.generate.scope import Scope, member_rank, natural
from soagen.generate.text import docstring, string
from soagen.generate.view.about import About


@dataclass(frozen=True, slots=True)
class FacadeView:
    """The module's docstring, its imports and its ``__all__``."""

    doc: list[str]
    imports: list[str]
    exported: list[str]


def facade_view(about: About) -> FacadeView:
    """The package of a contract."""
    contract = about.contract
    origin = dict.fromkeys(about.type_classes, ".types") | dict.fromkeys(about.error_classes, ".errors")
    origin |= dict.fromkeys(about.expand_classes, ".expansions")
    if about.is_service:
        for kind in ("client", "server"):
            origin[f"{about.prefix}{kind.capitalize()}"] = f".{kind}"
            origin[f"Async{about.prefix}{kind.capitalize()}"] = f".{kind}"
    scope = Scope(own=origin)
    for name, module in origin.items():
        scope.name(module, name)
    what = "service" if about.is_service else "package"
    doc = docstring([contract.doc or f"The {what} {contract.name}."], 0)
    exported = sorted(origin, key=lambda name: (member_rank(name), natural(name)))
    return FacadeView(doc, scope.lines()[2:], statement("__all__ = ", collection("[", map(string, exported), "]"), 0))
