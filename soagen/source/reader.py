"""YAML text -> nodes, from the events of libyaml where it is installed, of PyYAML's own scanner elsewhere.

The language uses a small part of YAML: one document of maps, lists and scalars. Everything else that YAML can do is
refused here, each with a code of its own, and leaves a `Bad` node. A text that is no YAML ends in one finding.
Events, not PyYAML's nodes, are read: they cost half as much, and no tag is ever resolved. The stack is a list, so deep
nesting is a finding and never a `RecursionError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from soagen.diagnostics import Span, lines_of
from soagen.findings import Report
from soagen.source.nodes import Bad, Entry, Map, Node, Scalar, Seq
from soagen.source.pure import PureParser
from soagen.source.text import decode

MAX_DEPTH = 64
HAS_LIBYAML: bool = yaml.__with_libyaml__

_INSTEAD = "types are shared by `imports`, and within a file by giving them a name under `types`"


# A mark of PyYAML: `line` and `column`, from 0. Its stubs say that an event may lack one; none of ours does.
_Mark: TypeAlias = Any


class _Stop(Exception):
    """The text cannot be read further; why has been reported."""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not come yet."""

    start: _Mark
    is_map: bool
    nodes: list[Node] = field(default_factory=list)


def read(data: bytes, path: str, report: Report, *, libyaml: bool = HAS_LIBYAML) -> Node | None:
    """The one document in ``data``, or None after a finding that the whole of it cannot be read."""
    text = decode(data, path, report)
    return None if text is None else _Composer(text, path, report).compose(libyaml)


