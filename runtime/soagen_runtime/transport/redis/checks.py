"""Whether a Redis will do, asked once when a server starts, and said in one clear sentence.

It needs version 6.2 (``LMOVE`` and ``BLMOVE``), has to be a master, and must not evict what it holds: a request that
is thrown away to make room is a call that never ends. What may not be asked (``CONFIG`` is often forbidden) is taken
to be well.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any, Final

import redis

from soagen_runtime.errors import ConfigurationError, TransportError
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.link import Link
from soagen_runtime.transport.redis.resp import pack

OLDEST: Final = (6, 2)

log = logging.getLogger("soagen.server")

_REQUEST = (
    pack("TIME") + pack("INFO", "server") + pack("INFO", "replication") + pack("CONFIG", "GET", "maxmemory-policy")
)


async def check_redis(link: Link, clock: Clock) -> None:
    """Asks. Raises `ConfigurationError` for a Redis that will not do, `TransportError` for one that cannot be asked."""
    before = time.monotonic()
    moment, server, replication, policy = await link.exchange(_REQUEST, 4)
    if isinstance(moment, redis.ResponseError):
        raise TransportError(f"Redis does not tell the time: {moment}") from moment
    clock.heard(moment, before)
    problem = problem_of(_fields(server), _fields(replication), _policy(policy))
    if problem is not None:
        raise ConfigurationError(problem)


def problem_of(server: dict[str, str], replication: dict[str, str], policy: str | None) -> str | None:
    """What is wrong with a Redis, from its ``INFO`` and its eviction policy; None if nothing is."""
    version = server.get("redis_version", "")
    numbers = tuple(int(part) for part in re.findall(r"[0-9]+", version)[:2])
    if numbers and numbers < OLDEST:
        return (
            f"this Redis is version {version}, and soagen needs {OLDEST[0]}.{OLDEST[1]} or newer"
            " (it moves requests with LMOVE)"
        )
    if replication.get("role", "master") != "master":
        return f"this Redis is a {replication['role']}, and requests can only be taken from a master"
    if policy is not None and policy != "noeviction":
        return (
            f"this Redis may throw requests away when its memory is full (maxmemory-policy {policy});"
            " set it to noeviction, or use a Redis of its own"
        )
    return None


def _fields(info: Any) -> dict[str, str]:
    if not isinstance(info, bytes):
        return {}
    lines = (line.partition(":") for line in info.decode("utf-8", "replace").splitlines() if ":" in line)
    return {name: value for name, _, value in lines}


def _policy(reply: Any) -> str | None:
    if isinstance(reply, list) and len(reply) == 2 and isinstance(reply[1], bytes):
        return reply[1].decode()
    log.debug("the eviction policy could not be asked: %s", reply)
    return None
