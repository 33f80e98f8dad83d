"""What came of a run: callers' books against what was started, and against what the dead stream reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.delivery.chaos.callers import Book, Call
from tests.delivery.chaos.times import History, row, waits_by_kind
from tests.delivery.tally import Ledger, Start


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run. Waits for `WORKER_LOST` are in seconds, by what had happened to the worker."""

    outcomes: Counter[str]
    lost: list[str]
    doubled: list[str]
    stray: list[str]
    left_over: list[str]
    waits: Mapping[str, Sequence[float]]

    @property
    def kept(self) -> bool:
        """Whether everything that is promised was kept, but for times: those depend on what else the machine does."""
        return not (self.lost or self.doubled or self.stray or self.left_over)


def judge(book: Book, ledger: Ledger, history: History, reported: set[str], left_over: list[str]) -> Verdict:
    """Compares what callers saw with what was started, and with what the dead stream reports."""
    starts, last = ledger.starts(), ledger.last_starts()
    lost, doubled, stray = [], [], []
    for call in book.calls:
        if call.fate == "die" and call.token in last:
            history.died(last[call.token].pid, last[call.token].at)
        if call.outcome in ("", "CallTimeout") or (
            call.outcome == "sent" and starts[call.token] == 0 and call.token not in reported
        ):
            lost.append(call.token)
        elif call.outcome == "replied" and starts[call.token] == 0:
            stray.append(call.token)
        if call.action in ("once", "tell") and starts[call.token] > 1:
            doubled.append(call.token)
        if call.wrong or (call.replies or 0) > 1:
            stray.append(call.token)
    return Verdict(
        Counter(call.outcome for call in book.calls),
        lost,
        doubled,
        stray,
        left_over,
        waits_by_kind(wait for call in book.calls if (wait := _wait(call, last, history))),
    )


def _wait(call: Call, last: Mapping[str, Start], history: History) -> tuple[str, float] | None:
    """How long a caller waited for `WORKER_LOST`, where the worker is known that it had been started by."""
    if call.outcome != "WORKER_LOST" or call.token not in last:
        return None
    return history.wait(last[call.token].pid, call.ended_at)


def table(verdict: Verdict, deeds: Counter[str]) -> str:
    """The run in figures."""
    lines = [
        ("monkey", ", ".join(f"{name} {count}" for name, count in sorted(deeds.items()))),
        ("calls", str(sum(verdict.outcomes.values()))),
        *[(f"  {name or 'never ended'}", str(count)) for name, count in verdict.outcomes.most_common()],
        ("lost", str(len(verdict.lost))),
        ("doubled", str(len(verdict.doubled))),
        ("stray", str(len(verdict.stray))),
        ("left over", str(len(verdict.left_over))),
    ]
    head = f"{'ms to WORKER_LOST after':<36}{'calls':>6} {'p50':>8} {'p99':>8} {'max':>8}"
    times = [head, *[row(kind, waits) for kind, waits in verdict.waits.items()]]
    return "\n".join([*[f"{name:<28}{value}" for name, value in lines], *times])
