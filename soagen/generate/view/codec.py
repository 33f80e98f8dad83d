"""``codec``: how the types of a contract are written down and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.block import Block
from soagen.generate.checks import Checker
from soagen.generate.coder import CodecNames, Coder
from soagen.generate.constants import Constants
from soagen.generate.layout import Brackets, call, collection, compared, lay, tuple_of
from soagen.generate.scope import Scope
from soagen.generate.spelling import struct_ref
from soagen.generate.values import Function, Values
from soagen.generate.view.about import About
from soagen.model import Alias, EnumType, Expansion, Field, NamedType, Struct, TypeDef, Union


@dataclass(frozen=True, slots=True)
class CodecView:
    """The module's imports, its constants, its functions."""

    imports: list[str]
    constants: list[str]
    functions: list[Function]


def codec_view(about: About) -> CodecView | None:
    """The module, unless nothing needs a function."""
    if not about.coded:
        return None
    scope, functions = about.codec_scope()
    codec = _Codec(about, scope, functions, coder_for(about, scope, functions))
    made = codec.functions()
    return CodecView(scope.lines(), codec.coder.constants.lines, made)


def coder_for(about: About, scope: Scope, own: CodecNames | None) -> Coder:
    """The coder of one module. ``own`` are the functions that the module itself has; it imports the rest."""
    foreign: dict[str, CodecNames] = {}

    def function_of(ref: NamedType) -> tuple[str, str]:
        if ref.contract == about.contract.name:
            if own is not None:
                return own.of[ref.name]
            module = scope.name(".", "codec")
            pair = about.codec_scope()[1].of[ref.name]
        else:
            other = names.module(ref.contract)
            module = scope.name(f"..{other}", "codec", f"{other}_codec")
            if ref.contract not in foreign:
                foreign[ref.contract] = About(about.project, about.project.contracts[ref.contract]).codec_scope()[1]
            pair = foreign[ref.contract].of[ref.name]
        return f"{module}.{pair[0]}", f"{module}.{pair[1]}"

    speller = about.speller(scope, "qualified")
    constants = Constants(scope)
    imported = about.imported | {f"{each}_codec" for each in about.imported}
    values = Values(about.project, scope, speller, Checker(speller, constants), function_of)
    return Coder(scope, speller, constants, values, reserved=frozenset(imported | {"codec", "dt", "types"}))


@dataclass(frozen=True, slots=True)
class _Codec:
    about: About
    scope: Scope
    known: CodecNames
    coder: Coder

    def functions(self) -> list[Function]:
        made: list[Function] = []
        for type_ in self.about.contract.types:
            made += self._type(type_)
        for name, (body, _) in self.about.bodies.items():
            made += self._struct(name, self._class(name), body.fields)
        if self.about.is_service:
            name = self.about.context_class
            made += self._struct(name, self._class(name), self.about.context, names.context_field, known_only=False)
        return made

    def _class(self, name: str) -> str:
        return self.coder.speller.own(names.type_class(name))

    def _type(self, type_: TypeDef) -> list[Function]:
        match type_:
            case Struct():
                return self._struct(type_.name, self._class(type_.name), type_.fields, expansions=type_.expansions)
            case EnumType():
                return self._enum(type_)
            case Union():
                return self._union(type_)
            case Alias():
                return []

    def _with_helpers(self, made: Function) -> list[Function]:
        helpers = [*self.coder.values.helpers, made]
        self.coder.values.helpers.clear()
        return helpers

    def _encoder(self, name: str, value: str, sent: str, block: Block) -> Function:
        signature = Brackets(
            f"def {self.known.of[name][0]}(", (f"value: {value}", "strict: bool"), f") -> {sent}:", packs=True
        )
        return Function(lay(signature, 0), [], block.lines)

    def _decoder(self, name: str, given: str, value: str, block: Block) -> Function:
        parameter = "data" if given.startswith("dict") else "value"
        signature = Brackets(
            f"def {self.known.of[name][1]}(", (f"{parameter}: {given}", "strict: bool"), f") -> {value}:", packs=True
        )
        return Function(lay(signature, 0), [], block.lines)

    def _struct(
        self,
        name: str,
        class_: str,
        fields: tuple[Field, ...],
        spell: Callable[[str], str] = names.field,
        known_only: bool = True,
        expansions: tuple[Expansion, ...] = (),
    ) -> list[Function]:
        owner = names.snake(name)
        map_ = f"dict[str, {self.coder.speller.any}]"
        block = Block(1)
        with block.when(compared("type(value)", "is not", class_)):
            block.add(call(self.scope.runtime("expect"), "value", class_))
        self.coder.encode_fields(block, fields, spell, owner)
        encoder = self._with_helpers(self._encoder(name, class_, map_, block))
        block = Block(1)
        unset = {names.field(each.name): "[]" if each.many else "None" for each in expansions}
        self.coder.decode_fields(block, fields, spell, owner, class_, known_only, unset=unset)
        return [*encoder, *self._with_helpers(self._decoder(name, map_, class_, block))]

    def _enum(self, enum: EnumType) -> list[Function]:
        class_ = self._class(enum.name)
        members = self.coder.constants.name(names.snake(enum.name), call(self.scope.runtime("members"), class_))
        unlisted = call(self.scope.runtime("unlisted"), class_, "value", "strict")
        block = Block(1)
        with block.when(any_of=(compared("type(value)", "is not", class_), f"value not in {members}")):
            block.put("value = ", unlisted)
        block.put("return ", "str.__str__(value)")
        encoder = self._encoder(enum.name, class_, "str", block)
        block = Block(1)
        with block.when("type(value) is str"):
            block.put("member = ", f"{members}.get(value)")
            with block.when("member is not None"):
                block.put("return ", "member")
        block.put("return ", unlisted)
        return [encoder, self._decoder(enum.name, self.coder.speller.any, class_, block)]

    def _union(self, union: Union) -> list[Function]:
        class_ = self._class(union.name)
        map_ = f"dict[str, {self.coder.speller.any}]"
        tag = text.string(union.tag)
        members = [(text.string(m.tag), struct_ref(self.about.project, m.type)) for m in union.members]
        block = Block(1)
        with block.matching("value"):
            for written, ref in members:
                with block.case(f"{self.coder.speller.class_(ref)}()"):
                    encoded = call(f"**{self.coder.values.function_of(ref)[0]}", "value", "strict")
                    block.put("return ", collection("{", (f"{tag}: {written}", encoded), "}"))
            with block.case("_"):
                block.put("raise ", call(self.scope.runtime("unsendable"), text.string(union.name)))
        encoder = self._encoder(union.name, class_, map_, block)
        block = Block(1)
        block.put("tag, body = ", call(self.scope.runtime("untag"), "data", tag))
        for written, ref in members:
            with block.when(compared("tag", "==", written)):
                block.put("return ", call(self.coder.values.function_of(ref)[1], "body", "strict"))
        unknown = call(self.scope.runtime("unknown_tag"), tag, tuple_of([written for written, _ in members]))
        if union.closed:
            block.put("raise ", unknown)
        else:
            with block.when("strict"):
                block.put("raise ", unknown)
            block.put("return ", call(self.coder.speller.own(names.unknown_class(union.name)), "tag=tag", "body=body"))
        return [encoder, self._decoder(union.name, map_, class_, block)]
