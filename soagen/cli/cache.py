"""A note of the last build, so that one with nothing to do is over before the compiler has been imported.

Rules. The note (``.soagen_cache/*.json``) holds what a build depended on and what it made, by hashes of bytes: the
compiler's own files, the options, the sources and every file they import, the output. `Cache.fresh` is true only if all
of it is as it was, down to the last byte on the disk; a note that is stale, damaged, missing or can't be written costs
time and nothing else. ``soagen build --check`` never asks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from soagen import __version__, resources
from soagen.cli.output import orphaned

FOLDER = ".soagen_cache"


class Cache:
    """The note about one build: of ``sources``, with ``options``, into ``out``."""

    def __init__(self, root: Path, out: Path, sources: Iterable[Path], options: Mapping[str, str]) -> None:
        self._out = out
        self._inputs = [__version__, str(out), sorted(map(str, sources)), dict(options)]
        name = _digest(f"{out}\n{sorted(options.items())}".encode())[:16]
        self._file = root / FOLDER / f"{name}.json"

    def fresh(self, package: str | None, templates: Path | None) -> bool:
        """Whether a build now would read the same, and find on the disk what it made then."""
        try:
            note = json.loads(self._file.read_bytes())
            return bool(
                note["key"] == self._key(templates)
                and all(_digest(Path(path).read_bytes()) == digest for path, digest in note["read"].items())
                and all(
                    _digest((self._out / PurePosixPath(name)).read_bytes()) == digest
                    for name, digest in note["written"].items()
                )
                and not (package and orphaned(self._out, note["written"], package))
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return False

    def remember(self, templates: Path | None, read: Mapping[Path, bytes], written: Mapping[str, str]) -> None:
        """Notes a build that went well: the files that it read, and what it made of them."""
        with contextlib.suppress(OSError):
            note: dict[str, Any] = {
                "key": self._key(templates),
                "read": {str(path): _digest(content) for path, content in read.items()},
                "written": {name: _digest(text.encode()) for name, text in written.items()},
            }
            self._file.parent.mkdir(exist_ok=True)
            (self._file.parent / ".gitignore").write_text("*\n")
            temporary = self._file.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps(note))
            temporary.replace(self._file)

    def _key(self, templates: Path | None) -> str:
        hasher = hashlib.sha256(json.dumps(self._inputs).encode())
        package = Path(__file__).resolve().parent.parent
        for folder in (package, resources.folder("templates"), templates):
            for path in sorted(folder.rglob("*")) if folder else ():
                if path.suffix != ".pyc" and path.is_file():
                    hasher.update(f"{path}\n{_digest(path.read_bytes())}\n".encode())
        return hasher.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
