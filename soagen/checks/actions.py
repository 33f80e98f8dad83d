"""Actions: bodies, errors, variants and examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from soagen.checks.book import Book
from soagen.checks.fields import build_fields
from soagen.checks.literals import REFUSED, Literals
from soagen.diagnostics import Span
from soagen.model import OBJECT, Action, Body, Example, Ref, ScalarType, Type, Variant
from soagen.parse.tree import ActionTree, BodyTree, ExampleTree, FieldTree, NameExpr, VariantTree
from soagen.resolve import Unit
from soagen.source import Bad, Map, Node

Fields = dict[str, tuple[FieldTree, Type]]
# What the values of a body are held against: its fields by name, or `OBJECT`; None where the fields are not known.
Known = Fields | ScalarType | None


class Actions:
    """Builds the actions of one file."""

    def __init__(self, book: Book, literals: Literals, unit: Unit) -> None:
        self.book = book
        self.literals = literals
        self.report = book.report
        self.unit = unit

    def build(self, tree: ActionTree) -> Action:
        """An action, its variants and its examples."""
        request, request_fields = self.body(tree.request)
        response, response_fields = self.body(tree.response)
        errors = self._errors(tree.errors)
        if tree.oneway:
            self._refuse_answers(tree.response.at if tree.response else None, tree.errors_at)
            for variant in tree.variants:
                at = variant.response.at if variant.response else None
                self._refuse_answers(at, variant.errors[0].name.at if variant.errors else None)
        base = Action(
            name=tree.name.text,
            wire=tree.wire.text if tree.wire else tree.name.text,
            request=request,
            response=response,
            errors=errors,
            span=tree.name.at,
        )
        variants = (self._variant(base, variant) for variant in tree.variants)
        examples = self._examples(tree, request_fields, response_fields, errors)
        return Action(
            name=base.name,
            wire=base.wire,
            request=request,
            response=response,
            errors=errors,
            variants=tuple(variant for variant in variants if variant is not None),
            examples=examples,
            timeout=tree.timeout,
            idempotent=tree.idempotent,
            oneway=tree.oneway,
            doc=tree.doc,
            deprecated=tree.deprecated,
            span=tree.name.at,
        )

    def _refuse_answers(self, response: Span | None, errors: Span | None) -> None:
        for at, word in ((response, "response"), (errors, "errors")):
            if at is not None:
                self.report.add("ONEWAY_ANSWERS", at, f"a oneway action has no {word}: its caller waits for nothing")

    def body(self, tree: BodyTree | None) -> tuple[Body, Known]:
        """A body, and what its values are held against."""
        if tree is None:
            return (), {}
        if tree.is_object:
            return OBJECT, OBJECT
        if tree.ref is not None:
            struct = self.book.names.struct(self.unit, tree.ref)
            return (struct or (), None if struct is None else self.book.fields(struct))
        if tree.fields is None:
            return (), None
        known = {field.name.text: (field, self.book.of(self.unit, field)) for field in tree.fields}
        return build_fields(self.literals, known.values(), ()), known

    def _errors(self, trees: Sequence[NameExpr]) -> tuple[Ref, ...]:
        """The errors of a list; two that would be sent by one code are reported."""
        found = []
        codes: dict[str, NameExpr] = {}
        for tree in trees:
            ref = self.book.names.error(self.unit, tree)
            if ref is None:
                continue
            found.append(ref)
            error = self.book.names.error_tree(ref).tree
            code = error.wire.text if error.wire else error.name.text
            first = codes.setdefault(code, tree)
            if first is not tree and first.qualifier != tree.qualifier:
                message = f"`{first}` and `{tree}` would both be sent as `{code}`"
                self.report.add("WIRE_CLASH", tree.name.at, message, related=((first.name.at, "the other is here"),))
        return tuple(found)

    def _variant(self, base: Action, tree: VariantTree) -> Variant | None:
        request = base.request if tree.request is None else self.body(tree.request)[0]
        response = base.response if tree.response is None else self.body(tree.response)[0]
        errors = base.errors if tree.errors is None else self._errors(tree.errors)
        switch = self.book.names.switch(self.unit, tree.switch)
        if switch is None:
            return None
        return Variant(
            switch=switch, request=request, response=response, errors=errors, doc=tree.doc, span=tree.switch.name.at
        )

    def _examples(
        self, tree: ActionTree, request: Known, response: Known, errors: tuple[Ref, ...]
    ) -> tuple[Example, ...]:
        seen: dict[str, ExampleTree] = {}
        for example in tree.examples:
            first = seen.setdefault(example.name.text, example)
            if first is not example and example.name.text:
                message = f"there are two examples named `{example.name.text}`"
                related = ((first.name.at, "the first is here"),)
                self.report.add("DUPLICATE_ITEM", example.name.at, message, related=related)
        return tuple(self._example(tree, example, request, response, errors) for example in tree.examples)

    def _example(
        self,
        action: ActionTree,
        tree: ExampleTree,
        request: Known,
        response: Known,
        errors: tuple[Ref, ...],
    ) -> Example:
        self._check_outcome(action, tree)
        sent = self._values(tree.request, request, "the request")
        answered = None
        if tree.response_at is not None:
            answered = self._values(tree.response, response, "the response")
        error, error_fields = self._error(tree, errors)
        return Example(
            name=tree.name.text,
            request=sent,
            response=answered,
            error=error,
            error_fields=error_fields,
            span=tree.name.at,
        )

    def _check_outcome(self, action: ActionTree, tree: ExampleTree) -> None:
        if tree.response_at and tree.error_at:
            related = ((min(tree.response_at, tree.error_at), "the other stands here"),)
            message = "an example ends with a response or with an error, not with both"
            self.report.add("EXAMPLE_OUTCOME", max(tree.response_at, tree.error_at), message, related=related)
        elif action.oneway and (tree.response_at or tree.error_at):
            message = "a oneway action answers nothing, in its examples too"
            self.report.add("EXAMPLE_OUTCOME", tree.response_at or tree.error_at or tree.at, message)
        elif not action.oneway and not tree.response_at and not tree.error_at:
            hint = "write `response: {}` for an empty response"
            self.report.add("EXAMPLE_OUTCOME", tree.at, "an example needs a `response` or an `error`", hint=hint)

    def _error(self, tree: ExampleTree, errors: tuple[Ref, ...]) -> tuple[Ref | None, dict[str, Any] | None]:
        error = self.book.names.error(self.unit, tree.error) if tree.error else None
        if error is None or tree.error is None:
            return None, None
        if error not in errors:
            at = tree.error.name.at
            hint = f"add `{tree.error}` to the action's `errors`"
            self.report.add("UNDECLARED_ERROR", at, f"the action does not answer with `{tree.error}`", hint=hint)
        found = self.book.names.error_tree(error)
        known = self.book.error_fields(found.unit, found.tree)
        empty = Map((), tree.error.name.at)
        return error, self._values(tree.error_fields or empty, known, f"`{tree.error}`")

    def _values(self, node: Node | None, known: Known, what: str) -> dict[str, Any]:
        if node is None or known is None or isinstance(node, Bad):
            return {}
        if isinstance(known, ScalarType):
            return self._object(node, known, what)
        if not isinstance(node, Map):
            self.report.add("BAD_LITERAL", node.at, f"{what} must be a map of fields")
            return {}
        values = self.literals.fields(node, known, what)
        return {name: value for name, value in values.items() if value is not REFUSED}

    def _object(self, node: Node, type_: ScalarType, what: str) -> dict[str, Any]:
        if not isinstance(node, Map):
            self.report.add("BAD_LITERAL", node.at, f"{what} must be a map")
            return {}
        found: dict[str, Any] = self.literals.read(node, type_)
        return found
