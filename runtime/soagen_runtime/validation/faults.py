"""Faults, and how they are noted: the one way in which a value is refused."""

from __future__ import annotations

from typing import Any, Final

from soagen_runtime.errors import INVALID, MISSING, Fault


class _Absent:
    def __repr__(self) -> str:
        return "<absent>"


# Stands for a key that is not there. Typed `Any`, so that a generated line can give the value its declared type and
# then test whether it has it.
ABSENT: Final[Any] = _Absent()


class Invalid(Exception):
    """A value that does not fit: internal to encoding and decoding; the edges translate it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def refuse(faults: list[Fault], path: str, value: object, message: str) -> None:
    """Notes that a value is of another type, or is absent: nothing more is to be said of it."""
    if value is ABSENT:
        faults.append(Fault(MISSING, path, f"Missing key: {path}", final=True))
    else:
        faults.append(Fault(INVALID, path, message, final=True))


def broken(faults: list[Fault], path: str, message: str) -> None:
    """Notes that a constraint does not hold, unless the value was refused: then a neutral one stands in for it."""
    if faults and faults[-1].final and faults[-1].path == path:
        return
    faults.append(Fault(INVALID, path, message))


def under(path: str, name: str) -> str:
    """The path of what a value at ``path`` holds under ``name``."""
    return f"{path}.{name}" if path else name
