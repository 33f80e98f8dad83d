"""Requests and replies as they travel, and their bytes (``docs/wire.md``, section "A message").

Rules:

- Writing a message is one call of the packer behind a constant preamble.
- A reply goes out in the format (version and content type) of its request, with the request's ``meta``.
- The body of a request is not looked into here: `soagen_runtime.wire.job` says whether it is a job.
- A message that cannot be taken raises `InvalidMessage`. If enough of a request can be read to know who asked, the
  error carries a `RequestMessage` to answer, and the errors to answer it with: one without an answer breaks a PySOA
  client for good. A PySOA server exits on every such message.

The order of keys is PySOA's throughout, so that the bytes are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from soagen_runtime.errors import INVALID, Error, Fault, NotSerializable, SoagenError
from soagen_runtime.wire.codec import MAX_DEPTH, Undecodable, Unreadable
from soagen_runtime.wire.frame import DEFAULT_FORMAT, Format, Frame, unframe
from soagen_runtime.wire.result import JobResult, Malformed, result_from_map, result_to_map
from soagen_runtime.wire.walk import dotted, leaves

CLIENT_VERSION: Final = (1, 4, 9)
"""The version of PySOA whose wire we speak; what we say we are in ``meta.client_version``."""

_KNOWS_CALLER_ERRORS = (0, 70, 0)

OURS: Final = "soagen"
"""Under this key of a request's ``meta`` soagen peers say what PySOA's need not know."""

# Kept from the meta that is sent back. Under the first two PySOA keeps objects of its own while it works, and keeps
# them back too; the last is for servers alone.
_NEVER_SENT_BACK = ("serializer", "protocol_version", OURS)

_MOST_ERRORS = 20
_LONGEST_PATH = 500


class RequestMessage(NamedTuple):
    """A request as it arrived. ``expiry`` is a Unix time in seconds, or None if it never expires.

    ``request_id`` is an int if a client library made it; whatever it is, the reply carries it back. ``body`` is
    whatever was sent: see `validate_job`.
    """

    request_id: Any
    meta: dict[Any, Any]
    reply_to: str
    expiry: float | None
    body: Any
    format: Format

    @property
    def client_version(self) -> tuple[int, ...] | None:
        """The version of PySOA that the client says it is, if it says so."""
        version = self.meta.get("client_version")
        if type(version) is list and all(type(part) is int for part in version):
            return tuple(version)
        return None

    @property
    def ours(self) -> dict[Any, Any]:
        """What a soagen peer said beside PySOA's protocol."""
        said = self.meta.get(OURS)
        return said if type(said) is dict else {}

    @property
    def knows_caller_errors(self) -> bool:
        """Whether the client can read errors that have ``is_caller_error``."""
        version = self.client_version
        return version is not None and version >= _KNOWS_CALLER_ERRORS


class ReplyMessage(NamedTuple):
    """A reply as it arrived. ``expiry`` is a Unix time in seconds, or None if it never expires."""

    request_id: Any
    meta: dict[Any, Any]
    expiry: float | None
    result: JobResult
    format: Format


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a reply that was cut: number ``id`` (from 1) of ``count``. See `soagen_runtime.wire.chunks`."""

    format: Format
    id: int
    count: int
    payload: bytes


class InvalidMessage(SoagenError):
    """A message that is no message, or not one that can be taken.

    ``request_id`` is None when it could not be read. ``request`` is what to answer, None when nobody can be answered;
    ``errors``, at least one, are what to answer it with, as errors of the job.
    """

    def __init__(
        self,
        reason: str,
        *,
        request_id: Any = None,
        request: RequestMessage | None = None,
        errors: Sequence[Error] = (),
    ) -> None:
        super().__init__(reason)
        self.request_id = request_id
        self.request = request
        self.errors = tuple(errors) or (Error(code=INVALID, message=reason),)


def request_meta(reply_to: str, expiry: float, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The ``meta`` of a request, in PySOA's order; ``expiry`` is a Unix time in seconds."""
    meta: dict[str, Any] = {"client_version": CLIENT_VERSION, "reply_to": reply_to}
    if extra:
        meta.update(extra)
    meta["__expiry__"] = expiry
    return meta


