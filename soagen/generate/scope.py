"""The names of one generated module: what it imports, and under which name.

Rules: what the contract names keeps its name; what is imported beside it gives way, and only then (``from typing import
Any as Any_``), so that ordinary code reads as a person would write it. Imports stand in isort's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from itertools import count

from soagen.generate.layout import Brackets, fits, lay

_STANDARD = frozenset({"abc", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "typing", "uuid"})

RUNTIME = "soagen_runtime.generated"

# What only some contracts need, and the others are not to load.
EXPANSIONS = "soagen_runtime.expansions"


def free_name(wish: str, taken: Set[str]) -> str:
    """``wish``, with as many underscores behind it as it takes to be free."""
    return next(name for n in count() if (name := wish + "_" * n) not in taken)


class Scope:
    """The imports of a module, which are listed once all that uses them is made.

    ``defined`` are the module's own names; ``own`` those of the same contract, which they keep where they are imported
    from its other modules; ``avoided`` stand for something else inside the module's classes and functions.
    """

    def __init__(self, defined: Iterable[str] = (), own: Iterable[str] = (), avoided: Iterable[str] = ()) -> None:
        self._own = frozenset(own)
        self._avoided = frozenset(avoided)
        self._bound = set(defined) | self._own
        self._modules: dict[str, str] = {}
        self._members: dict[tuple[str, str], str] = {}

    @property
    def bound(self) -> frozenset[str]:
        """All names that mean something in this module by now."""
        return frozenset(self._bound)

    def _free(self, wish: str) -> str:
        name = free_name(wish, self._bound | self._avoided)
        self._bound.add(name)
        return name

    def claim(self, wish: str) -> str:
        """A name of the module's own, as near to ``wish`` as can be."""
        return self._free(wish)

    def name(self, module: str, name: str, alias: str | None = None) -> str:
        """``from module import name``; returns what it is called here. A relative module begins with dots."""
        key = (module, name)
        if key not in self._members:
            is_own = module.startswith(".") and name in self._own
            self._members[key] = name if is_own else self._free(alias or name)
        return self._members[key]

    def runtime(self, name: str) -> str:
        """Something of the runtime."""
        return self.name(RUNTIME, name)

    @property
    def datetime(self) -> str:
        """The module `datetime`."""
        if "datetime" not in self._modules:
            self._modules["datetime"] = self._free("dt")
        return self._modules["datetime"]

    def lines(self) -> list[str]:
        """The import statements, with a blank line between sections."""
        sections: list[list[str]] = [["from __future__ import annotations"]]
        modules = sorted({module for module, _ in self._members} | set(self._modules), key=_module_key)
        for rank in range(1, 4):
            inside = [module for module in modules if _section(module) == rank]
            lines = [f"import {m} as {self._modules[m]}" for m in inside if m in self._modules]
            lines += [line for module in inside for line in self._from(module)]
            if lines:
                sections.append(lines)
        return [line for section in sections for line in ["", *section]][1:]

    def _from(self, module: str) -> list[str]:
        members = sorted((name for m, name in self._members if m == module), key=_member_key)
        plain = [name for name in members if self._members[module, name] == name]
        statements: list[tuple[str, list[str]]] = []
        if plain:
            statements.append((plain[0], from_import(module, plain)))
        for name in members:
            alias = self._members[module, name]
            if alias != name:
                statements.append((name, from_import(module, [f"{name} as {alias}"])))
        statements.sort(key=lambda each: _member_key(each[0]))
        return [line for _, lines in statements for line in lines]


def from_import(module: str, names: Sequence[str], depth: int = 0) -> list[str]:
    """The lines of ``from module import names``, which are in order."""
    flat = f"from {module} import {', '.join(names)}"
    return lay(flat if fits(flat, depth) else Brackets(f"from {module} import (", tuple(names), ")"), depth)


def _section(module: str) -> int:
    if module.startswith("."):
        return 3
    return 1 if module in _STANDARD else 2


def _module_key(module: str) -> tuple[int, str]:
    dots = len(module) - len(module.lstrip("."))
    return (-dots, module)


def member_rank(name: str) -> int:
    """Constants, then classes, then the rest."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts ``v2`` before ``v10``."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D", name)]


def _member_key(name: str) -> tuple[object, ...]:
    return (member_rank(name), natural(name.lower()), natural(name))
