"""Views -> text, through the templates. The one importer of jinja2.

A user's folder is looked into first, so that single templates can be replaced by a file of the same name.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from soagen.resources import folder


class TemplateProblem(Exception):
    """A user's template that can't be used: which, in which line, and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class Templates:
    """The templates of a target, and those that ``own`` puts in their place."""

    def __init__(self, own: Path | None) -> None:
        self._own = own
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
        """The text that a template makes of a view. Raises `TemplateProblem`."""
        try:
            return self._environment.get_template(name).render(values)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateProblem(Path(error.filename or name), error.lineno, error.message or "") from error
        except Exception as error:  # whatever an expression of the user's may raise
            for frame in reversed(traceback.extract_tb(error.__traceback__)):
                if self._own is not None and Path(frame.filename).is_relative_to(self._own):
                    raise TemplateProblem(Path(frame.filename), frame.lineno or 0, str(error)) from error
            raise
