"""The contract that a service publishes, from its servers, put together from the parts that they answer with.

While a service is being replaced its servers publish different contracts, and each part may come from any of them. So
parts are kept apart by the digest of what they are a part of, and asked for until one contract is whole.
"""

from __future__ import annotations

import random
from typing import Final, Protocol

from soagen_runtime.core.published import Publication, digest_of
from soagen_runtime.errors import InvalidRequest, ReplyInvalid
from soagen_runtime.standard.types import ContractPart, IntrospectResponse

ATTEMPTS: Final = 10
"""How many times as many answers are taken as a contract has parts, before that is given up."""


class Introspects(Protocol):
    """A blocking client of any service."""

    def introspect(self, *, contract_part: int) -> IntrospectResponse:
        """Asks for one part."""
        ...


def fetch_contract(client: Introspects) -> Publication | None:
    """What a service publishes; None if it does not. Where there are several versions, the first that is whole.

    Raises `CallError`: of the calls, and `ReplyInvalid` where the parts don't come together.
    """
    part = client.introspect(contract_part=0).contract
    if part is None:
        return None
    found: dict[str, dict[int, str]] = {}
    number = 0
    for _ in range(ATTEMPTS * part.parts):
        if part is not None:
            texts = found.setdefault(part.digest, dict.fromkeys(range(part.parts), ""))
            texts[number] = part.text
            if all(texts.values()):
                return _read(part, "".join(texts.values()))
        # At random, so as not to ask each server for what the other has, however they take turns.
        number = random.choice([index for texts in found.values() for index, text in texts.items() if not text])
        try:
            part = client.introspect(contract_part=number).contract
        except InvalidRequest:  # of a contract with fewer parts
            part = None
    raise ReplyInvalid("the parts of the contract come from servers that differ, and never make one")


def _read(part: ContractPart, text: str) -> Publication:
    if digest_of(text) != part.digest:
        raise ReplyInvalid("the parts of the contract do not make what its digest says")
    try:
        return Publication.read(text)
    except ValueError as error:
        raise ReplyInvalid(f"the contract that is published can't be read: {error}") from error
