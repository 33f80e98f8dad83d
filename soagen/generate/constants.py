"""The constants of a generated module: what is made once, at import."""

from __future__ import annotations

from soagen.generate.layout import Node, statement
from soagen.generate.scope import Scope


class Constants:
    """Names for values; the same value has one name."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._names: dict[str, str] = {}
        self.lines: list[str] = []

    def name(self, hint: str, value: Node) -> str:
        """The name of a value, like ``hint`` in capitals."""
        known = self._names.get(str(value))
        if known is None:
            known = self._names[str(value)] = self._scope.claim(hint.upper())
            final = self._scope.name("typing", "Final")
            self.lines += statement(f"{known}: {final} = ", value, 0)
        return known
