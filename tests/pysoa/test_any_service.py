"""Whatever a service tells, however odd its names and fields: it becomes a contract that compiles, every time."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soagen.generate.clashes import clashes
from soagen.load import load
from soagen.pysoa import choices, fields, read, write

ODD = [
    "",
    "_",
    "a",
    "A",
    "a_",
    "aB",
    "a-b",
    "class",
    "self",
    "type",
    "Type",
    "_type",
    "2fa",
    "ß",
    "Client",
    "x.y",
    "x\0",
]
ODD += [
    "items",
    "Items",
    "status",
    "addresses",
    "s",
    "get_order",
    "list",
    "str",
    "Any",
    "Exception",
    "a" * 130,
    "é \u2028",
]
KEYS = st.sampled_from(ODD)
DO = ["do[switch:5]", "do[switch:7]", "do[DEFAULT]", "do_switch_5", "doSwitch7"]
NAMES = st.sampled_from([*ODD, "get_item", "getItem"]) | st.sampled_from(DO)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | KEYS
SCALARS: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
LEAVES = [*sorted(set(fields.READERS) - {"dictionary", "nullable", "list", "sequence", "set", "tuple"}), "own"]
BOUNDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("gt", "gte", "lt", "lte"), st.integers(-3, 3) | st.sampled_from(["2020-01-01", "08:00", "0.5"])
        ),
        **dict.fromkeys(("min_length", "max_length"), st.integers(-1, 3)),
        "allow_blank": st.booleans(),
        "valid_currencies": st.lists(st.sampled_from(["EUR", "USD", "XYZ"]), max_size=2),
        "valid_type": st.sampled_from(["<class 'str'>", "<class 'x'>"]),
        "additional_validation": TEXTS,
        "description": TEXTS | st.just("several words, and more of them: " * 6) | st.just("two\n\n  lines\n"),
        "deprecated": st.booleans(),
        "beside": SCALARS,
    },
)


def holding(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The fields that hold others, or choose among them."""
    many = st.lists(inner, max_size=3)
    by_key = st.dictionaries(KEYS, inner, max_size=4)
    keys = st.lists(KEYS, max_size=3)
    return st.one_of(
        _field("dictionary", contents=by_key, optional_keys=keys, allow_extra_keys=st.booleans()),
        _field("schemaless_dictionary", key_type=inner, value_type=inner),
        *(_field(each, contents=inner) for each in ("list", "sequence", "set")),
        _field("tuple", contents=many),
        _field("nullable", nullable=inner),
        _field("any", options=many),
        _field("all", requirements=many),
        _field("polymorph", switch_field=KEYS, contents_map=by_key),
    )


def _field(kind: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(BOUNDS, st.fixed_dictionaries(parts)).map(lambda both: {**both[0], **both[1], "type": kind})


FIELDS = st.recursive(
    st.one_of(
        st.tuples(BOUNDS, st.sampled_from(LEAVES)).map(lambda both: {**both[0], "type": both[1]}),
        _field("constant", values=st.lists(SCALARS | KEYS, max_size=3)),
        st.dictionaries(TEXTS, SCALARS, max_size=2),
    ),
    holding,
    max_leaves=8,
)
ACTIONS = st.fixed_dictionaries(
    {"documentation": st.none() | TEXTS, "request_schema": st.none() | FIELDS, "response_schema": st.none() | FIELDS}
)
SERVICES = st.dictionaries(NAMES, ACTIONS, max_size=5)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=SERVICES, doc=st.none() | TEXTS, ignore_extra_keys=st.booleans())
def test_it_becomes_a_contract_that_compiles(actions: Any, doc: str | None, ignore_extra_keys: bool) -> None:
    service = read({"actions": actions, "documentation": doc}, "some-Service", ignore_extra_keys=ignore_extra_keys)
    text, losses = write(service)
    loaded = load(["some_service.soa.yaml"], lambda path: text.encode())
    assert loaded.diagnostics == (), text
    assert clashes(loaded.known) == []
    assert text.count("# lost: ") == len(losses)


def test_all_that_can_be_read_is_drawn() -> None:
    drawn = {
        *LEAVES,
        "dictionary",
        "nullable",
        "list",
        "sequence",
        "set",
        "tuple",
        "any",
        "all",
        "polymorph",
        "constant",
    }
    named_by_their_values = {"country_code_field", "currency_code_field"}
    assert fields.READERS.keys() | choices.READERS.keys() <= drawn | named_by_their_values
