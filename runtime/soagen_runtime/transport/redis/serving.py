"""The serving end of a worker process, blocking or asyncio: its seats, and the heartbeat that keeps them alive.

The heartbeat is blocking in both, and is called from a thread of its own: a handler that holds up the event loop holds
up no heartbeat, and a process that is stopped as a whole has none. With several masters there is a seat at each, and
takes go round.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from soagen_runtime.action import Service
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.core.transport import Outcome, Taken
from soagen_runtime.core.verdict import Redelivery
from soagen_runtime.transport.redis.async_link import AsyncLink
from soagen_runtime.transport.redis.checks import check_redis
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.lease import LEASE, Identity
from soagen_runtime.transport.redis.link import BlockingLink, Link, accepted
from soagen_runtime.transport.redis.masters import Master
from soagen_runtime.transport.redis.publishing import Publisher
from soagen_runtime.transport.redis.reaper import Reaper
from soagen_runtime.transport.redis.scripts import BEAT
from soagen_runtime.transport.redis.seat import Seat, beat
from soagen_runtime.wire import keys

TURN = 0.05  # seconds that a worker waits at one of several masters before it looks at the next


async def _sleep_blocking(seconds: float) -> None:
    time.sleep(seconds)


class _Heart:
    """Beats at one master for all seats of the process there."""

    def __init__(self, master: Master) -> None:
        self.seats: list[Seat] = []
        self.link = BlockingLink(master)
        self.clock = Clock()
        self.reaper: Reaper | None = None
        self.publisher: Publisher | None = None
        self._last = time.monotonic()

    def begin(self) -> None:
        """Takes note that beating begins: what came before was no outage."""
        self._last = time.monotonic()

    async def beat(self, service: str, lease: float) -> None:
        """Renews what is held here, and sees to the dead."""
        asked_at = time.monotonic()
        late = asked_at - self._last > lease
        held = [(seat, identity) for seat in self.seats for identity in seat.identities if not identity.lost]
        calls = [seat.beat(identity, "renew", late) for seat, identity in held]
        replies = accepted(await BEAT.call(self.link, calls or [beat(service, "", "watch", lease, late)]))
        self._last = asked_at
        self.clock.heard(replies[0], asked_at)
        for (_, identity), reply in zip(held, replies, strict=False):
            self._renew(identity, bool(reply[2]), asked_at, lease)
        for seat in self.seats:
            await seat.sweep(self.link)
        if self.seats and self.publisher is not None:
            await self.publisher.publish(self.link)
        expired = {member for reply in replies for member in reply[3]}
        tombs = {member for reply in replies for member in reply[4]}
        if self.reaper is not None:
            await self.reaper.reap(sorted(expired), sorted(tombs))

    def _renew(self, identity: Identity, held: bool, asked_at: float, lease: float) -> None:
        if held:
            identity.renewed(asked_at, lease)
        else:
            identity.lost = True


class ServerEnd:
    """What both kinds share."""

    def __init__(self, masters: Sequence[Master], *, lease: float = LEASE) -> None:
        self._masters = masters
        self._lease = lease
        self._service = ""
        self._name = ""
        self._hearts = [_Heart(master) for master in masters]

    async def start(self, service: Service[Any], *, request_bytes: int, name: str | None = None) -> None:
        """See `soagen_runtime.core.transport.ServerTransport`."""
        self._service = service.name
        self._name = name or secrets.token_hex(8)
        redelivery = Redelivery(service, request_bytes)
        publisher = Publisher(service, self._name)
        for heart in self._hearts:
            await check_redis(heart.link, heart.clock)
            heart.begin()
            heart.publisher = publisher
            heart.reaper = Reaper(
                service.name,
                redelivery,
                heart.link,
                heart.clock,
                self._elsewhere(heart.link, [h.link for h in self._hearts]),
            )

    def now(self) -> float:
        """The broker's time."""
        return self._hearts[0].clock.now()

    @property
    def beat_every(self) -> float:
        """Seconds between two heartbeats."""
        return self._lease / 5

    def beat(self) -> None:
        """See `soagen_runtime.core.transport.ServerTransport`."""
        for heart in self._hearts:
            run_blocking(heart.beat(self._service, self._lease))

    def bury_process(self, name: str) -> int:
        """Sees to the requests of a worker process that is known to be dead. Blocks. Raises `TransportError`."""
        return sum(run_blocking(heart.reaper.bury_process(name)) for heart in self._hearts if heart.reaper is not None)

    def forget(self) -> None:
        """Lets go of connections that another process uses, after a fork."""
        for heart in self._hearts:
            heart.link.drop()

    def _elsewhere(self, own: Link, links: Sequence[Link]) -> Callable[[str], Link | None]:
        def find(reply_to: str) -> Link | None:
            holder = links[keys.master_of_reply_list(keys.reply_list(reply_to), len(links))]
            return None if holder is own else holder

        return find

    def _new_seat(
        self,
        number: int,
        slots: int,
        links: Sequence[Link],
        settle_links: Sequence[Link | None],
        pause: Callable[[float], Awaitable[None]],
    ) -> Round | Seat:
        """A seat at each master."""
        delivering = [settle or link for link, settle in zip(links, settle_links, strict=True)]
        seats = []
        for index, heart in enumerate(self._hearts):
            seat = Seat(
                self._service,
                f"{self._name}.{number}",
                slots,
                link=links[index],
                settle_link=settle_links[index],
                elsewhere=self._elsewhere(delivering[index], delivering),
                pause=pause,
                clock=heart.clock,
                lease=self._lease,
                publisher=heart.publisher,
            )
            heart.seats.append(seat)
            seats.append(seat)
        return seats[0] if len(seats) == 1 else Round(seats)

    async def close(self) -> None:
        """Frees what the heartbeat holds; a seat's connections are freed by its `leave`."""
        for heart in self._hearts:
            await heart.link.close()


