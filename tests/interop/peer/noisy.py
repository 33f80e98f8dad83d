"""A module that has something to say while it is imported, which must not get into what is asked of it."""

from __future__ import annotations

import sys

from tests.interop.peer.switched import PricesServer

__all__ = ["PricesServer"]

sys.stdout.write("here I am\n")
