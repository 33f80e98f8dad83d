"""``expansions``: what can be expanded in the types of a contract, and the paths that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.expandable import expandable
from soagen.generate.layout import Brackets, annotated, call, lay, statement
from soagen.generate.scope import EXPANSIONS, Scope
from soagen.generate.spelling import Speller
from soagen.generate.view.about import About, Operation
from soagen.generate.view.docs import described, expansion_words
from soagen.model import Expansion, Field, NamedType, Ref, Struct


@dataclass(frozen=True, slots=True)
class PathClass:
    """A class of paths, or of where they begin: its head, its docstring, its members."""

    head: list[str]
    doc: list[str]
    members: list[list[str]]


@dataclass(frozen=True, slots=True)
class ExpansionsView:
    """The module's imports, its descriptors, its classes."""

    imports: list[str]
    expansions: list[list[str]]
    classes: list[PathClass]


def expansions_view(about: About) -> ExpansionsView | None:
    """The module, unless nothing can be expanded."""
    if not about.expanded:
        return None
    expansions = _Expansions(about)
    rows = [expansions.row(struct, each) for struct in about.expanded for each in struct.expansions]
    begins = [expansions.begin(struct) for struct in about.expanded]
    paths = list(expansions.paths())
    return ExpansionsView(expansions.scope.lines(), rows, [*paths, *begins])


