"""What docstrings say: the contract's own words, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from soagen.generate import names
from soagen.generate.spelling import plain
from soagen.generate.text import docstring
from soagen.model import Constraints, Deprecation, Expansion, Field, Kind, Project, ScalarType, Type


def deprecation(notice: Deprecation | None) -> str | None:
    """A notice in one line, for a decorator or a docstring."""
    if notice is None:
        return None
    said = [
        notice.reason,
        f"Use {notice.use}." if notice.use else None,
        f"Deprecated since {notice.since}." if notice.since else None,
        f"It goes away on {notice.sunset.isoformat()}." if notice.sunset else None,
    ]
    return " ".join(" ".join(part.split()) for part in said if part) or "Deprecated."


def notice(given: Deprecation | None) -> str | None:
    """The paragraph of a docstring about a deprecation."""
    words = deprecation(given)
    return None if words is None else words if words == "Deprecated." else f"Deprecated: {words}"


def in_words(name: str) -> str:
    """A name as a sentence, where nothing else is said: ``LINE_ITEM`` as ``Line item.``."""
    return f"{name.replace('_', ' ').strip().capitalize()}."


def described(depth: int, doc: str | None, *more: str | None, otherwise: str = "") -> list[str]:
    """The lines of a docstring: the contract's words, or ``otherwise``, and further paragraphs. May be none at all."""
    paragraphs = [doc if doc and doc.strip() else otherwise, *more]
    said = [paragraph for paragraph in paragraphs if paragraph and paragraph.strip()]
    return docstring(said, depth) if said else []


def expansion_words(expansion: Expansion) -> str:
    """What an expansion is, where nothing else is said."""
    return f"What `{names.field(expansion.source)}` stands for."


def field_doc(project: Project, field: Field) -> list[str]:
    """The lines of a field's docstring, if there is anything to say."""
    return described(1, field.doc, limits(project, field.type), notice(field.deprecated))


def limits(project: Project, type_: Type) -> str | None:
    """The constraints of a type as a sentence, if there are any."""
    value = plain(project, type_)
    said = "; ".join(part for rule in value.rules for part in _limits(rule.constraints, value.type))
    return f"{said[0].upper()}{said[1:]}." if said else None


def _limits(given: Constraints, type_: object) -> Iterable[str]:
    kind = type_.kind if isinstance(type_, ScalarType) else None
    unit = " in minor units" if kind is Kind.MONEY else ""
    if given.min is not None and given.max is not None:
        yield f"{_shown(given.min)} to {_shown(given.max)}{unit}"
    elif given.min is not None:
        yield f"at least {_shown(given.min)}{unit}"
    elif given.max is not None:
        yield f"at most {_shown(given.max)}{unit}"
    if given.above is not None:
        yield f"above {_shown(given.above)}{unit}"
    if given.below is not None:
        yield f"below {_shown(given.below)}{unit}"
    yield from _size(given.min_length, given.max_length, "byte" if kind is Kind.BYTES else "character")
    yield from _size(given.min_items, given.max_items, "item")
    yield from _size(given.min_entries, given.max_entries, "entry", "entries")
    if given.unique:
        yield "no item twice"
    if given.currencies:
        yield f"in {', '.join(given.currencies)}"
    if given.pattern is not None:
        yield f"matches ``{given.pattern}``"


def _size(least: int | None, most: int | None, one: str, many: str | None = None) -> Iterable[str]:
    many = many or f"{one}s"
    if least is not None and least == most:
        yield f"{least} {one if least == 1 else many}"
    elif least is not None and most is not None:
        yield f"{least} to {most} {many}"
    elif least is not None:
        yield f"at least {least} {one if least == 1 else many}"
    elif most is not None:
        yield f"at most {most} {one if most == 1 else many}"


def _shown(bound: object) -> str:
    return str(bound)
