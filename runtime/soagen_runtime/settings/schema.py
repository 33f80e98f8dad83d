"""How settings are declared: frozen dataclasses whose fields say what they may be.

A setting stands where it is declared, once, with its default, its kind and what it is about. All that reads or shows
settings (`sources`, `loading`, `showing`, the options of ``soagen-server``) goes by this table. A field that holds
other settings gives them a name in front: ``limits.reply_bytes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeVar, cast

from soagen_runtime.settings.faults import SettingFault, SettingsInvalid
from soagen_runtime.settings.kinds import Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spec:
    """What is said of a setting. ``about`` is a phrase; ``option`` is that of ``soagen-server``, with the ``metavar``
    of what follows it.
    """

    kind: Kind
    about: str
    default: Any
    option: str | None = None
    metavar: str | None = None


def setting(default: T, kind: Kind, about: str, *, option: str | None = None, metavar: str | None = None) -> T:
    """A field of a settings class."""
    spec = Spec(kind, about, default, option, metavar)
    return field(default=default, repr=not kind.secret, metadata={"spec": spec})


def nested(kind: type[T]) -> T:
    """A field that holds other settings."""
    return field(default_factory=kind)


class Settings:
    """The base of settings. They are checked where they are made: raises `SettingsInvalid`, which tells all faults."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Checks every field, and keeps it in the one form that its kind has."""
        faults: list[SettingFault] = []
        for name, spec in _own(type(self)):
            try:
                object.__setattr__(self, name, spec.kind.check(getattr(self, name)))
            except ValueError as error:
                faults.append(SettingFault(f"{type(self).__name__}.{name}", str(error)))
        if faults:
            raise SettingsInvalid(faults)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """The settings of checked values by their dotted keys; what is missing is as by default."""
        own = {name: values[name] for name, _ in _own(cls) if name in values}
        for name, kind in _nested(cls):
            prefix = f"{name}."
            own[name] = kind.from_values({k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)})
        return cls(**own)

    def values(self) -> dict[str, Any]:
        """All values by their dotted keys, in the order of the fields."""
        found: dict[str, Any] = {}
        for each in fields(self):  # type: ignore[arg-type]  # those that are made are dataclasses
            value = getattr(self, each.name)
            if isinstance(value, Settings):
                found.update((f"{each.name}.{key}", inner) for key, inner in value.values().items())
            else:
                found[each.name] = value
        return found


def specs_of(cls: type[Settings]) -> Mapping[str, Spec]:
    """All settings of a class by their dotted keys: its own, then those of what it holds."""
    found = dict(_own(cls))
    for name, kind in _nested(cls):
        found.update((f"{name}.{key}", spec) for key, spec in specs_of(kind).items())
    return found


def _own(cls: type[Settings]) -> Iterator[tuple[str, Spec]]:
    for each in fields(cls):  # type: ignore[arg-type]  # as above
        if "spec" in each.metadata:
            yield each.name, each.metadata["spec"]


def _nested(cls: type[Settings]) -> Iterator[tuple[str, type[Settings]]]:
    for each in fields(cls):  # type: ignore[arg-type]  # as above
        if "spec" not in each.metadata:
            yield each.name, cast(type[Settings], each.default_factory)
