"""Enums and unions: their values and members, and whether they are open to those that are yet unknown.

A server is closed to what it does not list, whatever the contract says; a client is so only where the contract says
`closed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from soagen.compat.findings import BEHAVIOUR, Axis
from soagen.compat.notes import notes
from soagen.compat.pairing import paired, reordered
from soagen.compat.positions import Judgement, Meeting
from soagen.model import EnumType, EnumValue, Union, UnionMember

if TYPE_CHECKING:
    from soagen.compat.noting import Here
    from soagen.compat.walk import Walk


def enum(walk: Walk, old: EnumType, new: EnumType, here: Here) -> None:
    """Compares two versions of an enum."""
    pairs = paired(old.values, new.values, lambda each: each.value)
    for before, after in pairs.both:
        notes(walk, before, after, here.part(after.value, before.span, after.span))
    for each in pairs.removed:
        at = here.part(each.value, each.span, here.after)
        judgement = _only(walk, f"the value `{each.value}`", old, new, is_old=True)
        axes = _quiet(walk, closed=new.closed)
        walk.note("enum-value-removed", at, f"the value `{each.value}` was removed", judgement, axes=axes)
    for each in pairs.added:
        _added_value(walk, each, old, new, here)
    _openness(walk, "enum", old.closed, new.closed, here)
    if reordered([each.value for each in old.values], [each.value for each in new.values]):
        walk.note("order-changed", here, "the values stand in another order")


def _added_value(walk: Walk, value: EnumValue, old: EnumType, new: EnumType, here: Here) -> None:
    at = here.part(value.value, here.before, value.span)
    if value.value in old.reserved:
        message = f"the value `{value.value}` was reserved"
        walk.note("reserved-reused", at, message, walk.condemned("the value once meant something else"))
        return
    judgement = _only(walk, f"the value `{value.value}`", old, new, is_old=False)
    walk.note("enum-value-added", at, f"the value `{value.value}` was added", judgement)


def union(walk: Walk, old: Union, new: Union, here: Here) -> None:
    """Compares two versions of a union."""
    if old.tag != new.tag:
        message = f"the tag was the key `{old.tag}` and is the key `{new.tag}`"

        def judge(meeting: Meeting) -> str | None:
            return (
                f"{meeting.writer} does not send `{meeting.read(old.tag, new.tag)}`, which {meeting.reader} looks for"
            )

        walk.note("union-tag-key-changed", here, message, walk.judge(judge))

    def alike(before: UnionMember, after: UnionMember) -> bool:
        return walk.corresponds(before.type, after.type)

    pairs = paired(old.members, new.members, lambda each: each.tag, alike=alike)
    for before, after in pairs.both:
        at = here.part(after.tag, before.span, after.span)
        if before.tag == after.tag:
            walk.type(before.type, after.type, at)
        else:
            _retagged(walk, before, after, old, new, at)
            # Neither version reads the member of the other, so what became of its struct matters to nobody here.
            walk.aside().type(before.type, after.type, at)
    for each in pairs.removed:
        at = here.part(each.tag, each.span, here.after)
        judgement = _only(walk, f"the member `{each.tag}`", old, new, is_old=True)
        axes = _quiet(walk, closed=new.closed)
        walk.note("union-member-removed", at, f"the member `{each.tag}` was removed", judgement, axes=axes)
    for each in pairs.added:
        _added_member(walk, each, old, new, here)
    _openness(walk, "union", old.closed, new.closed, here)
    if reordered([each.tag for each in old.members], [each.tag for each in new.members]):
        walk.note("order-changed", here, "the members stand in another order")


def _added_member(walk: Walk, member: UnionMember, old: Union, new: Union, here: Here) -> None:
    at = here.part(member.tag, here.before, member.span)
    if member.tag in old.reserved:
        message = f"the member `{member.tag}` was reserved"
        walk.note("reserved-reused", at, message, walk.condemned("the tag once meant something else"))
        return
    judgement = _only(walk, f"the member `{member.tag}`", old, new, is_old=False)
    walk.note("union-member-added", at, f"the member `{member.tag}` was added", judgement)


def _retagged(walk: Walk, before: UnionMember, after: UnionMember, old: Union, new: Union, here: Here) -> None:
    judgement = _only(walk, f"the tag `{before.tag}`", old, new, is_old=True) | _only(
        walk, f"the tag `{after.tag}`", old, new, is_old=False
    )
    axes = _quiet(walk, closed=old.closed and new.closed)
    message = f"the member `{before.tag}` is now announced as `{after.tag}`"
    walk.note("union-tag-text-changed", here, message, judgement, axes=axes)


# --- what both have in common


def _only(walk: Walk, what: str, old: EnumType | Union, new: EnumType | Union, *, is_old: bool) -> Judgement:
    """What fails because one version alone lists something."""

    def judge(meeting: Meeting) -> str | None:
        if meeting.writer_is_old != is_old or not (meeting.strict or meeting.read(old, new).closed):
            return None
        return f"{meeting.writer} may send {what}, which {meeting.reader} does not know and refuses"

    return walk.judge(judge)


def _quiet(walk: Walk, *, closed: bool) -> tuple[Axis, ...]:
    return (BEHAVIOUR,) if walk.position.answers and not closed else ()


def _openness(walk: Walk, noun: str, old: bool, new: bool, here: Here) -> None:
    if old != new:
        words = "closed: clients refuse what it does not list" if new else "open: clients keep what it does not list"
        walk.note(f"{noun}-{'closed' if new else 'opened'}", here, f"the {noun} is now {words}")
