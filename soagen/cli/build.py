"""``soagen build``: contracts in, a typed package out.

One contract with a finding, and nothing is written at all. What is written is what differs (`output`), and a build that
has nothing to do is found out before the compiler is imported (`cache`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from soagen.cli import config, output, report, watch
from soagen.cli.cache import Cache
from soagen.cli.problems import OK, Problem, complain, here, note, refused, shown
from soagen.cli.report import Outcome
from soagen.cli.sources import contracts

if TYPE_CHECKING:
    from soagen.diagnostics import Diagnostic


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add = parser.add_argument
    add("files", nargs="*", metavar="FILES", help="contracts, folders or globs, in place of the configured sources")
    add("--package", help="where the generated package is imported from, such as acme.api")
    add("--out", metavar="DIR", help="the folder that the package's own folder is made in")
    add("--config", metavar="FILE", help="a pyproject.toml with [tool.soagen], or a soagen.yaml (default: the nearest)")
    add("--templates", metavar="DIR", help="a folder with templates that replace soagen's own of the same name")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--check", action="store_true", help="write nothing; show what differs, and exit 1 if anything does"
    )
    mode.add_argument("--watch", action="store_true", help="build again whenever a contract changes, until Ctrl-C")
    add("--format", choices=["text", "json"], default="text", help="how results are printed (default: text)")
    add("--no-cache", action="store_true", help="compile even if nothing seems to have changed")
    add("--quiet", action="store_true", help="print findings and problems only")


def run(options: argparse.Namespace) -> int:
    """Builds or checks once, or until it is interrupted."""
    if options.watch:
        return _watch(options)
    return report.tell(_once(_Settings.of(options), options), options)


# --- what is asked for


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the command line and the configuration ask for, together; paths are absolute."""

    root: Path
    sources: tuple[str, ...]
    sources_root: Path
    package: str
    out: Path
    templates: Path | None
    whole: bool  # the sources are all there is, so that anything else in the package is an orphan

    @classmethod
    def of(cls, options: argparse.Namespace) -> _Settings:
        """`Problem` with everything that is wrong or missing."""
        start = here()
        configured = _config(options, start)
        package = options.package or configured.package
        problems = []
        if options.package and (mistake := config.package_mistake(options.package)):
            problems.append(f"--package: {mistake}")
        problems.extend(_missing(configured, sources=options.files or configured.sources, package=package))
        templates = _path(options.templates, configured.templates, start, configured.root)
        if templates is not None and not templates.is_dir():
            problems.append(f"{shown(templates)}, for the templates, is no folder")
        if problems:
            raise Problem(*problems)
        return cls(
            root=configured.root,
            sources=tuple(options.files) or configured.sources,
            sources_root=start if options.files else configured.root,
            package=str(package),
            out=_path(options.out, configured.out, start, configured.root) or configured.root,
            templates=templates,
            whole=not (options.files and configured.sources),
        )


def _config(options: argparse.Namespace, start: Path) -> config.Config:
    path = Path(options.config) if options.config else config.find(start)
    return config.Config(root=start) if path is None else config.read(path)


def _missing(configured: config.Config, *, sources: Sequence[str], package: str | None) -> Iterator[str]:
    """A sentence on each thing that nobody has named; one on all of them where there is no configuration."""
    arguments = {"sources": "" if sources else "FILES", "package": "" if package else "--package"}
    wanted = {key: argument for key, argument in arguments.items() if argument}
    if configured.file:
        for key, argument in wanted.items():
            yield f"no {key} named: set `{key}` in {shown(configured.file)}, or give {argument}"
    elif wanted:
        yield (
            "there is no pyproject.toml with [tool.soagen] and no soagen.yaml here or above:"
            f" give {' and '.join(wanted.values())}, or start a project with `soagen init`"
        )


def _path(given: str | None, configured: str | None, start: Path, root: Path) -> Path | None:
    """A path of the command line, which begins here, or one of the configuration, which begins where that lies."""
    if given is not None:
        return start / given
    return None if configured is None else root / configured


