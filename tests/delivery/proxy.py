"""A proxy before a Redis that cuts its connections at a chosen frame: a command on its way there, or a reply on its
way back.

Frames are counted over all connections and in both directions, from `arm` on. ``after`` is whether the frame that does
it still arrives.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress


def frames(data: bytearray) -> Iterator[bytes]:
    """Takes whole frames of Redis' protocol from the front of ``data``."""
    while (end := _end_of(data, 0)) is not None:
        yield bytes(data[:end])
        del data[:end]


def _end_of(data: bytearray, start: int) -> int | None:
    newline = data.find(b"\r\n", start)
    if newline < 0:
        return None
    kind, end = data[start : start + 1], newline + 2
    if kind == b"$":
        length = int(data[start + 1 : newline])
        end += length + 2 if length >= 0 else 0
        return end if len(data) >= end else None
    if kind == b"*":
        for _ in range(int(data[start + 1 : newline])):
            next_end = _end_of(data, end)
            if next_end is None:
                return None
            end = next_end
    return end


class CuttingProxy:
    """Listens on a port of its own until `close`."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._cut_at: int | None = None
        self._after = False
        self._half_open: set[socket.socket] = set()
        self.seen = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def arm(self, cut_at: int | None, *, after: bool = False) -> None:
        """Counts from 0; every connection is cut at frame number ``cut_at``, once."""
        with self._lock:
            self.seen, self._cut_at, self._after = 0, cut_at, after

    def lead_to(self, port: int) -> None:
        """Leads elsewhere from now on; what leads to where it led is cut."""
        self._target = ("127.0.0.1", port)
        self._cut()

    def hang_up_here(self) -> None:
        """Cuts every connection at this end; the other end does not notice."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
            self._half_open.update(far for _, far in pairs)
        for near, _ in pairs:
            self._close(near)

    @property
    def is_armed(self) -> bool:
        return self._cut_at is not None

    def close(self) -> None:
        self._listener.close()
        self._cut()
        kept, self._half_open = self._half_open, set()
        self._close(*kept)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        data = bytearray()
        with suppress(OSError):
            while received := source.recv(65536):
                data += received
                for frame in frames(data):
                    if not self._forward(frame, sink):
                        return
        self._close(source, sink)

    def _forward(self, frame: bytes, sink: socket.socket) -> bool:
        with self._lock:
            self.seen += 1
            cuts = self.seen == self._cut_at
            if cuts:
                self._cut_at = None
            if not cuts or self._after:
                sink.sendall(frame)
        if cuts:
            self._cut()
        return not cuts

    def _cut(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for near, far in pairs:
            self._close(near, far)

    def _close(self, *ends: socket.socket) -> None:
        for end in ends:
            if end in self._half_open:
                continue
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
