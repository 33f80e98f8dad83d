"""Rules on expansions: what a client puts beside the ids in an answer. Messages know nothing of it."""

from __future__ import annotations

from soagen.compat.rules.rule import Rule, inverse

_ACTIONS = (
    "actions:\n"
    "  get_order: {request: {id: string}, response: Order}\n"
    "  get_users: {idempotent: true, request: {ids: list<string>}, response: {users: map<User>}}\n"
    "  get_people: {idempotent: true, request: {ids: list<string>}, response: {people: map<Person>}}\n"
)


def _order(*expand: str) -> str:
    section = "".join(["    expand:\n", *(f"      {each}\n" for each in expand)]) if expand else ""
    return (
        "types:\n"
        "  User: {fields: {id: string, name: string}}\n"
        "  Person: {fields: {id: string, name: string}}\n"
        "  Order:\n"
        "    fields: {user_id: string}\n"
        f"{section}{_ACTIONS}"
    )


EXPANSIONS = (
    Rule(
        id="expansion-added",
        title="An expansion was added",
        usual={"anywhere": "safe"},
        why="It is what a client does with an answer. Nothing that is sent changes.",
        mirror="expansion-removed",
        before=_order(),
        after=_order("user: {from: user_id, action: get_users}"),
    ),
    Rule(
        id="expansion-removed",
        title="An expansion was removed, or is called otherwise",
        usual={"anywhere": "safe source"},
        why="Nothing that is sent changes; who asked for it must do without.",
        mirror="expansion-added",
        before=_order("user: {from: user_id, action: get_users}"),
        after=_order(),
    ),
    Rule(
        id="expansion-changed",
        title="An expansion leads to another type, or gets it from elsewhere",
        usual={"anywhere": "safe source, or safe behaviour where the type is the same"},
        why="Nothing that is sent changes. In Python the attribute has another type, or holds other objects.",
        alone=inverse("expansion-changed"),
        before=_order("user: {from: user_id, action: get_users}"),
        after=_order("user: {from: user_id, action: get_people}"),
    ),
)
