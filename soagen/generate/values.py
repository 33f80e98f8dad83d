"""Single values on their way: how each sort of type is taken, in line or by a call.

Values differ in how they are taken: *tested* in line (a str, an int...), *converted* by a call (a uuid, another
struct), *held* (list and map: tested, checked, then walked through), or passed on as they are (`any`). An element that
is more than its class gets a function of its own, which is made here when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from soagen.generate import names
from soagen.generate.block import Block
from soagen.generate.checks import Check, Checker
from soagen.generate.layout import Brackets, Node, annotated, call, compared, fits, lay
from soagen.generate.scope import Scope
from soagen.generate.spelling import Plain, Speller, plain
from soagen.model import EnumType, Kind, ListType, MapType, NamedType, OptionalType, Project, ScalarType, Type

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

# The words of the runtime for single values.
WORDS = frozenset(
    {
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


def _passes(type_: Type) -> bool:
    """Whether an element of this type passes as it is."""
    return type_ in (ScalarType(Kind.ANY), OptionalType(ScalarType(Kind.ANY)))


@dataclass(frozen=True, slots=True)
class Place:
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
        held = self.value.type
        bare_list = isinstance(held, ListType) and _passes(held.item)
        return (self.tested is not None or bare_list) and not self.value.rules


@dataclass(slots=True)
class Values:
    """Takes the values of one module. ``function_of`` names the (encoder, decoder) of a struct, enum or union;
    ``helpers`` are the functions that were made here and are still to be written down."""

    project: Project
    scope: Scope
    speller: Speller
    checker: Checker
    function_of: Callable[[NamedType], tuple[str, str]]
    helpers: list[Function] = field(default_factory=list)
    _helper_names: dict[tuple[Type, bool], str] = field(default_factory=dict)

    def open(self, block: Block) -> None:
        """Begins the collecting of faults."""
        block.add(f"faults: list[{self.scope.runtime('Fault')}] = []")

    def close(self, block: Block) -> None:
        """Raises what was collected."""
        with block.when("faults"):
            block.add(f"raise {self.scope.runtime('Invalid')}(faults)")

    def declare(self, block: Block, local: str, type_: str | None, may_be_none: bool, value: Node) -> None:
        """``local: type_ = value``, or without a type where it says nothing."""
        if type_ is None:
            block.put(f"{local} = ", value)
            return
        optional = " | None" if may_be_none and type_ != self.speller.any else ""
        block.lines += annotated(local, type_ + optional, value, block.depth)

    def declared(self, place: Place) -> str | None:
        """The type that a decoder's local is declared with, if with any."""
        if place.tested:
            return self.speller.scalar(place.tested)
        return self.held(place) if place.is_held else None

    def held(self, place: Place) -> str:
        """The type of a list or a map before its elements are taken."""
        return (
            f"list[{self.speller.any}]" if isinstance(place.value.type, ListType) else f"dict[str, {self.speller.any}]"
        )

    def present(self, block: Block, place: Place, may_be_none: bool, decode: bool) -> None:
        """Takes a value unless it is None."""
        if place.is_any:
            return
        if not may_be_none:
            self.take(block, place, decode)
            return
        guard = f"{place.local} is not None"
        if place.is_simple:
            self.take(block, place, decode, guard=(guard,))
            return
        with block.when(guard):
            self.take(block, place, decode)

    def take(
        self,
        block: Block,
        place: Place,
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
            test = f"type({local}) is not {'list' if is_list else 'dict'}"
            with block.when(*guard, test, keyword=keyword):
                word = self.scope.runtime("as_list" if is_list else "as_object")
                block.put(f"{local} = ", call(word, "faults", path, local))
        elif not place.is_any:
            block.put(f"{local} = ", self.converted(place, local if source is None else source, decode))
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

    def converted(self, place: Place, source: Node, decode: bool) -> Node:
        """The call that gives a value its other form."""
        match place.value.type:
            case ScalarType(kind):
                return call(self.scope.runtime(_CONVERTED[kind][decode]), "faults", place.path, source)
            case NamedType() as ref:
                function = self.function_of(ref)[decode]
                return call(self.scope.runtime("nested"), "faults", place.path, source, function, "strict")
            case other:
                raise TypeError(other)

    # --- elements of lists and maps

    def _elements(self, block: Block, place: Place, decode: bool) -> None:
        held = place.value.type
        assert isinstance(held, (ListType, MapType)), held
        is_list = isinstance(held, ListType)
        element = held.item if isinstance(held, ListType) else held.value
        inner = plain(self.project, element)
        optional = isinstance(element, OptionalType)
        bare = not optional and isinstance(inner.type, ScalarType) and not inner.rules
        start: tuple[Node, ...] = ("faults", place.path, place.local)
        if _passes(element) and is_list:
            return
        if _passes(element):
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
        place = Place("item", '""', hint, value)
        match value.type:
            case NamedType() as ref:
                block.put("return ", call(self.function_of(ref)[decode], "value", "strict"))
            case ScalarType(Kind.ANY):
                block.put("return ", "value")
            case _:
                self.open(block)
                if place.is_converted:
                    self.take(block, place, decode, source="value")
                else:
                    self.declare(block, "item", self.declared(place), False, "value")
                    self.take(block, place, decode)
                self.close(block)
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
