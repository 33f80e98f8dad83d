"""The runtime of soagen: typed RPC over Redis, on PySOA's wire."""

from __future__ import annotations