class BlockingServerEnd(ServerEnd):
    """For a blocking worker: one seat for each of its threads."""

    def __init__(self, masters: Sequence[Master], *, lease: float = LEASE) -> None:
        super().__init__(masters, lease=lease)
        self._links: list[BlockingLink] = []

    def seat(self, slots: int) -> Round | Seat:
        """A place for one thread. It has a slot more than it runs requests: what is settled leaves with the take of
        the next.
        """
        links = [BlockingLink(master) for master in self._masters]
        self._links += links
        settle_links: list[Link | None] = [None] if len(links) == 1 else list(links)
        return self._new_seat(len(self._links), slots + 1, links, settle_links, _sleep_blocking)

    async def close(self) -> None:
        """Frees everything."""
        await super().close()
        for link in self._links:
            await link.close()


class AsyncServerEnd(ServerEnd):
    """For an asyncio worker: one seat, in which one task takes."""

    def __init__(self, masters: Sequence[Master], *, lease: float = LEASE) -> None:
        super().__init__(masters, lease=lease)
        self._links: list[AsyncLink] = []

    def seat(self, slots: int) -> Round | Seat:
        """A place for one event loop. It has twice as many slots as it runs requests: those whose settle is under way
        are not free yet.
        """
        links = [AsyncLink(master) for master in self._masters]
        settle_links = [AsyncLink(master) for master in self._masters]
        self._links += [*links, *settle_links]
        return self._new_seat(len(self._links), 2 * slots, links, settle_links, asyncio.sleep)

    async def close(self) -> None:
        """Frees everything."""
        await super().close()
        for link in self._links:
            await link.close()


class Round:
    """Seats at several masters, taken from in turn."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._seats = seats
        self._turn = 0

    async def take(self, room: int, wait: float) -> Sequence[Taken]:
        """See `soagen_runtime.core.transport.Seat`."""
        for _ in range(max(len(self._seats), int(wait / TURN))):
            seat = self._seats[self._turn]
            self._turn = (self._turn + 1) % len(self._seats)
            taken = await seat.take(room, TURN)
            if taken:
                return [Taken(one.data, (seat, one), one.master) for one in taken]
        return []

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        seat, own = taken.ticket
        await seat.settle(own, outcome)

    async def put_back(self, taken: Taken) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        seat, own = taken.ticket
        await seat.put_back(own)

    async def leave(self) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        for seat in self._seats:
            await seat.leave()
