"""Servers of a Django project: what a job finds of Django's, whatever the last one left."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest
from soagen_runtime import ActionError, ActionTimeout, parallel

from tests.delivery.conftest import wait_for
from tests.django.conftest import Site

BLOCKING = "library.service:Library"
ASYNCIO = "library.service:AsyncLibrary"
BOTH = pytest.mark.parametrize("target", [BLOCKING, ASYNCIO])
FOREVER = {"ACME_CONN_MAX_AGE": "86400"}


def see(site: Site, **request: Any) -> Any:
    return site.client.see(**request).seen


@BOTH
def test_models_are_served_by_several_workers_and_threads(site: Site, target: str) -> None:
    server = site.serve(target, "--workers", "2", "--concurrency", "2", **FOREVER)
    parallel(*(site.client.calls.add_book(title=f"Volume {i}") for i in range(8))).run()
    assert site.client.titles().titles == [f"Volume {i}" for i in range(8)]
    together = parallel(*[site.client.calls.see(company=4)] * 4).run()
    found = Counter(answer.seen.process for answer in together)
    assert set(found.values()) == {2}
    assert set(found) == set(server.workers())
    assert len({(answer.seen.process, answer.seen.thread) for answer in together}) == 4


@BOTH
def test_no_connection_goes_along_with_a_fork(site: Site, target: str) -> None:
    server = site.serve(target, "--workers", "2", **FOREVER)
    seen = see(site)
    assert not seen.forked_with_connection
    assert seen.closed_pools
    assert not site.holds_database(server.process.pid)
    first = server.workers()
    server.send(signal.SIGHUP)
    wait_for(lambda: len(server.workers()) == 2 and not set(first) & set(server.workers()), "other workers")
    assert not see(site).forked_with_connection
    assert not site.holds_database(server.process.pid)
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert "Traceback" not in server.written()


@BOTH
def test_a_job_leaves_no_connection_where_none_is_to_be_kept(site: Site, target: str) -> None:
    server = site.serve(target)
    for _ in range(3):
        assert not see(site).open_
    [worker] = server.workers()
    assert not site.holds_database(worker)


@BOTH
def test_a_thread_keeps_its_connection_as_long_as_it_may(site: Site, target: str) -> None:
    server = site.serve(target, **FOREVER)
    first, *others = [see(site) for _ in range(3)]
    here = (True, first.connections + (not first.open_), first.thread)
    assert [(each.open_, each.connections, each.thread) for each in others] == [here] * 2
    [worker] = server.workers()
    assert site.holds_database(worker)


@pytest.mark.parametrize("how", ["connection", "autocommit"])
@BOTH
def test_the_next_job_has_a_new_connection_after(site: Site, target: str, how: str) -> None:
    site.serve(target, **FOREVER)
    before = see(site).connections
    for _ in range(2):
        if how == "connection":
            with pytest.raises(ActionError, match="closed database"):
                site.client.spoil(how=how)
        else:
            site.client.spoil(how=how)
        assert not see(site).open_
    assert see(site).connections == before + 2 + (target == ASYNCIO)
    assert site.client.titles().titles == []


@BOTH
def test_a_thread_with_nothing_to_do_closes_what_is_too_old(site: Site, target: str) -> None:
    server = site.serve(target, **FOREVER)
    see(site)
    [worker] = server.workers()
    assert site.holds_database(worker)
    site.client.spoil(how="age")
    wait_for(lambda: not site.holds_database(worker), "the end of the connection")


def test_a_job_that_is_cancelled_leaves_its_thread_to_what_it_does_there(site: Site) -> None:
    server = site.serve("library.service:Impatient", **FOREVER)
    with pytest.raises(ActionTimeout):
        site.client.spoil(how="thread")
    assert see(site).connections == 0  # in another thread
    assert site.client.titles().titles == []
    site.django.database.with_name(f"{site.django.database.name}.let_go").touch()
    server.send(signal.SIGTERM)
    assert server.wait() == 0


@BOTH
def test_the_log_of_queries_begins_anew(site: Site, target: str) -> None:
    site.serve(target, **FOREVER)
    assert [see(site).queries for _ in range(3)] == [0, 0, 0]


@BOTH
def test_caches_are_closed_after_each_job(site: Site, target: str) -> None:
    site.serve(target)
    counts = [see(site).closed_caches for _ in range(3)]
    assert [count - counts[0] for count in counts] == [0, 1, 2]


@BOTH
def test_a_cache_for_requests_is_empty_when_a_job_begins(site: Site, target: str) -> None:
    site.serve(target)
    assert [see(site, leave=text).cached for text in ("a", "b", "c")] == [None, None, None]


@BOTH
def test_receivers_of_signals_see_jobs(site: Site, target: str) -> None:
    site.serve(target)
    site.client.titles()
    assert see(site).signals == ["started library.titles", "finished", "started library.see"]


@BOTH
def test_a_receiver_that_fails_stops_nothing(site: Site, target: str) -> None:
    server = site.serve(target)
    site.client.spoil(how="receiver")
    assert site.client.titles().titles == []
    assert "a receiver that fails" in server.written()
