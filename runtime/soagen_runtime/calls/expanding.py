"""What is to be expanded in the answers of some calls, one client at a time.

Calls of one client that are made together are expanded together: an id that several of their responses hold is asked
for once. They have one correlation id then, which the calls for the objects have as well; and these end when the calls
would have ended, had they taken all their time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

from soagen_runtime.core.caller import Caller
from soagen_runtime.core.expanding import Expanding, Lookup
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask, patience

log = logging.getLogger("soagen.client")


# What came of the actions of each of some calls.
Answers: TypeAlias = Sequence[Outcome[list[Outcome[Any]]]]


class Group:
    """Some of the calls that are made together: those of one client, with something to expand.

    ``members`` are their numbers, and the actions that each asks for.
    """

    def __init__(self, caller: Caller, members: dict[int, Sequence[Ask[Any]]]) -> None:
        self.caller = caller.correlated()
        self.members = members
        self._until = time.monotonic() + max(patience(asks, caller.options) for asks in members.values())

    def left(self) -> float:
        """The seconds that are left for calls on its behalf."""
        return self._until - time.monotonic()

    def expandable(self, answers: Answers) -> list[tuple[Ask[Any], Outcome[Any]]]:
        """The responses in which something is to be expanded."""
        return [
            (ask, outcome)
            for number, asks in self.members.items()
            if answers[number].ok
            for ask, outcome in zip(asks, answers[number].value, strict=True)
            if ask.expand and outcome.ok
        ]


def groups(calls: Sequence[tuple[Caller, Sequence[Ask[Any]]]]) -> list[Group]:
    """The calls in which something is to be expanded, by their clients."""
    members: dict[Caller, dict[int, Sequence[Ask[Any]]]] = {}
    for number, (caller, asks) in enumerate(calls):
        if any(ask.expand for ask in asks):
            members.setdefault(caller, {})[number] = asks
    return [Group(caller, those) for caller, those in members.items()]


class Rounds:
    """The rounds of calls that expand all answers: `calls` says what to call, `settle` takes what came of it, until
    there is nothing to be called; then comes `finish`.
    """

    def __init__(self, groups: Sequence[Group], answers: Answers) -> None:
        self._found = [(group, group.expandable(answers)) for group in groups]
        self._expandings = [Expanding([(o.value, ask.expand) for ask, o in found]) for _, found in self._found]
        self._lookups: list[list[Lookup]] = []

    def calls(self) -> list[tuple[Caller, Ask[Any]]]:
        """The calls of the next round, and as whom they are made."""
        self._lookups = [expanding.lookups() for expanding in self._expandings]
        return [
            (group.caller.for_lookup(lookup, group.left()), Ask(lookup.action, lookup.request))
            for (group, _), lookups in zip(self._found, self._lookups, strict=True)
            for lookup in lookups
        ]

    def settle(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Takes what came of the calls, in their order. Errors are told what they are about, and are logged where they
        will not be raised.
        """
        rest = iter(outcomes)
        for expanding, lookups in zip(self._expandings, self._lookups, strict=True):
            expanding.settle([_noted(lookup, next(rest)) for lookup in lookups])

    def finish(self) -> None:
        """Puts errors in the place of the responses that cannot do without what was not found out."""
        for (_, found), expanding in zip(self._found, self._expandings, strict=True):
            for (_, outcome), error in zip(found, expanding.errors, strict=True):
                outcome.error = error


def _noted(lookup: Lookup, outcome: Outcome[Any]) -> Outcome[Any]:
    if outcome.error is not None:
        outcome.error.add_note(f"while expanding {lookup.wanted_for}")
        if not lookup.required:
            log.warning("%s was not expanded: %s", lookup.wanted_for, outcome.error)
    return outcome