def encode_request(
    request_id: int, meta: Mapping[str, Any], body: Mapping[str, Any], format: Format = DEFAULT_FORMAT
) -> bytes:
    """A request as a message. ``body`` is the job: ``control``, ``context``, ``actions``, in this order.

    Raises `NotSerializable`; its paths begin in the job (``actions.0.body.order.total``), or at ``meta``.
    """
    try:
        return format.preamble + format.codec.encode({"request_id": request_id, "meta": meta, "body": body})
    except NotSerializable as error:
        raise _seen_from_body(error) from error


def encode_reply(request: RequestMessage, result: JobResult, expiry: float) -> bytes:
    """The reply to ``request`` as a message, in the request's own format; ``expiry`` is a Unix time in seconds.

    Raises `NotSerializable`; its paths begin in the result (``actions.0.body.order.total``).
    """
    body = result_to_map(result, caller_errors=request.knows_caller_errors)
    meta = {**request.meta, "__expiry__": expiry}
    for key in _NEVER_SENT_BACK:
        meta.pop(key, None)
    try:
        return _write_reply(request, meta, body)
    except NotSerializable as error:
        faults = [fault for fault in error.faults if fault.path.partition(".")[0] == "body"]
        if faults:
            raise _seen_from_body(error) from error
        # Something in the meta was read but cannot be written (a NaN in JSON): the client gets its answer without.
        return _write_reply(request, {"reply_to": request.reply_to, "__expiry__": expiry}, body)


def _write_reply(request: RequestMessage, meta: dict[Any, Any], body: dict[str, Any]) -> bytes:
    format = request.format
    return format.preamble + format.codec.encode({"request_id": request.request_id, "meta": meta, "body": body})


def _seen_from_body(error: NotSerializable) -> NotSerializable:
    return NotSerializable([Fault(fault.code, _inside_body(fault.path), fault.message) for fault in error.faults])


def _inside_body(path: str) -> str:
    return path.removeprefix("body.")


def decode_request(message: bytes, content_types: Collection[str] | None = None) -> RequestMessage:
    """A request from its bytes; in any content type but one of ``content_types``, if given, it is not looked into.
    Raises `InvalidMessage`, and nothing else.
    """
    frame = unframe(message)
    if content_types is not None and (content_type := frame.format.codec.content_type) not in content_types:
        raise InvalidMessage(f"Its content type {content_type} is none that is read here")
    if frame.chunk_count or frame.chunk_id:
        raise _invalid_request(frame, "Requests cannot be chunked")
    if not frame.known:
        raise _invalid_request(frame, f"Unknown protocol version {frame.claimed_version}")
    try:
        envelope = frame.format.codec.decode(frame.payload)
    except Undecodable as error:
        raise _invalid_request(frame, f"Not decodable: {error}") from error
    return _request(envelope, frame.format)


def _request(envelope: Any, format: Format) -> RequestMessage:
    if type(envelope) is not dict:
        raise InvalidMessage("The message is not a map")
    request_id = envelope.get("request_id")
    meta = envelope.get("meta")
    if request_id is None:
        raise InvalidMessage("The request has no request_id")
    reply_to = meta.get("reply_to") if type(meta) is dict else None
    if type(meta) is not dict or type(reply_to) is not str:
        raise InvalidMessage("The request has no meta.reply_to", request_id=request_id)
    try:
        expiry = _expiry(meta)
    except Malformed:
        raise InvalidMessage(
            "The request's meta.__expiry__ is not a number",
            request_id=request_id,
            request=RequestMessage(request_id, meta, reply_to, None, envelope.get("body"), format),
            errors=[Error(code=INVALID, message="Not a float", field="meta.__expiry__")],
        ) from None
    return RequestMessage(request_id, meta, reply_to, expiry, envelope.get("body"), format)


