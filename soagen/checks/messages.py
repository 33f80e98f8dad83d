"""Templates of error messages: text with ``{field}``; ``{{`` is a brace, and so is ``}}``."""

from __future__ import annotations

import re

from soagen.model import Placeholder

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{|[^{}]+|\}")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")


class TemplateError(Exception):
    """Why a template is refused, and the stretch of it that is to blame."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


def placeholders(template: str) -> list[tuple[str, int, int]]:
    """The fields that a template names, each with where its braces stand; raises `TemplateError`."""
    found = []
    for match in _PART.finditer(template):
        if match[0] == "{":
            raise TemplateError("this `{` is not closed: a brace is written `{{`", *match.span())
        if match[1] is not None:
            if not _FIELD.fullmatch(match[1]):
                raise TemplateError("braces hold the name of a field, and nothing else", *match.span())
            found.append((match[1], *match.span()))
    return found


def parts(template: str) -> tuple[str | Placeholder, ...]:
    """A template that `placeholders` accepts, as texts and placeholders; neighbouring texts are one."""
    found: list[str | Placeholder] = []
    for match in _PART.finditer(template):
        if match[1] is not None:
            found.append(Placeholder(match[1]))
            continue
        piece = match[0][0] if match[0] in ("{{", "}}") else match[0]
        if found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def in_words(name: str) -> str:
    """The message of an error that gives none: ``NO_SUCH_ORDER`` -> ``No such order``."""
    return name.replace("_", " ").strip().capitalize()
