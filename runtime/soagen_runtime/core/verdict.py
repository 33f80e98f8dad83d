"""What becomes of a request whose worker died: run again, answered, or dropped. Decisions only.

A request whose actions are all idempotent is put back until it has had `ATTEMPTS`; any other may have been started,
and is never started twice: its caller is told at once. What nobody can be told of is written down. Exactly one of
these happens, whatever the bytes are (``docs/delivery.md``, "Reaping").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from soagen_runtime.action import Service
from soagen_runtime.errors import WORKER_LOST, Error, NotSerializable
from soagen_runtime.wire import (
    OURS,
    InvalidMessage,
    JobResult,
    RequestMessage,
    decode_request,
    encode_reply,
    keys,
    validate_job,
)

ATTEMPTS: Final = 3
"""How many workers an idempotent request may cost."""

REPLY_LIFETIME: Final = 60.0
"""Seconds a reply may lie unread; PySOA's `message_expiry_in_seconds`."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """To the head of the list, as ``message``, which says that it is the next attempt."""

    message: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The caller is told. ``reason`` goes into the dead stream, with what ``about`` says of the request."""

    reply_to: str
    message: bytes
    reason: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody can be told, or nobody waits. ``reason`` goes into the dead stream, with what ``about`` says of the
    request; an empty one leaves no line.
    """

    reason: str
    about: Mapping[str, str] = field(default_factory=dict)


_LONGEST = 200  # characters of a value in the dead stream

Verdict: TypeAlias = PutBack | Answer | Drop


class Redelivery:
    """Judges what dead workers of one service held."""

    def __init__(self, service: Service[Any], request_bytes: int) -> None:
        self._service = service.name
        self._request_bytes = request_bytes
        self._contracts: dict[str, list[tuple[int | None, bool]]] = {}
        for action in service.actions:
            self._contracts.setdefault(action.wire, []).append((action.switch, action.idempotent))

    def judge(self, data: bytes, now: float) -> Verdict:
        """What becomes of a request; ``now`` is the Unix time in seconds on the broker's clock."""
        if len(data) > self._request_bytes:
            return Drop("too large")
        try:
            message = decode_request(data)
        except InvalidMessage as invalid:
            if invalid.request is None:
                return Drop("not a request")
            message = invalid.request
        if not keys.is_reply_address(self._service, message.reply_to):
            return Drop("no reply list of this service")
        if message.expiry is not None and message.expiry < now:
            return Drop("")
        return self._judge(message, now)

    def _judge(self, message: RequestMessage, now: float) -> Verdict:
        attempt = attempt_of(message)
        if attempt < ATTEMPTS and self.is_idempotent(message.body):
            try:
                return PutBack(_next_attempt(message, attempt + 1))
            except NotSerializable:  # read generously, and not to be written the same way: then it is answered
                pass
        reason, about = f"worker lost, attempt {attempt}", describe(message)
        text = "The worker that ran this request was lost"
        if attempt >= ATTEMPTS:
            text = f"{attempt} workers that ran this request were lost"
        if is_suppressed(message.body):
            return Drop(reason, about)
        error = Error(code=WORKER_LOST, message=text)
        return Answer(message.reply_to, refuse(message, error, now), reason, about)

    def is_idempotent(self, body: Any) -> bool:
        """Whether each action of a job may be run twice. What is no job runs nothing, and so may be read twice."""
        if validate_job(body):
            return True
        switches = frozenset(body["context"]["switches"])
        return all(self._may_repeat(action["action"], switches) for action in body["actions"])

    def _may_repeat(self, name: str, switches: frozenset[int]) -> bool:
        for switch, idempotent in self._contracts.get(name, ()):
            if switch is None or switch in switches:
                return idempotent
        return True  # there is no such action: it is refused each time


def attempt_of(message: RequestMessage) -> int:
    """Which attempt this is, from 1."""
    attempt = message.ours.get("attempt")
    return attempt if type(attempt) is int and attempt >= 1 else 1


def describe(message: RequestMessage) -> dict[str, str]:
    """What may be written down of a request: who asked for what, under which ids; nothing of what was in it."""
    job = message.body if isinstance(message.body, dict) else {}
    context, actions = job.get("context"), job.get("actions")
    names = [action.get("action") for action in actions if isinstance(action, dict)] if type(actions) is list else []
    about = {
        "request_id": message.request_id,
        "correlation_id": context.get("correlation_id") if isinstance(context, dict) else None,
        "actions": ",".join(str(name) for name in names[:10]),
    }
    return {key: str(value)[:_LONGEST] for key, value in about.items() if value}


def _next_attempt(message: RequestMessage, attempt: int) -> bytes:
    meta = {**message.meta, OURS: {**message.ours, "attempt": attempt}}
    envelope = {"request_id": message.request_id, "meta": meta, "body": message.body}
    return message.format.preamble + message.format.codec.encode(envelope)


def is_suppressed(job: Any) -> bool:
    """Whether a job says that nobody waits for its reply."""
    control = job.get("control") if isinstance(job, dict) else None
    return isinstance(control, dict) and control.get("suppress_response") is True


def refuse(message: RequestMessage, error: Error, now: float) -> bytes:
    """The reply that tells of one error of the job."""
    return encode_reply(message, JobResult(errors=(error,)), now + REPLY_LIFETIME)
