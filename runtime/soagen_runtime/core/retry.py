"""Whether a call that failed is made again, and when: gRPC's proposal A6, with what the contract says.

Rules:

- What certainly never left may always be made again, whatever it does. Except where nobody would be helped: a full
  list and a deserted service are said at once, and the caller decides (`QueueFull.retry_after`).
- What may have run is made again only if the action is `idempotent`; an error that the contract calls `retryable` says
  that it has not run. Not after `WorkerLost`, though: what may run twice the servers have run three times by then, and
  each time it cost them a worker.
- Waits are random, between nothing and twice as much each time (full jitter), so that callers who failed together do
  not come back together. A server may say when to come back, or not to: ``retry_after`` among the variables of its
  error, in seconds, negative for never.
- A client whose calls fail stops making them again, until enough have succeeded (`Budget`): retries must not keep an
  overloaded service from recovering.
- No retry outlasts the deadline of the call.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from soagen_runtime.errors import (
    ActionError,
    CallError,
    ConnectionFailed,
    ContractError,
    JobError,
    OutcomeUnknown,
)


@dataclass(slots=True)
class Budget:
    """What a client may spend on retries. A failure costs one token, a success gives back a tenth of one; with half of
    the tokens or fewer nothing is made again.
    """

    most: float = 100.0
    tokens: float = 100.0

    def failed(self) -> bool:
        """Takes note of a failure that could be retried, and says whether it may."""
        self.tokens = max(0.0, self.tokens - 1)
        return self.tokens > self.most / 2

    def succeeded(self) -> None:
        """Takes note of an answer."""
        self.tokens = min(self.most, self.tokens + 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how fast. Seconds; ``attempts`` is at most 5, the first one included, and 1 means never again."""

    attempts: int = 5
    first: float = 0.05
    longest: float = 1.0

    def delay(self, attempt: int, error: CallError, chance: float | None = None) -> float | None:
        """Seconds to wait after the failure of an attempt, counted from 1; None if the server said not to come back.
        ``chance`` is in [0, 1).
        """
        said = _push_back(error)
        if said is not None:
            return said if said >= 0 else None
        ceiling = min(self.longest, self.first * 2.0 ** (attempt - 1))
        return ceiling * (random.random() if chance is None else chance)


def may_repeat(idempotent: bool, error: CallError) -> bool:
    """Whether a call that ended in ``error`` may be made again without a risk that an action runs twice unasked."""
    match error:
        case ConnectionFailed():
            return error.never_left
        case OutcomeUnknown():
            return idempotent
        case ContractError():
            return error.RETRYABLE
    return False


def _push_back(error: CallError) -> float | None:
    """What the server said about when to come back, in seconds."""
    if not isinstance(error, (ActionError, JobError)):
        return None
    said = (error.errors[0].variables or {}).get("retry_after")
    return float(said) if isinstance(said, (int, float)) and not isinstance(said, bool) else None
