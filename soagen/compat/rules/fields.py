"""Rules on the fields of requests, responses, errors, the context and all types that they lead to."""

from __future__ import annotations

from soagen.compat.rules.rule import Rule, inverse


def _request(fields: str) -> str:
    return f"actions:\n  place:\n    request:\n      sku: string\n{fields}"


def _response(fields: str) -> str:
    return f"actions:\n  place:\n    response:\n      id: string\n{fields}"


def _context(fields: str) -> str:
    return f"context:\n  locale: string?\n{fields}actions:\n  place: {{request: {{sku: string}}}}\n"


_TWO_STEPS = "add it as optional, roll out, and require it in the next release"

FIELDS = (
    Rule(
        id="optional-field-added",
        title="A field that may be left out was added",
        usual={"request": "servers-first", "response": "safe"},
        why="A server refuses keys that it does not know, so servers must know the field before anyone sends it. A"
        " client passes over what it does not know.",
        mirror="optional-field-removed",
        before=_request(""),
        after=_request("      note: string?\n"),
    ),
    Rule(
        id="optional-field-removed",
        title="A field that may be left out was removed",
        usual={"request": "clients-first", "response": "safe behaviour"},
        why="Old clients may still send it, and new servers refuse keys that they do not know. In a response, old"
        " clients read it as left out: nothing fails, and the value no longer arrives.",
        instead="mark it `deprecated`, wait until nobody sends it, remove it from clients, then from servers",
        mirror="optional-field-added",
        before=_request("      note: string?\n"),
        after=_request(""),
    ),
    Rule(
        id="required-field-added",
        title="A field that must be sent was added",
        usual={"request": "breaking", "response": "servers-first"},
        why="Old clients do not send it, and new servers require it; old servers refuse it from new clients. In a"
        " response, old clients pass over it, and new clients miss it in the answers of old servers.",
        instead=_TWO_STEPS,
        mirror="required-field-removed",
        before=_request(""),
        after=_request("      quantity: int\n"),
    ),
    Rule(
        id="required-field-removed",
        title="A field that must be sent was removed",
        usual={"request": "breaking", "response": "clients-first"},
        why="Old clients send it, and new servers refuse keys that they do not know; new clients do not send it, and"
        " old servers require it. In a response, old clients miss it.",
        instead="make it optional, roll out, and remove it in the next release",
        mirror="required-field-added",
        before=_request("      quantity: int\n"),
        after=_request(""),
    ),
    Rule(
        id="field-renamed",
        title="A field has another name, and is sent under the old one",
        usual={"request": "safe source", "response": "safe source"},
        why="Messages stay as they were (`wire` keeps the sent name); whoever calls the generated code must follow.",
        alone=inverse("field-renamed"),
        before=_request("      note: string?\n"),
        after=_request("      remark: {type: string?, wire: note}\n"),
    ),
    Rule(
        id="field-sent-name-changed",
        title="A field is sent under another name",
        usual={"request": "breaking", "response": "breaking, or safe behaviour where it may be left out"},
        why="To a peer of another version, the old key is unknown and the new one missing. A response's field that may"
        " be left out reads as left out.",
        instead="keep what is sent: write `wire:` with the old name beside the new one",
        alone=inverse("field-sent-name-changed"),
        before=_request("      quantity: int\n"),
        after=_request("      amount: int\n"),
    ),
    Rule(
        id="field-made-optional",
        title="A field that had to be sent may be left out",
        usual={"request": "servers-first", "response": "clients-first"},
        why="Who writes may leave it out as soon as the contract says so, and who reads by the old one refuses that.",
        mirror="field-made-required",
        before=_request("      quantity: int\n"),
        after=_request("      quantity: {type: int, default: 1}\n"),
    ),
    Rule(
        id="field-made-required",
        title="A field that could be left out must be sent",
        usual={"request": "clients-first", "response": "servers-first"},
        why="Who writes by the old contract may leave it out, and who reads by the new one refuses that. A default"
        " does not help: leaving the field out was valid.",
        instead="let the side that writes send it always, roll that out, and require it in the next release",
        mirror="field-made-optional",
        before=_request("      quantity: {type: int, default: 1}\n"),
        after=_request("      quantity: int\n"),
    ),
    Rule(
        id="default-changed",
        title="A default was added, changed or removed, and the field may still be left out",
        usual={"request": "safe behaviour", "response": "safe behaviour"},
        why="Every message stays valid; a message without the field means something else to a peer of the new version.",
        alone=inverse("default-changed"),
        before=_request("      quantity: {type: int, default: 1}\n"),
        after=_request("      quantity: {type: int, default: 2}\n"),
    ),
    Rule(
        id="nil-allowed",
        title="A value that had to be there may be nil",
        usual={"request": "servers-first", "response": "clients-first"},
        why="Who writes may send nil now, and who reads by the old contract refuses it.",
        mirror="nil-refused",
        before=_request("      marks: list<int>\n"),
        after=_request("      marks: list<int?>\n"),
    ),
    Rule(
        id="nil-refused",
        title="A value that could be nil must be there",
        usual={"request": "clients-first", "response": "servers-first"},
        why="Who writes by the old contract may send nil, and who reads by the new one refuses it.",
        mirror="nil-allowed",
        before=_request("      marks: list<int?>\n"),
        after=_request("      marks: list<int>\n"),
    ),
)

CONTEXT = (
    Rule(
        id="optional-context-key-added",
        title="A key that may be left out was added to the context",
        usual={"request": "safe"},
        why="Servers let context keys through that they do not know, and nobody has to send this one.",
        mirror="optional-context-key-removed",
        before=_context(""),
        after=_context("  tenant: string?\n"),
    ),
    Rule(
        id="optional-context-key-removed",
        title="A key that may be left out was removed from the context",
        usual={"request": "safe"},
        why="Servers let context keys through that they do not know.",
        mirror="optional-context-key-added",
        before=_context("  tenant: string?\n"),
        after=_context(""),
    ),
    Rule(
        id="required-context-key-added",
        title="A key that must be sent was added to the context",
        usual={"request": "clients-first"},
        why="Old clients do not send it, and new servers require it. Old servers let it through.",
        instead=_TWO_STEPS,
        mirror="required-context-key-removed",
        before=_context(""),
        after=_context("  tenant: string\n"),
    ),
    Rule(
        id="required-context-key-removed",
        title="A key that must be sent was removed from the context",
        usual={"request": "servers-first"},
        why="New clients do not send it, and old servers require it. New servers let it through.",
        mirror="required-context-key-added",
        before=_context("  tenant: string\n"),
        after=_context(""),
    ),
)
