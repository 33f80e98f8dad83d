"""The catalogue of what can be wrong with a contract, and the list that a stage writes its findings into.

Rules: a code, once released, keeps its meaning. The JSON Schema sees a code always (``structural``) or never, so that
editors and compiler can be held against each other; of codes about the YAML itself (``yaml``) no schema knows, since
there is no data to hold against it. ``docs/findings.md`` shows an example of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from soagen.diagnostics import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Finding:
    """An entry of the catalogue: ``explanation`` says what the rule is, and why there is one."""

    code: str
    title: str
    explanation: str
    structural: bool = False
    yaml: bool = False


def _yaml(code: str, title: str, explanation: str) -> Finding:
    return Finding(code, title, explanation, yaml=True)


def _structural(code: str, title: str, explanation: str) -> Finding:
    return Finding(code, title, explanation, structural=True)


_FILES = (
    Finding("FILE_NOT_FOUND", "A file is not there", "An import's path is relative to the file that imports."),
    Finding("FILE_UNREADABLE", "A file can't be read", "The file system said no; the message says why."),
    Finding(
        "WRONG_FILE_NAME",
        "A service's file is called otherwise",
        "The file of the service `orders` is `orders.soa.yaml`, so that it can be found by the service's name.",
    ),
    Finding(
        "DUPLICATE_CONTRACT",
        "Two files describe one contract",
        "Services and packages share one space of names, since each becomes a module of the generated package.",
    ),
    Finding(
        "CIRCULAR_IMPORT",
        "Imports go round in a circle",
        "What two contracts need of each other belongs into a package that both import.",
    ),
)

_YAML = (
    _yaml("NOT_UTF8", "The file is not UTF-8", "Contracts are UTF-8, so that they mean the same everywhere."),
    _yaml("BYTE_ORDER_MARK", "The file starts with a byte order mark", "UTF-8 needs none, and it shifts all columns."),
    _yaml(
        "CONTROL_CHARACTER",
        "A character that can't be seen",
        "Control characters and the line ends that only YAML 1.1 knows are written as escapes, in double quotes.",
    ),
    _yaml("EMPTY_FILE", "The file holds nothing", "A contract has at least a version and a name."),
    _yaml("YAML_SYNTAX", "The text is no YAML", "Reading ends here, so there may be more to find behind it."),
    _yaml("TAB", "A tab indents", "YAML indents with spaces."),
    _yaml("TOO_DEEP", "Nested too deep", "No contract needs more than 64 levels."),
    _yaml("SEVERAL_DOCUMENTS", "A second document", "One file holds one contract, and so one YAML document."),
    _yaml("DIRECTIVE", "A YAML directive", "`%YAML` and `%TAG` are not part of the language."),
    _yaml("ANCHOR", "An anchor", "What is used twice has a name: under `types`, or in a file for `imports`."),
    _yaml("ALIAS", "An alias of YAML", "What is used twice has a name: under `types`, or in a file for `imports`."),
    _yaml("MERGE_KEY", "A merge key", "What is used twice has a name: under `types`, or in a file for `imports`."),
    _yaml("TAG", "A YAML tag", "What a value is, the contract says already."),
    _yaml("BAD_KEY", "A key that is no text", "Keys are texts; maps, lists and nothing are none."),
    _yaml("DUPLICATE_KEY", "A key is given twice", "YAML keeps one of the two without a word; which one, varies."),
)

_STRUCTURE = (
    _structural("UNSUPPORTED_VERSION", "Another version of the language", "This compiler reads `soa: 1`."),
    _structural("WRONG_SHAPE", "A map, a list or a text is expected", "The value is of another sort."),
    _structural("EMPTY_VALUE", "A value is missing", "The key is there, and nothing (or `null`) behind it."),
    Finding(
        "EMPTY_TEXT",
        "A text or literal is missing",
        'Nothing stands behind the key. An empty text is written `""`; `null` and `~` are texts.',
    ),
    _structural("UNKNOWN_KEY", "A key that the language does not have here", "Most often it is misspelt."),
    _structural("MISSING_KEY", "A key that must be there", "It is reported at the first key of its map."),
    _structural("CONFLICTING_KEYS", "Two keys that exclude each other", "One of them has to go."),
    _structural(
        "PACKAGE_WITH_ACTIONS",
        "A package with actions",
        "A package holds what others import; only a service has actions.",
    ),
    _structural("EMPTY_LIST", "A list or map with nothing in it", "An enum without values could have no value."),
    _structural(
        "BAD_NAME",
        "A name in the wrong style",
        "snake_case for services, packages, imports, actions, fields and expansions, PascalCase for types, UPPER_CASE "
        "for errors and switches, all ASCII: so the names are good in generated code.",
    ),
    _structural(
        "BAD_SETTING",
        "A setting of the language has a wrong value",
        "Flags are `true` or `false`, counts and ids whole numbers, timeouts durations, currencies three capitals.",
    ),
    _structural("BAD_TYPE", "A type is written wrong", "The grammar of types is `Name`, `list<T>`, `map<T>`, `T?`."),
    _structural("BAD_REFERENCE", "A name is expected", "`NAME`, or `alias.NAME` for something imported."),
    Finding("DUPLICATE_ITEM", "Something is listed twice", "One of the two does nothing, or was meant otherwise."),
)

_NAMES = (
    Finding("UNKNOWN_IMPORT", "Nothing is imported by that name", "`imports` gives a file the alias before the dot."),
    Finding("UNKNOWN_TYPE", "There is no such type", "It is neither built in nor under `types`."),
    Finding("UNKNOWN_ERROR", "There is no such error", "It is not under the `errors` of the file."),
    Finding("UNKNOWN_SWITCH", "There is no such switch", "It is not under the `switches` of the file."),
    Finding(
        "NOT_A_STRUCT",
        "A struct is expected",
        "A body is a map of fields, a struct or `object`; members of unions are structs.",
    ),
    Finding(
        "PROTOCOL_NAME",
        "A name that the protocol itself uses",
        "A caller could not tell the contract's from the protocol's.",
    ),
    Finding("RESERVED_NAME", "A reserved name is used again", "It was reserved so that it never gets a new meaning."),
    Finding("WIRE_CLASH", "Two things are sent by one name", "Whoever receives it could not tell them apart."),
    Finding(
        "NAME_CLASH",
        "Two things would get one name in Python",
        "Names of the contract become names in generated code; `wire` keeps what is sent when one is renamed.",
    ),
    Finding("CONTEXT_CLASH", "Two contexts have one key", "The context of what is imported joins one's own."),
    Finding("SWITCH_ID_CLASH", "Two switches have one id", "Switches travel as their ids, from service to service."),
)

_TYPES = (
    Finding("DOUBLE_OPTIONAL", "`T??`", "There is one way to be absent, not two."),
    Finding("ALIAS_OPTIONAL", "An alias of `T?`", "Whether something may be left out is said where it is used."),
    Finding(
        "RECURSIVE_TYPE", "A type holds itself without end", "A struct may hold itself through `?`, `list`, `map`."
    ),
    Finding("REQUIRED_MISPLACED", "`required` beside a type without `?`", "A field without `?` is required anyway."),
    Finding("DEFAULT_ON_OPTIONAL", "A default beside `T?`", "What is left out is either nothing or the default."),
    Finding("CONSTRAINT_UNFIT", "A constraint that the type can't have", "It would never say anything."),
    Finding("CONSTRAINT_IMPOSSIBLE", "Constraints that no value keeps to", "Those of an alias hold together with it."),
    Finding(
        "BAD_PATTERN", "A pattern that is refused", "Patterns are what Python's `re` and ECMA 262 both read alike."
    ),
    Finding("UNKNOWN_CURRENCY", "There is no such currency", "Currencies are codes of ISO 4217, such as USD."),
    Finding("DUPLICATE_MEMBER", "A struct is twice in a union", "Its tag could not be told from its class."),
    Finding("TAG_CLASH", "A member has a field by the tag's name", "Both would be sent under one key."),
)

_LITERALS = (
    Finding("BAD_LITERAL", "A literal is not of its type", "Texts are read by the type that is expected."),
    Finding("BROKEN_CONSTRAINT", "A literal breaks its constraints", "Defaults and examples are values like others."),
    Finding("MISSING_FIELD", "A literal lacks a field", "It is reported at the first key of the map."),
    Finding("UNKNOWN_FIELD", "A literal has a field too many", "The struct has no field of that name."),
)

_ACTIONS = (
    Finding("BAD_TEMPLATE", "A message is written wrong", "It knows `{field}`, and `{{` for a brace."),
    Finding("UNKNOWN_PLACEHOLDER", "A message names no field", "What stands in braces is a field of the error."),
    Finding("SENSITIVE_PLACEHOLDER", "A message names something sensitive", "Messages end up in logs and on screens."),
    Finding("ONEWAY_ANSWERS", "A oneway action answers", "Its caller waits for nothing, and could not be told."),
    Finding("EXAMPLE_OUTCOME", "An example has no one outcome", "It ends with a `response` or with an `error`."),
    Finding("UNDECLARED_ERROR", "An example's error is not the action's", "The action's `errors` do not list it."),
)

_EXPANSIONS = (
    Finding("UNKNOWN_ACTION", "There is no such action", "It is not under the `actions` of the file."),
    Finding(
        "EXPANSION_FIELD",
        "An expansion needs to know a field",
        "`from`, `request`, `response` and `key` name fields that are there; what is left out must be plain.",
    ),
    Finding(
        "EXPANSION_UNFIT",
        "A field that an expansion can't use",
        "Ids are strings, ints or uuids, of one kind wherever they are held, sent and found; what comes is structs.",
    ),
    Finding(
        "EXPANSION_ACTION",
        "An action that an expansion can't use",
        "It is sent a list of ids and nothing else, it answers with structs, and it may be called at any time.",
    ),
)

CATALOGUE: Mapping[str, Finding] = {
    each.code: each
    for group in (_FILES, _YAML, _STRUCTURE, _NAMES, _TYPES, _LITERALS, _ACTIONS, _EXPANSIONS)
    for each in group
}


@dataclass(slots=True)
class Report:
    """What one run has found so far; the one way to make a `Diagnostic`."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(
        self, code: str, at: Span, message: str, *, hint: str | None = None, related: tuple[tuple[Span, str], ...] = ()
    ) -> None:
        """Notes a finding; ``KeyError`` for a code that is not in the catalogue."""
        self.found.append(Diagnostic(at, CATALOGUE[code].code, message, hint, related))
