"""Every rule, by family; `RULES` finds one by its id."""

from __future__ import annotations

import difflib

from soagen.compat.rules.calls import ACTIONS, ERRORS, SERVICES, SWITCHES
from soagen.compat.rules.expansions import EXPANSIONS
from soagen.compat.rules.fields import CONTEXT, FIELDS
from soagen.compat.rules.notes import ACCEPTANCES, NOTES
from soagen.compat.rules.rule import Rule, files
from soagen.compat.rules.types import CONSTRAINTS, ENUMS, TYPES, UNIONS

__all__ = ["FAMILIES", "RULES", "Rule", "files", "unknown"]

FAMILIES: dict[str, tuple[Rule, ...]] = {
    "Fields": FIELDS,
    "Types": TYPES,
    "Constraints": CONSTRAINTS,
    "Enums": ENUMS,
    "Unions": UNIONS,
    "Expansions": EXPANSIONS,
    "Context": CONTEXT,
    "Services": SERVICES,
    "Actions": ACTIONS,
    "Errors": ERRORS,
    "Switches and variants": SWITCHES,
    "Beside the messages": NOTES,
    "Acceptances": ACCEPTANCES,
}

RULES: dict[str, Rule] = {rule.id: rule for family in FAMILIES.values() for rule in family}


def unknown(name: str) -> str | None:
    """What is to be said of a name that is no rule's; None if it is one's."""
    if name in RULES:
        return None
    near = difflib.get_close_matches(name, RULES, 1)
    return f"there is no rule {name}: " + (f"did you mean {near[0]}?" if near else "see `soagen rules`")
