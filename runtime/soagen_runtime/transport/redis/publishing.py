"""Which contracts the workers of a service serve, right now: said by each worker process, read by `soagen check`.

Rules:

- A process says what it serves before it registers as a worker, and again with each heartbeat. So every worker that is
  registered has said it, and what a dead one said is over soon; nobody has to take it back.
- The contract lies in Redis once, under its digest, however many serve it, for as long as somebody does.
- A Redis that refuses to keep it (an ACL, perhaps) keeps nobody from serving: that worker counts as one that says
  nothing, and whoever reads is told so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from soagen_runtime.action import Service
from soagen_runtime.core.published import Publication, publication_of
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConnectionFailed, TransportError
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.link import BlockingLink, Link, accepted
from soagen_runtime.transport.redis.masters import Master, masters_of
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.transport.redis.scripts import PUBLISH
from soagen_runtime.wire import keys

HOLDS: Final = 60.0
"""Seconds for which holds what a process said; far longer than its lease, which decides whether it lives."""

log = logging.getLogger("soagen.server")


class Publisher:
    """Says what one worker process serves."""

    def __init__(self, service: Service[Any], process: str) -> None:
        self._service = service
        self._process = process
        self._refused = False

    async def publish(self, link: Link) -> None:
        """Says it to one Redis. Raises `ConnectionFailed`."""
        publication = publication_of(self._service)
        if publication is None or self._refused:
            return
        try:
            (held,) = accepted(await PUBLISH.call(link, [self._words(publication, "")]))
            if not held:
                accepted(await PUBLISH.call(link, [self._words(publication, publication.text)]))
        except ConnectionFailed:
            raise
        except TransportError as error:
            self._refused = True
            log.warning("%s: nobody can ask which contract is served here: %s", self._service.name, error)

    def _words(self, publication: Publication, text: str) -> Sequence[Any]:
        """The keys and arguments of the script."""
        name = self._service.name
        member = f"{self._process}:{publication.digest}"
        return (keys.serves(name), keys.contract(name, publication.digest), member, int(HOLDS * 1000), text)


@dataclass(frozen=True, slots=True)
class Running:
    """The workers of a service that live: how many processes serve which contract, and how many don't say.

    ``seen`` is how many seconds ago any of its workers was last heard of; None if none was, within the hour.
    """

    contracts: tuple[tuple[Publication, int], ...] = ()
    silent: int = 0
    seen: float | None = None


@dataclass(slots=True)
class _Found:
    """What is found of a service, Redis by Redis: the digest of what a process serves, None where it does not say."""

    processes: dict[str, str | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    seen: float | None = None


def running(url: str, services: Sequence[str]) -> Mapping[str, Running]:
    """What runs of some services at the Redis of a URL, or at several. Blocks.

    Raises `ConfigurationError` for the URL, `TransportError` for a Redis that can't be reached, or refuses.
    """
    found = {service: _Found() for service in services}
    for master in masters_of(url):
        run_blocking(_look(master, found))
    return {service: _told(each) for service, each in found.items()}


async def _look(master: Master, found: Mapping[str, _Found]) -> None:
    link = BlockingLink(master)
    try:
        clock = Clock()
        before = time.monotonic()
        (moment,) = accepted(await link.exchange(pack("TIME"), 1))
        clock.heard(moment, before)
        now = clock.now() * 1000
        for service, each in found.items():
            await _ask(link, service, each, now)
    finally:
        await link.close()


async def _ask(link: Link, service: str, found: _Found, now: float) -> None:
    """``now`` is in milliseconds on the clock of that Redis."""
    request = pack("ZRANGEBYSCORE", keys.workers(service), f"({now:.0f}", "+inf")
    request += pack("ZRANGEBYSCORE", keys.serves(service), f"({now:.0f}", "+inf")
    request += pack("GET", keys.seen(service))
    workers, said, seen = accepted(await link.exchange(request, 3))
    if seen is not None:
        ago = max(0.0, (now - float(seen)) / 1000)
        found.seen = ago if found.seen is None else min(ago, found.seen)
    serving = dict(_words(entry, ":") for entry in said)
    for worker in workers:
        process, _ = _words(worker, ".")
        found.processes[process] = found.processes.get(process) or serving.get(process)
    for digest in {each for each in found.processes.values() if each is not None} - found.texts.keys():
        (text,) = accepted(await link.exchange(pack("GET", keys.contract(service, digest)), 1))
        if text is not None:
            found.texts[digest] = text.decode("utf-8", "replace")


def _words(entry: bytes, separator: str) -> tuple[str, str]:
    first, _, rest = entry.decode("utf-8", "replace").partition(separator)
    return first, rest


def _told(found: _Found) -> Running:
    publications: dict[str, Publication] = {}
    for digest, text in found.texts.items():
        try:
            publications[digest] = Publication.read(text)
        except ValueError:
            continue  # of a later soagen: as good as nothing
    digests = [digest for digest in found.processes.values() if digest in publications]
    counted = [(publications[digest], digests.count(digest)) for digest in sorted(set(digests))]
    return Running(tuple(counted), len(found.processes) - len(digests), found.seen)
