"""Calls between two versions of a contract, through the generated code of both, as a client and a server make them.

For every set of switches that the client's version knows, the client sends each action by the contract that its own
version selects, and the server reads it by the one that its version selects; so does the answer come back, and every
error that the server knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any

from soagen.compat.errors import known
from soagen.compat.served import contracts, switches
from soagen.generate import names
from soagen.model import Body, Contract, ContractKind, Project
from tests.compat.building import Built, takes
from tests.compat.sampling import Sampler


@dataclass(frozen=True)
class Peer:
    """One service of one version."""

    built: Built
    name: str

    @property
    def project(self) -> Project:
        return self.built.project

    @property
    def contract(self) -> Contract:
        return self.project.contracts[self.name]

    @property
    def service(self) -> Any:
        return self.built.module(self.name, "service").SERVICE

    def selected(self, wire: str, active: frozenset[int]) -> Any:
        """The generated action that serves while these switches are on; None if there is no such action."""
        fitting = (each for each in self.service.actions if each.wire == wire)
        return next((each for each in fitting if each.switch is None or each.switch in active), None)

    def body(self, action: Any, what: str) -> Body:
        """The request or the response of a generated action, as the contract has it."""
        definition = next(each for each in self.contract.actions if each.wire == action.wire)
        served = next(each for each in contracts(self.project, definition) if each.switch == action.switch)
        body: Body = getattr(served, what)
        return body

    def errors(self) -> dict[str, Any]:
        """The classes of the errors that it knows, by code."""
        classes: dict[str, Any] = {}
        for ref, error in known(self.project, self.contract).items():
            found = getattr(self.built.module(ref.contract, "errors"), names.error_class(error.name))
            classes.setdefault(error.wire, (found, error.fields))
        return classes


def refuses(client: Peer, server: Peer, rng: Random, tries: int) -> bool:
    """Whether something that is valid where it is written is refused where it is read."""
    return any(not each for each in _calls(client, server, rng, tries))


def _calls(client: Peer, server: Peer, rng: Random, tries: int) -> Iterator[bool]:
    yield from _context(client, server, rng, tries)
    yield from _errors(client, server, rng, tries)
    ids = switches(client.project, client.contract)
    for active in (frozenset(some) for number in range(len(ids) + 1) for some in combinations(ids, number)):
        for wire in {each.wire for each in client.service.actions}:
            calls, serves = client.selected(wire, active), server.selected(wire, active)
            if serves is None:
                yield False
                continue
            request = client.body(calls, "request")
            yield from _read(client, request, calls.decode_request, serves.decode_request, True, rng, tries)
            if not calls.oneway:
                response = server.body(serves, "response")
                yield from _read(server, response, serves.decode_response, calls.decode_response, False, rng, tries)


def _context(client: Peer, server: Peer, rng: Random, tries: int) -> Iterator[bool]:
    valid, read = client.service.decode_context, server.service.decode_context
    return _read(client, client.contract.context, valid, read, True, rng, tries)


def _errors(client: Peer, server: Peer, rng: Random, tries: int) -> Iterator[bool]:
    mine = client.errors()
    for code, (class_, fields) in server.errors().items():
        if code in mine:
            yield from _read(server, fields, class_.from_variables, mine[code][0].from_variables, False, rng, tries)


def _read(writer: Peer, body: Body, valid: Any, read: Any, strict: bool, rng: Random, tries: int) -> Iterator[bool]:
    sampler = Sampler(writer.project, rng)
    for _ in range(tries):
        message = sampler.record(body) if isinstance(body, tuple) else sampler.value(body)
        if takes(valid, message, True):
            yield takes(read, message, strict)


def served_by_both(old: Built, new: Built) -> list[str]:
    """The services of both versions."""
    return sorted(_services(old) & _services(new))


def _services(built: Built) -> set[str]:
    return {each.name for each in built.project if each.kind is ContractKind.SERVICE}
