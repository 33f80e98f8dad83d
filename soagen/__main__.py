"""``python -m soagen`` is ``soagen``."""

from __future__ import annotations

import sys

from soagen.cli import main

sys.exit(main())
