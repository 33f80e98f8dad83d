"""From the messages in a list of replies to replies: reading them, and joining those that were cut."""

from __future__ import annotations

from collections.abc import Iterable

from soagen_runtime.errors import ReplyInvalid
from soagen_runtime.wire import Assembler, InvalidMessage, Piece, ReplyMessage, decode_reply


class ReplyReader:
    """Reads one list of replies, message by message."""

    def __init__(self) -> None:
        self._assembler = Assembler()

    @property
    def is_midway(self) -> bool:
        """Whether a reply has begun and not ended. A list whose caller gave up then should not be read any further."""
        return not self._assembler.idle

    def read(self, message: bytes) -> list[ReplyMessage | InvalidMessage]:
        """The replies that this message completes, and what is none; often one, none for a piece. Raises nothing."""
        try:
            reply = decode_reply(message)
        except InvalidMessage as invalid:
            return [invalid]
        return self._assembler.add(reply) if isinstance(reply, Piece) else [reply]


def is_for(request_id: int, reply: ReplyMessage | InvalidMessage) -> bool:
    """Whether a reply is, or may be, that of a request: a broken one may not even say whose it is."""
    return reply.request_id == request_id or (isinstance(reply, InvalidMessage) and reply.request_id is None)


def checked(reply: ReplyMessage | InvalidMessage) -> ReplyMessage:
    """The reply. Raises `ReplyInvalid` for what is none."""
    if isinstance(reply, InvalidMessage):
        raise ReplyInvalid(f"the reply is broken: {reply}") from reply
    return reply


def join(messages: Iterable[bytes]) -> ReplyMessage:
    """The one reply in all its messages. Raises `ReplyInvalid`."""
    reader = ReplyReader()
    replies = [reply for message in messages for reply in reader.read(message)]
    if not replies:
        raise ReplyInvalid("the reply is broken: pieces of it are missing")
    return checked(replies[-1])
