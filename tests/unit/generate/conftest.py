"""The golden packages, importable."""

from __future__ import annotations

import pytest

from tests.regenerate import cases


@pytest.fixture(autouse=True)
def golden_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for case in cases():
        monkeypatch.syspath_prepend(case / "expected")
