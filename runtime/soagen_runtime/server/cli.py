"""``soagen-server module:Class --redis URL``: serves a service with a supervisor and its worker processes.

Exit codes: 0 after a stop that was asked for; 1 when the broker cannot be reached at the start; 2 for wrong usage,
wrong settings, a server that cannot be loaded or a broker that will not do; 3 when no worker is left, because they
crash again and again.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import ConfigurationError, TransportError
from soagen_runtime.server import framework, logs
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.server.framework import SETTINGS, Framework
from soagen_runtime.server.loading import load_server
from soagen_runtime.server.options import CommandLine, parse
from soagen_runtime.server.process import loop_factory, run_worker
from soagen_runtime.server.reload import run_reloading
from soagen_runtime.server.supervisor import Supervisor
from soagen_runtime.settings import Effective, ServerSettings, load_server_settings, show
from soagen_runtime.settings.sources import FILE_VARIABLE
from soagen_runtime.transport.urls import from_url
from soagen_runtime.wire import codec_for

log = logging.getLogger("soagen.server")


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is told to stop, and returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    line = parse(arguments)
    if line.config is not None:
        os.environ[FILE_VARIABLE] = str(line.config)  # for the clients that are made in this process, too
    try:
        # All that can be wrong without the server's class is said before anything of the user's is run.
        early = load_server_settings(options=line.options).settings
        logs.set_up(early.logging)
        if early.reload and not line.print_config:
            return run_reloading([*arguments, "--no-reload"], Path.cwd())
        return _serve(line)
    except ConfigurationError as error:
        return _fail(2, error)
    except TransportError as error:
        return _fail(1, error)


def _serve(line: CommandLine) -> int:
    framework.enter(line.django)
    server = load_server(line.target)
    lives_in = framework.present()
    lives_in.adopt(server)
    if line.print_config:
        sys.stdout.write(show(_settings(line, server, lives_in, {}), "server"))
        return 0
    settings = _settings(line, server, lives_in, {"redis": _check_redis}).settings
    logs.set_up(settings.logging)
    return _supervise(server, settings, lives_in)


def _settings(
    line: CommandLine, server: Server | AsyncServer, lives_in: Framework, checks: dict[str, Callable[[object], object]]
) -> Effective[ServerSettings]:
    return load_server_settings(
        lives_in.settings(),
        config_origin=SETTINGS,
        options=line.options,
        code=server.settings,
        code_origin=f"{type(server).__name__}.settings",
        checks={"content_types": _check_content_types, "event_loop": loop_factory, **checks},
    )


def _check_redis(url: object) -> None:
    if url is None:
        raise ConfigurationError(
            "is not given: say --redis URL, set SOAGEN_SERVER_REDIS, or write redis under [server] in the file"
        )
    from_url(str(url))


def _check_content_types(names: object) -> None:
    assert isinstance(names, tuple), "it is that kind of setting"
    for name in names:
        codec_for(name)


def _supervise(server: Server | AsyncServer, settings: ServerSettings, lives_in: Framework) -> int:
    transport = from_url(settings.redis or "")
    most_bytes = server.dispatcher(settings).most_bytes  # what cannot be bound is said here, not in each worker
    undertaker = transport.blocking_server()
    run_blocking(undertaker.start(server.service, request_bytes=most_bytes))

    def before_fork() -> None:
        server.before_fork()
        lives_in.before_fork()

    def work(name: str, ready: Callable[[], None]) -> int:
        undertaker.forget()
        return run_worker(server, transport, settings, lives_in, name, ready)

    log.info("%s: serving with %d x %s on %r", server.service.name, settings.workers, type(server).__name__, transport)
    code = Supervisor(
        work,
        undertaker,
        workers=settings.workers,
        grace=settings.grace,
        before_fork=before_fork,
        heartbeat_file=settings.heartbeat_file,
    ).run()
    log.info("%s: stopped", server.service.name)
    return code


def _fail(code: int, error: Exception) -> int:
    sys.stderr.write(f"soagen-server: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
