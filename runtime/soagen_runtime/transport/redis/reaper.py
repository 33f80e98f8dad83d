"""Sees to the requests of workers that are gone (``docs/delivery.md``, "Reaping").

Nobody holds a lock. First a worker is buried: from then on it can renew nothing and takes nothing more. Then what its
slots hold is judged, and the judgement carried out by a script that checks that the worker is buried and the entry the
one that was judged; so of several who see to the same worker the first decides. The buried are looked at for another
minute: a take of theirs may have been under way, and who buried them may have died before it was done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from soagen_runtime.core.verdict import REPLY_LIFETIME, Answer, Drop, PutBack, Redelivery, Verdict
from soagen_runtime.transport.redis.clock import Clock
from soagen_runtime.transport.redis.lease import TOMB, slots_of
from soagen_runtime.transport.redis.link import Link, accepted
from soagen_runtime.transport.redis.resp import pack
from soagen_runtime.transport.redis.scripts import BURY, BURY_PROCESS, RESOLVE
from soagen_runtime.transport.redis.seat import bury
from soagen_runtime.transport.redis.settling import DEAD_LENGTH
from soagen_runtime.wire import keys

_ASKED_AT_ONCE = 300  # slots that are asked at once what they hold
_AT_ONCE = 32  # requests that are judged, and seen to, together
LIST_LIFETIME = 70  # seconds that a list lives at least after a request was put back into it

log = logging.getLogger("soagen.server")


class Reaper:
    """Reaps at one Redis. ``elsewhere`` gives the link to the Redis of a reply list, or None if that is this one."""

    def __init__(
        self,
        service: str,
        redelivery: Redelivery,
        link: Link,
        clock: Clock,
        elsewhere: Callable[[str], Link | None],
    ) -> None:
        self._service = service
        self._redelivery = redelivery
        self._link = link
        self._clock = clock
        self._elsewhere = elsewhere

    async def reap(self, expired: Sequence[bytes], tombs: Sequence[bytes]) -> None:
        """Buries those whose lease is over, and looks at them and at all who were buried. Raises `TransportError`."""
        if expired:
            calls = [bury(self._service, member.decode("utf-8", "replace"), surely=False) for member in expired]
            accepted(await BURY.call(self._link, calls))
        await self.look(dict.fromkeys(member.decode("utf-8", "replace") for member in (*expired, *tombs)))

    async def bury_process(self, name: str) -> int:
        """Buries the workers of a process that is known to be dead, and sees to what they held: how many requests that
        were. To be called again a little later, since Redis may not have noticed the death yet. Raises
        `TransportError`.
        """
        words = (keys.workers(self._service), keys.tombs(self._service), f"{name}.", int(TOMB * 1000))
        (members,) = accepted(await BURY_PROCESS.call(self._link, [words]))
        return await self.look(dict.fromkeys(member.decode("utf-8", "replace") for member in members))

    async def look(self, members: Iterable[str]) -> int:
        """Sees to what the slots of the buried hold: how many requests that were. Raises `TransportError`."""
        slots = {member: found for member in members if (found := slots_of(self._service, member))}
        if not slots:
            return 0
        held = await self._held(slots)
        if not held:
            return 0
        entries = accepted(
            await self._link.exchange(b"".join([pack("LINDEX", slot, 0) for _, slot in held]), len(held))
        )
        full = [(m, slot, entry) for (m, slot), entry in zip(held, entries, strict=True) if entry is not None]
        return sum([await self._resolve(full[at : at + _AT_ONCE]) for at in range(0, len(full), _AT_ONCE)])

    async def _held(self, slots: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """The workers, and those of their slots, that may hold something."""
        if sum(map(len, slots.values())) > _ASKED_AT_ONCE:  # most of many are empty
            counts = await self._link.exchange(b"".join([pack("EXISTS", *s) for s in slots.values()]), len(slots))
            slots = {member: s for (member, s), count in zip(slots.items(), accepted(counts), strict=True) if count}
        return [(member, slot) for member, found in slots.items() for slot in found]

    async def _resolve(self, held: Sequence[tuple[str, str, bytes]]) -> int:
        """Judges requests, and has the judgements carried out in one write: a worker may have held many, and all their
        callers wait.
        """
        verdicts = [await self._judge(entry) for _, _, entry in held]
        calls = [
            _words(self._service, member, slot, entry, verdict)
            for (member, slot, entry), verdict in zip(held, verdicts, strict=True)
        ]
        resolved = accepted(await RESOLVE.call(self._link, calls))
        for (member, _, _), verdict, done in zip(held, verdicts, resolved, strict=True):
            if done:
                log.warning("%s: worker %s was lost with a request: %s", self._service, member, _said(verdict))
        return sum(resolved)

    async def _judge(self, entry: bytes) -> Verdict:
        """What becomes of a request. An answer to another Redis is given here, and nothing of it is left to do."""
        verdict = self._redelivery.judge(entry, self._clock.now())
        if isinstance(verdict, Answer) and (link := self._elsewhere(verdict.reply_to)) is not None:
            replies = keys.reply_list(verdict.reply_to)
            request = pack("RPUSH", replies, verdict.message) + pack("EXPIRE", replies, int(REPLY_LIFETIME))
            accepted(await link.exchange(request, 2))
            return Drop(verdict.reason, verdict.about)
        return verdict


def _words(service: str, member: str, slot: str, entry: bytes, verdict: Verdict) -> Sequence[Any]:
    """The keys and arguments of the script that carries a verdict out."""
    reply_to, line = "", dict[str, Any]()
    match verdict:
        case PutBack(message):
            decision, lifetime = "back", LIST_LIFETIME
        case Answer(reply_to, message, reason, about):
            decision, lifetime = "answer", int(REPLY_LIFETIME)
            line = {"reason": reason, **about}
        case Drop(reason, about):
            decision, message, lifetime = "drop", b"", 0
            line = {"reason": reason, **about} if reason else {}
    if line:
        line |= {"bytes": len(entry), "worker": member}
    return (
        keys.workers(service),
        slot,
        keys.request_list(service),
        keys.reply_list(reply_to),
        keys.dead(service),
        member,
        entry,
        decision,
        message,
        lifetime,
        DEAD_LENGTH,
        *(word for pair in line.items() for word in pair),
    )


def _said(verdict: Verdict) -> str:
    match verdict:
        case PutBack():
            return "it is run again"
        case Answer():
            return "its caller was told"
        case Drop(reason):
            return f"dropped ({reason or 'expired'})"
