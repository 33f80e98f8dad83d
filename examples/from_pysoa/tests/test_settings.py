"""`soagen.toml` says what `before/settings.py` says."""

from __future__ import annotations

from pathlib import Path

from soagen_runtime.settings import load_client_settings, load_server_settings

FILE = Path(__file__).parents[1] / "soagen.toml"


def test_the_server() -> None:
    settings = load_server_settings(FILE, environment={}).settings
    assert (settings.timeout, settings.grace, settings.limits.chunk_bytes) == (10.0, 30.0, 110_000)
    assert settings.logging.redact == ("iban",)


def test_the_client() -> None:
    assert load_client_settings("example", FILE, environment={}).settings.timeout == 2.0
    assert load_client_settings("user", FILE, environment={}).settings.timeout is None
