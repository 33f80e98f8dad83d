"""Bodies that no contract describes: any map, and nothing at all."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from soagen_runtime.generated import Fault, Invalid, decode_nothing, decode_object, encode_nothing, encode_object

OBJECTS: list[dict[str, Any]] = [{}, {"": None}, {"a": {"b": [1, {"c": 2}]}}]
FAULTS: list[tuple[Any, Fault]] = [
    (None, Fault("INVALID", "", "Not a dict")),
    ([], Fault("INVALID", "", "Not a dict")),
    ("{}", Fault("INVALID", "", "Not a dict")),
    ({"a": 1, 2: 3}, Fault("INVALID", "2", "Not a unicode string")),
    ({b"a": 1}, Fault("INVALID", "b'a'", "Not a unicode string")),
]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("body", OBJECTS)
def test_any_map_passes_as_it_is(body: dict[str, Any], strict: bool) -> None:
    assert encode_object(body, strict) == body
    assert decode_object(body, strict) == body


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("body", "fault"), FAULTS)
def test_what_is_no_map_of_texts_is_refused(body: Any, fault: Fault, strict: bool) -> None:
    for code in (encode_object, decode_object):
        with pytest.raises(Invalid) as raised:
            code(body, strict)
        assert raised.value.faults == [fault]


def test_another_sort_of_map_is_sent_as_a_dict() -> None:
    body: Any = MappingProxyType({"a": 1})
    assert type(encode_object(body, True)) is dict


def test_nothing_is_an_empty_map() -> None:
    assert encode_nothing(None, True) == {}
    decode_nothing({}, True)
    decode_nothing({"new": 1}, False)
    with pytest.raises(Invalid):
        decode_nothing({"new": 1}, True)
    something: Any = {}
    with pytest.raises(Invalid):
        encode_nothing(something, True)
