"""Where the templates and schemas are that travel with the compiler.

Rules: nothing is read here, only found. In a wheel they lie inside the package (``soagen/_data``, see
``pyproject.toml``); in a checkout they are the folders ``templates`` and ``schemas`` beside it, where people edit them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["templates", "schemas"]) -> Path:
    """The folder of that name."""
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
