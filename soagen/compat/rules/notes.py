"""Rules on what is never sent, and on what the configuration accepts."""

from __future__ import annotations

from soagen.compat.rules.rule import Rule, inverse


def _field(note: str) -> str:
    return f"actions:\n  place:\n    request:\n      note: {{type: string?{note}}}\n"


def _status(reserved: str, values: str = "new, paid") -> str:
    return (
        f"types:\n  Status: {{enum: [{values}]{reserved}}}\n"
        "actions:\n  place:\n    request: {status: Status}\n    response: {status: Status}\n"
    )


NOTES = (
    Rule(
        id="docs-changed",
        title="Documentation changed",
        usual={"anywhere": "safe"},
        why="It is for people.",
        alone=inverse("docs-changed"),
        before=_field(""),
        after=_field(", doc: For the driver."),
    ),
    Rule(
        id="example-changed",
        title="An example changed",
        usual={"anywhere": "safe"},
        why="It is for people and tests.",
        alone=inverse("example-changed"),
        before=_field(", example: Ring twice"),
        after=_field(", example: Knock"),
    ),
    Rule(
        id="deprecation-added",
        title="Something is now deprecated",
        usual={"anywhere": "safe"},
        why="It works as it did; who uses it is told.",
        mirror="deprecation-removed",
        before=_field(""),
        after=_field(", deprecated: Nobody reads it."),
    ),
    Rule(
        id="deprecation-removed",
        title="Something is no longer deprecated",
        usual={"anywhere": "safe"},
        why="It works as it did.",
        mirror="deprecation-added",
        before=_field(", deprecated: Nobody reads it."),
        after=_field(""),
    ),
    Rule(
        id="sunset-earlier",
        title="A sunset was set, or moved to an earlier day",
        usual={"anywhere": "safe warn"},
        why="Callers were promised more time.",
        alone="more time hurts nobody",
        before=_field(", deprecated: {sunset: 2100-01-01}"),
        after=_field(", deprecated: {sunset: 2099-01-01}"),
    ),
    Rule(
        id="sensitive-added",
        title="Something is now sensitive",
        usual={"anywhere": "safe"},
        why="It is kept out of logs and error texts; messages are the same.",
        mirror="sensitive-removed",
        before=_field(""),
        after=_field(", sensitive: true"),
    ),
    Rule(
        id="sensitive-removed",
        title="Something is no longer sensitive",
        usual={"anywhere": "safe warn"},
        why="It will show in logs and error texts from now on.",
        mirror="sensitive-added",
        before=_field(", sensitive: true"),
        after=_field(""),
    ),
    Rule(
        id="reserved-reused",
        title="A reserved name or id is used again",
        usual={"anywhere": "breaking"},
        why="It was reserved because it once meant something else, and old peers, queues and logs still take it for"
        " that.",
        instead="take another name",
        alone="taking it away again is the removal of what used it",
        before=_status(", reserved: [shipped]"),
        after=_status("", "new, paid, shipped"),
    ),
    Rule(
        id="reservation-dropped",
        title="A name is no longer reserved",
        usual={"anywhere": "safe warn"},
        why="Nothing keeps it from being used again, and it once meant something else.",
        alone="reserving a name changes nothing for anyone",
        before=_status(", reserved: [shipped]"),
        after=_status(""),
    ),
)

ACCEPTANCES = (
    Rule(
        id="acceptance-expired",
        title="An acceptance in the configuration has expired",
        usual={"anywhere": "safe warn"},
        why="What it accepted counts again. A break is accepted for a time, in which it is to be mended or rolled out.",
        alone="it speaks of the configuration, not of an edit",
        before="",
        after="",
    ),
    Rule(
        id="acceptance-unused",
        title="An acceptance in the configuration accepts nothing",
        usual={"anywhere": "safe warn"},
        why="The change that it was for is not there, or has long gone out: left where it is, it hides the next one.",
        alone="it speaks of the configuration, not of an edit",
        before="",
        after="",
    ),
)
