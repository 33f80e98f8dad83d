"""Who is measured: how each is served and called, in which environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIDES = Path(__file__).parent / "sides"

OURS = sys.executable
PEERS = str(ROOT / ".venv-bench" / "bin" / "python")
PYSOA = str(ROOT / ".venv-bench-pysoa" / "bin" / "python")

ONE = "one"  # one caller, one call at a time
FLIGHT = "flight"  # many calls in flight, from one client process

ALL = ("echo", "create_order", "kb10", "kb200")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """``modes`` is which loads it takes in which mode. ``{port}`` in the commands is Redis', or the server's own."""

    name: str
    words: str
    server: tuple[str, ...]
    client: tuple[str, ...]
    modes: Mapping[str, tuple[str, ...]]
    in_flight: int = 64
    uses_redis: bool = True
    more_workers: tuple[str, ...] = field(default=())
    """What is added to the server's command for ``{workers}`` workers."""


def _soagen(server: str, database: int) -> tuple[str, ...]:
    # A database of its own: both kinds of server have the same service's name.
    command = ("-m", "soagen_runtime.server.cli", f"soagen_side:{server}", "--log-level", "error")
    return (OURS, *command, "--redis", f"redis://127.0.0.1:{{port}}/{database}")


def _side(python: str, side: str, role: str, port: str = "{port}") -> tuple[str, ...]:
    return (python, str(SIDES / f"{side}_side.py"), role, port)


WORKERS = ("--workers", "{workers}")

CONTESTANTS = (
    Contestant(
        name="soagen",
        words="soagen, blocking client and server",
        server=_soagen("Orders", 0),
        client=_side(OURS, "soagen", "client", "{port}/0"),
        modes={ONE: ALL},
        more_workers=WORKERS,
    ),
    Contestant(
        name="soagen aio",
        words="soagen, asyncio client and server",
        server=_soagen("AsyncOrders", 1),
        client=_side(OURS, "soagen", "async_client", "{port}/1"),
        modes={ONE: ("echo", "create_order"), FLIGHT: ALL},
        more_workers=WORKERS,
    ),
    Contestant(
        name="PySOA",
        words="PySOA 1.4.9 at its best (in flight: call_actions_parallel of 50)",
        server=_side(PYSOA, "pysoa", "server"),
        client=_side(PYSOA, "pysoa", "client"),
        modes={ONE: ALL, FLIGHT: ALL},
        in_flight=50,
    ),
    Contestant(
        name="grpc",
        words="grpcio, blocking stub and server",
        server=_side(PEERS, "grpc", "server"),
        client=_side(PEERS, "grpc", "client"),
        modes={ONE: ALL},
        uses_redis=False,
    ),
    Contestant(
        name="grpc aio",
        words="grpcio, asyncio stub and server",
        server=_side(PEERS, "grpc", "async_server"),
        client=_side(PEERS, "grpc", "async_client"),
        modes={ONE: ("echo", "create_order"), FLIGHT: ALL},
        uses_redis=False,
    ),
    Contestant(
        name="FastStream",
        words="FastStream over Redis lists, pydantic",
        server=_side(PEERS, "faststream", "server"),
        client=_side(PEERS, "faststream", "async_client"),
        modes={ONE: ("echo", "create_order"), FLIGHT: ("echo", "create_order")},
    ),
    Contestant(
        name="redis-py loop",
        words="floor: a bare loop over redis-py, as many bytes, nothing looked at",
        server=_side(PEERS, "floor", "server"),
        client=_side(PEERS, "floor", "client"),
        modes={ONE: ALL},
    ),
    Contestant(
        name="raw RESP",
        words="floor: the same over a plain socket, one write for both commands",
        server=_side(PEERS, "floor", "raw_server"),
        client=_side(PEERS, "floor", "raw_client"),
        modes={ONE: ALL},
    ),
)
