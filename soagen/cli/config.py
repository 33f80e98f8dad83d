"""``[tool.soagen]`` in ``pyproject.toml``, or ``soagen.yaml``: where contracts are, and where the code goes.

Rules. The configuration is looked for from the current directory upwards; the nearest file that has one wins, and its
relative paths begin where it lies. Every mistake in it is told, all at once (`Problem`). Nothing is looked up on the
disk but the file itself: whether there are contracts is for `sources` to find out.
"""

from __future__ import annotations

import datetime as dt
import difflib
import keyword
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soagen.cli.problems import Problem, refused, shown

if TYPE_CHECKING:
    from soagen.source import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a configuration file says; ``None`` and ``()`` where it says nothing. ``root`` is the folder it lies in."""

    root: Path
    file: Path | None = None
    sources: tuple[str, ...] = ()
    package: str | None = None
    out: str | None = None
    templates: str | None = None
    accept: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Setting:
    """A key as it was found: ``value`` is what the format makes of it, ``where`` its place in words."""

    key: str
    value: Any
    where: str


def find(start: Path) -> Path | None:
    """The nearest file with a configuration, at ``start`` or above. `Problem` if one folder has two."""
    for folder in (start, *start.parents):
        found = [path for path in _in(folder) if _configures(path)]
        if len(found) == 2:
            raise Problem(
                f"{shown(found[0])} has [tool.soagen], and there is {shown(found[1])} beside it: keep one of them"
            )
        if found:
            return found[0]
    return None


def candidates(start: Path) -> list[Path]:
    """The files that `find` looks at, whether they are there or not."""
    return [path for folder in (start, *start.parents) for path in _in(folder)]


def _in(folder: Path) -> tuple[Path, Path]:
    return folder / "pyproject.toml", folder / "soagen.yaml"


def _configures(path: Path) -> bool:
    """Whether a file speaks to soagen. One that can't be read might: `read` will say what is wrong with it."""
    if not path.is_file():
        return False
    if path.suffix != ".toml":
        return True
    try:
        return "soagen" in tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (OSError, ValueError, AttributeError):
        return b"tool.soagen" in _bytes(path)


def read(path: Path, content: bytes | None = None) -> Config:
    """The configuration in ``path``; `Problem` with everything that is wrong with it.

    ``content`` is what stands there, where that is not what the disk says (another version of the file).
    """
    form = _from_toml if path.suffix == ".toml" else _from_yaml
    settings = list(form(path, _bytes(path) if content is None else content))
    mistakes = [f"{s.where}: {said}" for s in settings if (said := _mistake(s))]
    if mistakes:
        raise Problem(*mistakes)
    values: dict[str, Any] = {s.key: tuple(s.value) if isinstance(s.value, list) else s.value for s in settings}
    return Config(root=path.absolute().parent, file=path.absolute(), **values)


# --- the two formats


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise refused("read", path, error) from error


def _from_toml(path: Path, content: bytes) -> Iterator[_Setting]:
    try:
        document = tomllib.loads(content.decode())
    except ValueError as error:  # of tomllib, or of the UTF-8 decoder
        raise Problem(f"{shown(path)}: {error}") from error
    tool = document.get("tool")
    table = tool.get("soagen") if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        raise Problem(f"{shown(path)}: there is no table [tool.soagen] in it")
    for key, value in table.items():
        yield _Setting(key, value, f"{shown(path)}: [tool.soagen] {key}")


def _from_yaml(path: Path, content: bytes) -> Iterator[_Setting]:
    # Not at the top: a project that is configured in pyproject.toml, and up to date, needs no YAML reader.
    from soagen.findings import Report
    from soagen.source import Map, Scalar, Seq, read

    report = Report()
    node = read(content, shown(path), report)
    if report.found:
        raise Problem(*(f"{finding.span}: {finding.message}" for finding in report.found))
    if not isinstance(node, Map):
        raise Problem(f"{shown(path)}: it must be a map with the keys {', '.join(_MISTAKES)}")
    for entry in node.entries:
        value: Any = entry.value
        if isinstance(value, Scalar):
            value = None if value.empty else value.text
        elif isinstance(value, Seq):
            value = [_plain(item) for item in value.items]
        yield _Setting(entry.key.text, value, f"{entry.key.at}: {entry.key.text}")


def _plain(node: Node) -> Any:
    """An element of a list: a text, or a map of texts; None for anything else."""
    from soagen.source import Map, Scalar

    if isinstance(node, Map):
        return {entry.key.text: _plain(entry.value) for entry in node.entries}
    return node.text if isinstance(node, Scalar) and not node.empty else None


# --- what each key may be


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be a text"


def _texts(value: Any) -> str | None:
    right = isinstance(value, list) and value and all(isinstance(item, str) and item for item in value)
    return None if right else 'must be a list of folders, files or globs, such as ["schemas"]'


def package_mistake(value: Any) -> str | None:
    """What is wrong with the name of a package; None if nothing is."""
    if not isinstance(value, str):
        return 'must be a text, such as "acme.api"'
    for part in value.split("."):
        if not part.isidentifier():
            return f'"{value}" cannot be imported: "{part}" is no name in Python'
        if keyword.iskeyword(part):
            return f'"{value}" cannot be imported: "{part}" is a keyword of Python'
    return None


_ACCEPTANCE = {"rule", "path", "reason"}


def acceptances_mistake(value: Any) -> str | None:
    """What is wrong with a list of acceptances; None if nothing is."""
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return "must be a list of acceptances, each with a rule, a path and a reason"
    for number, each in enumerate(value, 1):
        if missing := sorted(key for key in _ACCEPTANCE if not isinstance(each.get(key), str) or not each[key]):
            return f"acceptance {number} must have a {' and a '.join(missing)}"
        if unknown := sorted(each.keys() - _ACCEPTANCE - {"expires"}):
            return f"acceptance {number} has no `{unknown[0]}`; there are rule, path, reason and expires"
        if "expires" in each and day(each["expires"]) is None:
            return f"acceptance {number} must expire on a day, such as 2030-01-31"
    return None


def day(value: Any) -> dt.date | None:
    """A day, as a date or as its text; None if it is none."""
    if isinstance(value, dt.date):
        return None if isinstance(value, dt.datetime) else value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


_MISTAKES: dict[str, Callable[[Any], str | None]] = {
    "sources": _texts,
    "package": package_mistake,
    "out": _text,
    "templates": _text,
    "accept": acceptances_mistake,
}


def _mistake(setting: _Setting) -> str | None:
    judge = _MISTAKES.get(setting.key)
    if judge is not None:
        return judge(setting.value)
    near = difflib.get_close_matches(setting.key, _MISTAKES, 1)
    return "is no setting of soagen; " + (
        f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{key}`' for key in _MISTAKES)}"
    )
