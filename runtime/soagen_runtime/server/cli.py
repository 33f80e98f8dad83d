"""``soagen-server module:Class --redis URL``: serves a service with a supervisor and its worker processes.

Exit codes: 0 after a stop that was asked for; 1 when the broker cannot be reached at the start; 2 for wrong usage, a
server that cannot be loaded or a broker that will not do; 3 when no worker is left, because they crash again and again.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from soagen_runtime.core.dispatch import Limits
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConfigurationError, TransportError
from soagen_runtime.server import framework, logs
from soagen_runtime.server.loading import load_server
from soagen_runtime.server.process import WorkerOptions, run_worker
from soagen_runtime.server.reload import run_reloading
from soagen_runtime.server.supervisor import Supervisor
from soagen_runtime.transport.urls import from_url
from soagen_runtime.wire.chunks import MINIMUM_CHUNK

log = logging.getLogger("soagen.server")


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is told to stop, and returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    options = _parser().parse_args(arguments)
    logs.set_up(options.log_level, options.log_format)
    if options.reload:
        return run_reloading([word for word in arguments if word != "--reload"], Path.cwd())
    try:
        return _supervise(options)
    except ConfigurationError as error:
        return _fail(2, error)
    except TransportError as error:
        return _fail(1, error)


def _supervise(options: argparse.Namespace) -> int:
    framework.enter(options.django)
    server = load_server(options.server)
    lives_in = framework.present()
    lives_in.adopt(server)
    transport = from_url(options.redis)
    limits = Limits(chunk_bytes=options.chunk_replies_over)
    worker_options = WorkerOptions(
        limits=limits,
        concurrency=options.concurrency,
        time_limit=options.timeout,
        max_requests=options.max_requests,
        framework=lives_in,
    )
    most_bytes = server.dispatcher(limits).most_bytes  # a server that cannot be bound is said here, not in each worker
    undertaker = transport.blocking_server()
    run_blocking(undertaker.start(server.service, request_bytes=most_bytes))

    def before_fork() -> None:
        server.before_fork()
        lives_in.before_fork()

    def work(name: str, ready: Callable[[], None]) -> int:
        undertaker.forget()
        return run_worker(server, transport, worker_options, name, ready)

    log.info("%s: serving with %d x %s on %r", server.service.name, options.workers, type(server).__name__, transport)
    code = Supervisor(
        work,
        undertaker,
        workers=options.workers,
        grace=options.grace,
        before_fork=before_fork,
        heartbeat_file=options.heartbeat_file,
    ).run()
    log.info("%s: stopped", server.service.name)
    return code


def _fail(code: int, error: Exception) -> int:
    sys.stderr.write(f"soagen-server: {error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soagen-server",
        description="Serves a service over Redis. SIGTERM and SIGINT stop it, SIGHUP replaces the workers one by one,"
        " SIGUSR1 writes every stack to stderr.",
    )
    parser.add_argument("server", metavar="module:Class", help="the server class, or a function that makes a server")
    add = parser.add_argument
    add("--redis", metavar="URL", required=True, help="for example redis://localhost:6379/0")
    add(
        "--django",
        metavar="MODULE",
        help="the settings of the Django project that the server is a part of (default: DJANGO_SETTINGS_MODULE)",
    )
    add("--workers", metavar="N", type=_count, default=1, help="processes that serve (default: 1)")
    add(
        "--concurrency",
        metavar="N",
        type=_concurrency,
        help="requests that a worker runs at a time (default: 1 thread, or 64 tasks of an asyncio server)",
    )
    add("--timeout", metavar="SECONDS", type=_seconds, help="how long an action may run (default: as long as it likes)")
    add(
        "--grace",
        metavar="SECONDS",
        type=_seconds,
        default=30.0,
        help="how long what runs may go on after a stop was asked for (default: 30)",
    )
    add("--max-requests", metavar="N", type=_count, help="replace a worker after about so many requests")
    add("--heartbeat-file", metavar="PATH", type=Path, help="a file that is written as long as all is well")
    add("--reload", action="store_true", help="start anew when a Python file changes, for development")
    add(
        "--chunk-replies-over",
        metavar="BYTES",
        type=_chunk_bytes,
        help=f"send larger replies in pieces; at least {MINIMUM_CHUNK} (default: never)",
    )
    add("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    add("--log-format", default="text", choices=logs.FORMATS)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _concurrency(text: str) -> int:
    number = _count(text)
    if number > 10_000:
        raise argparse.ArgumentTypeError(f"{number} is more than 10000")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no time between 0 and a day, in seconds")
    return seconds


def _chunk_bytes(text: str) -> int:
    size = int(text)
    if size < MINIMUM_CHUNK:
        raise argparse.ArgumentTypeError(f"{size} is less than {MINIMUM_CHUNK} bytes")
    return size


if __name__ == "__main__":
    sys.exit(main())
