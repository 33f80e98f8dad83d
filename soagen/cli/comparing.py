"""What `soagen check` and `soagen diff` have in common: today's contracts, the baselines, and both loaded.

Of two versions that are the same to the last byte, only one is compiled.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from soagen.baselines import Baseline, Sources, by_default, find
from soagen.cli import config
from soagen.cli.problems import Problem, note, shown
from soagen.cli.sources import contracts
from soagen.compat import Finding, compare
from soagen.diagnostics import render
from soagen.load import Loaded, load
from soagen.model import Contract, ContractKind, Project

_Read: TypeAlias = Callable[[str], bytes]

BROKEN, NO_BASELINE = 3, 4  # exit codes: a contract does not compile; a baseline can't be had


class Broken(Exception):
    """Contracts that do not compile; the text says where and why."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The options that say what is compared with what."""
    add = parser.add_argument
    add("files", nargs="*", metavar="FILES", help="contracts, folders or globs, in place of the configured sources")
    add(
        "--against",
        metavar="BASELINE",
        action="append",
        default=[],
        help="what to compare with: a git ref, ref:path, a folder, a file, or the URL of a Redis for what runs there;"
        " may be given several times (default: the merge base with the default branch)",
    )
    add("--config", metavar="FILE", help="a pyproject.toml with [tool.soagen], or a soagen.yaml (default: the nearest)")
    add("--today", metavar="DATE", type=_day, help="the day to hold dates against, such as 2030-01-31 (default: today)")


def _day(text: str) -> dt.date:
    day = config.day(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text} is no day, such as 2030-01-31")
    return day


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found against one baseline; ``texts`` are its contract files."""

    baseline: Baseline
    findings: tuple[Finding, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Today's contracts, and what was found against each baseline."""

    texts: Mapping[str, str]
    compared: tuple[Compared, ...]


def configured(options: argparse.Namespace) -> config.Config:
    """The configuration that the command line leads to; empty if there is none."""
    here = Path.cwd()
    path = Path(options.config) if options.config else config.find(here)
    return config.Config(root=here) if path is None else config.read(path)


def comparison(options: argparse.Namespace, settings: config.Config, today: dt.date) -> Comparison:
    """Compares as the options say. Raises `Problem`, `Broken` and `baselines.Unavailable`."""
    sources = _sources(options, settings)
    paths = [shown(path) for path in contracts(sources.patterns, sources.root)]
    baselines = [_baselines(given, sources) for given in options.against or [None]]
    with _undisturbed():
        new, read = _loaded(paths, lambda path: Path(path).read_bytes(), "")
        assert new.project is not None
        found = [baseline for find_all in baselines for baseline in find_all(new.project)]
        return Comparison(new.texts, tuple(_compared(each, new, paths, read, today) for each in found))


def _baselines(given: str | None, sources: Sources) -> Callable[[Project], Sequence[Baseline]]:
    """What is given stands for one baseline; what runs, for one or more, which depend on today's contracts."""
    if given is not None and "://" in given:
        # Not at the top: only who asks a Redis needs the runtime.
        from soagen.live import running

        if running.is_broker(given):
            return lambda project: running.baselines(given, _services(project), note)
    baseline = by_default(sources) if given is None else find(given, sources)
    return lambda project: [baseline]


def _services(project: Project) -> list[str]:
    """The names that the services of a project are called by."""
    return [each.wire for each in project if each.kind is ContractKind.SERVICE]


def _sources(options: argparse.Namespace, settings: config.Config) -> Sources:
    patterns = tuple(options.files) or settings.sources
    if not patterns:
        raise Problem(
            f"no sources named: set `sources` in {shown(settings.file)}, or give FILES"
            if settings.file
            else "there is no pyproject.toml with [tool.soagen] and no soagen.yaml here or above: give FILES"
        )
    if options.files:
        return Sources(patterns, Path.cwd(), None, lambda content: None)
    return Sources(patterns, settings.root, settings.file, lambda content: _named_in(settings, content))


def _named_in(settings: config.Config, content: bytes) -> tuple[str, ...] | None:
    """The sources that another version of the configuration names; None if it can't be read (any more)."""
    assert settings.file is not None
    try:
        return config.read(settings.file, content).sources or None
    except Problem:
        return None


def _compared(
    baseline: Baseline, new: Loaded, paths: Sequence[str], read: Mapping[str, bytes], today: dt.date
) -> Compared:
    if _same(baseline, paths, read):
        return Compared(baseline, (), new.texts)
    old, _ = _loaded(baseline.paths, baseline.read, baseline.prefix)
    assert old.project is not None
    assert new.project is not None
    ours = new.project if baseline.services is None else _only(new.project, baseline.services)
    return Compared(baseline, compare(old.project, ours, today), old.texts)


def _only(project: Project, services: Iterable[str]) -> Project:
    """Some services of a project, by the names that they are called by, with all that they import."""
    reached: dict[str, Contract] = {}
    waiting = [each.name for each in project if each.kind is ContractKind.SERVICE and each.wire in set(services)]
    while waiting:
        contract = project.contracts[waiting.pop()]
        if contract.name not in reached:
            reached[contract.name] = contract
            waiting += [each.contract for each in contract.imports]
    return Project.of(reached)


def _same(baseline: Baseline, paths: Sequence[str], read: Mapping[str, bytes]) -> bool:
    try:
        return sorted(baseline.paths) == sorted(paths) and all(
            baseline.read(path) == content for path, content in read.items()
        )
    except OSError:
        return False


def _loaded(paths: Sequence[str], reader: _Read, prefix: str) -> tuple[Loaded, Mapping[str, bytes]]:
    """Loads contracts; also the bytes that were read, by path."""
    read: dict[str, bytes] = {}

    def remembered(path: str) -> bytes:
        read[path] = reader(path)
        return read[path]

    loaded = load(list(paths), remembered)
    if loaded.project is None:
        texts = {f"{prefix}{path}": text for path, text in loaded.texts.items()}
        found = [
            replace(each, span=replace(each.span, path=f"{prefix}{each.span.path}")) for each in loaded.diagnostics
        ]
        raise Broken(render(found, texts))
    return loaded, read


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the garbage collector: trees that live until the end are no garbage, and looking at them takes time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
