"""PyYAML's own scanner, taught the things in which libyaml reads more of YAML than it does.

In a flow map libyaml takes a `?` inside a plain scalar (``{type: string?}``), which YAML 1.2 allows and PyYAML refuses;
and libyaml takes tabs as white space between tokens. Both are done here as libyaml does them, so that a contract is
read alike on a machine without libyaml. Beyond these, an escape for a character that does not exist is an error of the
text here too, and not of Python.
"""

from __future__ import annotations

import re

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken

_ENDS = "\0\r\n\x85\u2028\u2029"
_BLANKS = " \t"
_SURROGATE = re.compile("[\ud800-\udfff]")


class PureParser(Reader, Scanner, Parser):
    """Events from a text, as `yaml.cyaml.CParser` gives them."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Passes white space (tabs too, where no indentation can be meant), comments and line ends."""
        while True:
            tabs = self.flow_level or not self.allow_simple_key
            while self.peek() == " " or (tabs and self.peek() == "\t"):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in _ENDS:
                    self.forward()
            if not self._line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> ScalarToken:
        """A plain scalar, over as many lines as it has."""
        chunks: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        spaces: list[str] = []
        while self.peek() != "#":
            length = self._plain_length()
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += spaces
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _plain_length(self) -> int:
        length = 0
        while True:
            char, after = self.peek(length), self.peek(length + 1) if self.peek(length) == ":" else ""
            if char in _ENDS or char in _BLANKS or (after and after in _ENDS + _BLANKS):
                return length
            if self.flow_level and after and after in ",?[]{}":
                start = self.get_mark()
                self.forward(length)
                raise ScannerError("while scanning a plain scalar", start, "found unexpected ':'", self.get_mark())
            if self.flow_level and char in ",[]{}":
                return length
            length += 1

    def scan_plain_spaces(self, indent: int, start: object) -> list[str]:
        """The white space after a piece of a plain scalar, folded as YAML folds it; empty where the scalar ends."""
        length = 0
        while self.peek(length) in _BLANKS:
            length += 1
        blanks = self.prefix(length)
        self.forward(length)
        if self.peek() not in "\r\n":
            return [blanks] if blanks else []
        breaks = [self._line_break()]
        self.allow_simple_key = True
        while not self._document_ends() and self.peek() in " \t\r\n":
            if self.peek() in _BLANKS:
                self.forward()
            else:
                breaks.append(self._line_break())
        if self._document_ends():
            return []
        return [" "] if len(breaks) == 1 else breaks[1:]

    def scan_flow_scalar(self, style: str) -> ScalarToken:
        """A quoted scalar; an escape that stands for no character is an error of the text, as it is for libyaml."""
        start = self.get_mark()
        try:
            token = super().scan_flow_scalar(style)
        except (ValueError, OverflowError) as error:
            raise ScannerError("while scanning a quoted scalar", start, "no such character", start) from error
        if _SURROGATE.search(token.value):
            raise ScannerError("while scanning a quoted scalar", start, "no such character", start)
        return token

    def _line_break(self) -> str:
        found: str = self.scan_line_break()  # type: ignore[no-untyped-call]  # PyYAML's stubs give it no types
        return found

    def _document_ends(self) -> bool:
        return bool(self.column == 0 and self.prefix(3) in ("---", "...") and self.peek(3) in _ENDS + _BLANKS)
