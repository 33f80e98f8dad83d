"""The top of a file: which contract it is, and what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping

from soagen.diagnostics import Span
from soagen.findings import Report
from soagen.model import ContractKind
from soagen.parse.actions import actions
from soagen.parse.definitions import errors, switch_id, switches, types
from soagen.parse.fields import deprecation, fields
from soagen.parse.shapes import (
    SNAKE,
    Parsing,
    Reader,
    as_list,
    as_map,
    as_word,
    item_entry,
    names,
    read_map,
    styled,
    text,
)
from soagen.parse.tree import FileTree, ImportTree, Name, Number, ReservedTree
from soagen.source import Bad, Entry, Map, Node

VERSION = "1"
_CALLED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")  # what may stand in the keys that a service has in Redis


def parse(root: Node, path: str, report: Report) -> FileTree | None:
    """The tree of a file, or None after a finding that it is no contract of this version at all."""
    p = Parsing(path, report)
    if not isinstance(root, Map):
        if not isinstance(root, Bad):
            report.add("WRONG_SHAPE", root.at, "a contract is a map", hint="it starts with `soa: 1`")
        return None
    version = next((entry for entry in root.entries if entry.key.text == "soa"), None)
    if version is not None and not _supported(p, version):
        return None
    values = read_map(p, root, "a contract", _FILE, required=["soa"])
    at = {entry.key.text: entry.key.at for entry in root.entries}
    kind = _kind(p, root, at)
    if kind is ContractKind.PACKAGE and "actions" in at:
        report.add(
            "PACKAGE_WITH_ACTIONS", at["actions"], "a package has no actions", hint="actions belong to a `service`"
        )
    if kind is ContractKind.PACKAGE and "wire" in at:
        report.add("BAD_SETTING", at["wire"], "a package is not called, so it has no `wire`")
    return FileTree(
        path=path,
        kind=kind,
        name=values.get(kind.value),
        references=p.references,
        wire=values.get("wire"),
        imports=values.get("imports") or (),
        context=values.get("context") or (),
        switches=values.get("switches") or (),
        types=values.get("types") or (),
        errors=values.get("errors") or (),
        actions=values.get("actions") or (),
        reserved=values.get("reserved") or ReservedTree(),
        doc=values.get("doc"),
        deprecated=values.get("deprecated"),
        refused=_refused(root, values),
        at=values[kind.value].at if values.get(kind.value) else root.at,
    )


def _refused(root: Map, values: Mapping[str, object]) -> frozenset[str]:
    if root.incomplete:
        return frozenset(_FILE)
    partial = {entry.key.text for entry in root.entries if isinstance(entry.value, Map) and entry.value.incomplete}
    return frozenset(partial | {key for key, value in values.items() if value is None})


def _supported(p: Parsing, entry: Entry) -> bool:
    scalar = as_word(p, entry, "the language's version, `1`,")
    if scalar is None or scalar.text == VERSION:
        return scalar is not None
    p.report.add(
        "UNSUPPORTED_VERSION",
        scalar.at,
        f"this compiler reads version {VERSION} of the language",
        hint=f"write `soa: {VERSION}`",
    )
    return False


def _kind(p: Parsing, root: Map, at: Mapping[str, Span]) -> ContractKind:
    present = [entry.key for entry in root.entries if entry.key.text in ("service", "package")]
    if not present:
        p.report.add("MISSING_KEY", root.at, "a contract needs `service` or `package`")
        return ContractKind.SERVICE
    if len(present) == 2:
        related = ((present[0].at, "the other stands here"),)
        p.report.add(
            "CONFLICTING_KEYS", present[1].at, "a contract is either a `service` or a `package`", related=related
        )
    return ContractKind(present[0].text)


def _contract_name(p: Parsing, entry: Entry) -> Name | None:
    scalar = as_word(p, entry, "a name")
    return None if scalar is None else styled(p, scalar, SNAKE, f"a {entry.key.text}")


def _called(p: Parsing, entry: Entry) -> Name | None:
    scalar = as_word(p, entry, "the name that the service is called by")
    if scalar is None:
        return None
    if _CALLED.fullmatch(scalar.text):
        return Name(scalar.text, scalar.at)
    message = "the name that a service is called by is made of letters, digits, `_`, `-`, `.` and `:`"
    p.report.add("BAD_SETTING", scalar.at, message)
    return None


def _imports(p: Parsing, entry: Entry) -> tuple[ImportTree, ...] | None:
    found = as_map(p, entry, "a map of alias to path")
    return None if found is None else tuple(_import(p, each) for each in found.entries)


def _import(p: Parsing, entry: Entry) -> ImportTree:
    alias = styled(p, entry.key, SNAKE, "an import")
    scalar = as_word(p, entry, "the path of a contract file")
    if scalar is None:
        return ImportTree(alias, None)
    if not scalar.text or scalar.text.startswith("/") or "\\" in scalar.text or scalar.text[1:2] == ":":
        message = "an import is a path relative to this file, with `/` between folders"
        p.report.add("BAD_SETTING", scalar.at, message)
        return ImportTree(alias, None)
    return ImportTree(alias, Name(scalar.text, scalar.at))


def _reserved(p: Parsing, entry: Entry) -> ReservedTree | None:
    found = as_map(p, entry, "a map of `actions`, `errors` and `switches`")
    if found is None:
        return None
    values = read_map(p, found, "`reserved`", _RESERVED)
    return ReservedTree(values.get("actions") or (), values.get("errors") or (), values.get("switches") or ())


def _numbers(p: Parsing, entry: Entry) -> tuple[Number, ...] | None:
    seq = as_list(p, entry, "a list of numbers")
    if seq is None:
        return None
    numbers = (switch_id(p, item_entry(item)) for item in seq.items)
    return tuple(number for number in numbers if number is not None)


_RESERVED: Mapping[str, Reader] = {"actions": names, "errors": names, "switches": _numbers}
_FILE: Mapping[str, Reader] = {
    "soa": lambda p, entry: None,  # read before everything else: another version has other keys
    "service": _contract_name,
    "package": _contract_name,
    "wire": _called,
    "doc": text,
    "deprecated": deprecation,
    "imports": _imports,
    "context": fields,
    "switches": switches,
    "types": types,
    "errors": errors,
    "actions": actions,
    "reserved": _reserved,
}
