"""Fields: added, removed, renamed, required or not.

What fails follows from how a record is read. A server refuses a key that it does not know, except among the context's;
a client passes over it. Everybody refuses a record without a key that is required. A field that may be left out may be
left out by anyone, whether or not generated code would do so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soagen.compat.findings import BEHAVIOUR, SOURCE
from soagen.compat.languages import entry
from soagen.compat.notes import notes
from soagen.compat.pairing import paired, reordered
from soagen.compat.positions import Judgement, Meeting
from soagen.compat.words import value_words
from soagen.diagnostics import Span
from soagen.model import Field, Presence

if TYPE_CHECKING:
    from soagen.compat.noting import Here
    from soagen.compat.walk import Walk

_MAY_BE_ABSENT = (Presence.OPTIONAL, Presence.DEFAULTED)


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record. ``is_context`` says that keys which nobody knows are let through.

    ``reserved`` are the names that the old version kept from being used again.
    """

    walk: Walk
    here: Here
    reserved: Collection[str] = ()
    is_context: bool = False

    def compare(self, old: Sequence[Field], new: Sequence[Field]) -> None:
        """Notes what differs."""
        here = self.here
        pairs = paired(old, new, lambda each: each.wire, lambda each: each.name, alike=_alike)
        for before, after in pairs.both:
            at = self._at(after, before.span, after.span)
            if before.wire != after.wire:
                self._resent(before, after, at)
            else:
                self._field(before, after, at)
        for each in pairs.removed:
            self._removed(each, self._at(each, each.span, here.after))
        for each in pairs.added:
            self._added(each, self._at(each, here.before, each.span))
        if reordered([each.wire for each in old], [each.wire for each in new]):
            self.walk.note("order-changed", here, "the fields stand in another order")

    def _at(self, field: Field, before: Span | None, after: Span | None) -> Here:
        """Where a field stands. One of the context may have come from an import, and is then an edit there."""
        at = self.here.part(field.name, before, after)
        if self.is_context:
            at = at.into(f"{self.walk.home(field.span.path)}.context.{field.name}", before, after)
        return at

    # --- a field of both versions

    def _field(self, old: Field, new: Field, here: Here) -> None:
        if old.name != new.name:
            message = f"`{old.name}` is now called `{new.name}`, and still sent as `{new.wire}`"
            self.walk.note("field-renamed", here, message, axes=(SOURCE,))
        self._presence(old, new, here)
        self.walk.type(old.type, new.type, here)
        notes(self.walk, old, new, here)

    def _presence(self, old: Field, new: Field, here: Here) -> None:
        if _may_be_absent(old) and _may_be_absent(new):
            self._default(old, new, here)
        elif old.presence is not new.presence:
            rule, words = _PRESENCES[_may_be_absent(old), _may_be_absent(new), new.presence is Presence.NULLABLE]
            before, after = entry(self.walk.old, old), entry(self.walk.new, new)

            def judge(meeting: Meeting) -> str | None:
                sent, read = meeting.written(before, after), meeting.read(before, after)
                if sent.absent and not read.absent:
                    return f"{meeting.writer} may leave `{new.wire}` out, which {meeting.reader} requires"
                if sent.nil and not read.nil:
                    return f"{meeting.writer} may send nil as `{new.wire}`, which {meeting.reader} refuses"
                return None

            self.walk.note(rule, here, f"`{new.name}` {words}", self.walk.judge(judge))

    def _default(self, old: Field, new: Field, here: Here) -> None:
        if old.presence is not new.presence:
            words = "got a default" if new.presence is Presence.DEFAULTED else "lost its default"
            message = f"`{new.name}` {words}"
        elif old.default != new.default:
            message = f"the default was {value_words(old.default)} and is {value_words(new.default)}"
        else:
            return
        self.walk.note("default-changed", here, message, axes=(BEHAVIOUR,))

    # --- a field, or a sent name, of one version alone

    def _removed(self, field: Field, here: Here) -> None:
        message = f"the {_kind(field)} field `{field.name}` was removed"
        quiet = _may_be_absent(field) and self.walk.position.answers
        axes = (BEHAVIOUR,) if quiet else ()
        self.walk.note(self._rule(field, "removed"), here, message, self._only(field, is_old=True), axes=axes)

    def _added(self, field: Field, here: Here) -> None:
        if field.name in self.reserved or field.wire in self.reserved:
            message = f"the field `{field.name}` uses a name that was reserved"
            self.walk.note("reserved-reused", here, message, self.walk.condemned("the name once meant something else"))
            return
        message = f"the {_kind(field)} field `{field.name}` was added"
        self.walk.note(self._rule(field, "added"), here, message, self._only(field, is_old=False))

    def _resent(self, old: Field, new: Field, here: Here) -> None:
        judgement = self._only(old, is_old=True) | self._only(new, is_old=False)
        quiet = (self.walk.position.answers or self.is_context) and _may_be_absent(old) and _may_be_absent(new)
        axes = ((BEHAVIOUR,) if quiet else ()) + ((SOURCE,) if old.name != new.name else ())
        name = f"`{old.name}`" if old.name == new.name else f"`{old.name}`, now `{new.name}`,"
        message = f"{name} was sent as `{old.wire}` and is sent as `{new.wire}`"
        self.walk.note("field-sent-name-changed", here, message, judgement, axes=axes)

    def _only(self, field: Field, *, is_old: bool) -> Judgement:
        """What fails because a key is known to one version alone."""

        def judge(meeting: Meeting) -> str | None:
            if meeting.writer_is_old == is_old:
                if meeting.strict and not self.is_context:
                    return f"{meeting.writer} may send `{field.wire}`, which {meeting.reader} does not know and refuses"
            elif not _may_be_absent(field):
                return f"{meeting.writer} does not send `{field.wire}`, which {meeting.reader} requires"
            return None

        return self.walk.judge(judge)

    def _rule(self, field: Field, what: str) -> str:
        return f"{_kind(field)}-{'context-key' if self.is_context else 'field'}-{what}"


# By: the old one may be left out, the new one may be, the new one must be there and may be nil.
_PRESENCES = {
    (False, True, False): ("field-made-optional", "may now be left out"),
    (True, False, False): ("field-made-required", "must now be sent"),
    (True, False, True): ("field-made-required", "must now be sent, if only as nil"),
    (False, False, True): ("nil-allowed", "may now be nil"),
    (False, False, False): ("nil-refused", "may no longer be nil"),
}


def _may_be_absent(field: Field) -> bool:
    return field.presence in _MAY_BE_ABSENT


def _kind(field: Field) -> str:
    return "optional" if _may_be_absent(field) else "required"


def _alike(old: Field, new: Field) -> bool:
    return (old.type, old.presence, old.default) == (new.type, new.presence, new.default)
