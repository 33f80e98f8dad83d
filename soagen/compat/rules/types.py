"""Rules on types and constraints: what values a place accepts."""

from __future__ import annotations

from soagen.compat.rules.rule import Rule, inverse


def _field(type_: str) -> str:
    return f"actions:\n  place:\n    request:\n      quantity: {type_}\n"


def _typed(types: str, field: str = "Kind") -> str:
    return f"types:\n{types}actions:\n  place:\n    request: {{kind: {field}}}\n    response: {{kind: {field}}}\n"


_BOTH_FIRST = "let the side that reads accept both under another field, roll out, then move the side that writes"

TYPES = (
    Rule(
        id="type-widened",
        title="A type accepts all it accepted, and more",
        usual={"request": "servers-first", "response": "clients-first, or safe where old clients take it anyway"},
        why="Who writes by the new contract may send what who reads by the old one refuses.",
        mirror="type-narrowed",
        before=_field("int"),
        after=_field("float"),
    ),
    Rule(
        id="type-narrowed",
        title="A type accepts less than it did",
        usual={"request": "clients-first", "response": "servers-first, or safe where new clients take it anyway"},
        why="Who writes by the old contract may send what who reads by the new one refuses.",
        mirror="type-widened",
        before=_field("float"),
        after=_field("int"),
    ),
    Rule(
        id="type-respelled",
        title="A type is written in another way, and accepts the same",
        usual={"request": "safe source", "response": "safe source"},
        why="The bytes are the same, and so are the values that are refused; in Python it is another type. An int and"
        " a duration are the same only within 64 bits with a sign: an int reaches twice as far.",
        alone=inverse("type-respelled"),
        before=_field("map<any>"),
        after=_field("object"),
    ),
    Rule(
        id="type-changed",
        title="A type accepts other values than it did",
        usual={"request": "breaking", "response": "breaking"},
        why="Each version has values that the other refuses.",
        instead="add a field of the new type beside the old one, move everybody over, then remove the old one",
        alone=inverse("type-changed"),
        before=_field("string"),
        after=_field("bytes"),
    ),
    Rule(
        id="type-renamed",
        title="A type has another name",
        usual={"anywhere": "safe source"},
        why="Names of types are never sent. The class has another name.",
        alone=inverse("type-renamed"),
        before=_typed("  Kind: {fields: {name: string}}\n"),
        after=_typed("  Sort: {fields: {name: string}}\n", "Sort"),
    ),
    Rule(
        id="type-moved",
        title="A type is defined in another file",
        usual={"anywhere": "safe source"},
        why="Where a type is defined is never sent. The class is imported from elsewhere.",
        alone=inverse("type-moved"),
        before="package: common\n---\nimports: {common: common.soa.yaml}\n"
        + _typed("  Kind: {fields: {name: string}}\n"),
        after="package: common\ntypes: {Kind: {fields: {name: string}}}\n---\n"
        "imports: {common: common.soa.yaml}\n" + _typed("", "common.Kind").removeprefix("types:\n"),
    ),
    Rule(
        id="type-removed",
        title="A type that no message uses was removed",
        usual={"anywhere": "safe source"},
        why="Nothing is sent by it; who imports the class must do without.",
        alone="a type that is added changes nothing for anyone",
        before=_field("int") + "types:\n  Kind: {fields: {name: string}}\n",
        after=_field("int"),
    ),
    Rule(
        id="order-changed",
        title="Fields, values, members or actions stand in another order",
        usual={"anywhere": "safe"},
        why="Nothing is sent by its place.",
        alone=inverse("order-changed"),
        before=_typed("  Kind: {fields: {name: string, size: int}}\n"),
        after=_typed("  Kind: {fields: {size: int, name: string}}\n"),
    ),
)

CONSTRAINTS = (
    Rule(
        id="constraint-tightened",
        title="A constraint was added, or accepts less",
        usual={"request": "clients-first", "response": "safe warn"},
        why="Old clients may send what new servers refuse. Clients do not check constraints, so no response is refused"
        " by one; but a server checks what it answers, and what was stored before may not pass.",
        instead="count in the logs what would be refused, mend the callers, then tighten",
        mirror="constraint-loosened",
        before=_field("{type: int, min: 1}"),
        after=_field("{type: int, min: 2}"),
    ),
    Rule(
        id="constraint-loosened",
        title="A constraint was removed, or accepts more",
        usual={"request": "servers-first", "response": "safe"},
        why="New clients may send what old servers refuse. Clients do not check constraints.",
        mirror="constraint-tightened",
        before=_field("{type: int, min: 2}"),
        after=_field("{type: int, min: 1}"),
    ),
    Rule(
        id="constraint-changed",
        title="A constraint accepts other values, neither more nor fewer",
        usual={"request": "breaking", "response": "safe warn"},
        why="Each version has values that the other's servers refuse.",
        instead="loosen it to accept both, roll out, and tighten it in the next release",
        alone=inverse("constraint-changed"),
        before=_field("{type: money, currencies: [USD, EUR]}"),
        after=_field("{type: money, currencies: [USD, GBP]}"),
    ),
    Rule(
        id="pattern-changed",
        title="A pattern is another one",
        usual={"request": "breaking", "response": "safe warn"},
        why="What two patterns match is compared by their alternatives only: `old|new` accepts more than `old`. Two"
        " that differ otherwise are taken to refuse something of each other's.",
        instead="write `old|new` first, roll out, and drop the old alternative in the next release",
        alone=inverse("pattern-changed"),
        before=_field('{type: string, pattern: "[A-Z]{3}"}'),
        after=_field('{type: string, pattern: "[A-Z]{4}"}'),
    ),
)

