"""A commit as a baseline: by a ref, by ``ref:path``, or where the work here left the default branch.

Of a commit, the contracts are those that its own configuration names: a folder of contracts may have been called
otherwise then. Contracts are compared by their names, not by their files, so that a file was renamed or deleted needs
nothing special, except where single files are named today: git knows what they were called.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from soagen.baselines.baseline import SUFFIX, Baseline, Sources, Unavailable, chosen
from soagen.baselines.git import Repository


def commit(given: str, sources: Sources) -> Baseline | None:
    """The commit that a ref names."""
    is_no_ref = "://" in given or given.startswith((".", "/"))
    repository = None if is_no_ref else Repository.around(sources.root)
    if repository is None:
        return None
    found = repository.commit(given)
    if found is None:
        raise Unavailable(f"there is no commit {given} here, nor a file or folder.", _fetch(repository, given))
    return _at(repository, found, given, sources)


def is_ambiguous(given: str, sources: Sources) -> bool:
    """Whether a plain name is that of a commit and that of a file or folder."""
    if "/" in given or not Path(given).exists():
        return False
    repository = Repository.around(sources.root)
    return repository is not None and repository.commit(given) is not None


def tree(given: str, sources: Sources) -> Baseline | None:
    """A folder or a file of a commit, given as ``ref:path``."""
    ref, colon, path = given.partition(":")
    repository = Repository.around(sources.root) if colon and ref and not path.startswith("//") else None
    if repository is None:
        return None
    found = repository.commit(ref)
    if found is None:
        raise Unavailable(f"there is no commit {ref} here.", _fetch(repository, ref))
    if path.startswith(("./", "../")):
        path = repository.below_top(path)
    files = repository.files(found)
    wanted = posixpath.normpath(path) if path else "."
    paths = [wanted] if wanted in files else chosen([wanted], files)
    if not paths:
        raise Unavailable(f"{ref} has no contract at {path or 'its top'}.", f"See `git ls-tree -r --name-only {ref}`.")
    return _baseline(repository, files, given, ref, [_shown(repository, each) for each in paths])


def merge_base(sources: Sources) -> Baseline:
    """Where the work here left the default branch."""
    repository = Repository.around(sources.root)
    if repository is None:
        raise Unavailable("there is no git repository here to compare with.", "Say what to compare with: --against.")
    if repository.commit("HEAD") is None:
        raise Unavailable("nothing has been committed here yet.", "Say what to compare with: --against.")
    branch = repository.default_branch
    if branch is None:
        raise Unavailable("the default branch is not here.", _fetch(repository, f"{repository.remote}/main"))
    found = repository.merge_base("HEAD", branch)
    if found is None:
        if repository.is_shallow:
            way = f"Run `git fetch --unshallow {repository.remote}`: this clone has too little history."
        else:
            way = "Say what to compare with: --against."
        raise Unavailable(f"HEAD and {branch} have no commit in common here.", way)
    name = f"{branch} (merge base {found[:10]})"
    return _at(repository, found, name, sources, prefix=found[:10])


def _at(repository: Repository, found: str, name: str, sources: Sources, prefix: str | None = None) -> Baseline:
    files = repository.files(found)
    root = repository.below_top(sources.root / "-")[:-1].rstrip("/") or "."
    patterns = _patterns(repository, files, sources) or sources.patterns
    named = [_below(repository, root, each) for each in patterns]
    outside = [pattern for pattern, path in zip(patterns, named, strict=True) if path.startswith("../")]
    if outside:
        raise Unavailable(f"{', '.join(outside)}: not in the repository at {repository.top}.")
    names = {*chosen([each for each in named if each not in files], files), *(each for each in named if each in files)}
    missing = [each for each in named if each.endswith(SUFFIX) and each not in files]
    if missing:
        renamed = repository.renamed(found)
        names.update(renamed[each] for each in missing if each in renamed)
    paths = [_shown(repository, each) for each in sorted(names)]
    return _baseline(repository, files, name, prefix or name, paths)


def _below(repository: Repository, root: str, pattern: str) -> str:
    if os.path.isabs(pattern):
        return repository.below_top(pattern)
    return posixpath.normpath(posixpath.join(root, pattern))


def _patterns(repository: Repository, files: dict[str, str], sources: Sources) -> tuple[str, ...] | None:
    """What the commit's own configuration names."""
    if sources.configuration is None:
        return None
    content = files.get(repository.below_top(sources.configuration))
    if content is None:
        return None
    read = repository.contents([content]).get(content)
    return None if read is None else sources.named_in(read)


def _baseline(repository: Repository, files: dict[str, str], name: str, ref: str, paths: Sequence[str]) -> Baseline:
    contents = repository.contents(content for path, content in files.items() if path.endswith(SUFFIX))

    def read(path: str) -> bytes:
        content = files.get(repository.below_top(path))
        if content is None:
            raise FileNotFoundError(path)
        if content not in contents:  # imported from a file that is called otherwise
            contents.update(repository.contents([content]))
        if content not in contents:
            raise OSError(f"git has no object {content}")
        return contents[content]

    return Baseline(name, f"{ref}:", paths, read)


def _shown(repository: Repository, path: str) -> str:
    """A file of a commit by the path that it would have here."""
    return os.path.relpath(repository.top / path, Path.cwd().resolve()).replace(os.sep, "/")


_ID = re.compile(r"[0-9a-f]{7,64}")
_VERSION = re.compile(r"v?[0-9]+(\.[0-9A-Za-z-]+)+")


def _fetch(repository: Repository, ref: str) -> str:
    """The command that brings a ref here, as far as its name tells."""
    remote = repository.remote
    if remote is None:
        return "No remote is known here to fetch it from."
    depth = "--depth=1 " if repository.is_shallow else ""
    name = ref.removeprefix("refs/remotes/").removeprefix(f"{remote}/")
    if _ID.fullmatch(ref):
        what = ref
    elif ref.startswith("refs/tags/") or _VERSION.fullmatch(ref):
        what = f"tag {ref.removeprefix('refs/tags/')}"
    elif name != ref:
        what = f"{name}:refs/remotes/{remote}/{name}"
    else:
        what = f"{ref}:{ref}"
    return f"Run `git fetch {depth}{remote} {what}`."
