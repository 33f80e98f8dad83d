"""The actions that every server has: PySOA's client asks a generated server, and generated clients ask PySOA's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime.standard.fetching import fetch_contract

from soagen.baselines import Unavailable
from soagen.live.running import baselines
from tests.driving import Caller
from tests.interop.peers import Outcome, PySOAClient, Site


class Both:
    """One PySOA client of each server; a call is made of both."""

    def __init__(self, theirs: PySOAClient, ours: PySOAClient) -> None:
        self._clients = (theirs, ours)

    def __call__(self, action: str, body: dict[str, Any]) -> tuple[Outcome, Outcome]:
        theirs, ours = (client("call_action", "lab", action, body) for client in self._clients)
        return theirs, ours


@pytest.fixture
def both(pysoa_client: Callable[..., PySOAClient], pysoa_lab: Site, soagen_lab: Site) -> Both:
    return Both(pysoa_client(pysoa_lab), pysoa_client(soagen_lab))


def test_status_of_a_generated_server(both: Both) -> None:
    theirs, ours = both("status", {})
    beside = {key: ours.body[key] for key in ours.body.keys() - theirs.body.keys()}
    assert beside.keys() == {"soagen", "contract"}
    assert {**theirs.body, **beside} == ours.body
    assert ours.body["healthcheck"] == {"errors": [], "warnings": [], "diagnostics": {}}


def test_status_without_checks(both: Both) -> None:
    theirs, ours = both("status", {"verbose": False})
    assert "healthcheck" not in theirs.body.keys() | ours.body.keys()


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("status", {"verbose": "yes", "x": 1}),
        ("introspect", {"action_name": 5}),
        ("introspect", {"action_name": "nothing"}),
        ("introspect", {"action_name": "nothing[DEFAULT]"}),
        ("introspect", {"x": 1, "a": 2}),
    ],
)
def test_what_both_refuse(both: Both, action: str, body: dict[str, Any]) -> None:
    theirs, ours = both(action, body)
    assert theirs.errors == ours.errors


def test_introspection_of_a_generated_server(both: Both) -> None:
    theirs, ours = both("introspect", {})
    assert (theirs.body["action_names"], theirs.body.keys()) == (ours.body["action_names"], ours.body.keys())
    compared = 0
    for name, form in theirs.body["actions"].items():
        for schema in {"request_schema", "response_schema"} if name not in ("status", "introspect") else ():
            if form[schema] is not None:  # PySOA's services need not have one
                assert comparable(ours.body["actions"][name][schema]) == comparable(form[schema]), name
                compared += 1
    assert compared == 25


@pytest.mark.parametrize(
    "name", ["create_order", "greet", "greet[switch:5]", "greet[DEFAULT]", "status", "echo[DEFAULT]"]
)
def test_introspection_of_one_action(both: Both, name: str) -> None:
    theirs, ours = both("introspect", {"action_name": name})
    assert theirs.body["action_names"] == ours.body["action_names"]
    assert (theirs.body.keys(), theirs.body["actions"].keys()) == (ours.body.keys(), ours.body["actions"].keys())


def comparable(form: Any) -> Any:
    """A form without what is said to people, and with its numbers in one form."""
    if isinstance(form, dict):
        optional = form.get("optional_keys", [])
        found = {key: comparable(part) for key, part in form.items() if not (key == "description" and "type" in form)}
        if form.get("type") == "dictionary":
            # Here all that may be left out may be nil as well; with PySOA only what says so.
            found["contents"] = {key: bare(part, key in optional) for key, part in found["contents"].items()}
        return found
    if isinstance(form, list):
        return [comparable(part) for part in form]
    if isinstance(form, (str, int, float, Decimal)) and not isinstance(form, bool):
        try:
            return Decimal(str(form))
        except ArithmeticError:
            return form
    return form


def bare(form: Any, is_optional: bool) -> Any:
    return form["nullable"] if is_optional and form["type"] == "nullable" else form


@pytest.fixture
def lab(caller: Callable[..., Caller], pysoa_lab: Site) -> Caller:
    return caller(pysoa_lab)


def test_status_of_a_pysoa_server(lab: Caller) -> None:
    status = lab.status()
    assert (status.pysoa, status.conformity, status.version) == ("1.4.9", "1.28.2", "unknown")
    assert (status.soagen, status.contract, status.build) == (None, None, None)
    assert (status.healthcheck.errors, status.healthcheck.warnings, status.healthcheck.diagnostics) == ([], [], {})
    assert lab.status(verbose=False).healthcheck is None


def test_introspection_of_a_pysoa_server(lab: Caller) -> None:
    response = lab.introspect()
    assert "create_order" in response.action_names
    assert response.actions["create_order"].request_schema["contents"]["customer_id"]["min_length"] == 1
    one = lab.introspect(action_name="greet")
    assert (one.action_names, one.documentation) == (["greet[DEFAULT]", "greet[switch:5]"], None)
    with pytest.raises(soagen.InvalidRequest, match="Action not defined in service"):
        lab.introspect(action_name="nothing")


def test_a_pysoa_server_has_no_contract_to_give(lab: Caller) -> None:
    with pytest.raises(soagen.InvalidRequest, match="Extra keys present: contract_part"):
        fetch_contract(lab)


def test_a_pysoa_server_is_no_baseline(pysoa_lab: Site) -> None:
    with pytest.raises(Unavailable, match=r"lab is served by PySOA at redis://[^ ]*, which has no contract\."):
        baselines(pysoa_lab.url, ["lab"], pytest.fail)


def test_status_of_several_services_in_one_check(lab: Caller, client_kind: str) -> None:
    if client_kind == "asyncio":
        pytest.skip("a runner drives it from outside, and what is asked here is asked of a blocking client")
    (diagnostic,) = soagen.health_of(lab._client)
    assert isinstance(diagnostic, soagen.Diagnostic)
    assert diagnostic.value["lab"]["pysoa"] == "1.4.9"
