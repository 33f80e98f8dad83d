"""Replies in pieces: cutting one, and putting pieces together again (``docs/wire.md``, section "Chunks").

A piece says that it is number i of n, and nothing about whose. PySOA servers push theirs one by one, so that those of
several replies to the same list interleave. Which piece 2 follows which piece 1? `Assembler` keeps every answer that is
possible: it is a set of *readings*, each of which says which pieces make up which reply so far.

- A piece goes to a reply that has all the pieces before it, and the same count. If several could take it, each reading
  becomes several.
- A reply that is complete in a reading but cannot be decoded refutes that reading. The true reading is never refuted.
- A reply that is complete, of the same pieces, in every reading that is left is therefore a true one: it is given out.
- When every reading has all its replies complete and still they differ, nothing that comes can tell them apart. Then
  all of these replies are lost: better an error than a reply that is put together from two.

Replies that do not interleave never make a second reading; nor do those of soagen servers, which push all pieces of a
reply at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from soagen_runtime.wire.envelope import InvalidMessage, Piece, ReplyMessage, decode_reply_payload
from soagen_runtime.wire.frame import Format

MINIMUM_CHUNK: Final = 102_400
"""No server cuts replies of fewer bytes than this."""

_MOST_READINGS = 64


def cut(format: Format, message: bytes, size: int) -> list[bytes]:
    """A reply in the messages to push in its place, all at once: itself alone if its envelope is at most ``size``
    bytes.

    ``format`` is the one that ``message`` was written in; it has to allow for chunks.
    """
    payload = message[len(format.preamble) :]
    if len(payload) <= size:
        return [message]
    count = -(-len(payload) // size)
    return [
        b"%bchunk-count:%d;chunk-id:%d;%b"
        % (format.preamble, count, index + 1, payload[index * size : (index + 1) * size])
        for index in range(count)
    ]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A reply that a reading holds complete, and whether its pieces make sense together."""

    outcome: ReplyMessage | InvalidMessage

    @property
    def sound(self) -> bool:
        return isinstance(self.outcome, ReplyMessage)


# Which pieces (by their number of arrival) make up which reply so far (by the number of its first piece).
_Reading = dict[int, tuple[int, ...]]


class Assembler:
    """Puts the pieces that arrive in one reply list together. Pure: it waits for nothing and forgets nothing by itself.

    A reply whose server died between two pieces stays open for good. Who gives up on such a call takes another reply
    list and another assembler (`idle` says whether that is needed): a piece that comes late then hurts nobody.
    """

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._arrived = 0
        self._pieces: dict[int, Piece] = {}
        self._readings: list[_Reading] = [{}]
        self._wholes: dict[tuple[int, ...], _Whole] = {}

    @property
    def idle(self) -> bool:
        """Whether no reply is begun."""
        return not self._pieces

    def add(self, piece: Piece) -> list[ReplyMessage | InvalidMessage]:
        """What the next piece brings to an end: replies, and errors for those that are lost.

        An error has the ``request_id`` if it can be read; without one it is about a piece that belongs to no reply.
        Raises nothing.
        """
        number = self._arrived = self._arrived + 1
        if piece.id > 1 and not any(self._takers(reading, piece) for reading in self._readings):
            return [InvalidMessage(f"A piece without its beginning: number {piece.id} of {piece.count}")]
        self._pieces[number] = piece
        readings = [after for reading in self._readings for after in self._read(reading, number, piece)]
        if len(readings) > _MOST_READINGS or sum(len(held.payload) for held in self._pieces.values()) > self._max_bytes:
            return self._lose("too much of them is open at the same time")
        if len(readings) == 1:
            self._readings = readings
            return self._settle()
        self._readings = [reading for reading in readings if self._plausible(reading)]
        if not self._readings:
            return self._lose("no way to put them together makes sense")
        return self._settle()

    def _takers(self, reading: _Reading, piece: Piece) -> list[int]:
        """The replies of a reading that ``piece`` can be the next of, by their first pieces."""
        return [
            first
            for first, numbers in reading.items()
            if len(numbers) == piece.id - 1
            and self._pieces[first].count == piece.count
            and self._pieces[first].format is piece.format
        ]

    def _read(self, reading: _Reading, number: int, piece: Piece) -> list[_Reading]:
        if piece.id == 1:
            return [{**reading, number: (number,)}]
        return [{**reading, first: (*reading[first], number)} for first in self._takers(reading, piece)]

    def _complete(self, numbers: tuple[int, ...]) -> bool:
        return len(numbers) == self._pieces[numbers[0]].count

    def _whole(self, numbers: tuple[int, ...]) -> _Whole:
        whole = self._wholes.get(numbers)
        if whole is None:
            payload = b"".join(self._pieces[number].payload for number in numbers)
            try:
                whole = _Whole(decode_reply_payload(self._pieces[numbers[0]].format, payload))
            except InvalidMessage as error:
                whole = _Whole(error)
            self._wholes[numbers] = whole
        return whole

    def _plausible(self, reading: _Reading) -> bool:
        return all(self._whole(numbers).sound for numbers in reading.values() if self._complete(numbers))

    def _settle(self) -> list[ReplyMessage | InvalidMessage]:
        """Gives out what is complete, and the same, in every reading."""
        first_reading, *others = self._readings
        certain = [
            numbers
            for first, numbers in first_reading.items()
            if self._complete(numbers) and all(other.get(first) == numbers for other in others)
        ]
        outcomes = [self._whole(numbers).outcome for numbers in certain]
        for numbers in certain:
            for reading in self._readings:
                del reading[numbers[0]]
            for number in numbers:
                del self._pieces[number]
        if not self._pieces:
            self._wholes.clear()
        elif others and all(self._complete(numbers) for reading in self._readings for numbers in reading.values()):
            outcomes += self._lose("they cannot be told apart")
        return outcomes

    def _lose(self, reason: str) -> list[ReplyMessage | InvalidMessage]:
        lost = [piece for piece in self._pieces.values() if piece.id == 1]
        self._pieces, self._readings, self._wholes = {}, [{}], {}
        return [
            InvalidMessage(
                f"The pieces of several replies came mixed: {reason}",
                request_id=piece.format.codec.peek(piece.payload, "request_id"),
            )
            for piece in lost
        ]
