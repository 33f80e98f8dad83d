"""What the soak has seen."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.interop.soak.asks import Ask, Seen, fault_in

MOST_FAULTS = 50  # that are kept


class Book:
    """Counts, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.actions: Counter[str] = Counter()
        self.forms: Counter[tuple[str, str]] = Counter()
        self.served_by: Counter[tuple[str, str]] = Counter()
        self.faults: list[str] = []
        self.number_of_faults = 0
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def check(self, client: str, form: str, asks: Sequence[Ask], seen: Sequence[Seen]) -> None:
        """Takes note of what a client saw of some actions."""
        faults = [fault for ask, each in zip(asks, seen, strict=False) if (fault := fault_in(ask, each))]
        if len(asks) != len(seen):
            faults.append(f"{len(seen)} answers in place of {len(asks)}")
        with self._lock:
            self.actions[client] += len(seen)
            self.served_by.update((client, each.served_by) for each in seen if each.served_by)
        for fault in faults:
            self.blame(client, form, fault)

    def blame(self, client: str, form: str, fault: str) -> None:
        """Takes note of something that must not be."""
        with self._lock:
            self.number_of_faults += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(f"{client}, {form}: {fault}")

    @contextmanager
    def made(self, client: str, form: str) -> Iterator[None]:
        """While the block runs, a client makes a request of a form, or some at a time."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:
            self.blame(client, form, f"{type(error).__name__}: {error}")
        with self._lock:
            self.forms[client, form] += 1
            self.seconds[client].append(time.monotonic() - began)

    def table(self) -> str:
        """All of it, to be read."""
        lines = []
        for client, count in sorted(self.actions.items()):
            shares = ", ".join(f"{who} {n}" for (asker, who), n in sorted(self.served_by.items()) if asker == client)
            took = statistics.quantiles(self.seconds[client], n=100)
            lines.append(
                f"{client:<18}{count:>9,} actions   median {took[49] * 1000:.1f} ms, 99 % {took[98] * 1000:.0f} ms"
            )
            forms = (f"{form} {n:,}" for (asker, form), n in sorted(self.forms.items()) if asker == client)
            lines.append(f"{'':<18}{', '.join(forms)}")
            lines.append(f"{'':<18}exceptions of handlers, by who served: {shares}")
        return "\n".join(lines)
