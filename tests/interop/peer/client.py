"""PySOA's client and serializer, one command a line: ``python -m tests.interop.peer.client``.

A command is a JSON object: ``do`` names a function of `COMMANDS`, the other keys are its arguments; values are in the
notation of `tests.notation`. Each command is answered by one line: ``{"returned": note}`` or
``{"raised": {...}}``; after a call with ``outstanding``: how many replies the client believes to be owed, by service.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import attr
import pytz
from pysoa.client.client import Client, FutureSOAResponse
from pysoa.common.serializer.json_serializer import JSONSerializer
from pysoa.common.serializer.msgpack_serializer import MsgpackSerializer

from tests.interop.peer import settings
from tests.notation import note_of, value_of

_clients: dict[str, Client] = {}
_futures: list[FutureSOAResponse] = []
_serializers = {"msgpack": MsgpackSerializer(), "json": JSONSerializer()}


def open_client(name, services, hosts, db, context=None, json=False, **transport):
    """A new client under ``name``."""
    if json:
        path = "pysoa.common.serializer.json_serializer:JSONSerializer"
        transport["default_serializer_config"] = {"path": path, "kwargs": {}}
    config = {service: settings.client(hosts, db, **transport) for service in services}
    _clients[name] = Client(config, context=context)


def close_client(name):
    """Forgets a client."""
    del _clients[name]


def call(name, method, args, kwargs):
    """Calls a method of a client. A future is kept, and its number returned."""
    result = getattr(_clients[name], method)(*value_of(args, pytz.UTC), **value_of(kwargs, pytz.UTC))
    if isinstance(result, FutureSOAResponse):
        _futures.append(result)
        return len(_futures) - 1
    return _shown(result)


def result(future, name):
    """The result of a future that a call of the client ``name`` has made."""
    return _shown(_futures[future].result())


def encode(values, codec="msgpack"):
    """The bytes of each value in hex, or what the serializer says against it. The values are maps, as messages are."""
    return [_tried(lambda note: _serializers[codec].dict_to_blob(value_of(note, pytz.UTC)).hex(), v) for v in values]


def decode(blobs, codec="msgpack"):
    """The value of each blob, or what the serializer says against it."""
    return [_tried(lambda blob: note_of(_serializers[codec].blob_to_dict(bytes.fromhex(blob))), b) for b in blobs]


def _tried(function, argument):
    try:
        return {"value": function(argument)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _shown(result):
    """Responses become maps, generators lists, and values notes."""
    if attr.has(type(result)):
        return note_of(attr.asdict(result))
    if isinstance(result, (list, tuple, Iterator)):
        return [_shown(part) for part in result]
    if isinstance(result, Exception):
        return _raised(result)
    return note_of(result)


def _raised(error):
    return {
        "type": type(error).__name__,
        "text": str(error),
        "actions": _shown(getattr(error, "actions", [])),
        "errors": _shown(getattr(error, "errors", [])),
    }


COMMANDS = {function.__name__: function for function in (open_client, close_client, call, result, encode, decode)}


def main():
    for line in sys.stdin:
        command = json.loads(line)
        function = COMMANDS[command.pop("do")]
        try:
            answer = {"returned": function(**command)}
        except Exception as error:
            answer = {"raised": _raised(error)}
        if command.get("name") in _clients:
            handlers = _clients[command["name"]].handlers
            answer["outstanding"] = {name: handler.transport.requests_outstanding for name, handler in handlers.items()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
