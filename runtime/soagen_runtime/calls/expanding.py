"""What is to be expanded in the answers of some calls, one client at a time.

Calls of one client that are made together are expanded together: an id that several of their responses hold is asked
for once. They have one correlation id then, which the calls for the objects have as well; and these end when the calls
would have ended, had they taken all their time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

from soagen_runtime.core.caller import Caller
from soagen_runtime.core.expanding import Expanding, Lookup
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.core.request import Ask, patience

log = logging.getLogger("soagen.client")


class Group:
    """Some of the calls that are made together: those of one client, with something to expand.

    ``members`` are their numbers, and the actions that each asks for.
    """

    def __init__(self, caller: Caller, members: dict[int, Sequence[Ask[Any]]]) -> None:
        self.caller = caller.correlated()
        self.members = members
        self._until = time.monotonic() + max(patience(asks, caller.options) for asks in members.values())

    def expanding(self, answers: Sequence[Outcome[list[Outcome[Any]]]]) -> Expanding:
        """What is to be expanded, now that all answers are there."""
        return Expanding([(outcome.value, ask.expand) for ask, outcome in self._expandable(answers)])

    def lookups(self, expanding: Expanding) -> list[tuple[Caller, Lookup]]:
        """The calls of the next level, and as whom they are made."""
        left = self._until - time.monotonic()
        return [(self.caller.for_lookup(lookup, left), lookup) for lookup in expanding.lookups()]

    def blame(self, expanding: Expanding, answers: Sequence[Outcome[list[Outcome[Any]]]]) -> None:
        """Puts errors in the place of responses that cannot do without what was not found out."""
        for (_, outcome), error in zip(list(self._expandable(answers)), expanding.errors, strict=True):
            outcome.error = error

    def _expandable(self, answers: Sequence[Outcome[list[Outcome[Any]]]]) -> Iterator[tuple[Ask[Any], Outcome[Any]]]:
        for number, asks in self.members.items():
            if answers[number].ok:
                for ask, outcome in zip(asks, answers[number].value, strict=True):
                    if ask.expand and outcome.ok:
                        yield ask, outcome


def groups(calls: Sequence[tuple[Caller, Sequence[Ask[Any]]]]) -> list[Group]:
    """The calls in which something is to be expanded, by their clients."""
    members: dict[Caller, dict[int, Sequence[Ask[Any]]]] = {}
    for number, (caller, asks) in enumerate(calls):
        if any(ask.expand for ask in asks):
            members.setdefault(caller, {})[number] = asks
    return [Group(caller, those) for caller, those in members.items()]


def noted(lookups: Sequence[tuple[Caller, Lookup]], outcomes: Sequence[Outcome[Any]]) -> Sequence[Outcome[Any]]:
    """The outcomes. Errors are told what they are about, and are logged where they will not be raised."""
    for (_, lookup), outcome in zip(lookups, outcomes, strict=True):
        if outcome.error is not None:
            outcome.error.add_note(f"while expanding {lookup.wanted_for}")
            if not lookup.required:
                log.warning("%s was not expanded: %s", lookup.wanted_for, outcome.error)
    return outcomes