# --- one build


def _once(settings: _Settings, options: argparse.Namespace) -> Outcome:
    """Compiles, compares and, unless it is a check, writes."""
    cached = not (options.no_cache or options.check)
    paths = contracts(settings.sources, settings.sources_root)
    package = settings.package if settings.whole else None
    cache = Cache(
        settings.root, settings.out, paths, {"package": settings.package, "templates": str(settings.templates)}
    )
    # Whoever watches wants to know what a build reads, and only builds when something has changed.
    if cached and not options.watch and cache.fresh(package, settings.templates):
        return Outcome()
    compiled = _compile(settings, paths)
    if compiled.findings:
        return Outcome(compiled.findings, read=compiled.read, texts=compiled.texts)
    differences = output.compare(settings.out, compiled.files, package)
    if not options.check:
        output.apply(differences)
        if cached:
            cache.remember(settings.templates, compiled.read, compiled.files)
    return Outcome((), differences, compiled.read)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """Findings or, if there are none, files; and in either case what was read to get there."""

    findings: Sequence[Diagnostic] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[Path, bytes]
    texts: Mapping[str, str]


def _compile(settings: _Settings, paths: Sequence[Path]) -> _Compiled:
    # Not at the top: a build with nothing to do needs none of this.
    from soagen.generate import Options, TemplateProblem, generate
    from soagen.generate.clashes import clashes
    from soagen.load import load

    named = {shown(path): path for path in paths}
    read: dict[Path, bytes] = {}

    def reader(path: str) -> bytes:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            if path in named:
                raise refused("read", named[path], error) from error
            raise  # an import's: the finding shows where it is written
        read[Path(path).absolute()] = content
        return content

    loaded = load(list(named), read=reader)
    findings = sorted([*loaded.diagnostics, *clashes(loaded.known)], key=lambda finding: finding.span)
    if findings or loaded.project is None:
        return _Compiled(findings=findings, read=read, texts=loaded.texts)
    try:
        files = generate(loaded.project, Options(package=settings.package, templates=settings.templates))
    except TemplateProblem as problem:
        raise Problem(f"{shown(problem.path)}:{problem.line}: {problem.reason}") from problem
    _insist_on_mark(files)
    return _Compiled(files=files, read=read, texts=loaded.texts)


def _insist_on_mark(files: Mapping[str, str]) -> None:
    """A user's templates may change all but the first line, without which soagen would not know its files again."""
    mark = output.MARK.decode()
    bare = [name for name, text in files.items() if name.endswith(".py") and not text.startswith(mark)]
    if bare:
        raise Problem(*(f"{name} would not begin with `{mark}`: keep that line in your templates" for name in bare))


# --- building again and again


def _watch(options: argparse.Namespace) -> int:
    """Builds at once and after each change, whatever contracts and configuration go through meanwhile."""
    read: set[Path] = set()
    try:
        for changed in watch.changes(lambda: _watched(options, read), watch.every(watch.INTERVAL)):
            if changed and not options.quiet:
                note(f"changed: {', '.join(map(shown, changed))}")
            try:
                outcome = _once(_Settings.of(options), options)
            except Problem as problem:
                complain(problem)
            else:
                read.clear()
                read.update(outcome.read)
                report.tell(outcome, options)
    except KeyboardInterrupt:
        pass
    return OK


def _watched(options: argparse.Namespace, read: set[Path]) -> set[Path]:
    """The files that the next build would read: what the last one read, and what can be told without reading."""
    watched = {*read, *([Path(options.config)] if options.config else config.candidates(here()))}
    try:
        settings = _Settings.of(options)
        watched.update(settings.templates.rglob("*") if settings.templates else ())
        watched.update(contracts(settings.sources, settings.sources_root))
    except Problem:
        pass  # the build has said so, or will
    return watched
