"""What tests of every kind may ask for.

Rules: a test that names `redis_url` has a real, empty redis-server to itself while it runs; each process of the test
run starts one server, on a port that nobody else has, and stops that one and no other.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

_START_SECONDS = 20.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Waits until the server answers; False if it ended instead (someone else was quicker to take the port)."""
    with redis.Redis(host="127.0.0.1", port=port, retry_on_error=[]) as probe:
        for _ in range(int(_START_SECONDS / 0.02)):
            try:
                # Whoever answers must be the process that was started here.
                return int(probe.info("server")["process_id"]) == process.pid
            except redis.ConnectionError:
                try:
                    process.wait(0.02)
                    return False
                except subprocess.TimeoutExpired:
                    continue
    return False


def start_redis(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A redis-server without persistence, and its port; whoever starts it ends it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("these tests need redis-server on the PATH: run scripts/ensure-redis", pytrace=False)
    for _ in range(5):
        port = _free_port()
        options = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
        command = [program, *(word for name, value in options.items() for word in (f"--{name}", value))]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if _answers(process, port):
            return process, port
        process.kill()
        process.wait()
    pytest.fail("redis-server did not start", pytrace=False)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a redis-server without persistence; for `redis_url`, and for nothing else."""
    process, port = start_redis(tmp_path_factory.mktemp("redis"))
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    with redis.Redis.from_url(redis_server) as connection:
        connection.flushall()
    return redis_server
