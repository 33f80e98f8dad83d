"""How long `soagen check` takes over a hundred services with twenty actions each, against a git ref.

Prints a change of one service, one of the package that all import, and one that changes nothing, each as a user sees
it: a process of its own, best of three.

    python -m benchmarks.check_scale [SERVICES] [ACTIONS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.compile_scale import make

CONFIG = '[tool.soagen]\nsources = ["schemas"]\npackage = "acme.api"\n'


def git(folder: Path, *arguments: str) -> None:
    """Runs git. Raises `CalledProcessError` if it fails."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def seconds(folder: Path, rounds: int = 3) -> float:
    """How long a check takes, at best."""
    return min(_once(folder) for _ in range(rounds))


def _once(folder: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "soagen", "check", "--against", "HEAD"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode())
    return taken


def main(services: int, actions: int) -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schemas = folder / "schemas"
        schemas.mkdir()
        make(schemas, services, actions)
        (folder / "pyproject.toml").write_text(CONFIG)
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "all of it")
        print(f"{services} services, {actions} actions each")
        print(f"  nothing changed     {seconds(folder):6.2f} s")
        one = schemas / "service_1.soa.yaml"
        one.write_text(one.read_text().replace("made_on: date?", "made_on: date"))
        print(f"  one service changed {seconds(folder):6.2f} s")
        common = schemas / "common.soa.yaml"
        common.write_text(common.read_text().replace("city: string", "city: string?"))
        print(f"  all of them changed {seconds(folder):6.2f} s")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]) if len(sys.argv) == 3 else (100, 20))
