"""Replies in pieces: PySOA's cuts, and pieces of several replies that come mixed."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from soagen_runtime.wire import (
    ActionResult,
    Assembler,
    InvalidMessage,
    JobResult,
    Piece,
    ReplyMessage,
    RequestMessage,
    cut,
    decode_reply,
    encode_reply,
    format_of,
)
from soagen_runtime.wire.frame import DEFAULT_FORMAT, Format


def _reply(request_id: int, body: Any, format: Format = DEFAULT_FORMAT) -> bytes:
    request = RequestMessage(request_id, {"reply_to": "r!"}, "r!", None, None, format)
    return encode_reply(request, JobResult((ActionResult("a", body),)), 5.0)


def _pieces(request_id: int, body: Any, count: int, format: Format = DEFAULT_FORMAT) -> list[Piece]:
    message = _reply(request_id, body, format)
    size = -(-(len(message) - len(format.preamble)) // count)
    pieces = [decode_reply(piece) for piece in cut(format, message, size)]
    assert len(pieces) == count
    return [piece for piece in pieces if isinstance(piece, Piece)]


def _fed(assembler: Assembler, pieces: Sequence[Piece]) -> list[tuple[str, Any]]:
    """What came out, as ("reply", id) and ("lost", id)."""
    return [
        ("reply" if isinstance(outcome, ReplyMessage) else "lost", outcome.request_id)
        for piece in pieces
        for outcome in assembler.add(piece)
    ]


# Maps with short strings: pieces that are put together wrongly make no sense.
def _text(seed: str) -> Any:
    return {f"{seed}{index}": f"{seed * (index % 7)}" for index in range(20 + len(seed))}


@pytest.mark.vectors("chunks.jsonl")
def test_cuts_where_pysoa_cuts(case: dict[str, Any], unsqueezed: Callable[[str], bytes]) -> None:
    whole, pieces = unsqueezed(case["whole_hex"]), [unsqueezed(piece) for piece in case["pieces_hex"]]
    reply = decode_reply(whole)
    assert isinstance(reply, ReplyMessage)
    assert cut(reply.format, whole, case["size"]) == pieces
    if len(pieces) > 1:
        assembler = Assembler()
        outcomes = [outcome for piece in pieces for outcome in assembler.add(_piece(piece))]
        assert outcomes == [reply]
        assert assembler.idle


def _piece(message: bytes) -> Piece:
    piece = decode_reply(message)
    assert isinstance(piece, Piece)
    return piece


def test_one_after_the_other() -> None:
    assembler = Assembler()
    for request_id in range(3):
        *some, last = _pieces(request_id, _text("a"), 4)
        assert _fed(assembler, some) == []
        assert not assembler.idle
        (reply,) = assembler.add(last)
        assert isinstance(reply, ReplyMessage)
        assert reply.result.actions[0].body == _text("a")
        assert assembler.idle


def test_single_piece() -> None:
    assert _fed(Assembler(), [_piece(b"pysoa-redis/3//chunk-count:1;chunk-id:1;" + _reply(1, {})[48:])]) == [
        ("reply", 1)
    ]


def test_mixed_with_another_count() -> None:
    a, b = _pieces(1, {"x": "a" * 100}, 3), _pieces(2, {"x": "b" * 100}, 2)
    assert _fed(Assembler(), [a[0], b[0], a[1], b[1], a[2]]) == [("reply", 2), ("reply", 1)]


def test_mixed_with_another_format() -> None:
    a, b = _pieces(1, {"x": "a" * 100}, 2), _pieces(2, {"x": "b" * 100}, 2, format_of("application/json"))
    assert _fed(Assembler(), [a[0], b[0], b[1], a[1]]) == [("reply", 2), ("reply", 1)]


def test_mixed_in_step_with_another_of_the_same_count() -> None:
    # b cannot take a's second piece, which comes before its first.
    a, b = _pieces(1, {"x": "a" * 100}, 3), _pieces(2, {"x": "b" * 100}, 3)
    assert _fed(Assembler(), [a[0], a[1], b[0], a[2], b[1], b[2]]) == [("reply", 1), ("reply", 2)]


def test_mixed_and_told_apart_by_what_makes_sense() -> None:
    a, b = _pieces(1, _text("a"), 3), _pieces(2, _text("bcd"), 3)
    assembler = Assembler()
    outcomes = [o for piece in (a[0], b[0], a[1], b[1], b[2], a[2]) for o in assembler.add(piece)]
    assert {o.request_id: o.result.actions[0].body for o in outcomes if isinstance(o, ReplyMessage)} == {
        1: _text("a"),
        2: _text("bcd"),
    }
    assert assembler.idle


def test_mixed_and_not_to_be_told_apart_is_lost_rather_than_wrong() -> None:
    a, b = _pieces(1, {"x": "a" * 100}, 3), _pieces(2, {"x": "b" * 100}, 3)
    assembler = Assembler()
    assert _fed(assembler, [a[0], b[0], a[1], b[1], a[2], b[2]]) == [("lost", 1), ("lost", 2)]
    assert assembler.idle
    assert _fed(assembler, _pieces(3, {}, 3)) == [("reply", 3)]


def test_json_that_is_lost_has_its_id_too() -> None:
    json = format_of("application/json")
    a, b = _pieces(1, {"x": "a" * 100}, 2, json), _pieces(2, {"x": "b" * 100}, 2, json)
    assert _fed(Assembler(), [a[0], b[0], a[1], b[1]]) == [("lost", 1), ("lost", 2)]


def test_reply_that_cannot_be_read_is_lost_alone() -> None:
    a, b = _pieces(1, _text("a"), 2), _pieces(2, _text("b"), 2)
    broken = Piece(a[1].format, 2, 2, a[1].payload + b"\x00")
    assembler = Assembler()
    assert _fed(assembler, [a[0], broken]) == [("lost", 1)]
    assert _fed(assembler, b) == [("reply", 2)]


def test_no_way_makes_sense() -> None:
    a, b = _pieces(1, _text("a"), 2), _pieces(2, _text("bc"), 2)
    broken = Piece(a[1].format, 2, 2, b"\xc1")
    assembler = Assembler()
    assert _fed(assembler, [a[0], b[0], broken]) == [("lost", 1), ("lost", 2)]
    assert assembler.idle


def test_piece_without_a_beginning() -> None:
    assembler = Assembler()
    assert _fed(assembler, _pieces(1, _text("a"), 3)[1:]) == [("lost", None), ("lost", None)]
    assert assembler.idle


def test_piece_that_is_missing() -> None:
    first, _, third = _pieces(1, _text("a"), 3)
    assembler = Assembler()
    assert _fed(assembler, [first, third]) == [("lost", None)]
    assert not assembler.idle


def test_beginning_of_a_dead_server_does_not_spoil_what_makes_sense() -> None:
    dead, live = _pieces(1, _text("a"), 3), _pieces(2, _text("bcd"), 3)
    assembler = Assembler()
    assert _fed(assembler, [dead[0], *live]) == [("reply", 2)]
    assert not assembler.idle


def test_too_many_bytes() -> None:
    assembler = Assembler(max_bytes=1000)
    first, second = _pieces(1, {"x": "a" * 1500}, 2)
    assert _fed(assembler, [first, second]) == [("lost", 1)]
    assert assembler.idle


def test_too_many_ways() -> None:
    firsts = [_pieces(number, {"x": "a" * 100}, 3) for number in range(10)]
    outcomes = _fed(Assembler(), [pieces[0] for pieces in firsts] + [pieces[1] for pieces in firsts])
    assert outcomes[:10] == [("lost", number) for number in range(10)]
    assert set(outcomes[10:]) == {("lost", None)}


def test_outcomes_say_what_happened() -> None:
    (outcome,) = Assembler().add(_pieces(1, _text("a"), 2)[1])
    assert isinstance(outcome, InvalidMessage)
    assert str(outcome) == "A piece without its beginning: number 2 of 2"
