"""The settings of a server (``docs/settings.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from soagen_runtime.settings.calls import CONTENT_TYPE, REQUEST_BYTES, CallLogging
from soagen_runtime.settings.kinds import FLAG, PATH, TABLE, URL, each, one_of, optional, seconds, whole
from soagen_runtime.settings.schema import Settings, nested, setting
from soagen_runtime.wire.chunks import MINIMUM_CHUNK
from soagen_runtime.wire.codec import JSON_TYPE, MSGPACK_TYPE

_DAY: Final = 86_400
_MOST_BYTES: Final = 512 * 1024 * 1024  # what a string of Redis can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits(Settings):
    """Sizes in bytes; PySOA's defaults."""

    request_bytes: int = setting(*REQUEST_BYTES, option="--largest-request", metavar="BYTES")
    reply_bytes: int = setting(
        256_000,
        whole(1024, _MOST_BYTES),
        "what a reply may have at most",
        option="--largest-reply",
        metavar="BYTES",
    )
    chunk_bytes: int | None = setting(
        None,
        optional(whole(MINIMUM_CHUNK, _MOST_BYTES)),
        "larger replies are sent in pieces",
        option="--chunk-replies-over",
        metavar="BYTES",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLogging(CallLogging):
    """What a server logs, and how (``docs/logging.md``). With ``config``, a table for `logging.config.dictConfig`,
    ``level`` and ``format`` say nothing.
    """

    level: str = setting(
        "info", one_of("debug", "info", "warning", "error"), "what is logged at all", option="--log-level"
    )
    format: str = setting("text", one_of("text", "json"), "how a line of the log looks", option="--log-format")
    config: Mapping[str, Any] | None = setting(
        None, optional(TABLE), "a table for Python's logging.config.dictConfig, in place of level and format"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings(Settings):
    """How a service is served. Times are in seconds, sizes in bytes.

    ``concurrency`` None is one thread, or 64 tasks of an asyncio server; ``timeout`` None lets an action run as long as
    it likes, and ``job_timeout`` a request. ``content_types`` are those in which the server lets itself be asked; it
    answers in the type that asked. Raises `SettingsInvalid` for values that cannot be.
    """

    redis: str | None = setting(
        None, optional(URL), "for example redis://localhost:6379/0", option="--redis", metavar="URL"
    )
    workers: int = setting(1, whole(1, 10_000), "processes that serve", option="--workers", metavar="N")
    concurrency: int | None = setting(
        None,
        optional(whole(1, 10_000)),
        "requests that a worker runs at a time; by itself 1 thread, or 64 tasks of an asyncio server",
        option="--concurrency",
        metavar="N",
    )
    timeout: float | None = setting(
        None, optional(seconds(_DAY)), "how long an action may run", option="--timeout", metavar="SECONDS"
    )
    job_timeout: float | None = setting(
        None,
        optional(seconds(_DAY)),
        "how long all actions of a request may run together",
        option="--job-timeout",
        metavar="SECONDS",
    )
    event_loop: str = setting(
        "asyncio", one_of("asyncio", "uvloop"), "whose event loop an asyncio server runs on", option="--event-loop"
    )
    grace: float = setting(
        30.0,
        seconds(_DAY),
        "how long what runs may go on after a stop was asked for",
        option="--grace",
        metavar="SECONDS",
    )
    max_requests: int | None = setting(
        None,
        optional(whole(1, 10**12)),
        "replace a worker after about so many requests",
        option="--max-requests",
        metavar="N",
    )
    heartbeat_file: Path | None = setting(
        None,
        optional(PATH),
        "a file that is written as long as all is well",
        option="--heartbeat-file",
        metavar="PATH",
    )
    send_tracebacks: bool = setting(
        False, FLAG, "tell callers where a handler failed, for development", option="--send-tracebacks"
    )
    reload: bool = setting(False, FLAG, "start anew when a Python file changes, for development", option="--reload")
    content_types: tuple[str, ...] = setting(
        (MSGPACK_TYPE, JSON_TYPE), each("content types", CONTENT_TYPE), "the content types of requests that are read"
    )
    limits: ServerLimits = nested(ServerLimits)
    logging: ServerLogging = nested(ServerLogging)
