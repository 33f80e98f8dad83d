"""Open enums: a reader keeps what it does not know.

A contract's enum may grow. A caller that was compiled before it grew keeps the new value as it came, sends it on as it
was, and can tell (``is_known``). A server, which validates, refuses it (``docs/language.md``, "Enums").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self, cast


class OpenEnum(StrEnum):
    """A `StrEnum` that any text can become: ``OrderStatus("lost")`` is a value without a name of its own."""

    @property
    def is_known(self) -> bool:
        """Whether the contract that this code was generated from lists the value."""
        return self.value in type(self)._value2member_map_

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        # Made anew each time and never registered: what a peer sends must not make this process grow.
        member: Any = str.__new__(cls, value)
        member._name_ = f"UNKNOWN({value})"
        member._value_ = str(value)
        return cast(Self, member)
