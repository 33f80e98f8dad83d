"""Whole messages as PySOA's clients and servers put them on Redis: read, understood, and written again to the byte."""

from collections.abc import Callable
from typing import Any

import pytest
from soagen_runtime.wire import (
    InvalidMessage,
    Piece,
    ReplyMessage,
    RequestMessage,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    validate_job,
)

from tests.notation import note_of

# The requests of these vectors are faulty as jobs; the reply in the next line says how.
_FAULTY_JOBS = {"conformity_schemaless_non_string_key", "conformity_body_not_a_dict"}


@pytest.mark.vectors("messages.jsonl")
def test_message_is_understood_and_written_the_same(case: dict[str, Any]) -> None:
    message = bytes.fromhex(case["hex"])
    if "!" in case["list"]:
        reply = decode_reply(message)
        assert isinstance(reply, ReplyMessage)
        request = RequestMessage(reply.request_id, reply.meta, reply.meta["reply_to"], None, None, reply.format)
        assert reply.expiry is not None
        assert encode_reply(request, reply.result, reply.expiry) == message
    else:
        request = decode_request(message)
        assert encode_request(request.request_id, request.meta, request.body, request.format) == message
        assert bool(validate_job(request.body)) == (case["name"] in _FAULTY_JOBS)
        if "message" in case:
            seen = {"request_id": request.request_id, "meta": request.meta, "body": request.body}
            assert note_of(seen) == case["message"]
            assert request.expiry == case["message"]["meta"]["__expiry__"]


@pytest.mark.parametrize("name", sorted(_FAULTY_JOBS))
def test_faulty_job_has_pysoas_errors(name: str, load_vectors: Callable[[str], list[dict[str, Any]]]) -> None:
    request, reply = (bytes.fromhex(case["hex"]) for case in load_vectors("messages.jsonl") if case["name"] == name)
    answer = decode_reply(reply)
    assert isinstance(answer, ReplyMessage)
    assert validate_job(decode_request(request).body) == list(answer.result.errors)


@pytest.mark.vectors("messages.jsonl")
def test_no_end_of_a_message_can_be_missing(case: dict[str, Any]) -> None:
    message = bytes.fromhex(case["hex"])
    decode: Callable[[bytes], RequestMessage | ReplyMessage | Piece] = (
        decode_reply if "!" in case["list"] else decode_request
    )
    for length in range(0, len(message), 7):
        with pytest.raises(InvalidMessage):
            decode(message[:length])
