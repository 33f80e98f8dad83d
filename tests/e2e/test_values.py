"""Calls as values, in every pairing of transport, client and server: jobs, parallel calls, futures."""

from __future__ import annotations

from typing import Any

import pytest
import soagen_runtime as soagen
from soagen_runtime import job, parallel


def test_a_call_that_is_described_is_made_as_often_as_it_is_run(world: Any) -> None:
    probe = world.client("probe")
    call = probe.calls.add(a=1, b=2)
    assert [probe.run(call).total, probe.run(call).total] == [3, 3]


def test_an_outcome_has_the_response_or_the_error(world: Any) -> None:
    probe = world.client("probe")
    good, bad = probe.outcome(probe.calls.add(a=1, b=2)), probe.outcome(probe.calls.add(a=100, b=2))
    assert (good.ok, good.error, good.value.total) == (True, None, 3)
    assert (bad.ok, type(bad.error)) == (False, world.api.probe.TooMuch)
    with pytest.raises(world.api.probe.TooMuch):
        bad.value  # noqa: B018  # it is the access that raises


# --- jobs


def test_a_job_gives_a_response_for_each_action_in_order(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    added, seen, nothing = probe.run(job(calls.add(a=1, b=2), calls.see(hops=4), calls.note(text="in a job")))
    assert (added.total, seen.hops, nothing) == (3, 4, None)
    assert world.probe.logic.notes == ["in a job"]


def test_a_job_stops_at_the_first_error(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    todo = job(calls.add(a=1, b=2), calls.add(a=99, b=2), calls.see())
    with pytest.raises(world.api.probe.TooMuch, match="101 is more than 100"):
        probe.run(todo)
    first, second, third = probe.outcomes(todo)
    assert first.value.total == 3
    assert isinstance(second.error, world.api.probe.TooMuch)
    assert isinstance(third.error, soagen.ActionNotRun)
    assert str(third.error) == "probe.see was not run: an action of the job before it failed"
    assert world.probe.logic.contexts == []


def test_a_job_may_go_on_after_an_error(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    todo = job(calls.add(a=99, b=2), calls.crash(text="boom"), calls.add(a=1, b=1), continue_on_error=True)
    outcomes = probe.outcomes(todo)
    assert [type(outcome.error) for outcome in outcomes] == [world.api.probe.TooMuch, soagen.ServerError, type(None)]
    assert outcomes[2].value.total == 2
    with pytest.raises(world.api.probe.TooMuch):
        probe.run(todo)


def test_a_job_as_a_whole_may_have_no_result(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    todo = job(calls.add(a=1, b=2), calls.inflate(size=256_000))
    for verb in (probe.run, probe.outcomes):
        with pytest.raises(soagen.ResponseTooLarge):
            verb(todo)


def test_a_fault_in_a_job_is_said_with_its_place_and_nothing_is_sent(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    with pytest.raises(soagen.RequestInvalid) as caught:
        probe.run(job(calls.note(text="first"), calls.add(a="1", b=2)))
    assert [(f.path, f.message) for f in caught.value.faults] == [("actions.1.body.a", "Not an integer")]
    assert world.probe.logic.notes == []


def test_a_variant_in_a_job_turns_its_switch_on_for_all_of_it(world: Any) -> None:
    probe = world.client("probe")
    calls = probe.calls
    bold, seen = probe.run(job(calls.quote_bold(sku="A"), calls.see()))
    assert (bold.bold, seen.switches) == (True, [8])
    with pytest.raises(soagen.VariantActive, match=r"switch BOLD \(8\) is on"):
        probe.run(job(calls.quote_bold(sku="A"), calls.quote(sku="A")))


def test_the_calls_of_a_job_are_of_one_client(world: Any) -> None:
    probe, other = world.client("probe"), world.client("mirror")
    with pytest.raises(soagen.ConfigurationError, match="made by one client"):
        job(probe.calls.see(), other.calls.see_probe(hops=1))
    with pytest.raises(soagen.ConfigurationError, match="made by one client"):
        job(probe.calls.see(), probe.with_options(timeout=1).calls.see())
    with pytest.raises(soagen.ConfigurationError, match="at least one call"):
        job()
    with pytest.raises(soagen.ConfigurationError, match="does not fit here"):
        job(probe.calls.see(), 5)  # type: ignore[call-overload]  # the mistake that is tested
    with pytest.raises(soagen.ConfigurationError, match="put a `\\*` before it"):
        job([probe.calls.see()])  # type: ignore[call-overload]  # the mistake that is tested


def test_what_is_to_be_called_is_shown_by_name(world: Any) -> None:
    calls = world.client("probe").calls
    assert repr(calls.see()).endswith("Call of probe.see>")
    assert repr(job(calls.see(), calls.add(a=1, b=2))).endswith("Job of probe.see+add>")
    with pytest.raises(soagen.ConfigurationError, match=r"Job of probe.see> does not fit here"):
        job(job(calls.see()))


# --- parallel calls


def test_parallel_calls_and_jobs_go_to_several_services(world: Any) -> None:
    probe, mirror = world.client("probe"), world.client("mirror")
    together = parallel(
        probe.calls.add(a=1, b=2), mirror.calls.see_probe(hops=1), job(probe.calls.see(), probe.calls.add(a=2, b=2))
    )
    added, mirrored, (seen, more) = probe.run(together)
    assert (added.total, mirrored.seen.hops, seen.hops, more.total) == (3, 2, 0, 4)


def test_an_error_of_a_parallel_call_is_its_own(world: Any) -> None:
    probe = world.client("probe")
    together = parallel(*[probe.calls.add(a=a, b=2) for a in (1, 99, 3)], probe.calls.add(a="no", b=2))
    outcomes = probe.outcomes(together)
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None), world.api.probe.TooMuch, type(None), soagen.RequestInvalid
    ]  # fmt: skip
    assert outcomes[2].value.total == 5
    with pytest.raises(world.api.probe.TooMuch):
        probe.run(together)


def test_no_parallel_calls_give_no_responses(world: Any) -> None:
    probe = world.client("probe")
    assert probe.run(parallel()) == probe.outcomes(parallel()) == ()


# --- futures


def test_many_calls_are_outstanding_and_asked_for_in_any_order(world: Any) -> None:
    probe = world.client("probe")
    futures = [probe.start(probe.calls.add(a=n, b=n)) for n in range(40)]
    assert probe.add(a=1, b=1).total == 2
    assert [probe.result(future).total for future in reversed(futures)] == [2 * n for n in reversed(range(40))]
    assert probe.result(futures[7]).total == 14


def test_what_was_started_ends_in_its_error(world: Any) -> None:
    probe = world.client("probe")
    future = probe.start(probe.calls.add(a=99, b=2))
    for _ in range(2):
        with pytest.raises(world.api.probe.TooMuch):
            probe.result(future)


def test_a_job_can_be_started(world: Any) -> None:
    probe = world.client("probe")
    future = probe.start(job(probe.calls.add(a=1, b=2), probe.calls.see(hops=2)))
    assert [response.__class__.__name__ for response in probe.result(future)] == ["AddResponse", "Seen"]


def test_what_was_started_and_never_asked_for_harms_nobody(world: Any) -> None:
    probe = world.client("probe")
    for n in range(5):
        probe.start(probe.calls.add(a=n, b=1))
    assert probe.result(probe.start(probe.calls.add(a=5, b=5))).total == 10


# --- nobody waits


def test_nobody_waits_for_what_is_forgotten(world: Any) -> None:
    probe = world.client("probe")
    probe.forget(probe.calls.note(text="one"))
    probe.forget(job(probe.calls.crash(text="nobody hears"), probe.calls.note(text="two"), continue_on_error=True))
    probe.forget(probe.calls.add(a=1, b=1))
    assert probe.add(a=2, b=2).total == 4
    world.until(lambda: world.probe.logic.notes == ["one", "two"])


def test_what_is_forgotten_is_checked_all_the_same(world: Any) -> None:
    probe = world.client("probe")
    with pytest.raises(soagen.RequestInvalid):
        probe.forget(probe.calls.note(text=5))
