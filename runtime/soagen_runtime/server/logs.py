"""How ``soagen-server`` writes its log: to stderr, as both containers and terminals want it."""

from __future__ import annotations

import logging
import logging.config

from soagen_runtime.errors import ConfigurationError
from soagen_runtime.logs import CallFilter, JsonFormatter, TextFormatter
from soagen_runtime.settings import ServerLogging


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """The handler that is put in place here, and taken away again for another."""


def set_up(settings: ServerLogging) -> None:
    """Sends the log of this process to stderr, unless the application has seen to its log itself.

    Raises `ConfigurationError` for a ``config`` that Python will not have.
    """
    if settings.config is not None:
        try:
            logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, **settings.config})
        except (ValueError, TypeError, AttributeError, ImportError) as error:
            cause = f": {error.__cause__}" if error.__cause__ else ""
            raise ConfigurationError(f"logging.config: {error}{cause}") from error
        return
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Stderr)]:
        root.removeHandler(handler)
    if root.handlers:
        return
    handler = _Stderr()
    handler.setFormatter(JsonFormatter(settings.redact) if settings.format == "json" else TextFormatter())
    handler.addFilter(CallFilter())
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
