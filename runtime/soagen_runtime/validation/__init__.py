"""What generated encoders and decoders call when a value is not plainly right, and to walk into lists and maps.

A generated function reads a value with straight-line tests (``type(sku) is not str``). Only when a test fails is
anything here called, so a sound message costs nothing but the tests. A function collects its faults in a list that it
hands in; at its end it raises `Invalid` with all of them, and whoever called it puts its own name in front of their
paths.

The same functions serve both directions: what arrives is checked on its way to a dataclass, what leaves on its way to a
dict. ``strict`` says who is checking: a server, which is the authority on constraints, closed sets and unknown keys
(``docs/language.md``, "Policy of the runtime").

Codes, messages and paths are those of PySOA's Conformity, since callers test for them (``docs/wire.md``, "Errors with
fixed codes"). Faults stand in the order of the contract's fields, unknown keys last.
"""

from __future__ import annotations

from soagen_runtime.validation.constraints import (
    Pattern,
    not_above,
    not_below,
    not_matching,
    not_unique,
    repeats,
    too_few_entries,
    too_few_items,
    too_high,
    too_long,
    too_low,
    too_many_entries,
    too_many_items,
    too_short,
    wrong_currency,
)
from soagen_runtime.validation.enums import (
    members,
    unknown_value,
    unlisted,
)
from soagen_runtime.validation.faults import (
    ABSENT,
    Invalid,
    broken,
    refuse,
    under,
)
from soagen_runtime.validation.holders import (
    as_list,
    as_object,
    expect,
    expect_dict,
    list_of,
    map_of,
    nested,
    new,
    plain_list,
    plain_map,
    unknown_keys,
    unknown_tag,
    unsendable,
    untag,
)
from soagen_runtime.validation.scalars import (
    as_any,
    as_bool,
    as_bytes,
    as_date,
    as_datetime,
    as_decimal,
    as_float,
    as_int,
    as_local_datetime,
    as_money,
    as_string,
    as_time,
    read_datetime,
    read_duration,
    read_uuid,
    write_duration,
    write_uuid,
)

__all__ = [
    "ABSENT",
    "Invalid",
    "Pattern",
    "as_any",
    "as_bool",
    "as_bytes",
    "as_date",
    "as_datetime",
    "as_decimal",
    "as_float",
    "as_int",
    "as_list",
    "as_local_datetime",
    "as_money",
    "as_object",
    "as_string",
    "as_time",
    "broken",
    "expect",
    "expect_dict",
    "list_of",
    "map_of",
    "members",
    "nested",
    "new",
    "not_above",
    "not_below",
    "not_matching",
    "not_unique",
    "plain_list",
    "plain_map",
    "read_datetime",
    "read_duration",
    "read_uuid",
    "refuse",
    "repeats",
    "too_few_entries",
    "too_few_items",
    "too_high",
    "too_long",
    "too_low",
    "too_many_entries",
    "too_many_items",
    "too_short",
    "under",
    "unknown_keys",
    "unknown_tag",
    "unknown_value",
    "unlisted",
    "unsendable",
    "untag",
    "write_duration",
    "write_uuid",
    "wrong_currency",
]
