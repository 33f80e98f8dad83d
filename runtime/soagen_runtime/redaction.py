"""What must not be seen, and everything else: values as plain data, fit for a log.

Rules:

- What a class of generated code leaves out of its ``repr`` is not shown. That is where the contract's ``sensitive``
  ends up: on fields, on fields whose type is sensitive, and on the bodies of what is not known.
- What stands under a name that secrets usually have is not shown either, in whatever map or class: bodies may be open,
  and contracts may have forgotten. The names are PySOA's. Flags are shown: ``private: true`` gives nothing away.
- What stands under a name that one adds is never shown.
- Names are compared without case, ``_`` and ``-``.
- Of bytes only the number is shown. What is nested deeper than anything that is sent is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import product
from typing import Any, Final

HIDDEN: Final = "***"

_DEPTH = 128

_CARD = ("id", "identification", "security", "validation", "verification")
_CODE = ("", "code", "number", "value")

USUAL_SECRETS: Final = frozenset(
    {
        "accesskey", "accesstoken", "accountnumber", "apikey", "auth", "authentication", "authenticationtoken",
        "authorization", "authorizationtoken", "authtoken", "bankaccount", "bankaccountnumber", "cardnumber", "ccn",
        "ccnumber", "cid", "clientsecret", "creditcard", "creditcardnumber", "credentials", "csc", "csn", "cvc", "cvc2",
        "cvd", "cve", "cvn2", "cvv", "cvv2", "icvv", "pass", "passphrase", "passwd", "password",
        "personalidentificationnumber", "personalidnumber", "pin", "pincode", "pinnumber", "private", "privatekey",
        "refreshtoken", "secret", "secretkey", "securitycode", "sessiontoken", "token",
        *(f"card{noun}{kind}" for noun, kind in product(_CARD, _CODE)),
    }
)  # fmt: skip
"""PySOA's, and a few more; each also with an ``s`` behind it."""


class Redactor:
    """Makes plain data of values: dicts, lists, texts and numbers. ``names`` are hidden beside what is anyway."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(map(_plain, names))
        self._fields: dict[type, list[tuple[str, bool]]] = {}

    def __call__(self, value: Any) -> Any:
        """``value``, without what must not be seen."""
        return self._shown(value, _DEPTH)

    def _shown(self, value: Any, depth: int) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # which JSON could not hold
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return value.value if isinstance(value, Enum) else value
        if depth == 0:
            return "..."
        if isinstance(value, Mapping):
            return {str(key): self._under(str(key), inner, depth) for key, inner in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._shown(inner, depth - 1) for inner in value]
        if isinstance(value, (bytes, bytearray, memoryview)):
            return f"<{len(value)} bytes>"
        if is_dataclass(value) and not isinstance(value, type):
            return {
                name: HIDDEN if hidden else self._under(name, getattr(value, name, None), depth)
                for name, hidden in self._fields_of(type(value))
            }
        return str(value)

    def _under(self, name: str, value: Any, depth: int) -> Any:
        plain = _plain(name)
        if plain in self._names:
            return HIDDEN
        if (plain in USUAL_SECRETS or plain.removesuffix("s") in USUAL_SECRETS) and type(value) not in _NO_SECRETS:
            return HIDDEN
        return self._shown(value, depth - 1)

    def _fields_of(self, kind: type[Any]) -> list[tuple[str, bool]]:
        found = self._fields.get(kind)
        if found is None:
            found = self._fields[kind] = [(each.name, not each.repr) for each in fields(kind)]
        return found


_NO_SECRETS = (bool, type(None))


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
