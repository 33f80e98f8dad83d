"""MessagePack against PySOA's own bytes, both ways; exact where PySOA rounds."""

import enum
from collections.abc import Callable
from typing import Any

import pytest
from soagen_runtime.errors import NotSerializable
from soagen_runtime.wire import MSGPACK_TYPE, Undecodable, codec_for

from tests.notation import note_of, value_of

msgpack = codec_for(MSGPACK_TYPE)


class _Three(enum.IntEnum):
    THREE = 3


# What a notation cannot say: the Python type that PySOA was given.
_TYPES: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "bytearray": bytearray, "Color": _Three}


@pytest.mark.vectors("values.jsonl")
def test_writes_what_pysoa_writes(case: dict[str, Any]) -> None:
    value = value_of(case["value"])
    value = _TYPES.get(case["python_type"], lambda same: same)(value)
    if case["name"] == "str_lone_surrogate":
        # PySOA writes bytes that no PySOA can read.
        with pytest.raises(NotSerializable):
            msgpack.encode(value)
    elif "exact_hex" in case or "hex" in case:
        assert msgpack.encode(value).hex() == case.get("exact_hex", case.get("hex"))
    else:
        with pytest.raises(NotSerializable):
            msgpack.encode(value)


@pytest.mark.vectors("values.jsonl")
def test_reads_what_pysoa_writes(case: dict[str, Any]) -> None:
    _check_reading(case)


@pytest.mark.vectors("decode_only.jsonl")
def test_reads_what_pysoa_reads(case: dict[str, Any]) -> None:
    _check_reading(case)


@pytest.mark.vectors("values.jsonl")
def test_reads_the_exact_form(case: dict[str, Any]) -> None:
    if "exact_hex" in case:
        assert note_of(msgpack.decode(bytes.fromhex(case["exact_hex"]))) == case["value"]


def _check_reading(case: dict[str, Any]) -> None:
    if "decode_error" in case:
        with pytest.raises(Undecodable):
            msgpack.decode(bytes.fromhex(case["hex"]))
    elif "hex" in case:
        # `repr`, since 3 == 3.0 and True == 1
        assert repr(note_of(msgpack.decode(bytes.fromhex(case["hex"])))) == repr(case["decoded"])
