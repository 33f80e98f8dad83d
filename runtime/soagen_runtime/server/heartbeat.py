"""The thread that says, again and again, that this process lives, and sees to those that do not.

It beats through outages: a worker that cannot be heard is taken for dead only when its lease is over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from soagen_runtime.core.transport import ServerTransport
from soagen_runtime.errors import TransportError

AGAIN = 0.1  # seconds after which one that was not heard is tried again: leases run out meanwhile

log = logging.getLogger("soagen.server")


class Heartbeat:
    """Beats from `start` to `stop`. ``each`` is called after every beat that was heard."""

    def __init__(self, transport: ServerTransport, each: Callable[[], None] | None = None) -> None:
        self._transport = transport
        self._each = each
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="soagen-heartbeat", daemon=True)

    def start(self) -> None:
        """Begins to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, and waits for the end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        heard = True
        while not self._stopping.wait(self._transport.beat_every if heard else AGAIN):
            try:
                self._transport.beat()
            except TransportError as error:
                if heard:
                    log.error("the heartbeat is not heard: %s", error)
                heard = False
            else:
                if not heard:
                    log.info("the heartbeat is heard again")
                heard = True
                if self._each is not None:
                    self._each()
