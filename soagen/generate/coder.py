"""The bodies of encoders and decoders: straight-line code that takes a value apart, field by field.

What is generated (see ``docs/generated-code.md``): each field is read into a local, tested in line, and only where the
test fails a function of the runtime is called, which mends the value or notes a fault. Faults are collected in the
order of the fields; at the end there is one exception with all of them, or the value.

Values differ in how they are taken: *tested* in line (a str, an int...), *converted* by a call (a uuid, another
struct), *held* (list and map: tested, checked, then walked through), or passed on as they are (`any`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from soagen.generate import names, text
from soagen.generate.block import Block
from soagen.generate.checks import Check, Checker
from soagen.generate.constants import Constants
from soagen.generate.layout import Brackets, Node, annotated, call, collection, compared, fits, lay, prefixed
from soagen.generate.scope import Scope, free_name
from soagen.generate.spelling import Plain, Speller, plain
from soagen.model import (
    EnumType,
    Field,
    Kind,
    ListType,
    MapType,
    NamedType,
    OptionalType,
    Presence,
    Project,
    ScalarType,
    Type,
)

# A local takes its field's name, cut so that tests on it fit into a line.
_LONGEST_LOCAL = 32

# What is tested in line, and the word of the runtime for what fails the test.
_TESTED = {
    Kind.BOOL: "as_bool",
    Kind.INT: "as_int",
    Kind.FLOAT: "as_float",
    Kind.STRING: "as_string",
    Kind.BYTES: "as_bytes",
    Kind.DECIMAL: "as_decimal",
    Kind.MONEY: "as_money",
    Kind.DATE: "as_date",
    Kind.TIME: "as_time",
    Kind.DATETIME: "as_datetime",
    Kind.LOCAL_DATETIME: "as_local_datetime",
}

# The same, for values that have come in: a reader takes more than may be sent.
_READ = {**_TESTED, Kind.DATETIME: "read_datetime"}

# A second test, beside the one for the class.
_TESTED_ALSO = {
    Kind.TIME: "{0}.tzinfo is not None",
    Kind.DATETIME: "{0}.tzinfo is not {1}.UTC",
    Kind.LOCAL_DATETIME: "{0}.tzinfo is not None",
}

_CONVERTED = {
    Kind.UUID: ("write_uuid", "read_uuid"),
    Kind.DURATION: ("write_duration", "read_duration"),
    Kind.OBJECT: ("as_object", "as_object"),
}

# Elements whose class says it all: a list of them is looked through without a call for each.
_PLAIN_ELEMENTS = _TESTED.keys() - _TESTED_ALSO.keys() - {Kind.MONEY}

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
        *_TESTED.values(),
        *_READ.values(),
        *(word for pair in _CONVERTED.values() for word in pair),
    }
)


@dataclass(frozen=True, slots=True)
class Function:
    """A generated function: the lines of its ``def``, its docstring and its body."""

    signature: list[str]
    doc: list[str]
    body: list[str]

    @property
    def lines(self) -> list[str]:
        """All of it."""
        return [*self.signature, *self.doc, *self.body]


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
class _Place:
    """A value on its way: the local it stands in, its path in faults as a literal, the name it gives to constants."""

    local: str
    path: str
    hint: str
    value: Plain

    @property
    def tested(self) -> Kind | None:
        """Its kind, if it is tested in line."""
        type_ = self.value.type
        return type_.kind if isinstance(type_, ScalarType) and type_.kind in _TESTED else None

    @property
    def is_any(self) -> bool:
        """Whether it passes as it is."""
        return isinstance(self.value.type, ScalarType) and self.value.type.kind is Kind.ANY

    @property
    def is_held(self) -> bool:
        """Whether it is a list or a map."""
        return isinstance(self.value.type, (ListType, MapType))

    @property
    def is_converted(self) -> bool:
        """Whether a call gives it another form."""
        return not (self.tested or self.is_any or self.is_held)

    @property
    def is_simple(self) -> bool:
        """Whether one test is all there is to do."""
        return self.tested is not None and not self.value.rules


@dataclass(slots=True)
class Coder:
    """Makes the functions of one module. ``function_of`` names the (encoder, decoder) of a struct, enum or union."""

    project: Project
    scope: Scope
    speller: Speller
    function_of: Callable[[NamedType], tuple[str, str]]
    constants: Constants
    checker: Checker
    reserved: frozenset[str]
    helpers: list[Function] = field(default_factory=list)
    _helper_names: dict[tuple[Type, bool], str] = field(default_factory=dict)

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
        self._open(block)
        for each in fields:
            local = locals_[each.name]
            attribute = f"{value}.{spell(each.name)}"
            shown = self._encode_field(block, each, local, attribute, owner)
            if each.presence is Presence.OPTIONAL:
                left_out.append((text.string(each.wire), local))
            else:
                sent.append(prefixed(f"{text.string(each.wire)}: ", shown))
        self._close(block)
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
    ) -> None:
        """From the dict ``data`` to the object. ``known_only`` refuses other keys, where the reader is strict."""
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
        self._open(block)
        for each in fields:
            self._decode_field(block, each, locals_[each.name], owner)
        if known_only:
            self._unknown(block, fields, owner)
        self._close(block)
        if class_ == "cls":
            block.put("return ", call(class_, *(f"{spell(f.name)}={locals_[f.name]}" for f in fields)))
            return
        # Not through the dataclass's `__init__`, whose keywords would cost more than all the reading.
        block.put("value = ", call(self.scope.runtime("new"), class_))
        for each in fields:
            block.put(f"value.{spell(each.name)} = ", locals_[each.name])
        block.put("return ", "value")

    def _unknown(self, block: Block, fields: Sequence[Field], owner: str) -> None:
        keys = call("frozenset", collection("{", (text.string(f.wire) for f in fields), "}"))
        known = self.constants.name(f"{owner}_keys", keys)
        least = sum(f.presence in (Presence.REQUIRED, Presence.NULLABLE) for f in fields)
        # All required keys are there, or there are faults: no more keys than those means no unknown ones.
        enough = f"(faults or len(data) > {least})" if least else "data"
        with block.when("strict", enough):
            block.add(call(self.scope.runtime("unknown_keys"), "faults", "data", known))

    def _open(self, block: Block) -> None:
        block.add(f"faults: list[{self.scope.runtime('Fault')}] = []")

    def _close(self, block: Block) -> None:
        with block.when("faults"):
            block.add(f"raise {self.scope.runtime('Invalid')}(faults)")

    # --- fields

    def _place(self, each: Field, local: str, owner: str) -> _Place:
        return _Place(local, text.string(each.wire), f"{owner}_{local}", plain(self.project, each.type))

    def _encode_field(self, block: Block, each: Field, local: str, attribute: str, owner: str) -> str:
        """Returns what is sent: a local, or an expression."""
        place = self._place(each, local, owner)
        may_be_none = each.presence in (Presence.OPTIONAL, Presence.NULLABLE)
        if place.is_any and each.presence is not Presence.OPTIONAL:
            return attribute
        if place.is_converted and not may_be_none:
            self._take(block, place, decode=False, source=attribute)
            return local
        declared = self._held(place) if place.is_held else self.speller.any if place.is_converted else None
        self._declare(block, local, declared, may_be_none, attribute)
        self._present(block, place, may_be_none, decode=False)
        return local

    def _decode_field(self, block: Block, each: Field, local: str, owner: str) -> None:
        place = self._place(each, local, owner)
        key = text.string(each.wire)
        needed = each.presence in (Presence.REQUIRED, Presence.NULLABLE)
        read = call("data.get", key, self.scope.runtime("ABSENT")) if needed else call("data.get", key)
        if place.is_converted and each.presence is Presence.REQUIRED:
            self._take(block, place, decode=True, source=read)
            return
        self._declare(block, local, self._declared(place), each.presence is not Presence.REQUIRED, read)
        if each.presence is Presence.DEFAULTED:
            self._default(block, place, each)
        elif place.is_any:
            if needed:
                with block.when(f"{local} is {self.scope.runtime('ABSENT')}"):
                    block.add(call(self.scope.runtime("as_any"), "faults", place.path, local))
        else:
            self._present(block, place, each.presence is not Presence.REQUIRED, decode=True)

    def _default(self, block: Block, place: _Place, each: Field) -> None:
        local, default = place.local, self.speller.value(each.default, each.type)
        if place.is_converted and not place.value.rules:
            choice = f"{local} = {default} if {local} is None else {self._converted(place, local, decode=True)}"
            if fits(choice, block.depth):
                block.add(choice)
                return
        with block.when(f"{local} is None"):
            block.put(f"{local} = ", default)
        if place.is_any:
            return
        if place.tested:
            self._take(block, place, decode=True, keyword="elif")
        else:
            with block.otherwise():
                self._take(block, place, decode=True)

    def _declare(self, block: Block, local: str, type_: str | None, may_be_none: bool, value: Node) -> None:
        if type_ is None:
            block.put(f"{local} = ", value)
            return
        optional = " | None" if may_be_none and type_ != self.speller.any else ""
        block.lines += annotated(local, type_ + optional, value, block.depth)

    def _declared(self, place: _Place) -> str | None:
        if place.tested:
            return self.speller.scalar(place.tested)
        return self._held(place) if place.is_held else None

    def _held(self, place: _Place) -> str:
        return (
            f"list[{self.speller.any}]" if isinstance(place.value.type, ListType) else f"dict[str, {self.speller.any}]"
        )

    def _present(self, block: Block, place: _Place, may_be_none: bool, decode: bool) -> None:
        """Takes a value unless it is None."""
        if place.is_any:
            return
        if not may_be_none:
            self._take(block, place, decode)
            return
        guard = f"{place.local} is not None"
        if place.is_simple:
            self._take(block, place, decode, guard=(guard,))
            return
        with block.when(guard):
            self._take(block, place, decode)

    # --- values

    def _take(
        self,
        block: Block,
        place: _Place,
        decode: bool,
        source: Node | None = None,
        keyword: str = "if",
        guard: tuple[str, ...] = (),
    ) -> None:
        """Tests or converts the value in ``place.local`` (or ``source``); then its constraints, then its elements."""
        local, path = place.local, place.path
        if place.tested:
            tests = self._tests(place.tested, local)
            words = _READ if decode else _TESTED
            mended = call(self.scope.runtime(words[place.tested]), "faults", path, local)
            with block.when(*guard, any_of=tests, keyword=keyword):
                block.put(f"{local} = ", mended)
        elif place.is_held:
            is_list = isinstance(place.value.type, ListType)
            with block.when(f"type({local}) is not {'list' if is_list else 'dict'}"):
                word = self.scope.runtime("as_list" if is_list else "as_object")
                block.put(f"{local} = ", call(word, "faults", path, local))
        elif not place.is_any:
            block.put(f"{local} = ", self._converted(place, local if source is None else source, decode))
        checks = self.checker.checks(local, path, place.hint, place.value, encoded=not decode)
        self._check(block, checks)
        if place.is_held:
            self._elements(block, place, decode)

    def _tests(self, kind: Kind, local: str) -> list[Node]:
        tests: list[Node] = [compared(f"type({local})", "is not", self.speller.scalar(kind))]
        if kind in _TESTED_ALSO:
            tests.append(_TESTED_ALSO[kind].format(local, self.scope.datetime))
        return tests

    def _check(self, block: Block, checks: list[Check]) -> None:
        if len(checks) > 1:
            with block.when("strict"):
                for check in checks:
                    with block.when(any_of=check.broken(check.bound)):
                        block.add(check.report(check.bound))
        for check in checks if len(checks) == 1 else ():
            broken = check.broken(check.bound)
            if fits(f"if strict and ({' or '.join(map(str, broken))}):", block.depth):
                with block.when("strict", any_of=broken):
                    block.add(check.report(check.bound))
            else:
                bound = block.another("bound")
                with block.when("strict"):
                    block.put(f"{bound} = ", check.bound)
                    with block.when(any_of=check.broken(bound)):
                        block.add(check.report(bound))

    def _converted(self, place: _Place, source: Node, decode: bool) -> Node:
        match place.value.type:
            case ScalarType(kind):
                return call(self.scope.runtime(_CONVERTED[kind][decode]), "faults", place.path, source)
            case NamedType() as ref:
                function = self.function_of(ref)[decode]
                return call(self.scope.runtime("nested"), "faults", place.path, source, function, "strict")
            case other:
                raise TypeError(other)

    # --- elements of lists and maps

    def _elements(self, block: Block, place: _Place, decode: bool) -> None:
        held = place.value.type
        assert isinstance(held, (ListType, MapType)), held
        is_list = isinstance(held, ListType)
        element = held.item if isinstance(held, ListType) else held.value
        inner = plain(self.project, element)
        optional = isinstance(element, OptionalType)
        bare = not optional and isinstance(inner.type, ScalarType) and not inner.rules
        start: tuple[Node, ...] = ("faults", place.path, place.local)
        if inner.type == ScalarType(Kind.ANY):
            if not is_list:
                block.put(f"{place.local} = ", call(self.scope.runtime("as_object"), *start))
            return
        if bare and isinstance(inner.type, ScalarType) and inner.type.kind in _PLAIN_ELEMENTS:
            kind = inner.type.kind
            words = (self.speller.scalar(kind), self.scope.runtime(_TESTED[kind]))
            walked = call(self.scope.runtime("plain_list" if is_list else "plain_map"), *start, *words)
        else:
            function = self._function(element, f"{place.hint}_{'item' if is_list else 'value'}", decode)
            walked = call(self.scope.runtime("list_of" if is_list else "map_of"), *start, function, "strict")
        block.put(f"{place.local} = ", walked)

    def _function(self, type_: Type, hint: str, decode: bool) -> str:
        """The function that encodes or decodes a value of a type; made here unless its contract has it."""
        value = plain(self.project, type_)
        if isinstance(value.type, NamedType) and not isinstance(type_, OptionalType):
            return self.function_of(value.type)[decode]
        key = (type_, decode)
        if key not in self._helper_names:
            if isinstance(type_, NamedType):
                hint = names.snake(type_.name)
            name = self.scope.claim(f"{'decode' if decode else 'encode'}_{hint}")
            self._helper_names[key] = name
            self.helpers.append(self._helper(name, type_, value, hint, decode))
        return self._helper_names[key]

    def _helper(self, name: str, type_: Type, value: Plain, hint: str, decode: bool) -> Function:
        optional = isinstance(type_, OptionalType)
        given = self.speller.any if decode else self.speller.type(type_)
        returned = self.speller.type(type_) if decode else self._sent(value.type) + " | None" * optional
        block = Block(1)
        if optional:
            with block.when("value is None"):
                block.add("return None")
        place = _Place("item", '""', hint, value)
        match value.type:
            case NamedType() as ref:
                block.put("return ", call(self.function_of(ref)[decode], "value", "strict"))
            case ScalarType(Kind.ANY):
                block.put("return ", "value")
            case _:
                self._open(block)
                if place.is_converted:
                    self._take(block, place, decode, source="value")
                else:
                    self._declare(block, "item", self._declared(place), False, "value")
                    self._take(block, place, decode)
                self._close(block)
                block.put("return ", "item")
        signature = Brackets(f"def {name}(", (f"value: {given}", "strict: bool"), f") -> {returned}:", packs=True)
        return Function(lay(signature, 0), [], block.lines)

    def _sent(self, type_: Type) -> str:
        """The form in which a type is sent, as an annotation."""
        match type_:
            case ScalarType(Kind.UUID):
                return "str"
            case ScalarType(Kind.DURATION):
                return "int"
            case ScalarType(kind):
                return self.speller.scalar(kind)
            case ListType():
                return f"list[{self.speller.any}]"
            case NamedType() if isinstance(self.project.type(type_), EnumType):
                return "str"
            case _:
                return f"dict[str, {self.speller.any}]"
