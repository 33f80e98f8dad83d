"""What every server answers beside its contract, in every pairing of transport, client and server."""

from __future__ import annotations

import platform
from types import ModuleType
from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime.standard.fetching import fetch_contract

from soagen.canonical import contract_hash
from soagen.load import load


def test_status_tells_all_versions_and_what_the_checks_find(world: Any) -> None:
    status = world.client("mirror").status()
    assert (status.version, status.build) == ("2.1", "2.1+b7")
    assert (status.python, status.soagen) == (platform.python_version(), soagen.__version__)
    assert (status.pysoa, status.conformity) == ("1.4.9", "1.28.2")
    assert status.contract == world.mirror.service.contract_hash
    assert status.healthcheck.errors == [["EMPTY", "It is empty."]]
    assert status.healthcheck.warnings == [["LOW", "It is low."]]
    assert status.healthcheck.diagnostics["services"]["probe"]["contract"] == world.probe.service.contract_hash
    assert "healthcheck" not in status.healthcheck.diagnostics["services"]["probe"]


def test_status_runs_no_checks_where_only_versions_are_wanted(world: Any) -> None:
    status = world.client("mirror").status(verbose=False)
    assert (status.version, status.healthcheck) == ("2.1", None)


def test_introspect_describes_every_action(world: Any) -> None:
    response = world.client("probe").introspect()
    assert response.action_names == sorted(response.actions)
    in_order = [name.partition("[")[0] for name in response.actions]  # variants are tried in the order of the contract
    assert list(dict.fromkeys(in_order)) == [
        *dict.fromkeys(each.wire for each in world.api.probe.service.SERVICE.actions),
        "status",
        "introspect",
    ]
    assert {"add", "status", "introspect", "quote[DEFAULT]", "quote[switch:7]"} < response.actions.keys()
    assert response.documentation == world.api.probe.__doc__
    form = response.actions["add"].request_schema["contents"]["a"]
    assert form == {"type": "integer", "lte": 1000}


ASKED = {
    "add": ["add"],
    "add[DEFAULT]": ["add[DEFAULT]"],
    "status": ["status"],
    "quote": ["quote[DEFAULT]", "quote[switch:7]", "quote[switch:8]"],
    "quote[switch:7]": ["quote[switch:7]"],
    "quote[switch:999]": ["quote[switch:999]"],
}


def test_introspect_describes_the_one_that_is_asked_for(world: Any) -> None:
    client = world.client("probe")
    for asked, names in ASKED.items():
        response = client.introspect(action_name=asked)
        assert (response.action_names, list(response.actions), response.documentation) == (names, names, None)


def test_introspect_tells_of_an_action_that_is_not_there(world: Any) -> None:
    client = world.client("probe")
    for asked in ("nothing", "nothing[DEFAULT]", "add[switch:x]", "ad"):
        with pytest.raises(soagen.InvalidRequest, match="Action not defined in service") as caught:
            client.introspect(action_name=asked)
        assert (caught.value.errors[0].field, caught.value.errors[0].is_caller_error) == ("action_name", True)


def test_the_contract_comes_in_parts(world: Any) -> None:
    client = world.client("probe")
    first = client.introspect(contract_part=0)
    assert (first.action_names, first.actions) == ([], {})
    with pytest.raises(soagen.InvalidRequest, match="the first is 0"):
        client.introspect(contract_part=first.contract.parts)
    published = fetch_contract(client)
    assert published is not None
    files = {f"/{path}": text.encode() for path, text in published.files.items()}
    project = load([f"/{published.path}"], lambda path: files[path]).project
    assert project is not None
    assert contract_hash(project, "probe") == world.probe.service.contract_hash


def test_built_in_actions_are_calls_as_any(world: Any) -> None:
    if world.client_kind == "asyncio":
        pytest.skip("the same through asyncio is what every test here does")
    client = world.api.mirror.MirrorClient(world.transport)
    versions, forms = soagen.job(
        client.calls.status(verbose=False), client.calls.introspect(action_name="status")
    ).run()
    assert (versions.version, forms.action_names) == ("2.1", ["status"])
    client.close()


def test_a_service_that_does_not_answer_is_an_error(api: ModuleType) -> None:
    client = api.probe.ProbeClient(soagen.LocalTransport())
    diagnostic, error = soagen.health_of(client)
    assert isinstance(error, soagen.HealthError)
    assert (diagnostic, error.code) == (soagen.Diagnostic("services", {}), "PROBE_TRANSPORT_ERROR")
    client.close()
