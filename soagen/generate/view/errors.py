"""``errors``: one exception class per error, with its fields."""

from __future__ import annotations

from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.block import Block
from soagen.generate.coder import Coder
from soagen.generate.layout import Brackets, Node, call, lay, statement
from soagen.generate.scope import Scope
from soagen.generate.values import Function
from soagen.generate.view.about import About
from soagen.generate.view.codec import coder_for
from soagen.generate.view.docs import described, in_words, notice
from soagen.generate.view.signatures import parameters
from soagen.model import ErrorDef, Placeholder


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """An error's class: its docstring, what it says of itself, and its methods' lines."""

    name: str
    base: str
    doc: list[str]
    attributes: list[str]
    init: list[str]
    to_variables: list[str]
    from_variables: list[str]


@dataclass(frozen=True, slots=True)
class ErrorsView:
    """The module's imports, its constants, the functions that its classes need, and these."""

    imports: list[str]
    constants: list[str]
    functions: list[Function]
    classes: list[ErrorClass]


def errors_view(about: About) -> ErrorsView | None:
    """The module, unless the contract has no errors."""
    contract = about.contract
    if not contract.errors:
        return None
    fields = {names.error_field(f.name) for error in contract.errors for f in error.fields}
    scope = Scope(about.error_classes, avoided=fields)
    errors = _Errors(scope, coder_for(about, scope, None))
    classes = [errors.error_class(error) for error in contract.errors]
    return ErrorsView(scope.lines(), errors.coder.constants.lines, errors.coder.values.helpers, classes)


@dataclass(frozen=True, slots=True)
class _Errors:
    scope: Scope
    coder: Coder

    def error_class(self, error: ErrorDef) -> ErrorClass:
        name = names.error_class(error.name)
        attributes = statement("CODE = ", text.string(error.wire), 1)
        if not error.caller_error:
            attributes.append("    CALLER_ERROR = False")
        if error.retryable:
            attributes.append("    RETRYABLE = True")
        doc = described(1, error.doc, notice(error.deprecated), otherwise=in_words(error.name))
        base = self.scope.runtime("ContractError")
        return ErrorClass(
            name, base, doc, attributes, self._init(error), self._to_variables(error), self._from_variables(error)
        )

    def _init(self, error: ErrorDef) -> list[str]:
        given, defaults = parameters(self.coder.speller, error.fields, names.error_field)
        block = Block(2)
        block.lines += defaults
        block.add(call("super().__init__", _message(error)))
        for each in error.fields:
            block.put(f"self.{names.error_field(each.name)} = ", names.error_field(each.name))
        items = ("self", "*", *given) if given else ("self",)
        return [*lay(Brackets("def __init__(", items, ") -> None:", packs=True), 1), *block.lines]

    def _to_variables(self, error: ErrorDef) -> list[str]:
        if not error.fields:
            return []
        block = Block(2)
        self.coder.encode_fields(block, error.fields, names.error_field, names.snake(error.name), "self")
        any_ = self.coder.speller.any
        return [f"    def to_variables(self, strict: bool) -> dict[str, {any_}]:", *block.lines]

    def _from_variables(self, error: ErrorDef) -> list[str]:
        block = Block(2)
        self.coder.decode_fields(block, error.fields, names.error_field, names.snake(error.name), "cls", bare=False)
        self_ = self.scope.name("typing", "Self")
        any_ = self.coder.speller.any
        return [
            "    @classmethod",
            *lay(
                Brackets(
                    "def from_variables(", ("cls", f"data: dict[str, {any_}]", "strict: bool"), f") -> {self_}:", True
                ),
                1,
            ),
            *block.lines,
        ]


def _message(error: ErrorDef) -> Node:
    parts: list[str | tuple[str]] = [
        (names.error_field(part.field),) if isinstance(part, Placeholder) else part for part in error.message
    ]
    return text.format_string(parts)
