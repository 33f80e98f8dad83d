"""A folder or a file as a baseline."""

from __future__ import annotations

import os
from pathlib import Path

from soagen.baselines.baseline import Baseline, Sources, Unavailable, chosen


def find(given: str, sources: Sources) -> Baseline | None:
    """The folder or file of that name, if there is one."""
    path = Path(given)
    if path.is_dir():
        paths = [str(path / name) for name in chosen(["."], _below(path))]
        if not paths:
            raise Unavailable(f"{given} has no contract in it.", "Name a folder that has *.soa.yaml files.")
    elif path.exists():
        paths = [str(path)]
    else:
        return None
    return Baseline(given, "", paths, lambda name: Path(name).read_bytes())


def _below(folder: Path) -> list[str]:
    return [
        os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
        for parent, _, names in os.walk(folder)
        for name in names
    ]
