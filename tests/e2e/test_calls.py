"""What a caller sees of its calls: one suite for every pairing of transport, client and server."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import soagen_runtime as soagen

AT = dt.datetime(2026, 2, 3, 4, 5, 6, 789012, tzinfo=dt.UTC)


def test_a_response_arrives(world: Any) -> None:
    response = world.client("probe").add(a=1, b=2)
    assert response == world.api.probe.AddResponse(total=3, moods=[world.api.probe.Mood.CALM])


def test_an_error_of_the_contract_is_caught_by_its_class(world: Any) -> None:
    with pytest.raises(world.api.probe.TooMuch, match="150 is more than 100") as caught:
        world.client("probe").add(a=100, b=50)
    assert (caught.value.asked, caught.value.limit, caught.value.field) == (150, 100, "b")
    assert caught.value.errors[0].is_caller_error


def test_an_error_of_an_imported_contract_is_caught_by_its_class(world: Any) -> None:
    with pytest.raises(world.api.shared.Forbidden) as caught:
        world.client("probe").add(a=-1, b=0)
    assert (caught.value.who, caught.value.field) == ("anybody", None)


def test_several_errors_are_caught_as_one_and_told_apart(world: Any) -> None:
    probe, shared = world.api.probe, world.api.shared
    with pytest.raises(probe.TooMuch) as raised:
        world.client("probe").add(a=-100, b=1)
    many, forbidden, odd = raised.value.each
    assert (type(many), many.asked, many.field, many.is_caller_error) == (probe.TooMuch, -100, "a", True)
    assert (type(forbidden), forbidden.who, forbidden.denied_permissions) == (shared.Forbidden, "anybody", ["sums"])
    assert (type(odd), odd.code, odd.variables, odd.is_caller_error) == (soagen.ActionError, "ODD", {"b": 1}, False)
    assert [error.code for error in raised.value.errors] == ["TOO_MUCH", "FORBIDDEN", "ODD"]


def test_every_fault_of_a_request_is_reported(world: Any) -> None:
    moods = [world.api.probe.Mood.WILD] * 3 + ["gloomy"]
    with pytest.raises(soagen.InvalidRequest) as caught:
        world.client("probe").add(a=1001, b=-1, moods=moods)
    assert [(e.code, e.field, e.message) for e in caught.value.errors] == [
        ("INVALID", "a", "Value not <= 1000"),
        ("INVALID", "b", "Value not >= 0"),
        ("INVALID", "moods", "List is longer than 3"),
        ("UNKNOWN", "moods.3", 'Value is not one of: "calm", "wild"'),
    ]


def test_a_value_of_another_type_is_not_sent(world: Any) -> None:
    with pytest.raises(soagen.RequestInvalid) as caught:
        world.client("probe").add(a="1", b=True)
    assert [(f.path, f.message) for f in caught.value.faults] == [("a", "Not an integer"), ("b", "Not an integer")]


def test_a_value_that_cannot_be_written_down_is_named(world: Any) -> None:
    with pytest.raises(soagen.RequestInvalid) as caught:
        world.client("probe").pass_on(value={"deep": [1, {2, 3}]})
    assert [f.path for f in caught.value.faults] == ["value.deep.1"]


def test_a_request_that_is_too_large_is_not_sent(world: Any) -> None:
    with pytest.raises(soagen.RequestTooLarge) as caught:
        world.client("probe").pass_on(value="x" * 102_400)
    assert caught.value.limit == 102_400 < caught.value.size


def test_an_exception_in_a_handler_is_a_server_error_and_the_server_lives(world: Any, caplog: Any) -> None:
    client = world.client("probe")
    with pytest.raises(soagen.ServerError, match="Internal server error: no such thing"):
        client.crash(text="no such thing")
    assert client.add(a=1, b=1).total == 2
    assert "LookupError" in caplog.text


@pytest.mark.parametrize("server_kind", ["asyncio"])
def test_a_cancellation_within_a_handler_is_a_server_error(world: Any) -> None:
    client = world.client("probe")
    with pytest.raises(soagen.ServerError, match="something that the handler awaited was cancelled"):
        client.crash(text="cancelled")
    assert client.add(a=1, b=1).total == 2


def test_a_response_that_breaks_its_contract_is_a_server_error(world: Any, caplog: Any) -> None:
    with pytest.raises(soagen.ServerError, match="lie had an invalid response:\\n\\tnumber INVALID: Value not <= 10"):
        world.client("probe").lie()
    assert "number: Value not <= 10" in caplog.text


def test_an_error_that_another_service_answered_is_not_passed_off_as_ones_own(world: Any) -> None:
    with pytest.raises(soagen.ServerError):
        world.client("probe").leak()


def test_an_error_that_the_contract_lists_may_come_from_another_service(world: Any) -> None:
    with pytest.raises(world.api.probe.TooMuch) as caught:
        world.client("mirror").ask_too_much()
    assert caught.value.asked == 200


def test_a_response_that_is_too_large_is_a_job_error(world: Any) -> None:
    client = world.client("probe")
    assert len(client.inflate(size=200_000).text) == 200_000
    with pytest.raises(soagen.ResponseTooLarge):
        client.inflate(size=256_000)


def test_a_response_that_cannot_be_written_down_is_a_job_error(world: Any) -> None:
    with pytest.raises(soagen.ResponseNotSerializable, match="failed to serialize"):
        world.client("probe").pass_on(value="object()")


def test_a_call_without_a_reply_ends_at_its_timeout_and_the_next_one_works(world: Any, client_kind: str) -> None:
    if world.serves_inline:
        pytest.skip("a blocking server in the caller's own thread cannot be left behind")
    client = world.client("probe")
    with pytest.raises(soagen.CallTimeout):
        client.wait()
    world.probe.logic.release()
    assert client.add(a=2, b=2).total == 4


def test_a_timeout_may_be_given(world: Any) -> None:
    if world.serves_inline:
        pytest.skip("a blocking server in the caller's own thread cannot be left behind")
    with pytest.raises(TimeoutError):
        world.client("probe").with_options(timeout=0.05).wait()


def test_nobody_waits_for_a_oneway_action(world: Any) -> None:
    world.client("probe").note(text="remember")
    assert world.probe.logic.noted.wait(10)
    assert world.probe.logic.notes == ["remember"]


def test_context_switches_and_correlation_id_reach_the_handler(world: Any) -> None:
    probe = world.api.probe
    client = world.client("probe").with_options(
        switches=[probe.ProbeSwitch.FAST, 99],
        context=probe.ProbeContext(locale="de", tenant="t1"),
        correlation_id="abc",
    )
    seen = client.see()
    assert (seen.correlation_id, seen.locale, seen.tenant, seen.switches) == ("abc", "de", "t1", [7, 99])
    assert (seen.calling_service, seen.has_deadline, seen.hops) == (None, True, 0)


def test_a_context_that_does_not_fit_is_refused_where_it_is_given(world: Any) -> None:
    probe, client = world.api.probe, world.client("probe")
    with pytest.raises(soagen.RequestInvalid, match=r"request of probe was not sent: context\.locale: Not a unicode"):
        client.with_options(context=probe.ProbeContext(locale=5))
    with pytest.raises(soagen.RequestInvalid, match=r"sent: context: Not a ProbeContext instance"):
        client.with_options(context=world.api.mirror.MirrorContext())


def test_a_call_chain_carries_all_of_it_by_itself(world: Any) -> None:
    mirror = world.api.mirror
    client = world.client("mirror").with_options(
        switches=[8, 99], context=mirror.MirrorContext(locale="fr", tenant="t2"), correlation_id="chain"
    )
    seen = client.see_probe(hops=4).seen
    assert (seen.correlation_id, seen.locale, seen.tenant, seen.switches) == ("chain", "fr", "t2", [8, 99])
    assert (seen.calling_service, seen.hops) == ("mirror", 5)


def test_what_one_call_carries_does_not_stay_for_the_next(world: Any) -> None:
    client = world.client("probe")
    client.with_options(switches=[99], correlation_id="one").see()
    seen = client.see()
    assert seen.switches == []
    assert seen.correlation_id not in ("", "one")


def test_a_variant_is_a_method_of_its_own_and_turns_its_switch_on(world: Any) -> None:
    client = world.client("probe")
    assert client.quote(sku="A").price == 1
    fast = client.quote_fast(sku="A", at=AT)
    assert (fast.price, fast.until) == (2, AT + dt.timedelta(hours=1))
    assert client.quote_bold(sku="A").bold


def test_the_base_contract_is_refused_while_a_switch_of_a_variant_is_on(world: Any) -> None:
    client = world.client("probe").with_options(switches=[8])
    with pytest.raises(soagen.VariantActive, match=r"switch BOLD \(8\) is on.*; call quote_bold, or"):
        client.quote(sku="A")
    assert client.quote_bold(sku="A").price == 3
    # FAST is written first, so it wins over BOLD, which may then stay on.
    assert client.quote_fast(sku="A", at=AT).price == 2
    with pytest.raises(soagen.VariantActive, match=r"switch FAST \(7\) is on.*; call quote_fast, or"):
        client.with_options(switches=[7]).quote_bold(sku="A")
