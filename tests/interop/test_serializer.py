"""Random bodies through PySOA's serializer and through ours, in both directions.

What we write is what PySOA writes, byte for byte, and each reads what the other has written; except that PySOA takes
datetimes through floats. There ours is exact, and the tests say what PySOA makes of it (`pysoa_writes`, `pysoa_reads`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from currint import Amount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soagen_runtime import NotSerializable
from soagen_runtime.wire import JSON_TYPE, MSGPACK_TYPE, codec_for

from tests.interop.peers import PySOA
from tests.notation import note_of, value_of

MSGPACK, JSON = codec_for(MSGPACK_TYPE), codec_for(JSON_TYPE)

# A round trip to PySOA's process carries many bodies. The process is the same all along, and has no state.
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# On the last day of the calendar, PySOA's rounding leaves it.
datetimes = st.datetimes(max_value=dt.datetime(9999, 12, 30))
currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CHF"])
amounts = st.builds(Amount.from_code_and_minor, currencies, st.integers(-(2**63), 2**63 - 1))
# There are many NaNs; the notation knows one.
floats = st.floats().map(lambda value: value if value == value else float("nan"))
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | floats | texts
scalars = (
    plain
    | st.binary(max_size=300)
    | st.decimals(allow_nan=True)
    | amounts
    | st.dates()
    | st.times()
    | datetimes
    | datetimes.map(lambda at: at.replace(tzinfo=dt.UTC))
)


def bodies(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Several bodies, nested at random."""
    values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)
    return st.lists(st.dictionaries(texts, values, max_size=8), min_size=1, max_size=20)


def replaced(value: Any, mend: Callable[[dt.datetime], dt.datetime]) -> Any:
    """A value with other datetimes."""
    if isinstance(value, dict):
        return {key: replaced(part, mend) for key, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, mend) for part in value]
    return mend(value) if isinstance(value, dt.datetime) else value


def pysoa_writes(at: dt.datetime) -> dt.datetime:
    """The datetime whose exact form is what PySOA writes for this one."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=at.tzinfo)
    return epoch + dt.timedelta(microseconds=int((at - epoch).total_seconds() * 1000000.0))


def pysoa_reads(at: dt.datetime) -> dt.datetime:
    """What PySOA makes of the exact form of a datetime."""
    microseconds = (at - dt.datetime(1970, 1, 1, tzinfo=at.tzinfo)) // dt.timedelta(microseconds=1)
    return dt.datetime.fromtimestamp(microseconds / 1000000.0, dt.UTC).replace(tzinfo=at.tzinfo)


def through(pysoa: PySOA, do: str, items: list[Any], codec: str = "msgpack") -> list[Any]:
    """What PySOA's serializer makes of each of many."""
    results = pysoa.told(do, codec=codec, **{"values" if do == "encode" else "blobs": items})
    assert not [result for result in results if "error" in result]
    return [result["value"] for result in results]


@few
@given(bodies(scalars))
def test_both_write_the_same(pysoa: PySOA, values: list[dict[str, Any]]) -> None:
    theirs = through(pysoa, "encode", [note_of(value) for value in values])
    assert [MSGPACK.encode(replaced(value, pysoa_writes)).hex() for value in values] == theirs


@few
@given(bodies(scalars))
def test_pysoa_reads_what_we_write(pysoa: PySOA, values: list[dict[str, Any]]) -> None:
    read = through(pysoa, "decode", [MSGPACK.encode(value).hex() for value in values])
    assert read == [note_of(replaced(value, pysoa_reads)) for value in values]


@few
@given(bodies(scalars))
def test_we_read_what_pysoa_writes(pysoa: PySOA, values: list[dict[str, Any]]) -> None:
    written = through(pysoa, "encode", [note_of(value) for value in values])
    read = [note_of(MSGPACK.decode(bytes.fromhex(blob))) for blob in written]
    assert read == [note_of(replaced(value, pysoa_writes)) for value in values]


@few
@given(bodies(scalars))
def test_ours_is_exact(values: list[dict[str, Any]]) -> None:
    for value in values:
        assert note_of(MSGPACK.decode(MSGPACK.encode(value))) == note_of(value)


@few
@given(bodies(plain.filter(lambda value: value == value and value not in (float("inf"), -float("inf")))))
def test_json(pysoa: PySOA, values: list[dict[str, Any]]) -> None:
    ours = [JSON.encode(value).hex() for value in values]
    notes = [note_of(value) for value in values]
    assert through(pysoa, "encode", notes, "json") == ours
    assert through(pysoa, "decode", ours, "json") == notes
    assert [note_of(JSON.decode(bytes.fromhex(blob))) for blob in ours] == notes


@pytest.mark.parametrize(
    "at", ["1987-01-15T17:19:41.981929", "2286-11-20T17:46:39.999999", "0001-01-01T00:00:00.000001"]
)
def test_datetimes_that_pysoa_changes_are_exact_here(pysoa: PySOA, at: str) -> None:
    body = {"at": value_of({"$datetime": at})}
    assert MSGPACK.decode(MSGPACK.encode(body)) == body
    (written,) = through(pysoa, "encode", [note_of(body)])
    (read,) = through(pysoa, "decode", [MSGPACK.encode(body).hex()])
    assert MSGPACK.encode(body).hex() != written or read != note_of(body)


REFUSED_BY_BOTH: list[Any] = [{"$int": str(2**64)}, {"$int": str(-(2**63) - 1)}]


@pytest.mark.parametrize("note", REFUSED_BY_BOTH, ids=str)
def test_what_neither_sends(pysoa: PySOA, note: Any) -> None:
    (theirs,) = pysoa.told("encode", values=[{"a": note}])
    assert "error" in theirs
    with pytest.raises(NotSerializable, match="a: "):
        MSGPACK.encode({"a": value_of(note)})


def test_a_decimal_beyond_the_format_is_an_error_here_and_cut_by_pysoa(pysoa: PySOA) -> None:
    long = Decimal("1" * 65_536)
    (theirs,) = through(pysoa, "encode", [note_of({"a": long})])
    assert MSGPACK.decode(bytes.fromhex(theirs)) == {"a": Decimal("1" * 65_535)}
    with pytest.raises(NotSerializable, match="a: "):
        MSGPACK.encode({"a": long})
