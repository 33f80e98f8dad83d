"""``examples/from_pysoa``: PySOA's documented examples, before and after, calling and serving each other."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from soagen_runtime import LocalTransport

from soagen.compat import compare
from soagen.load import load
from tests.interop.peers import ROOT, Site

EXAMPLE = ROOT / "examples" / "from_pysoa"
BEFORE, AFTER = 10, 11  # the databases of the servers
SERVICES = {
    "bar_example": "BarServer",
    "example": "ExampleServer",
    "flight_booking": "FlightBookingServer",
    "foo_example": "FooServer",
    "payroll": "PayrollServer",
    "settings": "SettingsServer",
    "user": "UserServer",
}

# What a person adds to an imported contract, by the rules of `soagen check`.
KNOWN_BY_HAND = {
    *("error-added", "expansion-added", "field-made-optional", "idempotent-added"),
    *("optional-context-key-added", "order-changed"),
}


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ModuleType]]:
    """The modules of `after`, with their generated package."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    built = subprocess.run(
        [sys.executable, "-m", "soagen", "build", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    yield {name: importlib.import_module(f"after.{name}") for name in ("services", "calls")}
    sys.path.remove(str(folder))


@pytest.fixture
def pysoa_site(pysoa_server: Callable[..., Any], site: Callable[[int], Site]) -> Site:
    for service in SERVICES:
        pysoa_server(service, site(BEFORE), ("user",) if service == "example" else ())
    return site(BEFORE)


@pytest.fixture
def soagen_site(after: dict[str, ModuleType], serve_on: Callable[..., None], site: Callable[[int], Site]) -> Site:
    services = after["services"]
    here = site(AFTER)
    makers = [
        *(services.Bars, services.Foos, services.FlightBooking, services.Payroll, services.Settings, services.Users)
    ]
    serve_on(here, *makers, lambda: services.Example(here.url))
    return here


def called_by_pysoa(python: str, site: Site) -> Any:
    config = json.dumps(site.for_pysoa())
    command = [python, "-W", "ignore", "-m", "tests.interop.peer.examples", config]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def called_by_soagen(after: dict[str, ModuleType], transport: Any) -> Any:
    clients = after["calls"].Clients.over(transport)
    try:
        return {call.__name__: call(clients) for call in after["calls"].CALLS}
    finally:
        clients.close()


@pytest.fixture(scope="module")
def expected(after: dict[str, ModuleType]) -> Any:
    """What comes of the calls where nothing is between client and server."""
    services = after["services"]
    users = services.Users()
    example = services.Example(LocalTransport(users))
    local = LocalTransport(services.Bars(), services.Foos(), services.FlightBooking(), users, example)
    return called_by_soagen(after, local)


def test_before_calls_before(pysoa_python: str, pysoa_site: Site, expected: Any) -> None:
    assert called_by_pysoa(pysoa_python, pysoa_site) == expected


def test_before_calls_after(pysoa_python: str, soagen_site: Site, expected: Any) -> None:
    assert called_by_pysoa(pysoa_python, soagen_site) == expected


def test_after_calls_before(after: dict[str, ModuleType], pysoa_site: Site, expected: Any) -> None:
    assert called_by_soagen(after, pysoa_site.url) == expected


def test_after_calls_after(after: dict[str, ModuleType], soagen_site: Site, expected: Any) -> None:
    assert called_by_soagen(after, soagen_site.url) == expected


@pytest.mark.parametrize("module", ["test_middleware", "test_settings", "test_users"])
def test_what_stands_before_is_as_pysoa_has_it(module: str, pysoa_python: str) -> None:
    command = [pysoa_python, "-W", "ignore", "-m", "unittest", f"before.{module}"]
    ended = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_the_contracts_are_what_import_pysoa_writes_and_what_a_person_knows(
    service: str, pysoa_python: str, tmp_path: Path
) -> None:
    target = f"before.services:{SERVICES[service]}"
    command = [sys.executable, "-m", "soagen", "import-pysoa", target, "--python", pysoa_python, "--out", str(tmp_path)]
    subprocess.run(command, cwd=EXAMPLE, capture_output=True, check=True)
    imported = load([str(tmp_path / f"{service}.soa.yaml")]).project
    edited = load([str(EXAMPLE / "contracts" / f"{service}.soa.yaml")]).project
    assert imported is not None
    assert edited is not None
    findings = [
        each for each in compare(imported, edited, dt.date(2026, 1, 1)) if each.subject.partition(".")[0] == service
    ]
    assert {each.rule for each in findings} <= KNOWN_BY_HAND