_E = "  Kind: {enum: [new, paid%s]}\n"
_CLOSED = "  Kind: {enum: [new, paid], closed: true}\n"
_MEMBERS = "  Card: {fields: {last4: string}}\n  Iban: {fields: {iban: string}}\n"
_U = _MEMBERS + "  Kind: {union: {card: Card%s}}\n"

ENUMS = (
    Rule(
        id="enum-value-added",
        title="A value was added to an enum",
        usual={"request": "servers-first", "response": "safe, or clients-first if it was closed"},
        why="A server refuses values that it does not know; so does a client if the enum is `closed`.",
        mirror="enum-value-removed",
        before=_typed(_E % ""),
        after=_typed(_E % ", shipped"),
    ),
    Rule(
        id="enum-value-removed",
        title="A value was removed from an enum",
        usual={"request": "clients-first", "response": "safe behaviour, or servers-first if it is closed"},
        why="Old clients may send it, and new servers refuse it. New clients keep it as an unknown value, unless the"
        " enum is `closed`.",
        instead="mark the value `deprecated`, move everybody to another one, then remove it",
        mirror="enum-value-added",
        before=_typed(_E % ", shipped"),
        after=_typed(_E % ""),
    ),
    Rule(
        id="enum-closed",
        title="An enum was closed",
        usual={"anywhere": "safe"},
        why="Nobody may send a value that the contract does not list, open or closed.",
        mirror="enum-opened",
        before=_typed(_E % ""),
        after=_typed(_CLOSED),
    ),
    Rule(
        id="enum-opened",
        title="An enum was opened",
        usual={"anywhere": "safe"},
        why="Nobody may send a value that the contract does not list, open or closed.",
        mirror="enum-closed",
        before=_typed(_CLOSED),
        after=_typed(_E % ""),
    ),
)

UNIONS = (
    Rule(
        id="union-member-added",
        title="A member was added to a union",
        usual={"request": "servers-first", "response": "safe, or clients-first if it was closed"},
        why="A server refuses tags that it does not know; so does a client if the union is `closed`.",
        mirror="union-member-removed",
        before=_typed(_U % ""),
        after=_typed(_U % ", iban: Iban"),
    ),
    Rule(
        id="union-member-removed",
        title="A member was removed from a union",
        usual={"request": "clients-first", "response": "safe behaviour, or servers-first if it is closed"},
        why="Old clients may send it, and new servers refuse it. New clients read it as an unknown member, unless the"
        " union is `closed`.",
        instead="mark the member's struct `deprecated`, move everybody to another one, then remove it",
        mirror="union-member-added",
        before=_typed(_U % ", iban: Iban"),
        after=_typed(_U % ""),
    ),
    Rule(
        id="union-tag-key-changed",
        title="The tag of a union stands under another key",
        usual={"request": "breaking", "response": "breaking"},
        why="Who reads looks for the tag under a key that who writes does not send.",
        instead="add a field with a new union beside the old one, move everybody over, then remove the old one",
        alone=inverse("union-tag-key-changed"),
        before=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}}\n"),
        after=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}, tag: kind}\n"),
    ),
    Rule(
        id="union-tag-text-changed",
        title="A member of a union is announced by another tag",
        usual={"request": "breaking", "response": "safe behaviour, or breaking if it is closed"},
        why="To a peer of the other version the tag is unknown.",
        instead="keep the tag: it is what is sent, and the struct may be called what you like",
        alone=inverse("union-tag-text-changed"),
        before=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}}\n"),
        after=_typed(_MEMBERS + "  Kind: {union: {card: Card, transfer: Iban}}\n"),
    ),
    Rule(
        id="union-closed",
        title="A union was closed",
        usual={"anywhere": "safe"},
        why="Nobody may send a member that the contract does not list, open or closed.",
        mirror="union-opened",
        before=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}}\n"),
        after=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}, closed: true}\n"),
    ),
    Rule(
        id="union-opened",
        title="A union was opened",
        usual={"anywhere": "safe"},
        why="Nobody may send a member that the contract does not list, open or closed.",
        mirror="union-closed",
        before=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}, closed: true}\n"),
        after=_typed(_MEMBERS + "  Kind: {union: {card: Card, iban: Iban}}\n"),
    ),
)
