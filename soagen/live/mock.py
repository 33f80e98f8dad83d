"""Generated code, loaded without a trace on the disk, and served from its examples."""

from __future__ import annotations

import importlib
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from soagen_runtime.errors import SoagenError
from soagen_runtime.testing.mocking import mock_server, serve_mocks

__all__ = ["SoagenError", "serve"]


def serve(
    files: Mapping[str, str],
    modules: Sequence[str],
    redis: str,
    *,
    exact: bool,
    stopping: threading.Event,
    ready: Callable[[], None],
) -> None:
    """Serves the services whose packages are ``modules``, until ``stopping`` is set. ``files`` is what `generate` gave.

    Raises `SoagenError` for a Redis that can't be reached, or will not do.
    """
    with _importable(files):
        servers = [
            mock_server(_module(name, "service").SERVICE, _module(name, "testing").EXAMPLES, exact=exact)
            for name in modules
        ]
        serve_mocks(servers, redis, stopping, ready)


def _module(package: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.{name}")


@contextmanager
def _importable(files: Mapping[str, str]) -> Iterator[None]:
    """Makes generated files importable for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="soagen-") as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            sys.path.remove(folder)
