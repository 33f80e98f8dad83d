"""What there is to know about a kind of edit. Verdicts are not given here: they follow from the messages (`inclusion`).

``usual`` says what they usually come to, for people; the tests hold each rule's example against it. Every rule has a
mirror, the rule of the edit that undoes this one, or says why it has none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A kind of edit.

    ``usual`` goes from where the edit stands (``request``, ``response``, or ``anywhere``) to the labels it usually
    gets. ``instead`` is the way to the aim without the break. ``before`` and ``after`` are contracts that differ by one
    such edit (see `files`).
    """

    id: str
    title: str
    usual: dict[str, str]
    why: str
    instead: str | None = None
    mirror: str | None = None
    alone: str | None = None
    before: str
    after: str


def files(example: str) -> dict[str, str]:
    """The contract files of an example, by name.

    Contracts are set apart by ``---``; one that does not say what it is belongs to the service ``orders``. In each the
    line ``soa: 1`` is understood.
    """
    found = {}
    for part in filter(None, example.split("---\n")):
        text = part if part.startswith(("service:", "package:")) else f"service: orders\n{part}"
        name = text.partition("\n")[0].partition(": ")[2]
        found[f"{name}.soa.yaml"] = f"soa: 1\n{text}"
    return found


def inverse(rule: str) -> str:
    """Why an edit that undoes itself has no other mirror."""
    return f"undoing `{rule}` is `{rule}`"
