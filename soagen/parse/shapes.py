"""The forms a value may have: map, list, text, name, flag, count; and the reading of a map by a table of its keys.

Rules: a reader takes the entry it is to read and returns its value, or None after one finding. It never raises. A node
that was already reported (`Bad`) yields None in silence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from soagen.diagnostics import Span
from soagen.findings import Report
from soagen.parse.tree import Flag, Name, References
from soagen.source import Bad, Entry, Map, Node, Scalar, Seq

SNAKE = re.compile(r"[a-z][a-z0-9_]*")
PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
UPPER = re.compile(r"[A-Z][A-Z0-9_]*")
CASES: Mapping[re.Pattern[str], str] = {SNAKE: "snake_case", PASCAL: "PascalCase", UPPER: "UPPER_CASE"}

_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_COUNT = re.compile(r"[0-9]{1,18}")
_NULLS = frozenset(("null", "Null", "NULL", "~"))
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Parsing:
    """What the readers of one file share: where findings go, and the names that must be looked up later."""

    def __init__(self, path: str, report: Report) -> None:
        self.path = path
        self.report = report
        self.references = References()


Reader: TypeAlias = Callable[[Parsing, Entry], Any]
ScalarReader: TypeAlias = Callable[[Parsing, Entry, str], Scalar | None]


def closest(word: str, known: Collection[str]) -> str | None:
    """The one known word that was most likely meant."""
    folded = {k.lower().replace("_", ""): k for k in known}
    matches = difflib.get_close_matches(word.lower().replace("_", ""), folded, n=1, cutoff=0.7)
    return folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """The hint for a word that is not known, where one is close."""
    best = closest(word, known)
    return f"did you mean `{best}`?" if best else None


def written(node: Node, key: Span, p: Parsing, what: str) -> bool:
    """Whether there is a value at all; a missing one is found at its key."""
    if isinstance(node, Bad):
        return False
    if isinstance(node, Scalar) and node.plain and (not node.text or node.text in _NULLS):
        p.report.add("EMPTY_VALUE", key, f"there is no value here; {what} is expected")
        return False
    return True


def as_map(p: Parsing, entry: Entry, what: str = "a map") -> Map | None:
    """The value as a map."""
    if not written(entry.value, entry.key.at, p, what):
        return None
    if isinstance(entry.value, Map):
        return entry.value
    p.report.add("WRONG_SHAPE", entry.value.at, f"`{entry.key.text}` must be {what}")
    return None


def as_list(p: Parsing, entry: Entry, what: str = "a list") -> Seq | None:
    """The value as a list."""
    if not written(entry.value, entry.key.at, p, what):
        return None
    if isinstance(entry.value, Seq):
        return entry.value
    p.report.add("WRONG_SHAPE", entry.value.at, f"`{entry.key.text}` must be {what}")
    return None


def as_scalar(p: Parsing, entry: Entry, what: str = "a text") -> Scalar | None:
    """The value as a scalar of whatever text; nothing at all is a finding of its own, since `null` is a text here."""
    if isinstance(entry.value, Bad):
        return None
    if not isinstance(entry.value, Scalar):
        subject = "an item" if entry.key.at is entry.value.at else f"`{entry.key.text}`"
        p.report.add("WRONG_SHAPE", entry.value.at, f"{subject} must be {what}")
        return None
    if entry.value.empty:
        p.report.add(
            "EMPTY_TEXT",
            entry.key.at,
            f"there is no value here; {what} is expected",
            hint='an empty text is written `""`',
        )
        return None
    return entry.value


def as_word(p: Parsing, entry: Entry, what: str) -> Scalar | None:
    """The value as a scalar that has a form of its own (a name, a number): `null` is none."""
    return as_scalar(p, entry, what) if written(entry.value, entry.key.at, p, what) else None


def text(p: Parsing, entry: Entry) -> str | None:
    """Any text."""
    scalar = as_scalar(p, entry)
    return None if scalar is None else scalar.text


def node(p: Parsing, entry: Entry) -> Node | None:
    """Whatever is written: a literal whose type is not known yet."""
    if isinstance(entry.value, Scalar) and entry.value.empty:
        p.report.add("EMPTY_TEXT", entry.key.at, "there is no value here", hint='an empty text is written `""`')
        return None
    return None if isinstance(entry.value, Bad) else entry.value


def flag(p: Parsing, entry: Entry) -> Flag | None:
    """``true`` or ``false``."""
    scalar = as_word(p, entry, "`true` or `false`")
    if scalar is None:
        return None
    if scalar.text in _FLAGS:
        return Flag(_FLAGS[scalar.text], entry.key.at)
    hint = {"yes": "write `true`", "on": "write `true`", "no": "write `false`", "off": "write `false`"}
    p.report.add(
        "BAD_SETTING", scalar.at, f"`{entry.key.text}` is `true` or `false`", hint=hint.get(scalar.text.lower())
    )
    return None


def count(p: Parsing, entry: Entry) -> int | None:
    """A whole number from 0 on."""
    scalar = as_word(p, entry, "a whole number")
    return None if scalar is None else number(p, scalar, f"`{entry.key.text}`")


def number(p: Parsing, scalar: Scalar, what: str) -> int | None:
    """The text of a scalar as a whole number from 0 on."""
    if _COUNT.fullmatch(scalar.text):
        return int(scalar.text)
    p.report.add("BAD_SETTING", scalar.at, f"{what} must be a whole number from 0 on, such as 12")
    return None


def wire(p: Parsing, entry: Entry) -> Name | None:
    """A name as it is sent: any text without control characters."""
    scalar = as_word(p, entry, "the name that is sent")
    if scalar is None:
        return None
    if scalar.text and not _CONTROL.search(scalar.text):
        return Name(scalar.text, scalar.at)
    p.report.add("BAD_SETTING", scalar.at, "a name that is sent must be a text without control characters")
    return None


def items(p: Parsing, entry: Entry, each: str, what: str, read: ScalarReader = as_scalar) -> list[Scalar] | None:
    """The scalars of a list; those that are none are reported. ``read`` is `as_word` where `null` is no item."""
    seq = as_list(p, entry, what)
    if seq is None:
        return None
    scalars = (read(p, item_entry(item), each) for item in seq.items)
    return [scalar for scalar in scalars if scalar is not None]


def item_entry(item: Node) -> Entry:
    """An item of a list, for the readers of entries: its place stands for that of the key."""
    return Entry(Scalar("", True, item.at), item)


def names(p: Parsing, entry: Entry) -> tuple[Name, ...] | None:
    """A list of different texts."""
    found = items(p, entry, "a text", "a list of texts")
    if found is None:
        return None
    return distinct(p, [Name(scalar.text, scalar.at) for scalar in found])


def distinct(p: Parsing, listed: list[Name]) -> tuple[Name, ...]:
    """The names of a list, each once; those that come again are reported."""
    seen: dict[str, Name] = {}
    for name in listed:
        first = seen.setdefault(name.text, name)
        if first is not name:
            p.report.add(
                "DUPLICATE_ITEM", name.at, f"`{name.text}` is listed twice", related=((first.at, "listed here first"),)
            )
    return tuple(seen.values())


def styled(p: Parsing, scalar: Scalar, style: re.Pattern[str], what: str) -> Name:
    """A scalar as a name in the style of its sort; another style is a finding, and the name stands all the same."""
    if not style.fullmatch(scalar.text):
        case = CASES[style]
        p.report.add("BAD_NAME", scalar.at, f"the name of {what} must be in {case}", hint=_restyle(scalar.text, style))
    return Name(scalar.text, scalar.at)


def _restyle(wrong: str, style: re.Pattern[str]) -> str | None:
    words = [w for w in re.split(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", wrong) if w]
    mend = {
        SNAKE: "_".join(w.lower() for w in words),
        PASCAL: "".join(w[:1].upper() + w[1:] for w in words),
        UPPER: "_".join(w.upper() for w in words),
    }[style]
    return f"did you mean `{mend}`?" if wrong.isascii() and style.fullmatch(mend) else None


def read_map(
    p: Parsing, node: Map, what: str, readers: Mapping[str, Reader], required: Collection[str] = ()
) -> dict[str, Any]:
    """Reads a map whose keys the language gives: the value of each key that is there and known, None if refused.

    A key that was most likely meant by an unknown one counts as refused, so that it isn't also found missing.
    """
    values: dict[str, Any] = {}
    for entry in node.entries:
        reader = readers.get(entry.key.text)
        if reader is None:
            best = closest(entry.key.text, [k for k in readers if k not in values])
            if best:
                values[best] = None
            hint = f"did you mean `{best}`?" if best else f"known are {', '.join(f'`{k}`' for k in readers)}"
            p.report.add("UNKNOWN_KEY", entry.key.at, f"{what} has no `{entry.key.text}`", hint=hint)
        else:
            values[entry.key.text] = reader(p, entry)
    for key in required:
        if key not in values and not node.incomplete:
            p.report.add("MISSING_KEY", node.at, f"{what} needs `{key}`")
    return values
