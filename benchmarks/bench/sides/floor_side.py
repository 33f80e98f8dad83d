"""The floors, which carry as many bytes and look at none: ``floor_side.py [raw_]server|[raw_]client PORT``.

``server`` and ``client`` are bare loops over redis-py: RPUSH and BLPOP at either end. The raw ones write both commands
in one write, over a plain socket with hiredis' reader: one round trip an end, and nothing that could be left out.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import driver
import hiredis
import redis

# Bytes of request and reply, as soagen's own envelopes have them.
SIZES = {"echo": (260, 190), "create_order": (560, 530), "kb10": (240, 10_500), "kb200": (240, 206_300)}


def packed(*words: Any) -> bytes:
    """A command."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def server(port: int) -> None:
    """Serves until it is stopped."""
    connection = redis.Redis("127.0.0.1", port)
    replies = {load.encode(): b"y" * size for load, (_, size) in SIZES.items()}
    while True:
        _, message = connection.blpop(["floor"])
        load, _, reply_to = message.partition(b"|")
        connection.rpush(reply_to.rstrip(b"x"), replies[load])


def client(port: int) -> None:
    """Two commands, two round trips."""
    connection = redis.Redis("127.0.0.1", port)

    def call(load: str) -> Any:
        request, size = SIZES[load]
        message = f"{load}|floor.reply".encode().ljust(request, b"x")

        def one() -> None:
            connection.rpush("floor", message)
            assert len(connection.blpop(["floor.reply"])[1]) == size

        return one

    driver.blocking({load: call(load) for load in SIZES})


class Raw:
    """A socket that speaks RESP."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = hiredis.Reader()

    def exchange(self, commands: bytes, count: int) -> Any:
        """Writes, and returns the last of the replies."""
        self._socket.sendall(commands)
        reply = None
        for _ in range(count):
            while (reply := self._reader.gets()) is False:
                self._reader.feed(self._socket.recv(65536))
        return reply


def raw_server(port: int) -> None:
    """Serves until it is stopped: the reply and the next wait leave together."""
    raw = Raw(port)
    wait = packed("BLPOP", "raw", 0)
    answers = {load.encode(): packed("RPUSH", "raw.reply", b"y" * size) + wait for load, (_, size) in SIZES.items()}
    _, message = raw.exchange(wait, 1)
    while True:
        _, message = raw.exchange(answers[message.partition(b"|")[0]], 2)


def raw_client(port: int) -> None:
    """The request and the wait for its reply leave together."""
    raw = Raw(port)

    def call(load: str) -> Any:
        request, size = SIZES[load]
        commands = packed("RPUSH", "raw", f"{load}|".encode().ljust(request, b"x")) + packed("BLPOP", "raw.reply", 0)

        def one() -> None:
            assert len(raw.exchange(commands, 2)[1]) == size

        return one

    driver.blocking({load: call(load) for load in SIZES})


if __name__ == "__main__":
    sides = {"server": server, "client": client, "raw_server": raw_server, "raw_client": raw_client}
    sides[sys.argv[1]](int(sys.argv[2]))
