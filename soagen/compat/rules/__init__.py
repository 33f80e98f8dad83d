"""Every rule, by family; `RULES` finds one by its id."""

from __future__ import annotations

from soagen.compat.rules.calls import ACTIONS, ERRORS, SERVICES, SWITCHES
from soagen.compat.rules.expansions import EXPANSIONS
from soagen.compat.rules.fields import CONTEXT, FIELDS
from soagen.compat.rules.notes import ACCEPTANCES, NOTES
from soagen.compat.rules.rule import Rule, files
from soagen.compat.rules.types import CONSTRAINTS, ENUMS, TYPES, UNIONS

__all__ = ["FAMILIES", "RULES", "Rule", "files"]

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
