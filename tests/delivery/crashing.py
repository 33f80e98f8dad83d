"""A server whose workers crash as soon as they begin."""

from __future__ import annotations

import os

from tests.delivery.tally import Tally


class Crashing(Tally):
    def setup(self) -> None:
        os._exit(1)
