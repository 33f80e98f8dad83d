"""Logging while calls are served: the call's ids on every record, and lines for people and for machines.

Nothing here is put in place by itself but by ``soagen-server``. Who sets up logging on their own takes `CallFilter` for
their handlers, and `JsonFormatter` or `TextFormatter` if they like (``docs/logging.md``). All of it works on records of
any logger, since the call that is served is known wherever it is served (`soagen_runtime.context`).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from typing import Any, Final

from soagen_runtime.context import current_call
from soagen_runtime.redaction import Redactor

NOBODY: Final = "-"
"""What stands on a record that no call has to do with."""

CALL_FIELDS: Final = ("service", "action", "correlation_id", "request_id")
"""What `CallFilter` adds."""


class CallFilter(logging.Filter):
    """Adds ``service``, ``action``, ``correlation_id`` and ``request_id`` of the call that is served to every record; a
    record from elsewhere has ``-`` in their place. To be put on handlers. It lets everything pass.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Adds the fields, if none were added or given before."""
        call = current_call.get()
        for name in CALL_FIELDS:
            if name not in record.__dict__:
                value = NOBODY if call is None else getattr(call, name)
                record.__dict__[name] = NOBODY if value == "" else value
        return True


class Structured:
    """A message with values: ``log.info(Structured("sold", sku="TEA-1", count=2))``.

    As a line of text the values stand behind the message, as JSON; `JsonFormatter` makes fields of them. They are
    redacted (`soagen_runtime.redaction`) when the line is written, and only then.
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return f"{self.text} {json.dumps(_REDACT(self.values), ensure_ascii=False, default=str)}"


_REDACT = Redactor()


class TextFormatter(logging.Formatter):
    """A line for people: time, process, level, logger, the call in brackets where there is one, and the message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s%(call)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        service, action, correlation_id, request_id = (getattr(record, name, NOBODY) for name in CALL_FIELDS)
        record.call = "" if service == NOBODY else f" [{service}.{action} {correlation_id} #{request_id}]"
        return super().format(record)


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "call", *CALL_FIELDS}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``process``, ``message``, the fields of the call
    where there is one, what was given as ``extra`` or in a `Structured` message, and ``exception``, if there is one.

    Values that are given so are redacted (`soagen_runtime.redaction`); ``redact`` are names to hide.
    """

    def __init__(self, redact: Iterable[str] = ()) -> None:
        super().__init__()
        self._redact = Redactor(redact)

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        message = record.msg if isinstance(record.msg, Structured) else None
        line: dict[str, Any] = {
            "time": f"{seconds}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage() if message is None else message.text,
        }
        for name in CALL_FIELDS:
            value = getattr(record, name, NOBODY)
            if value != NOBODY:
                line[name] = self._redact(value)
        extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
        if message is not None:
            extra.update(message.values)
        line.update((name, value) for name, value in self._redact(extra).items() if name not in line)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
