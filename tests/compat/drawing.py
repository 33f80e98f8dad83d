"""Random contracts and random edits, as data that is written down and compiled like anybody's.

Everything under test stands at one position (the request, the response, an error's fields or the context), so that what
fails there must be what the verdict says, no more and no less. A request or a response is mostly fields, and now and
then the name of a struct or any object. Bounds, patterns and texts come from small pools, so that `sampling` can draw
messages on both sides of every edge.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeAlias

Doc: TypeAlias = dict[str, Any]

POSITIONS = ("request", "response", "error", "context")

# Two that differ by more than alternatives have texts of their own each, as their verdict says without looking closer.
# Some have a length, which what stands beside them may contradict: then the contract does not compile.
PATTERNS = ("[a-z]*", "[a-z]*|[0-9]*", "[A-Z]*", "[0-9]*", "[A-Z]*|[0-9]*", "[.]{2}", "[.]{2}|[-]{1,3}", "[-]{1,3}")
VALUES = ("new", "paid", "sent", "a", "b")
_NAMES = ("id", "note", "kind", "size", "more", "next")

_SCALARS: dict[str, dict[str, tuple[Any, ...]]] = {
    "bool": {},
    "int": {"min": (0, 3), "max": (5, 9), "above": (-1, 2), "below": (10, 6)},
    "float": {"min": (0, 3), "max": (5, 9.5)},
    "string": {"min_length": (0, 1, 2), "max_length": (2, 3, 4), "pattern": PATTERNS},
    "bytes": {"min_length": (1, 2), "max_length": (2, 3)},
    "decimal": {"min": ("0", "3"), "above": ("0", "2"), "max": ("5", "9")},
    "money": {"min": (0, 3), "currencies": (["USD"], ["USD", "EUR"], ["EUR", "GBP"])},
    "date": {"min": ("2020-01-01", "2021-01-01"), "max": ("2029-01-01", "2030-01-01")},
    "time": {"min": ("08:00:00", "09:00:00")},
    "datetime": {"max": ("2029-01-01T00:00:00Z", "2030-01-01T00:00:00Z")},
    "local_datetime": {"min": ("2020-01-01T00:00:00", "2021-01-01T00:00:00")},
    "duration": {"min": ("0ms", "3ms"), "max": ("5ms", "9ms")},
    "uuid": {},
    "any": {},
    "object": {},
}
_LISTS: dict[str, tuple[Any, ...]] = {"min_items": (0, 1), "max_items": (2, 3), "unique": (True, False)}
_MAPS: dict[str, tuple[Any, ...]] = {"min_entries": (1, 2), "max_entries": (2, 3)}
_BODIES = ("object", "Part", "Node")
_NAMED = ("Part", "Node", "Kind", "Means", "Code")
_DEFAULTS = {"bool": True, "int": 5, "string": "", "float": 4.5}


def text(doc: Doc) -> str:
    """The contract as YAML, of which JSON is a part."""
    return json.dumps({"soa": 1, "service": "orders", **doc}, indent=1)


# --- contracts


def contract(rng: Random, position: str) -> Doc:
    """A contract with all that is drawn at one position."""
    record = fields(rng, rng.randint(1, 3))
    doc: Doc = {
        "types": {
            "Part": {"fields": fields(rng, rng.randint(1, 2), ("int", "string", "Kind"))},
            "Node": {"fields": {**fields(rng, 1, ("int", "Code")), "next": "Node?"}},
            "Kind": {"enum": rng.sample(VALUES, rng.randint(1, 3)), "closed": rng.random() < 0.4},
            "Means": {"union": {"part": "Part", "node": "Node"}, "closed": rng.random() < 0.4, "tag": "t"},
            "Code": {"type": "string", **constraints(rng, "string")},
        },
        "actions": {"act": {}},
    }
    place(doc, position).update(record)
    if position in doc["actions"]["act"] and rng.random() < 0.15:
        doc["actions"]["act"][position] = rng.choice(_BODIES)
    return doc


def place(doc: Doc, position: str) -> Doc:
    """The fields at a position; made if there are none. `KeyError` where the whole body is something else."""
    action = doc["actions"]["act"]
    match position:
        case "context":
            found = doc.setdefault("context", {})
        case "error":
            action["errors"] = ["FAILED"]
            found = doc.setdefault("errors", {}).setdefault("FAILED", {}).setdefault("fields", {})
        case _:
            found = action.setdefault(position, {})
    if not isinstance(found, dict):
        raise KeyError(position)
    return found


def fields(rng: Random, number: int, types: tuple[str, ...] | None = None) -> Doc:
    return {name: field(rng, types) for name in rng.sample(_NAMES[:-1], number)}


def field(rng: Random, types: tuple[str, ...] | None = None) -> Doc:
    base = rng.choice(types or (*_SCALARS, *_NAMED, *_NAMED))
    form = rng.choice(("", "", "", "list<{}>", "list<{}?>", "map<{}>", "map<{}?>")) if types is None else ""
    made: Doc = {"type": form.format(base) if form else base}
    if form:
        limits = _LISTS if form.startswith("list") else _MAPS
        made.update(_some(rng, limits))
    elif base in _SCALARS:
        made.update(constraints(rng, base))
    return _presence(rng, made)


def constraints(rng: Random, kind: str) -> Doc:
    return _some(rng, _SCALARS[kind])


def _some(rng: Random, pool: dict[str, tuple[Any, ...]]) -> Doc:
    return {key: rng.choice(values) for key, values in pool.items() if rng.random() < 0.35}


def _presence(rng: Random, made: Doc) -> Doc:
    kind = made["type"].removesuffix("?")
    made = {key: value for key, value in made.items() if key not in ("default", "required")} | {"type": kind}
    match rng.randrange(4):
        case 0:
            made["type"] = f"{kind}?"
        case 1:
            made |= {"type": f"{kind}?", "required": True}
        case 2 if len(made) == 1 and kind in _DEFAULTS:
            made["default"] = _DEFAULTS[kind]
        case _:
            pass
    return made


# --- edits


def edited(rng: Random, doc: Doc, position: str) -> Doc:
    """The contract after one random edit; it may not compile, or be the same."""
    after = copy.deepcopy(doc)
    with contextlib.suppress(KeyError):  # what it would edit was renamed by an edit before
        rng.choice(_EDITS)(rng, after, position)
    return after


def _record(rng: Random, doc: Doc, position: str) -> Doc:
    structs = [each["fields"] for each in doc["types"].values() if "fields" in each]
    chosen = rng.choice([place(doc, position), place(doc, position), *structs])
    assert isinstance(chosen, dict)
    return chosen


def _one(rng: Random, record: Doc) -> Iterator[str]:
    """The name of a field that is written out, if there is one."""
    names = [name for name, each in record.items() if isinstance(each, dict)]
    if names:
        yield rng.choice(names)


def _add(rng: Random, doc: Doc, position: str) -> None:
    _record(rng, doc, position)["added"] = field(rng)


def _remove(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        del record[name]


def _rename(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        record["renamed"] = {"wire": name, **record.pop(name)} if rng.random() < 0.5 else record.pop(name)


def _resend(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        record[name]["wire"] = "sent_otherwise"


def _require(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        record[name] = _presence(rng, record[name])


def _retype(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        record[name] = field(rng)


def _limit(rng: Random, doc: Doc, position: str) -> None:
    record = _record(rng, doc, position)
    for name in _one(rng, record):
        kind = record[name]["type"].removesuffix("?")
        kept = {key: value for key, value in record[name].items() if key in ("type", "required", "wire")}
        pool = _LISTS if kind.startswith("list") else _MAPS if kind.startswith("map") else {}
        record[name] = kept | (constraints(rng, kind) if kind in _SCALARS else _some(rng, pool))


def _alias(rng: Random, doc: Doc, position: str) -> None:
    doc["types"]["Code"] = {"type": "string", **constraints(rng, "string")}


def _values(rng: Random, doc: Doc, position: str) -> None:
    doc["types"]["Kind"]["enum"] = rng.sample(VALUES, rng.randint(1, 4))


def _openness(rng: Random, doc: Doc, position: str) -> None:
    kind = rng.choice(("Kind", "Means"))
    doc["types"][kind]["closed"] = not doc["types"][kind].get("closed", False)


def _members(rng: Random, doc: Doc, position: str) -> None:
    doc["types"]["Extra"] = {"fields": {"x": "int"}}
    members = {"part": "Part", "node": "Node", "extra": "Extra"}
    doc["types"]["Means"]["union"] = {tag: members[tag] for tag in rng.sample(sorted(members), rng.randint(1, 3))}


def _tags(rng: Random, doc: Doc, position: str) -> None:
    if rng.random() < 0.5:
        doc["types"]["Means"]["tag"] = "tt"
    else:
        doc["types"]["Means"]["union"] = {"part": "Part", "knot": "Node"}


def _wrap(rng: Random, doc: Doc, position: str) -> None:
    doc["types"]["Inner"] = doc["types"]["Part"]
    doc["types"]["Part"] = {"union": {"inner": "Inner"}}
    doc["types"]["Means"]["union"] = {"part": "Inner", "node": "Node"}


def _body(rng: Random, doc: Doc, position: str) -> None:
    """Something else for the whole of a request or a response."""
    if position in ("request", "response"):
        doc["actions"]["act"][position] = rng.choice((*_BODIES, fields(rng, rng.randint(1, 2))))


def _call(rng: Random, doc: Doc, position: str) -> None:
    """Another name for a type, wherever it is used."""
    old = rng.choice(_NAMED)
    renamed = json.loads(json.dumps(doc).replace(old, f"{old}Two"))
    doc.clear()
    doc.update(renamed)


_EDITS: tuple[Callable[[Random, Doc, str], None], ...] = (
    _add, _add, _remove, _remove, _rename, _resend, _require, _require, _retype, _retype, _limit, _limit, _alias,
    _values, _openness, _members, _tags, _wrap, _call, _body,
)  # fmt: skip
