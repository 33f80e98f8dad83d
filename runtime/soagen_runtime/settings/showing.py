"""Settings as text: what holds, and where it was said; in TOML, so that it can be taken for a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from soagen_runtime.settings.loading import Effective
from soagen_runtime.settings.schema import specs_of

WIDEST: Final = 80
"""A line may have so many characters before the comments of all others stand clear of it."""


def show(effective: Effective[Any], section: str) -> str:
    """A table of TOML with all settings, each with its origin in a comment; passwords are not shown."""
    lines: list[tuple[str, str]] = []
    table = ""
    specs = specs_of(type(effective.settings))
    for key, value in effective.settings.values().items():
        above, _, name = f"{section}.{key}".rpartition(".")
        if above != table:
            lines.append((f"[{above}]" if not table else f"\n[{above}]", ""))
            table = above
        lines.append((f"{name} = {_toml(specs[key].kind.show(value))}", effective.origins.get(key, "default")))
    width = max(len(line) for line, origin in lines if origin and len(line) <= WIDEST)
    return "".join(f"{line:{width}}  # {origin}\n" if origin else f"{line}\n" for line, origin in lines)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
