"""Every key that anything of soagen uses in Redis. Nobody else spells one.

Rules::

    Q = pysoa:service.S       the list of waiting requests of the service S, shared with PySOA peers
    T = {pysoa:service.S}     soagen's own keys of S begin with it; it hashes to Q's slot of a Redis Cluster
    pysoa:<reply_to>          the list of replies that a request asks for in ``meta.reply_to``

A service's name has no ``!``, and every reply list has one: PySOA tells the two kinds apart by it, and so do we. So an
address with a ``!`` can never be a list of requests. And since the prefix ``pysoa:`` stands before every address, none
can be a key of soagen's own that begins with ``{``.

See ``docs/wire.md``, section "Lists".
"""

from __future__ import annotations

import re
from binascii import crc32
from functools import lru_cache

_PREFIX = "pysoa:"

# The longest address that is believed; PySOA's are under 60 characters and a service's name.
_LONGEST_ADDRESS = 512


def request_list(service: str) -> str:
    """The list that requests to ``service`` wait in: ``pysoa:service.orders``."""
    return f"pysoa:service.{service}"


def reply_list(reply_to: str) -> str:
    """The list that the replies to a request go to, by the request's ``meta.reply_to``."""
    return _PREFIX + reply_to


def reply_address(service: str, client_id: str, channel: int) -> str:
    """The ``meta.reply_to`` of a soagen client: one list for each of its channels, in the service's slot.

    ``client_id`` is made of letters, digits, ``_`` and ``-``.
    """
    return f"{_tag(service)}.{client_id}!{channel}"


def is_reply_address(service: str, reply_to: object) -> bool:
    """Whether replies of ``service`` may be pushed to the list that ``reply_to`` names.

    Taken are three forms, each with exactly one ``!``, each naming this very service::

        {pysoa:service.orders}.<client>!<channel>    soagen
        service.orders.<client>!<thread>             PySOA: 32 hex digits, 12 or more (none in old versions)
        orders.<client>!<thread>                     tools and tests that speak to a server by hand

    The third is PySOA's form without its first word. No client library sends it; it is taken because it is as harmless
    as the others (the ``!`` keeps it from every list that is no reply list) and because tools for PySOA use it. Where
    client and thread are concerned PySOA promises no form, so that any word will do. Refused is all else: an address
    without ``!`` (a PySOA server would push there, into a request list too), one of another service, one with
    characters that could mean something to Redis Cluster or to a log.
    """
    return (
        isinstance(reply_to, str)
        and len(reply_to) <= _LONGEST_ADDRESS
        and _reply_address_pattern(service).fullmatch(reply_to) is not None
    )


@lru_cache(maxsize=1024)
def _reply_address_pattern(service: str) -> re.Pattern[str]:
    name = re.escape(service)
    return re.compile(rf"(?:\{{pysoa:service\.{name}\}}|service\.{name}|{name})\.[A-Za-z0-9_-]+![A-Za-z0-9_-]*")


def master_of_reply_list(key: str, masters: int) -> int:
    """Which of several masters (0 to ``masters`` - 1) holds the reply list ``key``: PySOA's choice, bit for bit.

    4096 points on a ring, cut into as many equal arcs as there are masters. Requests may go to any master.
    """
    return int((crc32(key.encode()) & 0xFFF) / (4096.0 / masters))


def slot(service: str, worker: str, index: int) -> str:
    """A list of at most one: the request that concurrency slot ``index`` of a worker runs."""
    return f"{_tag(service)}:sg:p:{worker}:{index}"


def workers(service: str) -> str:
    """The sorted set of workers, by the end of their lease in milliseconds of Redis' own clock."""
    return f"{_tag(service)}:sg:workers"


def tombs(service: str) -> str:
    """The sorted set of buried workers, which are looked at for a while longer."""
    return f"{_tag(service)}:sg:tombs"


def seen(service: str) -> str:
    """A string with a TTL: when a worker last said that it lives, in milliseconds of Redis' own clock."""
    return f"{_tag(service)}:sg:seen"


def head(service: str) -> str:
    """A string with a TTL: which request waits first, and since when, while no worker of soagen's is to be seen."""
    return f"{_tag(service)}:sg:head"


def grace(service: str) -> str:
    """A string with a TTL: while it is there, nobody is reaped."""
    return f"{_tag(service)}:sg:grace"


def dead(service: str) -> str:
    """The capped stream of what was dropped or given up: metadata, never bodies."""
    return f"{_tag(service)}:sg:dead"


def serves(service: str) -> str:
    """The sorted set of which worker process serves which contract (its digest), by when that has to be said again."""
    return f"{_tag(service)}:sg:serves"


def contract(service: str, digest: str) -> str:
    """A string with a TTL: the contract of that digest, as its servers publish it."""
    return f"{_tag(service)}:sg:contract:{digest}"


def inbox(service: str, client_id: str) -> str:
    """The list that a client moves its replies into, so that one in flight survives a cut connection."""
    return f"{_tag(service)}:sg:in:{client_id}"


def sent(service: str, client_id: str) -> str:
    """The number of the last request that a client's channel has put into the list: what it sends again is not put
    there again.
    """
    return f"{_tag(service)}:sg:out:{client_id}"


def _tag(service: str) -> str:
    return f"{{pysoa:service.{service}}}"
