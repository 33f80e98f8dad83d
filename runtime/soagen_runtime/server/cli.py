"""``soagen-server module:Class --redis URL``: one worker of a service.

Exit codes: 0 after a stop that was asked for, 1 when the broker cannot be reached at the start, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from soagen_runtime.core.dispatch import Limits
from soagen_runtime.core.transport import ServerTransport
from soagen_runtime.errors import ConfigurationError, TransportError
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.loading import load_server
from soagen_runtime.server.worker import AsyncWorker, BlockingWorker
from soagen_runtime.transport.urls import from_url
from soagen_runtime.wire.chunks import MINIMUM_CHUNK

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("soagen.server")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a worker until it is told to stop, and returns the exit code."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    limits = Limits(chunk_bytes=options.chunk_replies_over)
    try:
        server = load_server(options.server)
        transport = from_url(options.redis)
        log.info("%s: serving with %s on %r", server.service.name, type(server).__name__, transport)
        if isinstance(server, AsyncServer):
            asyncio.run(_serve_async(server, transport.asynchronous_server(), limits))
        else:
            _serve(server, transport.blocking_server(), limits)
    except ConfigurationError as error:
        return _fail(2, error)
    except TransportError as error:
        return _fail(1, error)
    log.info("%s: stopped", server.service.name)
    return 0


def _serve(server: Server, transport: ServerTransport, limits: Limits) -> None:
    worker = BlockingWorker(server.dispatcher(limits), transport)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


async def _serve_async(server: AsyncServer, transport: ServerTransport, limits: Limits) -> None:
    worker = AsyncWorker(server.dispatcher(limits), transport)
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, worker.stop)
    await worker.run()


def _fail(code: int, error: Exception) -> int:
    sys.stderr.write(f"soagen-server: {error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="soagen-server", description="Serves a service over Redis.")
    parser.add_argument("server", metavar="module:Class", help="the server class, or a function that makes a server")
    parser.add_argument("--redis", metavar="URL", required=True, help="for example redis://localhost:6379/0")
    parser.add_argument(
        "--chunk-replies-over",
        metavar="BYTES",
        type=_chunk_bytes,
        help=f"send larger replies in pieces; at least {MINIMUM_CHUNK} (default: never)",
    )
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    return parser


def _chunk_bytes(text: str) -> int:
    size = int(text)
    if size < MINIMUM_CHUNK:
        raise argparse.ArgumentTypeError(f"{size} is less than {MINIMUM_CHUNK} bytes")
    return size


if __name__ == "__main__":
    sys.exit(main())