class _Composer:
    """Builds the nodes of one text from its events."""

    def __init__(self, text: str, path: str, report: Report) -> None:
        self.text = text
        self.path = path
        self.report = report
        self.lines = lines_of(text)

    def compose(self, libyaml: bool) -> Node | None:
        try:
            root = self._document(_events(self.text, libyaml))
        except _Stop:
            return None
        except yaml.YAMLError as error:
            self._syntax(error)
            return None
        if root is None or (isinstance(root, Scalar) and root.empty):
            self.report.add(
                "EMPTY_FILE", Span(self.path, 1, 1, 1), "the file holds nothing", hint="a contract starts with `soa: 1`"
            )
            return None
        return root

    def _document(self, events: Iterator[Event]) -> Node | None:
        """The root of the first document; a second one is a finding, and ends the reading."""
        root: Node | None = None
        stack: list[_Open] = []
        node: Node
        for event in events:
            if isinstance(event, ScalarEvent):
                node = self._scalar(event)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self._refuse_decoration(event)
                if len(stack) == MAX_DEPTH:
                    self.report.add("TOO_DEEP", self._point(event.start_mark), f"nested more than {MAX_DEPTH} deep")
                    raise _Stop
                stack.append(_Open(event.start_mark, isinstance(event, MappingStartEvent)))
                continue
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                node = self._close(stack.pop())
            elif isinstance(event, AliasEvent):
                at = self._span(event.start_mark, event.end_mark)
                self.report.add("ALIAS", at, "aliases are not part of the language", hint=_INSTEAD)
                node = Bad(at)
            else:
                if isinstance(event, DocumentStartEvent) and not self._document_start(event, first=root is None):
                    break
                continue
            if stack:
                stack[-1].nodes.append(node)
            else:
                root = node
        return root

    def _document_start(self, event: DocumentStartEvent, first: bool) -> bool:
        at = self._point(event.start_mark)
        if not first:
            self.report.add(
                "SEVERAL_DOCUMENTS", at, "a second document begins here", hint="one file holds one contract"
            )
        elif event.version or event.tags:
            self.report.add("DIRECTIVE", at, "YAML directives are not part of the language", hint="leave the line out")
        return first

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if event.anchor or event.tag:
            self._refuse_decoration(event)
        return Scalar(event.value, not event.style, self._span(event.start_mark, event.end_mark))

    def _close(self, opened: _Open) -> Node:
        nodes = opened.nodes
        if not opened.is_map:
            return Seq(tuple(nodes), self._point(opened.start))
        at = nodes[0].at if nodes else self._point(opened.start)
        seen: dict[str, Scalar] = {}
        entries = []
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if isinstance(key, Bad):
                continue
            if not isinstance(key, Scalar) or key.empty:
                self.report.add("BAD_KEY", key.at, "a key must be a text")
            elif key.plain and ":" in key.text and isinstance(value, Scalar) and value.empty:
                name, _, rest = key.text.partition(":")
                hint = f"did you mean `{name}: {rest}`, with a space?"
                self.report.add("BAD_KEY", key.at, f"`{key.text}` is read as a key without a value", hint=hint)
            elif key.plain and key.text == "<<":
                self.report.add("MERGE_KEY", key.at, "merge keys are not part of the language", hint=_INSTEAD)
            elif key.text in seen:
                first = seen[key.text].at
                message = f"the key `{key.text}` is given twice, first in line {first.line}, column {first.column}"
                self.report.add("DUPLICATE_KEY", key.at, message, related=((first, "given here first"),))
            else:
                seen[key.text] = key
                # Where nothing is, libyaml and PyYAML see it in different places: it is where its key is.
                empty = isinstance(value, Scalar) and value.empty
                entries.append(Entry(key, Scalar("", True, key.at) if empty else value))
        return Map(tuple(entries), at, incomplete=2 * len(entries) < len(nodes))

    def _refuse_decoration(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        if event.anchor:
            self.report.add(
                "ANCHOR", self._point(event.start_mark), "anchors are not part of the language", hint=_INSTEAD
            )
        if event.tag:
            self.report.add(
                "TAG",
                self._point(event.start_mark),
                "tags are not part of the language",
                hint="what a value is, the contract says already: leave the tag out",
            )

    def _syntax(self, error: yaml.YAMLError) -> None:
        problem = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or str(error)
        context = (error.context if isinstance(error, yaml.MarkedYAMLError) else None) or ""
        mark = getattr(error, "problem_mark", None)
        if mark and self._char(mark) == "\t":
            self.report.add("TAB", self._point(mark), "a tab can't indent", hint="indent with spaces")
            return
        known = (rule for rule in _SYNTAX if rule[0].search(f"{context}: {problem}"))
        _, message, at_context = next(known, (None, f"this is not YAML: {problem}", False))
        if at_context:
            mark = getattr(error, "context_mark", None) or mark
        at = self._point(mark) if mark else Span(self.path, 1, 1, 2)
        self.report.add("YAML_SYNTAX", at, message.replace("CHAR", self._char(mark)))

    def _char(self, mark: _Mark | None) -> str:
        line = self.lines[mark.line] if mark and mark.line < len(self.lines) else ""
        return line[mark.column] if mark and mark.column < len(line) else ""

    def _span(self, start: _Mark, end: _Mark) -> Span:
        if start.line == end.line:
            return Span(self.path, start.line + 1, start.column + 1, end.column + 1)
        return Span(self.path, start.line + 1, start.column + 1, len(self.lines[start.line]) + 1)

    def _point(self, mark: _Mark) -> Span:
        line = min(mark.line, len(self.lines) - 1)
        column = min(mark.column, len(self.lines[line]))
        return Span(self.path, line + 1, column + 1, min(column + 1, len(self.lines[line])) + 1)


# What libyaml and PyYAML say in different words, in ours; and whether the place is where the context began.
_SYNTAX: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (re.compile("flow mapping: .*(expected ',' or '}')"), "this `{` is not closed, or a comma is missing in it", True),
    (re.compile("flow sequence: .*(expected ',' or ']')"), "this `[` is not closed, or a comma is missing in it", True),
    (re.compile("quoted scalar: .*(end of stream|document (separator|indicator))"), "the quote is not closed", True),
    (re.compile("quoted scalar: "), "there is an escape in this text that YAML does not have", True),
    (re.compile("(flow|block) node: "), "a value is missing here", False),
    (
        re.compile("(block mapping|block collection|block sequence): "),
        "this line does not fit what is above it: is it indented right?",
        False,
    ),
    (re.compile("simple key: "), "a key needs a `:` after it", True),
    (
        re.compile("mapping values are not allowed"),
        "a `:` can't stand here: quote the text, or begin a new line",
        False,
    ),
    (re.compile("unexpected ':'"), "a `:` needs a space after it: or quote the text", False),
    (re.compile("sequence entries are not allowed"), "a list item can't begin here: begin a new line", False),
    (re.compile("cannot start any token"), "no value can start with `CHAR`: quote it", False),
    (re.compile("block scalar: "), "the header or the indentation of this block of text is wrong", True),
)


def _events(text: str, libyaml: bool) -> Iterator[Event]:
    parser: Any = yaml.CBaseLoader(text) if libyaml else PureParser(text)
    while parser.check_event():
        yield parser.get_event()
