"""The scripts that run inside Redis. Each is small, says in its head what it decides, and is sent by its digest.

A script whose digest Redis does not know (it was restarted, or its scripts were flushed) is sent as a whole, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soagen_runtime.transport.redis.link import Link
from soagen_runtime.transport.redis.resp import is_missing_script, pack

Word = bytes | str | float


class Script:
    """One file with Lua in it."""

    def __init__(self, name: str, keys: int) -> None:
        self._source = Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
        self._digest = hashlib.sha1(self._source.encode(), usedforsecurity=False).hexdigest()
        self._keys = keys

    def packed(self, words: Sequence[Word], *, whole: bool = False) -> bytes:
        """The command that runs it; ``words`` are its keys, then its arguments."""
        return pack(*self._command(whole), *words)

    def head(self, *keys: Word, arguments: int, whole: bool = False) -> bytes:
        """The beginning of the command that runs it, which is the same for all calls on these keys: ``arguments`` words
        are still to follow.
        """
        return pack(*self._command(whole), *keys, more=arguments)

    def _command(self, whole: bool) -> tuple[Word, ...]:
        return ("EVAL", self._source, self._keys) if whole else ("EVALSHA", self._digest, self._keys)

    async def call(self, link: Link, calls: Sequence[Sequence[Word]]) -> list[Any]:
        """Runs it once for each of ``calls``, in one write. Errors of Redis are among the replies. Raises
        `ConnectionFailed`.
        """
        replies = await link.exchange(b"".join([self.packed(words) for words in calls]), len(calls))
        missed = [index for index, reply in enumerate(replies) if is_missing_script(reply)]
        if missed:
            again = await link.exchange(b"".join([self.packed(calls[i], whole=True) for i in missed]), len(missed))
            for index, reply in zip(missed, again, strict=True):
                replies[index] = reply
        return replies


PUSH = Script("push", keys=4)
BEAT = Script("beat", keys=4)
BURY = Script("bury", keys=2)
BURY_PROCESS = Script("bury_process", keys=2)
RESOLVE = Script("resolve", keys=5)
PUBLISH = Script("publish", keys=2)
