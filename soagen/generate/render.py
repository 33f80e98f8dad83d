"""Views -> text, through the templates. The one importer of jinja2.

A user's folder is looked into first, so that single templates can be replaced by a file of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from soagen.resources import folder


class Templates:
    """The templates of a target, and those that ``own`` puts in their place."""

    def __init__(self, own: Path | None) -> None:
        folders = [folder("templates") / "python"]
        if own is not None:
            folders.insert(0, own)
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters["lines"] = "\n".join

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The text that a template makes of a view."""
        return self._environment.get_template(name).render(values)
