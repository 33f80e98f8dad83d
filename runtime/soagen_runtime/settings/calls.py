"""The settings of a client, and what the two ends have in common (``docs/settings.md``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from soagen_runtime.settings.kinds import URL, Kind, each, one_of, optional, seconds, text, whole
from soagen_runtime.settings.schema import Settings, nested, setting
from soagen_runtime.wire.codec import MSGPACK_TYPE

CONTENT_TYPE: Final = r"[A-Za-z0-9_.+=-]+/[A-Za-z0-9_.+=-]+"

REQUEST_BYTES: Final[tuple[int, Kind, str]] = (
    102_400,  # PySOA's limit
    whole(1024, 512 * 1024 * 1024),
    "what a request may have at most",
)

_CALL_LEVEL: Final = one_of("debug", "info", "warning", "error", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogging(Settings):
    """At which levels calls are logged, and what must not be seen there (``docs/logging.md``)."""

    requests: str = setting("debug", _CALL_LEVEL, "the level at which requests are logged", option="--log-requests")
    responses: str = setting("debug", _CALL_LEVEL, "the level at which responses are logged", option="--log-responses")
    errors: str = setting(
        "debug", _CALL_LEVEL, "the level at which actions that end in errors are logged", option="--log-errors"
    )
    redact: tuple[str, ...] = setting(
        (),
        each("names", r"\S+"),
        "names of fields and keys that are never shown, beside what is sensitive",
        option="--redact",
        metavar="NAME,NAME",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits(Settings):
    """Sizes in bytes."""

    request_bytes: int = setting(*REQUEST_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings(Settings):
    """How a client calls: ``OrdersClient(ClientSettings(url="redis://localhost:6379/0", timeout=2.0))``.

    ``timeout`` is in seconds; None is what the contract says, or 5. ``attempts`` is how often a call may be made in
    all, where it is safe to make it again. Raises `SettingsInvalid` for values that cannot be.
    """

    url: str | None = setting(None, optional(URL), "where the broker is: redis://localhost:6379/0")
    timeout: float | None = setting(None, optional(seconds(86_400)), "how long a call may take")
    attempts: int = setting(5, whole(1, 5), "how often a call may be made in all, where it is safe to make it again")
    content_type: str = setting(MSGPACK_TYPE, text("a content type", CONTENT_TYPE), "how requests are written down")
    limits: ClientLimits = nested(ClientLimits)
    logging: CallLogging = nested(CallLogging)
