"""PySOA's wire protocol: keys, codecs, envelopes, chunks. Bytes to data and back, without I/O (``docs/wire.md``)."""

from soagen_runtime.wire.chunks import Assembler, cut
from soagen_runtime.wire.codec import (
    JSON_TYPE,
    MAX_DEPTH,
    MSGPACK_TYPE,
    Codec,
    Serializer,
    Undecodable,
    UnknownContentType,
    codec_for,
)
from soagen_runtime.wire.envelope import (
    CLIENT_VERSION,
    OURS,
    InvalidMessage,
    Piece,
    ReplyMessage,
    RequestMessage,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    request_meta,
)
from soagen_runtime.wire.frame import DEFAULT_FORMAT, Format, envelope_size, format_of, register
from soagen_runtime.wire.job import validate_job
from soagen_runtime.wire.result import ActionResult, JobResult

__all__ = [
    "CLIENT_VERSION",
    "DEFAULT_FORMAT",
    "JSON_TYPE",
    "MAX_DEPTH",
    "MSGPACK_TYPE",
    "OURS",
    "ActionResult",
    "Assembler",
    "Codec",
    "Format",
    "InvalidMessage",
    "JobResult",
    "Piece",
    "ReplyMessage",
    "RequestMessage",
    "Serializer",
    "Undecodable",
    "UnknownContentType",
    "codec_for",
    "cut",
    "decode_reply",
    "decode_request",
    "encode_reply",
    "encode_request",
    "envelope_size",
    "format_of",
    "register",
    "request_meta",
    "validate_job",
]
