"""Python's spelling of the contract's names, and the names that cannot be told apart in it.

Rules: a keyword or a builtin gets a trailing underscore, and so does a name that the class it ends up in needs for
itself. The lists are fixed, so that the same contract gives the same code whichever Python compiles it. What is sent
never changes.
"""

from __future__ import annotations

import re
import unicodedata

KEYWORDS = frozenset(
    {
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
        "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
        "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    }
)  # fmt: skip

# Python 3.11 to 3.14, with what `site` adds, and what type checkers know besides.
BUILTINS = frozenset(
    {
        "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes",
        "callable", "chr", "classmethod", "compile", "complex", "copyright", "credits", "delattr", "dict",
        "dir", "divmod", "enumerate", "eval", "exec", "exit", "filter", "float", "format", "frozenset",
        "getattr", "globals", "hasattr", "hash", "help", "hex", "id", "input", "int", "isinstance",
        "issubclass", "iter", "len", "license", "list", "locals", "map", "max", "memoryview", "min", "next",
        "object", "oct", "open", "ord", "pow", "print", "property", "quit", "range", "repr", "reversed",
        "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type",
        "vars", "zip", "reveal_locals", "reveal_type", "ArithmeticError", "AssertionError", "AttributeError",
        "BaseException", "BaseExceptionGroup", "BlockingIOError", "BrokenPipeError", "BufferError",
        "BytesWarning", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
        "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError", "Ellipsis",
        "EncodingWarning", "EnvironmentError", "Exception", "ExceptionGroup", "FileExistsError",
        "FileNotFoundError", "FloatingPointError", "FutureWarning", "GeneratorExit", "IOError", "ImportError",
        "ImportWarning", "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "KeyError",
        "KeyboardInterrupt", "LookupError", "MemoryError", "ModuleNotFoundError", "NameError",
        "NotADirectoryError", "NotImplemented", "NotImplementedError", "OSError", "OverflowError",
        "PendingDeprecationWarning", "PermissionError", "ProcessLookupError", "PythonFinalizationError",
        "RecursionError", "ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning",
        "StopAsyncIteration", "StopIteration", "SyntaxError", "SyntaxWarning", "SystemError", "SystemExit",
        "TabError", "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeDecodeError",
        "UnicodeEncodeError", "UnicodeError", "UnicodeTranslateError", "UnicodeWarning", "UserWarning",
        "ValueError", "Warning", "WindowsError", "ZeroDivisionError",
    }
)  # fmt: skip

# Linters find that these look like digits.
_AMBIGUOUS = frozenset({"I", "O", "l"})

_RESERVED = KEYWORDS | BUILTINS | _AMBIGUOUS

# What the classes that generated ones derive from call their own.
_FIELD_OWN = frozenset({"self"})
_CONTEXT_OWN = _FIELD_OWN | {
    "call",
    "caller",
    "calling_service",
    "correlation_id",
    "deadline",
    "is_on",
    "request_id",
    "switches",
}
_ERROR_OWN = _FIELD_OWN | {
    "add_note",
    "args",
    "as_remote",
    "at",
    "code",
    "denied_permissions",
    "denying",
    "each",
    "errors",
    "field",
    "from_variables",
    "is_caller_error",
    "is_remote",
    "message",
    "of",
    "received",
    "to_variables",
    "traceback",
    "variables",
    "with_others",
    "with_traceback",
}
# Without `status` and `introspect`: no contract may have these, but the one that is about them.
_METHOD_OWN = frozenset(
    {
        "action_middleware",
        "after_fork",
        "before_fork",
        "build",
        "call",
        "calls",
        "close",
        "dispatcher",
        "from_settings",
        "job_middleware",
        "service",
        "settings",
        "setup",
        "teardown",
        "time_limits",
        "version",
        "with_options",
    }
)


# What a path of expansions calls its own.
_PATH_OWN = _FIELD_OWN | {"or_raise", "then"}


def _spelled(name: str, own: frozenset[str] = frozenset()) -> str:
    return f"{name}_" if name in _RESERVED or name in own else name


def module(contract: str) -> str:
    """The package of a contract."""
    return _spelled(contract)


def field(name: str) -> str:
    """A field of a type, a request or a response."""
    return _spelled(name, _FIELD_OWN)


def context_field(name: str) -> str:
    """A field of the context."""
    return _spelled(name, _CONTEXT_OWN)


def error_field(name: str) -> str:
    """A field of an error."""
    return _spelled(name, _ERROR_OWN)


def type_class(name: str) -> str:
    """A type."""
    return _spelled(name)


def expansion(name: str) -> str:
    """An expansion, as a step of a path. (In the type that has it, it is a `field`.)"""
    return _spelled(name, _PATH_OWN)


def expand_class(type_: str) -> str:
    """Where the paths of expansions begin that begin at a type."""
    return f"{type_}Expand"


def path_class(type_: str) -> str:
    """The paths that lead to a type, and may go on from there."""
    return f"{type_}Path"


def unknown_class(union: str) -> str:
    """The member of a union that stands for what is not known."""
    return f"Unknown{union}"


def error_class(name: str) -> str:
    """An error: ``OUT_OF_STOCK`` is ``OutOfStock``."""
    return _spelled("".join(part.capitalize() for part in name.split("_")))


def switch(name: str) -> str:
    """A switch, as a member of its enum."""
    return _spelled(name)


def method(action: str, variant: str | None = None) -> str:
    """An action, or the variant of it that the switch ``variant`` selects."""
    return _spelled(action if variant is None else f"{action}_{variant.lower()}", _METHOD_OWN)


def pascal(name: str) -> str:
    """``get_order`` as ``GetOrder``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def body_class(action: str, variant: str | None, suffix: str) -> str:
    """The class of a request or a response whose fields stand in the action."""
    return pascal(action if variant is None else f"{action}_{variant.lower()}") + suffix


def snake(name: str) -> str:
    """``LineItem`` as ``line_item``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def member(value: str) -> str:
    """A value of an enum: upper case, with ``_`` for what a name can't have.

    Names that begin or end as Python's own do would be no members; they get ``VALUE`` in front.
    """
    upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).upper())
    name = "".join(c if f"a{c}".isidentifier() else "_" for c in upper)
    if not name:
        return "EMPTY"
    if name.startswith("_") or not name.isidentifier():
        name = (
            f"_{name}" if name[0] != "_" and not name.endswith("_") else f"VALUE{'' if name[0] == '_' else '_'}{name}"
        )
    return _spelled(name)
