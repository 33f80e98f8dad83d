"""A git repository, read through its own plumbing: no checkout, no clone, nothing written."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from soagen.baselines.baseline import Unavailable

_REGULAR = ("100644", "100755")

# What git tells its hooks about the repository they run in; from another folder than theirs it would be wrong.
_OF_A_HOOK = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"))


class Repository:
    """The repository that a folder lies in."""

    def __init__(self, top: Path) -> None:
        self.top = top

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository of a folder; None if there is none. `Unavailable` if git is missing, or refuses to look."""
        try:
            done = _call(folder, "rev-parse", "--show-toplevel")
        except OSError as error:
            raise Unavailable("git can't be run here.", "Install it, or compare with a folder.") from error
        if b"safe.directory" in done.stderr:
            way = f"Run `git config --global --add safe.directory {folder}`."
            raise Unavailable("git does not trust this repository, which somebody else owns.", way)
        top = _text(done.stdout)
        return None if done.returncode != 0 or not top else cls(Path(top).resolve())

    def commit(self, ref: str) -> str | None:
        """The id of the commit that a ref names; None if there is none here."""
        if not ref or ref.startswith("-"):
            return None
        return self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, if there is one here."""
        return self._ask("merge-base", one, other)

    @cached_property
    def is_shallow(self) -> bool:
        """Whether history was cut off when this was cloned."""
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    @cached_property
    def remote(self) -> str | None:
        """The remote that refs are fetched from: ``origin``, or else the first."""
        remotes = (self._ask("remote") or "").split()
        return "origin" if "origin" in remotes else next(iter(remotes), None)

    @cached_property
    def default_branch(self) -> str | None:
        """The branch that work is merged into: what the remote says, or the usual names."""
        said = self._ask("symbolic-ref", "--quiet", "--short", f"refs/remotes/{self.remote}/HEAD")
        usual = [f"{self.remote}/{name}" for name in ("main", "master")] if self.remote else []
        candidates = [*([said] if said else []), *usual, "main", "master"]
        return next((each for each in candidates if self.commit(each)), None)

    def files(self, commit: str) -> dict[str, str]:
        """All files of a commit: their paths below the top, and the ids of their contents."""
        listed = _run(self.top, "ls-tree", "-r", "-z", "--full-tree", commit)
        found = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = line.partition("\t")
            if path:
                mode, _, content = about.split()
                if mode in _REGULAR:
                    found[path] = content
        return found

    def renamed(self, commit: str) -> dict[str, str]:
        """Files of today that had another path in a commit: from the new path to the old one."""
        changed = _run(self.top, "diff", "--name-status", "-z", "-M", "--diff-filter=R", commit, "--")
        parts = changed.decode("utf-8", "surrogateescape").split("\0")
        return dict(zip(parts[2::3], parts[1::3], strict=False))

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Contents by their ids; those that are not here (a clone without all its objects) are left out."""
        wanted = "".join(f"{each}\n" for each in ids).encode()
        answer = io.BytesIO(_run(self.top, "cat-file", "--batch", given=wanted))
        found = {}
        while head := answer.readline().split():
            if len(head) == 3:
                found[head[0].decode()] = answer.read(int(head[2]))
                answer.read(1)
        return found

    def below_top(self, path: str | Path) -> str:
        """A path as git calls it; it need not exist."""
        parent, name = os.path.split(os.path.abspath(path))
        return os.path.relpath(os.path.join(os.path.realpath(parent), name), self.top).replace(os.sep, "/")

    def _ask(self, *arguments: str) -> str | None:
        return _git(self.top, *arguments)


def _call(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if key not in _OF_A_HOOK} | {"LC_ALL": "C"}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=given, capture_output=True, check=False
    )


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "surrogateescape").strip()


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers, or None if it says no."""
    done = _call(folder, *arguments)
    return _text(done.stdout) if done.returncode == 0 else None


def _run(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git answers; `Unavailable` if it says no."""
    done = _call(folder, *arguments, given=given)
    if done.returncode != 0:
        raise Unavailable(f"git {arguments[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
