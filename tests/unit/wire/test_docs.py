"""What ``docs/wire.md`` shows is so."""

import re
from pathlib import Path

from soagen_runtime import errors
from soagen_runtime.wire import (
    MAX_DEPTH,
    ActionResult,
    JobResult,
    ReplyMessage,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    request_meta,
)
from soagen_runtime.wire.chunks import MINIMUM_CHUNK
from soagen_runtime.wire.frame import DEFAULT_FORMAT, frame

_PAGE = (Path(__file__).parents[3] / "docs" / "wire.md").read_text()


def _shown(name: str) -> bytes:
    found = re.search(rf"```hex {name}\n([0-9a-f\n]+)```", _PAGE)
    assert found is not None
    return frame(DEFAULT_FORMAT, bytes.fromhex(found[1].replace("\n", "")))


def test_request_that_is_shown() -> None:
    job = {
        "control": {"continue_on_error": False, "suppress_response": False},
        "context": {"correlation_id": "abc", "switches": []},
        "actions": [{"action": "get", "body": {"id": "o_1"}}],
    }
    meta = request_meta("{pysoa:service.orders}.c1!0", 1795464975.5)
    assert _shown("request") == encode_request(7, meta, job)
    assert f"A whole request, {len(_shown('request')) - len(DEFAULT_FORMAT.preamble)} bytes" in _PAGE


def test_reply_that_is_shown() -> None:
    result = JobResult((ActionResult("get", {"ok": True}),), (), {"correlation_id": "abc"})
    request = decode_request(_shown("request"))
    assert _shown("reply") == encode_reply(request, result, 1795464980.25)
    reply = decode_reply(_shown("reply"))
    assert isinstance(reply, ReplyMessage)
    assert reply.result == result


def test_limits_that_are_named() -> None:
    flowing = " ".join(_PAGE.split())
    assert f"nested at most {MAX_DEPTH} deep" in flowing
    assert f"at least {MINIMUM_CHUNK:,}" in flowing


def test_codes_that_are_listed() -> None:
    codes = {
        errors.MISSING,
        errors.UNKNOWN,
        errors.INVALID,
        errors.SERVER_ERROR,
        errors.RESPONSE_TOO_LARGE,
        errors.RESPONSE_NOT_SERIALIZABLE,
        errors.ACTION_TIMEOUT,
        errors.JOB_TIMEOUT,
        errors.WORKER_LOST,
        errors.OUTCOME_UNKNOWN,
    }
    table = _PAGE.partition("## Errors with fixed codes")[2].partition("\n## ")[0]
    assert codes <= set(re.findall(r"`([A-Z_]+)`", table))
