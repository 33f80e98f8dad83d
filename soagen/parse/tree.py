"""One file as it was understood without knowing any other: the unresolved tree.

Rules: what is written is here, with its place; what is left out is ``None`` or ``()``. A name is only a text so far, a
literal that depends on a type is still a node. Where something was refused, the finding has been made and a poisoned
value (``None`` for a type, ``fields=None`` and ``ref=None`` for a body, `BrokenTree` for a definition) keeps the later
stages silent about it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeAlias

from soagen.diagnostics import Span
from soagen.model import ContractKind, Deprecation, Kind
from soagen.source import Node


@dataclass(frozen=True, slots=True)
class Name:
    """A text and its place."""

    text: str
    at: Span


@dataclass(frozen=True, slots=True)
class BuiltinExpr:
    """A built-in type."""

    kind: Kind
    at: Span


@dataclass(frozen=True, slots=True)
class ListExpr:
    """``list<item>``."""

    item: TypeExpr
    at: Span


@dataclass(frozen=True, slots=True)
class MapExpr:
    """``map<value>``."""

    value: TypeExpr
    at: Span


@dataclass(frozen=True, slots=True)
class OptionalExpr:
    """``inner?``."""

    inner: TypeExpr
    at: Span


@dataclass(frozen=True, slots=True)
class NameExpr:
    """``name`` or ``qualifier.name``: of a type, an error, a switch or an action."""

    qualifier: Name | None
    name: Name

    def __str__(self) -> str:
        return f"{self.qualifier.text}.{self.name.text}" if self.qualifier else self.name.text


TypeExpr: TypeAlias = BuiltinExpr | ListExpr | MapExpr | OptionalExpr | NameExpr


@dataclass(frozen=True, slots=True)
class ConstraintTree:
    """A constraint as written: ``value`` is read where its form needs no type (counts, ``unique``, ``pattern``,
    ``currencies``); a bound stays a node, and ``value`` is None."""

    key: Name
    node: Node
    value: int | bool | str | tuple[Name, ...] | None


@dataclass(frozen=True, slots=True)
class Flag:
    """A ``true`` or ``false`` and the place of its key."""

    value: bool
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTree:
    """A field of anything that has fields; ``type`` is None where it was refused."""

    name: Name
    type: TypeExpr | None
    type_at: Span
    constraints: tuple[ConstraintTree, ...] = ()
    default: Node | None = None
    default_at: Span | None = None
    example: Node | None = None
    required: Flag | None = None
    wire: Name | None = None
    doc: str | None = None
    sensitive: bool = False
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionTree:
    """An expansion of a struct; ``source`` is what stands under ``from``. It and ``action`` are None where they were
    refused."""

    name: Name
    source: Name | None
    action: NameExpr | None
    request: Name | None = None
    response: Name | None = None
    key: Name | None = None
    doc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StructTree:
    """A type with ``fields``."""

    name: Name
    fields: tuple[FieldTree, ...]
    expansions: tuple[ExpansionTree, ...] = ()
    reserved: tuple[Name, ...] = ()
    doc: str | None = None
    sensitive: bool = False
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValueTree:
    """A value of an enum."""

    value: Name
    doc: str | None = None
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumTree:
    """A type with ``enum``."""

    name: Name
    values: tuple[EnumValueTree, ...]
    closed: bool = False
    reserved: tuple[Name, ...] = ()
    doc: str | None = None
    sensitive: bool = False
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True)
class MemberTree:
    """A member of a union; ``type`` is None where it was refused."""

    tag: Name
    type: NameExpr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionTree:
    """A type with ``union``."""

    name: Name
    members: tuple[MemberTree, ...]
    tag: str = "type"
    closed: bool = False
    reserved: tuple[Name, ...] = ()
    doc: str | None = None
    sensitive: bool = False
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTree:
    """A name for another type; ``type`` is None where it was refused."""

    name: Name
    type: TypeExpr | None
    type_at: Span
    constraints: tuple[ConstraintTree, ...] = ()
    example: Node | None = None
    doc: str | None = None
    sensitive: bool = False
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True)
class BrokenTree:
    """A type that was refused as a whole; its name is known, and nothing more."""

    name: Name


TypeTree: TypeAlias = StructTree | EnumTree | UnionTree | AliasTree | BrokenTree


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTree:
    """An error; ``message`` is the node that holds the template."""

    name: Name
    wire: Name | None = None
    message: Node | None = None
    fields: tuple[FieldTree, ...] = ()
    caller_error: bool = True
    retryable: bool = False
    reserved: tuple[Name, ...] = ()
    doc: str | None = None
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchTree:
    """A switch; ``id`` is None where it was refused."""

    name: Name
    id: int | None
    id_at: Span
    doc: str | None = None
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True)
class BodyTree:
    """What stands under ``request`` or ``response``: fields, a struct's name or `object`; none where it was refused."""

    at: Span
    fields: tuple[FieldTree, ...] | None = None
    ref: NameExpr | None = None
    is_object: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantTree:
    """A variant; what is None is the action's."""

    switch: NameExpr
    request: BodyTree | None = None
    response: BodyTree | None = None
    errors: tuple[NameExpr, ...] | None = None
    doc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTree:
    """An example of a call; ``error`` and ``fields`` come from the map under ``error``."""

    name: Name
    at: Span
    request: Node | None = None
    response: Node | None = None
    response_at: Span | None = None
    error_at: Span | None = None
    error: NameExpr | None = None
    error_fields: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTree:
    """An action; the spans are those of keys that may not stand together."""

    name: Name
    wire: Name | None = None
    request: BodyTree | None = None
    response: BodyTree | None = None
    errors: tuple[NameExpr, ...] = ()
    errors_at: Span | None = None
    variants: tuple[VariantTree, ...] = ()
    examples: tuple[ExampleTree, ...] = ()
    timeout: dt.timedelta | None = None
    idempotent: bool = False
    oneway: bool = False
    doc: str | None = None
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True)
class ImportTree:
    """``alias: path``; ``path`` is None where it was refused."""

    alias: Name
    path: Name | None


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number and its place."""

    value: int
    at: Span


@dataclass(frozen=True, slots=True)
class ReservedTree:
    """The file's own ``reserved``."""

    actions: tuple[Name, ...] = ()
    errors: tuple[Name, ...] = ()
    switches: tuple[Number, ...] = ()


@dataclass(slots=True)
class References:
    """Every name in the file that stands for something defined elsewhere, in the order of the file."""

    types: list[NameExpr] = field(default_factory=list)
    structs: list[NameExpr] = field(default_factory=list)
    bodies: list[NameExpr] = field(default_factory=list)
    errors: list[NameExpr] = field(default_factory=list)
    switches: list[NameExpr] = field(default_factory=list)
    actions: list[NameExpr] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTree:
    """A file. ``name`` is None where it was refused or is missing; ``refused`` are the sections (``types``...) whose
    contents are not all known, since they, or parts of them, were refused."""

    path: str
    kind: ContractKind
    name: Name | None
    references: References
    wire: Name | None = None
    imports: tuple[ImportTree, ...] = ()
    context: tuple[FieldTree, ...] = ()
    switches: tuple[SwitchTree, ...] = ()
    types: tuple[TypeTree, ...] = ()
    errors: tuple[ErrorTree, ...] = ()
    actions: tuple[ActionTree, ...] = ()
    reserved: ReservedTree = ReservedTree()
    doc: str | None = None
    deprecated: Deprecation | None = None
    refused: frozenset[str] = frozenset()
    at: Span