class _Expansions:
    def __init__(self, about: About) -> None:
        self.about = about
        own = [names.path_class(struct.name) for struct in about.expanded]
        steps = {names.expansion(each.name) for struct in about.expanded for each in struct.expansions}
        self.scope = Scope({*own, *about.expand_classes}, avoided={*steps, "then", "self", "path"})
        self.speller: Speller = about.speller(self.scope, "qualified")
        self.constants = {
            (struct.name, each.name): self.scope.claim(f"{names.snake(struct.name)}_{each.name}".upper())
            for struct in about.expanded
            for each in struct.expansions
        }
        # Paths to types of other contracts that hold something to expand, and have nothing of the kind themselves.
        self.foreign: dict[NamedType, str] = {}

    # --- descriptors

    def row(self, struct: Struct, expansion: Expansion) -> list[str]:
        """The descriptor of an expansion."""
        operation = self._operation(expansion.action)
        response = _field(operation.response.fields, expansion.response)
        arguments = [
            f"owner={self._class(struct.name)}",
            f"name={text.string(names.field(expansion.name))}",
            f"ids={text.string(names.field(expansion.source))}",
            *(["many=True"] if expansion.many else []),
            f"service={self._table(expansion.action)}.SERVICE",
            f"action={self._table(expansion.action)}.{operation.constant}",
            f"request={self._request(expansion.action, operation)}",
            f"request_field={text.string(names.field(expansion.request))}",
            f"response_field={text.string(names.field(response.name))}",
            *([f"key={text.string(names.field(expansion.key))}"] if expansion.key else []),
            *([f"max_ids={expansion.max_ids}"] if expansion.max_ids is not None else []),
        ]
        final = self.scope.name("typing", "Final")
        constant = self.constants[struct.name, expansion.name]
        head = f"{constant}: {final} = {self.scope.name(EXPANSIONS, 'Expansion')}("
        return [head, *(f"    {each}," for each in arguments), ")"]

    def _operation(self, ref: Ref) -> Operation:
        about = self.about
        if ref.contract != about.contract.name:
            about = About(about.project, about.project.contracts[ref.contract])
        return next(each for each in about.operations if each.variant is None and each.action.name == ref.name)

    def _table(self, ref: Ref) -> str:
        if ref.contract == self.about.contract.name:
            return self.scope.name(".", "service")
        module = names.module(ref.contract)
        return self.scope.name(f"..{module}", "service", f"{module}_service")

    def _request(self, ref: Ref, operation: Operation) -> str:
        body = operation.request
        if body.ref is not None:
            return self.speller.class_(body.ref)
        assert body.name is not None
        if ref.contract == self.about.contract.name:
            return self.speller.own(body.name)
        return f"{self.scope.name('..', names.module(ref.contract))}.{body.name}"

    def _class(self, struct: str) -> str:
        return self.speller.class_(NamedType(self.about.contract.name, struct))

    # --- paths

    def paths(self) -> Iterator[PathClass]:
        """The classes of paths that can go on."""
        for struct in self.about.expanded:
            ref = NamedType(self.about.contract.name, struct.name)
            yield self._path(names.path_class(struct.name), ref, [self._step(struct, e) for e in struct.expansions])
        for ref, name in self.foreign.items():
            yield self._path(name, ref, [])

    def _path(self, name: str, ref: NamedType, steps: list[list[str]]) -> PathClass:
        head = f"class {name}({self.scope.name(EXPANSIONS, 'Expand')}[{self.scope.name(EXPANSIONS, 'Root')}]):"
        within = [each for each in self._held(ref) if each != ref]
        members = [["    __slots__ = ()"], *steps, *([self._then(within)] if within else [])]
        return PathClass([head], described(1, f"A path that leads to `{ref.name}`."), members)

    def _step(self, struct: Struct, expansion: Expansion) -> list[str]:
        root = self.scope.name(EXPANSIONS, "Root")
        target = self._target(expansion.type)
        constant = self.constants[struct.name, expansion.name]
        name = names.expansion(expansion.name)
        return [
            "    @property",
            *lay(Brackets(f"def {name}(", ("self",), f") -> {target}[{root}]:", packs=True), 1),
            *described(2, expansion.doc, otherwise=expansion_words(expansion)),
            *statement("return ", call(target, "*self._steps", constant), 2),
        ]

    def _then(self, within: list[NamedType]) -> list[str]:
        root, expand = self.scope.name(EXPANSIONS, "Root"), self.scope.name(EXPANSIONS, "Expand")
        allowed = " | ".join(f"{expand}[{self.speller.class_(ref)}]" for ref in within)
        words = "Goes on with a path that begins in what this one leads to."
        signature = Brackets("def then(", ("self", f"path: {allowed}"), f") -> {expand}[{root}]:", packs=True)
        return [
            *lay(signature, 1),
            *described(2, words),
            *statement("return ", call(self.scope.name(EXPANSIONS, "joined"), "self", "path"), 2),
        ]

    def _target(self, ref: NamedType) -> str:
        """The class of the paths that lead to a struct."""
        struct = self.about.project.type(ref)
        assert isinstance(struct, Struct)
        if struct.expansions:
            name = names.path_class(ref.name)
            if ref.contract == self.about.contract.name:
                return name
            module = names.module(ref.contract)
            return f"{self.scope.name(f'..{module}', 'expansions', f'{module}_expansions')}.{name}"
        if not self._held(ref):
            return self.scope.name(EXPANSIONS, "Expand")
        if ref not in self.foreign:
            self.foreign[ref] = self.scope.claim(names.path_class(ref.name))
        return self.foreign[ref]

    def _held(self, ref: NamedType) -> list[NamedType]:
        return expandable(self.about.project, [ref])

    # --- where paths begin

    def begin(self, struct: Struct) -> PathClass:
        """The class that holds the first steps."""
        members = [self._first(struct, each) for each in struct.expansions]
        doc = described(1, f"What can be expanded in each `{struct.name}` of a response.")
        return PathClass([f"class {names.expand_class(struct.name)}:"], doc, members)

    def _first(self, struct: Struct, expansion: Expansion) -> list[str]:
        final = self.scope.name("typing", "Final")
        constant = self.constants[struct.name, expansion.name]
        target = self._target(expansion.type)
        type_ = f"{final}[{target}[{self._class(struct.name)}]]"
        words = described(1, expansion.doc, otherwise=expansion_words(expansion))
        return [*annotated(names.expansion(expansion.name), type_, call(target, constant), 1), *words]


def _field(fields: tuple[Field, ...], name: str) -> Field:
    return next(each for each in fields if each.name == name)
