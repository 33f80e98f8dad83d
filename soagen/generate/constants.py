"""The constants of a generated module: what is made once, at import."""

from __future__ import annotations

from soagen.generate.layout import Node, statement
from soagen.generate.scope import Scope


class Constants:
    """Names for values, each as near as can be to its hint in capitals."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._names: dict[tuple[str, str], str] = {}
        self.lines: list[str] = []

    def name(self, hint: str, value: Node) -> str:
        """The name of a value; one name for what has the same value and hint."""
        key = (hint, str(value))
        if key not in self._names:
            self._names[key] = name = self._scope.claim(hint.upper())
            final = self._scope.name("typing", "Final")
            self.lines += statement(f"{name}: {final} = ", value, 0)
        return self._names[key]
