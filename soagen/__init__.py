"""The compiler of soagen: contracts in ``.soa.yaml`` files become typed Python packages.

Importing this costs nothing; `soagen.load` reads contracts, `soagen.generate` turns them into code, `soagen.cli` is the
command. ``pyproject.toml`` takes the version from here.
"""

from __future__ import annotations

__version__ = "0.1.0"
