"""The contract that a service publishes: what was written, for soagen, and what PySOA would say of it.

Rules:

- Each generated package has a module ``contract`` with a `Contract`. It is big and seldom asked for, so that it is only
  imported when somebody asks (`contract_of`); the table of the service says where it is.
- What is published of a service (`Publication`) is its own contract file and all that it imports, so that it can be
  compiled by whoever reads it, without anything else.
- A publication has one text, whoever writes it. Its digest tells two publications apart also where the hash of the
  contract is the same: a day after which an action goes away is nothing that two programs must agree on, but it is
  something that a change is held against.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from typing import Any, Final

from soagen_runtime.action import Contract, Service

FORM: Final = 1
"""Which form the text of a publication has; it changes when an older reader would not understand it."""


@dataclass(frozen=True)
class Publication:
    """What a service publishes: its contract files by their paths, of which ``path`` is the service's own."""

    service: str
    contract_hash: str
    path: str
    files: Mapping[str, str] = field(repr=False)

    @cached_property
    def text(self) -> str:
        """All of it, as it is published."""
        data = {
            "form": FORM,
            "service": self.service,
            "contract": self.contract_hash,
            "path": self.path,
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the text, in hex."""
        return digest_of(self.text)

    @classmethod
    def read(cls, text: str) -> Publication:
        """What was published as ``text``. Raises `ValueError` for what is no publication, or one of a later form."""
        data = json.loads(text)
        try:
            form, files = data["form"], dict(data["files"])
            made = cls(str(data["service"]), str(data["contract"]), str(data["path"]), files)
        except (LookupError, TypeError) as error:
            raise ValueError("it is no published contract") from error
        if form != FORM:
            raise ValueError(f"it is of form {form}, and this soagen knows form {FORM}")
        return made


def digest_of(text: str) -> str:
    """The digest of a publication's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def contract_of(service: Service[Any]) -> Contract | None:
    """The contract behind a table; None for a table that was not generated with one. Imports the module."""
    package = service.module.rpartition(".")[0]
    if not package:
        return None
    name = f"{package}.contract"
    try:
        found: Contract = import_module(name).CONTRACT
    except ModuleNotFoundError as error:
        if error.name == name:
            return None
        raise
    return found


@lru_cache(maxsize=64)
def publication_of(service: Service[Any]) -> Publication | None:
    """What a service publishes; None for a table that was not generated with a contract."""
    contract = contract_of(service)
    if contract is None:
        return None
    return Publication(service.name, service.contract_hash, contract.path, dict(_files(contract.path, contract)))


def _files(path: str, contract: Contract) -> Iterator[tuple[str, str]]:
    yield path, contract.text
    for imported, other in contract.imports.items():
        yield from _files(posixpath.normpath(posixpath.join(posixpath.dirname(path), imported)), other)
