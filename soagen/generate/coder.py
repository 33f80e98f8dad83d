"""The bodies of encoders and decoders: straight-line code that takes a struct apart, field by field.

What is generated (see ``docs/generated-code.md``): each field is read into a local, tested in line, and only where the
test fails a function of the runtime is called, which mends the value or notes a fault. Faults are collected in the
order of the fields; at the end there is one exception with all of them, or the value. `values` knows how single values
are taken; what it means that a field is there, or is not, is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from soagen.generate import names, text
from soagen.generate.block import Block
from soagen.generate.constants import Constants
from soagen.generate.layout import Brackets, Node, call, collection, fits, prefixed
from soagen.generate.scope import Scope, free_name
from soagen.generate.spelling import Speller, plain
from soagen.generate.values import WORDS, Place, Values
from soagen.model import Field, Presence

# A local takes its field's name, cut so that tests on it fit into a line.
_LONGEST_LOCAL = 32

_NONE: Mapping[str, str] = {}

_PARAMETERS = frozenset({"cls", "data", "faults", "self", "strict", "value"})

# What the bodies call: a field of this name gets another local.
_RUNTIME = frozenset(
    {
        "ABSENT",
        "Fault",
        "Invalid",
        "Pattern",
        "as_any",
        "decode_nothing",
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
        "repeats",
        "too_few_entries",
        "too_few_items",
        "too_high",
        "too_long",
        "too_low",
        "too_many_entries",
        "too_many_items",
        "too_short",
        "unknown_keys",
        "wrong_currency",
        *WORDS,
    }
)


@dataclass(frozen=True, slots=True)
class CodecNames:
    """The functions of a contract's types, by the types' names: (encoder, decoder)."""

    of: dict[str, tuple[str, str]]

    @classmethod
    def make(cls, types: Iterable[str], scope: Scope) -> CodecNames:
        """Takes the names from a scope."""
        pairs: dict[str, tuple[str, str]] = {}
        for name in types:
            snake = names.snake(name)
            pairs[name] = (scope.claim(f"encode_{snake}"), scope.claim(f"decode_{snake}"))
        return cls(pairs)


@dataclass(frozen=True, slots=True)
class Coder:
    """Makes the bodies of one module; names in ``reserved`` are no locals."""

    scope: Scope
    speller: Speller
    constants: Constants
    values: Values
    reserved: frozenset[str]

    # --- structs

    def locals(self, fields: Sequence[Field], spell: Callable[[str], str]) -> dict[str, str]:
        """The local of each field, by the field's name."""
        reserved = _RUNTIME | _PARAMETERS | self.reserved
        used = set(self.scope.bound)
        found: dict[str, str] = {}
        for each in fields:
            name = spell(each.name)
            # What is imported may have got an underscore; a local that is told apart by one might meet it.
            meets = name.rstrip("_") in reserved or name.startswith("bound_")
            local = f"{name}_value" if meets else name
            found[each.name] = free_name(local[:_LONGEST_LOCAL], used)
            used.add(found[each.name])
        return found

    def encode_fields(
        self, block: Block, fields: Sequence[Field], spell: Callable[[str], str], owner: str, value: str = "value"
    ) -> None:
        """From the fields of ``value`` to the dict that is sent."""
        if not fields:
            block.put("return ", "{}")
            return
        locals_ = self.locals(fields, spell)
        sent: list[Node] = []
        left_out: list[tuple[str, str]] = []
        self.values.open(block)
        for each in fields:
            local = locals_[each.name]
            attribute = f"{value}.{spell(each.name)}"
            shown = self._encode_field(block, each, local, attribute, owner)
            if each.presence is Presence.OPTIONAL:
                left_out.append((text.string(each.wire), local))
            else:
                sent.append(prefixed(f"{text.string(each.wire)}: ", shown))
        self.values.close(block)
        self._send(block, collection("{", sent, "}"), left_out)

    def _send(self, block: Block, sent: Brackets, left_out: list[tuple[str, str]]) -> None:
        if not left_out:
            block.put("return ", sent)
            return
        data = f"data: dict[str, {self.speller.any}] = "
        block.put(data, sent)
        for key, local in left_out:
            with block.when(f"{local} is not None"):
                block.put_item("data", key, local)
        block.put("return ", "data")

    def decode_fields(
        self,
        block: Block,
        fields: Sequence[Field],
        spell: Callable[[str], str],
        owner: str,
        class_: str,
        known_only: bool = True,
        bare: bool = True,
        unset: Mapping[str, str] = _NONE,
    ) -> None:
        """From the dict ``data`` to the object.

        ``known_only`` refuses other keys, where the reader is strict; ``bare`` makes the object without `__init__`, and
        gives the attributes in ``unset`` what they hold at first.
        """
        if not fields and known_only:
            block.add(call(self.scope.runtime("decode_nothing"), "data", "strict"))
            block.put("return ", call(class_))
            return
        with block.when("type(data) is not dict"):
            block.add(call(self.scope.runtime("expect_dict"), "data"))
        if not fields:
            block.put("return ", call(class_))
            return
        locals_ = self.locals(fields, spell)
        self.values.open(block)
        for each in fields:
            self._decode_field(block, each, locals_[each.name], owner)
        if known_only:
            self._unknown(block, fields, owner)
        self.values.close(block)
        if not bare:
            block.put("return ", call(class_, *(f"{spell(f.name)}={locals_[f.name]}" for f in fields)))
            return
        # Not through the dataclass's `__init__`, whose keywords would cost more than all the reading.
        block.put("value = ", call(self.scope.runtime("new"), class_))
        for each in fields:
            block.put(f"value.{spell(each.name)} = ", locals_[each.name])
        for attribute, empty in unset.items():
            block.put(f"value.{attribute} = ", empty)
        block.put("return ", "value")

    def _unknown(self, block: Block, fields: Sequence[Field], owner: str) -> None:
        keys = call("frozenset", collection("{", (text.string(f.wire) for f in fields), "}"))
        known = self.constants.name(f"{owner}_keys", keys)
        least = sum(f.presence in (Presence.REQUIRED, Presence.NULLABLE) for f in fields)
        # All required keys are there, or there are faults: no more keys than those means no unknown ones.
        enough = f"(faults or len(data) > {least})" if least else "data"
        with block.when("strict", enough):
            block.add(call(self.scope.runtime("unknown_keys"), "faults", "data", known))

    # --- fields

    def _place(self, each: Field, local: str, owner: str) -> Place:
        return Place(local, text.string(each.wire), f"{owner}_{local}", plain(self.values.project, each.type))

    def _encode_field(self, block: Block, each: Field, local: str, attribute: str, owner: str) -> str:
        """Returns what is sent: a local, or an expression."""
        place = self._place(each, local, owner)
        may_be_none = each.presence in (Presence.OPTIONAL, Presence.NULLABLE)
        if place.is_any and each.presence is not Presence.OPTIONAL:
            return attribute
        if place.is_converted and not may_be_none:
            self.values.take(block, place, decode=False, source=attribute)
            return local
        declared = self.values.held(place) if place.is_held else self.speller.any if place.is_converted else None
        self.values.declare(block, local, declared, may_be_none, attribute)
        self.values.present(block, place, may_be_none, decode=False)
        return local

    def _decode_field(self, block: Block, each: Field, local: str, owner: str) -> None:
        place = self._place(each, local, owner)
        key = text.string(each.wire)
        needed = each.presence in (Presence.REQUIRED, Presence.NULLABLE)
        read = call("data.get", key, self.scope.runtime("ABSENT")) if needed else call("data.get", key)
        if place.is_converted and each.presence is Presence.REQUIRED:
            self.values.take(block, place, decode=True, source=read)
            return
        self.values.declare(block, local, self.values.declared(place), each.presence is not Presence.REQUIRED, read)
        if each.presence is Presence.DEFAULTED:
            self._default(block, place, each)
        elif place.is_any:
            if needed:
                with block.when(f"{local} is {self.scope.runtime('ABSENT')}"):
                    block.add(call(self.scope.runtime("as_any"), "faults", place.path, local))
        else:
            self.values.present(block, place, each.presence is not Presence.REQUIRED, decode=True)

    def _default(self, block: Block, place: Place, each: Field) -> None:
        local, default = place.local, self.speller.value(each.default, each.type)
        if place.is_converted and not place.value.rules:
            choice = f"{local} = {default} if {local} is None else {self.values.converted(place, local, decode=True)}"
            if fits(choice, block.depth):
                block.add(choice)
                return
        with block.when(f"{local} is None"):
            block.put(f"{local} = ", default)
        if place.is_any:
            return
        if place.tested or place.is_simple:
            self.values.take(block, place, decode=True, keyword="elif")
        else:
            with block.otherwise():
                self.values.take(block, place, decode=True)
