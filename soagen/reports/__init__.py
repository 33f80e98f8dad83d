"""The outcome of a check, as people and machines want it: one module a format.

A format is a function from an `Outcome` to a text without a line end at its end; it prints nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from soagen.compat.outcome import Outcome
from soagen.reports import github, gitlab, json, junit, markdown, sarif, text

__all__ = ["FORMATS"]

FORMATS: dict[str, Callable[[Outcome], str]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
}