def _expiry(meta: dict[Any, Any]) -> float | None:
    """Raises `Malformed` for what is no number. 0 and None mean never, as for PySOA."""
    expiry = meta.get("__expiry__")
    if type(expiry) is float:
        return expiry or None
    if expiry is None:
        return None
    if type(expiry) is int and abs(expiry) < 2**64:
        return float(expiry) or None
    raise Malformed("meta.__expiry__ is not a number")


def _invalid_request(frame: Frame, reason: str) -> InvalidMessage:
    """The error for a request that was refused whole; with someone to answer, if what can be read of it says whom."""
    try:
        envelope = frame.format.codec.salvage(frame.payload)
        request = _request(envelope, frame.format)
        meta = {key: request.meta[key] for key in ("client_version", "reply_to") if key in request.meta}
        frame.format.codec.encode([request.request_id, meta])  # what was salvaged may be half a character
    except (Undecodable, InvalidMessage, NotSerializable):
        return InvalidMessage(reason)
    return InvalidMessage(
        reason,
        request_id=request.request_id,
        request=request._replace(meta=meta, body=None),
        errors=_unreadable_parts(envelope),
    )


def _unreadable_parts(envelope: Any) -> list[Error]:
    """What keeps a salvaged request from being read, by path; nothing if it is not in its values."""
    errors = []
    for place, part, is_key in leaves(envelope, MAX_DEPTH):
        if isinstance(part, Unreadable):
            message = f"Not readable: {part.reason}"
        elif isinstance(part, str) and not _is_unicode(part):
            message = "Not a unicode string"
        elif isinstance(part, (dict, list)) and not is_key:
            message = f"Nested deeper than {MAX_DEPTH}"
        else:
            continue
        path = _inside_body(dotted(place)).encode("utf-8", "replace").decode()
        errors.append(Error(code=INVALID, message=message, field=path[:_LONGEST_PATH]))
        if len(errors) == _MOST_ERRORS:
            break
    return errors


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decode_reply(message: bytes) -> ReplyMessage | Piece:
    """A reply, or a piece of one, from its bytes. Raises `InvalidMessage`, and nothing else."""
    frame = unframe(message)
    if frame.chunk_count == 0 and frame.known:
        return decode_reply_payload(frame.format, frame.payload)
    if not frame.known:
        reason = f"Unknown protocol version {frame.claimed_version}"
        raise InvalidMessage(reason, request_id=_salvaged_id(frame.format, frame.payload))
    if not 1 <= frame.chunk_id <= frame.chunk_count:
        raise InvalidMessage(f"Not a piece of a reply: number {frame.chunk_id} of {frame.chunk_count}")
    return Piece(frame.format, frame.chunk_id, frame.chunk_count, frame.payload)


def decode_reply_payload(format: Format, payload: bytes) -> ReplyMessage:
    """A reply from its envelope's bytes. Raises `InvalidMessage`, with the ``request_id`` if that can be read."""
    try:
        envelope = format.codec.decode(payload)
    except Undecodable as error:
        raise InvalidMessage(f"Not decodable: {error}", request_id=_salvaged_id(format, payload)) from error
    if type(envelope) is not dict:
        raise InvalidMessage("The message is not a map")
    request_id = envelope.get("request_id")
    if request_id is None:
        raise InvalidMessage("The reply has no request_id")
    meta = envelope.get("meta")
    if type(meta) is not dict:
        meta = {}
    try:
        return ReplyMessage(request_id, meta, _expiry(meta), result_from_map(envelope.get("body")), format)
    except Malformed as error:
        raise InvalidMessage(f"Not a reply: {error}", request_id=request_id) from None


def _salvaged_id(format: Format, payload: bytes) -> Any:
    try:
        envelope = format.codec.salvage(payload)
    except Undecodable:
        return None
    return envelope.get("request_id") if type(envelope) is dict else None
