"""What a PySOA server makes of hand-made requests, and what we make of them.

Where PySOA answers, we give the same answer. Where it exits, we answer if anyone can be answered, and set the request
aside otherwise; `_PYSOA_DIES` says which. What the actions themselves answer is beyond the wire.
"""

import re
from dataclasses import replace
from typing import Any

import pytest
from soagen_runtime.wire import (
    ActionResult,
    InvalidMessage,
    JobResult,
    ReplyMessage,
    decode_reply,
    decode_request,
    encode_reply,
    keys,
    validate_job,
)

_SET_ASIDE = "set aside"
_TAKEN = "taken"
_ANSWERED = "answered: "

_PYSOA_DIES = {
    "without request_id": _SET_ASIDE,
    "without meta": _SET_ASIDE,
    "without meta.reply_to": _SET_ASIDE,
    "without body": _ANSWERED + "INVALID 'Not a dict' None",
    "with request_id = None": _SET_ASIDE,
    "with meta.client_version = None": _TAKEN,
    "with meta.__expiry__ = 1": _TAKEN,  # and dropped by whoever compares it with the time
    "with meta.__expiry__ = 'soon'": _ANSWERED + "INVALID 'Not a float' meta.__expiry__",
    "with meta.reply_to = 5": _SET_ASIDE,
    "with body = None": _ANSWERED + "INVALID 'Not a dict' None",
    "with body = []": _ANSWERED + "INVALID 'Not a dict' None",
    "with body.control = None": _ANSWERED + "INVALID 'Not a dict' control",
    "with body.context = None": _ANSWERED + "INVALID 'Not a dict' context",
    "with body.context.request_id = 'x'": _TAKEN,
    "protocol 4": _ANSWERED + "INVALID 'Unknown protocol version 4' None",
    "spaces in headers": _TAKEN,
    "unknown header": _TAKEN,
    "chunked request": _ANSWERED + "INVALID 'Requests cannot be chunked' None",
    "empty message": _SET_ASIDE,
    "garbage": _SET_ASIDE,
    "not a map": _SET_ASIDE,
    "unknown ext type in body": _ANSWERED + "INVALID 'Not readable: unknown extension type 6' actions.0.body.a",
    "bad decimal ext in body": _ANSWERED + "INVALID 'Not readable: 'abc' is no decimal' actions.0.body.a",
    "trailing bytes": _ANSWERED + "INVALID 'Not decodable: unpack(b) received extra data.' None",
}


def _what_we_do(message: bytes) -> str:
    try:
        request = decode_request(message)
    except InvalidMessage as invalid:
        if invalid.request is None:
            return _SET_ASIDE
        request, errors = invalid.request, list(invalid.errors)
    else:
        errors = validate_job(request.body)
    # Whoever is answered can be: the reply is written, and says what was found.
    reply = decode_reply(encode_reply(request, JobResult(errors=errors), 1.0))
    assert isinstance(reply, ReplyMessage)
    assert reply.request_id == request.request_id
    shown = [f"{error.code} '{error.message}' {error.field}" for error in reply.result.errors]
    return _ANSWERED + "; ".join(shown) if shown else _TAKEN


@pytest.mark.vectors("requests_to_a_server.jsonl")
def test_request(case: dict[str, Any]) -> None:
    if case["pysoa"].startswith("NO RESPONSE"):
        expected = _PYSOA_DIES[case["case"]]
    elif case["pysoa"].startswith("JOB "):
        expected = _ANSWERED + case["pysoa"].removeprefix("JOB ").replace('"', "'")
    else:
        expected = _TAKEN
    assert _what_we_do(bytes.fromhex(case["hex"])) == expected


@pytest.mark.vectors("requests_to_a_server.jsonl", only=lambda case: "reply_hex" in case)
def test_reply_is_pysoas_to_the_byte(case: dict[str, Any]) -> None:
    request = decode_request(bytes.fromhex(case["hex"]))
    theirs = bytes.fromhex(case["reply_hex"])
    reply = decode_reply(theirs)
    assert isinstance(reply, ReplyMessage)
    assert reply.expiry is not None
    result = reply.result
    if " error keys: " in case["pysoa"] and not case["pysoa"].endswith("is_caller_error"):
        result = _blaming_the_caller(result)  # which must be left out again
    assert encode_reply(request, result, reply.expiry) == theirs
    assert keys.reply_list(request.reply_to) == case["reply_list"]


def _blaming_the_caller(result: JobResult) -> JobResult:
    return replace(
        result,
        actions=[
            ActionResult(action.action, action.body, [replace(error, is_caller_error=True) for error in action.errors])
            for action in result.actions
        ],
    )


@pytest.mark.vectors("requests_to_a_server.jsonl")
def test_only_addresses_that_mark_a_reply_list_are_answered(case: dict[str, Any]) -> None:
    try:
        request = decode_request(bytes.fromhex(case["hex"]))
    except InvalidMessage:
        return
    assert keys.is_reply_address("lab", request.reply_to) == (re.search("!", request.reply_to) is not None)
