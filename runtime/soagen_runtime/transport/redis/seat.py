"""A worker's place at one Redis: it takes requests into its slots, and settles them (``docs/delivery.md``, "The way of
a request").

Written once for blocking and asyncio workers, over a `Link`. What differs is given: a blocking seat has one link, and
what it settles leaves in the write of its next take; an asyncio seat settles over a second link, since its first one
waits in a take.

After any error on a take nobody knows what was taken. Then the identity is left (see
`soagen_runtime.transport.redis.lease`): what its slots hold beyond what is running goes back to the list, at once and
until nothing can arrive any more, and the seat goes on under a new identity. Settles are sent again until they are
acknowledged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from soagen_runtime.core.transport import Outcome, Reply, Taken
from soagen_runtime.errors import ConnectionFailed, TransportError
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.lease import TOMB, Identity
from soagen_runtime.transport.redis.link import Link, accepted
from soagen_runtime.transport.redis.origin import ASK_PAST, origin_of
from soagen_runtime.transport.redis.publishing import Publisher
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.transport.redis.scripts import BEAT, BURY
from soagen_runtime.transport.redis.settling import Settle, SlotCommands, in_one, results
from soagen_runtime.wire import keys

PAUSE = 0.1  # seconds before a settle is sent again

log = logging.getLogger("soagen.server")


class Seat:
    """One place. ``elsewhere`` gives the link to the Redis of a reply list, or None if that is this one."""

    def __init__(
        self,
        service: str,
        name: str,
        slots: int,
        *,
        link: Link,
        settle_link: Link | None,
        elsewhere: Callable[[str], Link | None],
        pause: Callable[[float], Awaitable[None]],
        clock: Clock,
        lease: float,
        publisher: Publisher | None,
    ) -> None:
        self.service = service
        self.identities: list[Identity] = []
        """All that are registered: the present one, and those that were left and are not buried yet."""
        self._name = name
        self._slots = slots
        self._link = link
        self._settle_link = settle_link
        self._elsewhere = elsewhere
        self._pause = pause
        self._clock = clock
        self._lease = lease
        self._publisher = publisher
        self._incarnation = 0
        self._breadth = 1
        self._pending: list[Settle] = []  # what is to be settled, and not acknowledged
        self._delivering = False
        self._commands: WeakKeyDictionary[Identity, list[SlotCommands]] = WeakKeyDictionary()
        self._lock = threading.Lock()  # the heartbeat's thread sweeps while this one takes

    # --- who we are

    async def _present(self) -> Identity:
        """The identity to take under. Raises `TransportError`."""
        now = time.monotonic()
        for identity in self.identities:
            if identity.may_start(now):
                return identity
            self._abandon(identity)
        await self.sweep(self._link)
        return await self._register()

    async def _register(self) -> Identity:
        self._incarnation += 1
        name = f"{self._name}.{self._incarnation}"
        identity = Identity(f"{name}:{self._slots}", [keys.slot(self.service, name, i) for i in range(self._slots)])
        if self._publisher is not None:  # first: who is registered has said what it serves
            await self._publisher.publish(self._link)
        identity.master = origin_of(await self._link.exchange(ASK_PAST, 3))
        asked_at = time.monotonic()
        (reply,) = accepted(await BEAT.call(self._link, [self.beat(identity, "join")]))
        identity.renewed(asked_at, self._lease)
        self._clock.heard(reply, asked_at)
        self._commands[identity] = [SlotCommands(self.service, slot) for slot in identity.slots]
        with self._lock:
            self.identities = [*self.identities, identity]
        return identity

    def beat(self, identity: Identity | None, purpose: str, late: bool = False) -> Sequence[Any]:
        """The keys and arguments of a heartbeat."""
        return beat(self.service, identity.member if identity else "", purpose, self._lease, late)

    def _abandon(self, identity: Identity) -> None:
        if identity.left_at is None:
            identity.left_at = time.monotonic()

    async def sweep(self, link: Link) -> None:
        """Puts back what arrived in identities that were left, and is not running; buries those that are over."""
        now = time.monotonic()
        for identity in [i for i in self.identities if i.left_at is not None]:
            # Also where the lease is lost: by a Redis that was emptied, perhaps, and then nobody else looks there.
            moves = [self._commands[identity][index].put_back for index in identity.idle()]
            await link.exchange(b"".join(moves), len(moves))
            if identity.is_over(now):
                await BURY.call(link, [bury(self.service, identity.member)])
                with self._lock:
                    self.identities = [i for i in self.identities if i is not identity]

    # --- the way of a request

    async def take(self, room: int, wait: float) -> list[Taken]:
        """See `soagen_runtime.core.transport.Seat`."""
        identity = await self._present()
        block = identity.block(time.monotonic(), wait)
        indexes = [identity.free.popleft() for _ in range(min(room, self._breadth, len(identity.free)))]
        if not indexes:  # more is on its way to Redis than was acknowledged yet
            await self._pause(PAUSE / 10)
            return []
        settles = list(self._pending) if self._settle_link is None else []
        commands = self._commands[identity]
        settling, count = in_one(settles)
        request = [settling, commands[indexes[0]].wait(block)]
        request += [commands[index].take for index in indexes[1:]]
        try:
            replies = await self._link.exchange(b"".join(request), count + len(indexes))
            if settles:
                self._acknowledge(settles, replies[count - 1])
            entries = accepted(replies[-len(indexes) :])
        except BaseException:
            self._abandon(identity)
            raise
        return self._taken(identity, indexes, entries)

    def _taken(self, identity: Identity, indexes: Sequence[int], entries: Sequence[bytes | None]) -> list[Taken]:
        """What came into which slot, if it may still be started; else it goes back."""
        if not identity.may_start(time.monotonic()):
            log.warning("%s: held up beyond the lease; what was taken goes back", self.service)
            self._abandon(identity)
            return []
        taken = []
        for index, entry in zip(indexes, entries, strict=True):
            if entry is None:
                identity.free.appendleft(index)
            else:
                identity.running.add(index)
                taken.append(Taken(entry, (identity, index), identity.master))
        self._breadth = len(taken) + len(taken) // 2 + 1
        return taken

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        identity, index = taken.ticket
        if isinstance(outcome, Reply) and (link := self._elsewhere(outcome.reply_to)) is not None:
            await self._settle_elsewhere(link, identity, index, outcome)
            return
        written = self._commands[identity][index].settle(identity, index, outcome, len(taken.data))
        self._pending.append(written)
        if self._settle_link is not None:
            await self._deliver(self._settle_link)

    async def _deliver(self, link: Link) -> None:
        """Sends what is to be settled until Redis has taken note of it all. What ends while a write is under way is
        left for the next: whoever began goes on until nothing is left.
        """
        if self._delivering:
            return
        self._delivering = True
        try:
            await self._pause(0)  # what else ends in this turn of the loop goes along
            while settles := list(self._pending):
                try:
                    replies = await link.exchange(*in_one(settles))
                    self._acknowledge(settles, replies[-1])
                except TransportError as error:
                    log.warning("%s: replies could not be delivered yet: %s", self.service, error)
                    await self._pause(PAUSE)
        finally:
            self._delivering = False

    def _acknowledge(self, settles: Sequence[Settle], reply: Any) -> None:
        """Takes note of the first settles, which went out. Raises `TransportError` if Redis refused them, and keeps
        them.
        """
        taken = results(settles, reply)
        self._pending = self._pending[len(settles) :]
        for written, delivered in zip(settles, taken, strict=True):
            written.identity.release(written.slot)
            if not delivered:
                log.warning("%s: a reply came too late: another worker had answered", self.service)

    async def _settle_elsewhere(self, link: Link, identity: Identity, index: int, outcome: Reply) -> None:
        """Delivers a reply to another Redis than the request's: without a transaction, and once, so that a connection
        that is lost at this moment may cost the reply (``docs/delivery.md``, "Several masters").
        """
        own = self._settle_link or self._link
        slot = identity.slots[index]
        try:
            (held,) = accepted(await own.exchange(pack("EXISTS", slot), 1))
            if held:
                replies = keys.reply_list(outcome.reply_to)
                accepted(
                    await link.exchange(pack("RPUSH", replies, *outcome.messages) + pack("EXPIRE", replies, 60), 2)
                )
        except TransportError as error:
            log.error("%s: a reply to another Redis may not have arrived: %s", self.service, error)
        self._pending.append(Settle(identity, index, pack("DEL", slot), 1))
        await self._deliver(own)

    async def put_back(self, taken: Taken) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        identity, index = taken.ticket
        self._pending.append(Settle(identity, index, self._commands[identity][index].put_back, 1))
        await self._deliver(self._settle_link or self._link)

    async def leave(self) -> None:
        """See `soagen_runtime.core.transport.Seat`."""
        for identity in self.identities:
            self._abandon(identity)
        try:
            if settles := list(self._pending):
                replies = await self._link.exchange(*in_one(settles))
                self._acknowledge(settles, replies[-1])
            for identity in self.identities:
                identity.left_at = float("-inf")
            await self.sweep(self._link)
        except ConnectionFailed as error:
            log.warning("%s: left without a word: %s", self.service, error)


def beat(service: str, member: str, purpose: str, lease: float, late: bool = False) -> Sequence[Any]:
    """The keys and arguments of a heartbeat; ``member`` is empty for one who only watches."""
    return (
        keys.workers(service),
        keys.tombs(service),
        keys.grace(service),
        keys.seen(service),
        member,
        purpose,
        int(lease * 1000),
        int(late),
        int(TOMB * 1000),
    )


def bury(service: str, member: str, *, surely: bool = True) -> Sequence[Any]:
    """The keys and arguments of a burial; ``surely`` if the worker is known to be dead, whatever its lease."""
    return (keys.workers(service), keys.tombs(service), member, int(surely), int(TOMB * 1000))
