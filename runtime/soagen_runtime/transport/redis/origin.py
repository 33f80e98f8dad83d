"""Which Redis this is, and whether it may have forgotten what was done.

Redis copies to its replicas after it has answered. A replica that was promoted may hold requests that were taken, and
run, at the master before it; a Redis that was restarted may hold them again too, unless all that it ever answered is
in its append-only file. So a request carries the name of the master that it was sent to (the ``run_id`` of its
process), and a server that takes it from another does not start it if it may not be run twice (``docs/delivery.md``,
"Failover"). Whoever may not ask (``INFO`` is forbidden to it) knows no names, and tells none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from soagen_runtime.errors import ConnectionFailed
from soagen_runtime.transport.redis.link import BlockingLink
from soagen_runtime.transport.redis.resp import pack

ASK_NAME: Final = pack("INFO", "server")
"""Asks a Redis who it is; one reply."""

ASK_PAST: Final = ASK_NAME + pack("INFO", "replication") + pack("CONFIG", "GET", "append*")
"""Asks for what `origin_of` wants; three replies."""

_NAME = re.compile(rb"^run_id:([0-9a-f]+)\r?$", re.MULTILINE)
_NO_PAST = re.compile(rb"^master_replid2:0+\r?$", re.MULTILINE)


class NamedMaster:
    """The Redis at the other end of a blocking link. It is asked once a connection."""

    def __init__(self, link: BlockingLink) -> None:
        self._link = link
        self._name = ""
        self._generation = 0

    def name(self, patience: float) -> str:
        """Its name. Raises `ConnectionFailed` if it is not known after ``patience`` seconds."""
        link = self._link
        if not link.is_connected or link.generation != self._generation:
            was_connected = link.is_connected
            try:
                (server,) = link.exchange_now(ASK_NAME, 1, patience=patience)
            except ConnectionFailed as error:
                if was_connected:  # and lost it, perhaps long ago
                    return self.name(patience)
                raise ConnectionFailed(str(error), never_left=True) from error  # whatever left was no request
            self._name, self._generation = name_of(server), link.generation
        return self._name


def name_of(server: Any) -> str:
    """The name in a reply to `ASK_NAME`; empty if there is none."""
    found = _NAME.search(server) if isinstance(server, bytes) else None
    return "" if found is None else found[1].decode()


def origin_of(replies: Sequence[Any]) -> str:
    """The name, by the replies to `ASK_PAST`; empty also for one that remembers all that it ever answered."""
    server, replication, append = replies
    was_always_master = isinstance(replication, bytes) and _NO_PAST.search(replication) is not None
    return "" if was_always_master and _remembers(append) else name_of(server)


def _remembers(append: Any) -> bool:
    if not isinstance(append, list):
        return False
    settings = dict(zip(append[::2], append[1::2], strict=False))
    return settings.get(b"appendonly") == b"yes" and settings.get(b"appendfsync") == b"always"
