"""Expansions over real calls: three services, blocking and asyncio clients, in memory and over Redis.

The contracts are those of the golden case `expansions`, and so is the generated code.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
import soagen_runtime as soagen
from soagen_runtime import LocalTransport, RedisTransport, Routes, job, parallel
from soagen_runtime.calls.blocking import MOST_THREADS
from soagen_runtime.server.worker import BlockingWorker

GOLDEN = Path(__file__).parents[1] / "golden" / "expansions" / "expected"
PET = UUID("6fa459ea-ee8a-3ca4-894e-db77e160355e")
NOW = dt.datetime(2026, 2, 3, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def api() -> Iterator[ModuleType]:
    sys.path.insert(0, str(GOLDEN))
    for name in ("people", "places", "visits"):
        importlib.import_module(f"expansions.{name}")
    yield sys.modules["expansions"]
    sys.path.remove(str(GOLDEN))


class Asked:
    """What the servers were asked: actions, their ids, and with which context."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[Any]]] = []
        self.contexts: list[Any] = []
        self.failing: set[str] = set()
        self.meeting: threading.Barrier | None = None
        self._lock = threading.Lock()

    def note(self, action: str, ids: Sequence[Any], ctx: Any) -> None:
        with self._lock:
            self.calls.append((action, list(ids)))
            self.contexts.append(ctx)
        if action in self.failing:
            raise LookupError(action)
        if self.meeting is not None:
            self.meeting.wait()


def make_servers(api: Any, asked: Asked) -> list[Any]:
    people, places, visits = api.people, api.places, api.visits

    def person(name: str, manager: str | None = None, friends: Sequence[str] = (), country: str = "DE") -> Any:
        home = places.Address(street=f"{name}'s street", country_code=country)
        return people.Person(id_=name, name=name.upper(), manager_id=manager, friend_ids=list(friends), home=home)

    everybody = {
        each.id_: each
        for each in (person("p_1", "p_2", ["p_3", "p_404", "p_2"]), person("p_2", "p_3", country="FR"), person("p_3"))
    }

    class Places(places.PlacesServer):  # type: ignore[misc,name-defined]  # generated
        def get_countries(self, request: Any, ctx: Any) -> Any:
            asked.note("get_countries", request.codes, ctx)
            found = [places.Country(code=code, name=f"the {code}") for code in request.codes]
            return places.GetCountriesResponse(countries=found)

        def get_countries_short_names(self, request: Any, ctx: Any) -> Any:
            raise AssertionError("an expansion calls the contract that it names")

    class People(people.PeopleServer):  # type: ignore[misc,name-defined]  # generated
        def get_people(self, request: Any, ctx: Any) -> Any:
            asked.note("get_people", request.ids, ctx)
            return people.GetPeopleResponse(people={i: everybody[i] for i in request.ids if i in everybody})

        def get_households(self, request: Any, ctx: Any) -> Any:
            asked.note("get_households", request.numbers, ctx)
            at = places.Address(street="Together", country_code="IT")
            found = [people.Household(number=n, at=at, members={"a": everybody["p_2"]}) for n in request.numbers]
            return people.GetHouseholdsResponse(households=found, at=NOW)

        def get_pets(self, request: Any, ctx: Any) -> Any:
            asked.note("get_pets", request.tags, ctx)
            return people.GetPetsResponse(pets={str(PET): people.Pet(id_=PET, type_="cat")})

        def find(self, request: Any, ctx: Any) -> Any:
            raise NotImplementedError

        def raw(self, request: Any, ctx: Any) -> Any:
            return {}

    def visit(**more: Any) -> Any:
        return visits.Visit(**({"from_": "p_1", "secret": "p_3", "class_": "p_2"} | more))

    class Visits(visits.VisitsServer):  # type: ignore[misc,name-defined]  # generated
        def get_visit(self, request: Any, ctx: Any) -> Any:
            asked.note("get_visit", [request.id_], ctx)
            if request.id_ == "full":
                return visits.GetVisitResponse(visit=visit(household=7, pets=[PET]))
            return visits.GetVisitResponse(visit=visit(from_=request.id_))

        def get_stays(self, request: Any, ctx: Any) -> Any:
            home = places.Address(street="Home", country_code="DE")
            stays = {"a": [visit(), None, home], "b": [visit(from_="p_2")]}
            return visits.GetStaysResponse(stays=stays, at=places.Address(street="Here", country_code="AT"))

        def get_the_times_of_all_visits_that_anybody_ever_made_to_anywhere_or_anyone(
            self, request: Any, ctx: Any
        ) -> Any:
            raise NotImplementedError

        def get_everything(self, request: Any, ctx: Any) -> Any:
            raise NotImplementedError

        def note(self, request: Any, ctx: Any) -> None:
            raise NotImplementedError

    return [Places(), People(), Visits()]


class World:
    """The services, and a client of visits that is driven in one way whatever its kind."""

    def __init__(self, api: Any, kind: str, redis_url: str | None) -> None:
        self.api = api
        self.kind = kind
        self.asked = Asked()
        self.servers = make_servers(api, self.asked)
        self._runner = asyncio.Runner() if kind == "asyncio" else None
        self._workers: list[tuple[BlockingWorker, threading.Thread]] = []
        self._clients: list[Any] = []
        if redis_url is None:
            self.transport: Any = LocalTransport(*self.servers)
        else:
            self.transport = RedisTransport(redis_url)
            for server in self.servers:
                worker = BlockingWorker(server.dispatcher(), self.transport.blocking_server())
                thread = threading.Thread(target=worker.run, daemon=True)
                thread.start()
                self._workers.append((worker, thread))

    def client(self, transport: Any = None, **options: Any) -> Any:
        classes = {"blocking": self.api.visits.VisitsClient, "asyncio": self.api.visits.AsyncVisitsClient}
        client = classes[self.kind](transport or self.transport, **options)
        self._clients.append(client)
        return client

    def do(self, verb: Callable[[], Any]) -> Any:
        """What a verb gives, awaited where it has to be."""
        if self._runner is None:
            return verb()

        async def awaited() -> Any:
            return await verb()

        return self._runner.run(awaited())

    def close(self) -> None:
        for client in self._clients:
            self.do(client.close)
        for worker, _ in self._workers:
            worker.stop()
        for _, thread in self._workers:
            thread.join(10)
            assert not thread.is_alive(), "a worker did not stop"
        if self._runner is not None:
            self._runner.close()


@pytest.fixture
def world(request: pytest.FixtureRequest, api: ModuleType, transport_kind: str, client_kind: str) -> Iterator[World]:
    world = World(api, client_kind, request.getfixturevalue("redis_url") if transport_kind == "redis" else None)
    yield world
    world.close()


def test_objects_come_with_the_response(world: World) -> None:
    expand = world.api.visits.VisitExpand
    client = world.client()
    wanted = [expand.people.manager.manager, expand.people.friends, expand.confidant, expand.or_raise_]
    visit = world.do(lambda: client.get_visit(id_="full", expand=wanted)).visit
    assert (visit.people.name, visit.people.manager.name, visit.people.manager.manager.name) == ("P_1", "P_2", "P_3")
    assert visit.people.manager.manager.manager is None
    assert [friend.id_ for friend in visit.people.friends] == ["p_3", "p_2"]
    assert (visit.confidant.name, visit.self_, visit.then) == ("P_3", None, None)
    assert [pet.type_ for pet in visit.or_raise] == ["cat"]
    assert "P_3" not in repr(visit).replace(repr(visit.people), "")
    levels = [sorted(world.asked.calls[i : i + n]) for i, n in ((0, 1), (1, 2), (3, 1), (4, 1))]
    assert levels == [
        [("get_visit", ["full"])],
        [("get_people", ["p_1", "p_3"]), ("get_pets", [PET])],
        [("get_people", ["p_2", "p_3", "p_404"])],
        [("get_people", ["p_3"])],
    ]


def test_without_a_wish_nothing_else_is_asked(world: World) -> None:
    client = world.client()
    assert world.do(lambda: client.get_visit(id_="p_1")).visit.people is None
    assert world.do(lambda: client.get_visit(id_="p_1", expand=iter([]))).visit.people is None
    assert [action for action, _ in world.asked.calls] == ["get_visit", "get_visit"]


def test_a_path_may_go_on_within_what_came(world: World) -> None:
    visits, places, people = world.api.visits, world.api.places, world.api.people
    client = world.client()
    wanted = [
        visits.VisitExpand.then_.then(places.AddressExpand.country),
        visits.VisitExpand.then_.then(people.PersonExpand.manager),
    ]
    house = world.do(lambda: client.get_visit(id_="full", expand=wanted)).visit.then
    assert (house.number, house.at.country.name) == (7, "the IT")
    assert house.members["a"].home.country.name == "the FR"
    assert house.members["a"].manager.name == "P_3"
    assert house.members["a"].manager.home.country is None


def test_objects_are_found_in_unions_lists_and_maps(world: World) -> None:
    visits, places = world.api.visits, world.api.places
    client = world.client()
    wanted = [visits.VisitExpand.people, places.AddressExpand.country]
    reply = world.do(lambda: client.get_stays(expand=wanted))
    (one, nothing, home), (other,) = reply.stays["a"], reply.stays["b"]
    assert (one.people.id_, nothing, home.country.code, other.people.id_) == ("p_1", None, "DE", "p_2")
    assert reply.at.country.code == "AT"
    assert one.people.home.country is None
    assert sorted(world.asked.calls) == [("get_countries", ["DE", "AT"]), ("get_people", ["p_1", "p_2"])]


def test_what_is_expanded_is_never_sent_and_never_compared(world: World) -> None:
    client = world.client()
    expand = [world.api.visits.VisitExpand.people]
    plain = world.do(lambda: client.get_visit(id_="p_1")).visit
    expanded = world.do(lambda: client.get_visit(id_="p_1", expand=expand)).visit
    assert plain == expanded
    codec = world.api.visits.codec
    assert codec.encode_visit(expanded, True) == codec.encode_visit(plain, True)


def test_the_calls_of_a_level_are_made_at_the_same_time(world: World) -> None:
    if world.kind == "blocking" and isinstance(world.transport, LocalTransport):
        pytest.skip("blocking servers in the caller's own thread serve one after the other")
    world.asked.meeting = threading.Barrier(2, timeout=10)  # nobody leaves before the other is there
    client = world.client()
    wanted = [world.api.visits.VisitExpand.people.or_raise(), world.api.places.AddressExpand.country.or_raise()]
    reply = world.do(lambda: client.get_stays(expand=wanted))
    assert (reply.at.country.code, reply.stays["b"][0].people.id_) == ("AT", "p_2")


# --- errors


def test_what_cannot_be_had_is_left_out_and_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.asked.failing.add("get_people")
    client = world.client()
    expand = world.api.visits.VisitExpand
    with caplog.at_level(logging.WARNING, "soagen.client"):
        visit = world.do(lambda: client.get_visit(id_="full", expand=[expand.people.manager, expand.or_raise_])).visit
    assert (visit.people, len(visit.or_raise)) == (None, 1)
    warnings = [each.getMessage() for each in caplog.records if each.name == "soagen.client"]
    assert warnings == ["Visit.people was not expanded: SERVER_ERROR: Internal server error: get_people"]


def test_an_error_is_raised_if_the_path_says_so(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.asked.failing.add("get_people")
    client = world.client()
    expand = world.api.visits.VisitExpand
    with caplog.at_level(logging.WARNING, "soagen.client"), pytest.raises(soagen.ServerError) as raised:
        world.do(lambda: client.get_visit(id_="full", expand=[expand.people.or_raise()]))
    assert raised.value.__notes__ == ["while expanding Visit.people"]
    assert not [each for each in caplog.records if each.name == "soagen.client"]


def test_an_error_of_the_call_itself_is_its_own(world: World) -> None:
    world.asked.failing.add("get_visit")
    client = world.client()
    with pytest.raises(soagen.ServerError):
        world.do(lambda: client.get_visit(id_="full", expand=[world.api.visits.VisitExpand.people]))
    assert world.asked.calls == [("get_visit", ["full"])]


def test_a_broker_that_has_no_such_service_is_an_error_as_others_are(world: World) -> None:
    if isinstance(world.transport, RedisTransport):
        pytest.skip("over Redis a service that nobody serves is waited for")
    client = world.client(LocalTransport(world.servers[-1]))
    expand = world.api.visits.VisitExpand.people
    assert world.do(lambda: client.get_visit(id_="p_1", expand=[expand])).visit.people is None
    with pytest.raises(soagen.NoWorkers):
        world.do(lambda: client.get_visit(id_="p_1", expand=[expand.or_raise()]))


# --- jobs, parallel calls, futures


def test_the_calls_of_a_job_are_expanded_together(world: World) -> None:
    client = world.client()
    expand = world.api.visits.VisitExpand
    calls = client.calls
    todo = job(
        calls.get_visit(id_="p_1", expand=[expand.people]),
        calls.get_visit(id_="p_2", expand=[expand.people, expand.self_]),
        calls.get_visit(id_="p_3"),
    )
    one, two, three = world.do(todo.run)
    assert (one.visit.people.id_, two.visit.people.id_, two.visit.self_.id_) == ("p_1", "p_2", "p_2")
    assert two.visit.people is two.visit.self_
    assert three.visit.people is None
    assert world.asked.calls[3:] == [("get_people", ["p_1", "p_2"])]


def test_an_error_in_a_job_is_that_of_the_action_that_asked_for_it(world: World) -> None:
    world.asked.failing.add("get_people")
    client = world.client()
    expand = world.api.visits.VisitExpand
    calls = client.calls
    todo = job(
        calls.get_visit(id_="p_1", expand=[expand.people.or_raise()]),
        calls.get_visit(id_="p_2", expand=[expand.people]),
        calls.get_visit(id_="p_3"),
    )
    assert [type(outcome.error) for outcome in world.do(todo.outcomes)] == [soagen.ServerError, type(None), type(None)]
    with pytest.raises(soagen.ServerError):
        world.do(todo.run)


def test_parallel_calls_of_a_client_are_expanded_together(world: World) -> None:
    client, other = world.client(), world.client()
    expand = world.api.visits.VisitExpand
    calls = client.calls
    together = parallel(
        calls.get_visit(id_="p_1", expand=[expand.people]),
        job(calls.get_visit(id_="p_3"), calls.get_visit(id_="p_2", expand=[expand.people])),
        other.calls.get_visit(id_="p_3", expand=[expand.people]),
    )
    one, (_, two), three = world.do(together.run)
    assert [reply.visit.people.id_ for reply in (one, two, three)] == ["p_1", "p_2", "p_3"]
    asked = [ids for action, ids in world.asked.calls if action == "get_people"]
    assert sorted(asked) == [["p_1", "p_2"], ["p_3"]]


def test_an_error_of_parallel_calls_is_that_of_the_call_that_asked_for_it(world: World) -> None:
    world.asked.failing.add("get_people")
    client = world.client()
    expand = world.api.visits.VisitExpand
    calls = client.calls
    together = parallel(
        calls.get_visit(id_="p_1", expand=[expand.people]),
        job(calls.get_visit(id_="p_3"), calls.get_visit(id_="p_2", expand=[expand.people.or_raise()])),
        calls.get_visit(id_=5, expand=[expand.people]),
    )
    outcomes = world.do(together.outcomes)
    errors = [type(outcome.error) for outcome in outcomes]
    assert errors == [type(None), soagen.ServerError, soagen.RequestInvalid]


def test_a_started_call_is_expanded_when_its_result_is_asked_for(world: World) -> None:
    client = world.client()
    call = client.calls.get_visit(id_="p_1", expand=[world.api.visits.VisitExpand.people.manager])
    if world.kind == "blocking":
        assert call.start().result(10).visit.people.manager.id_ == "p_2"
        assert call.outcome().value.visit.people.id_ == "p_1"
    else:
        assert world.do(call.start).visit.people.manager.id_ == "p_2"
    world.do(call.forget)


# --- what goes along


def test_the_calls_for_objects_carry_what_the_call_carries(world: World) -> None:
    client = world.client().with_options(switches=[9, 4])
    people, country = world.api.visits.VisitExpand.people, world.api.places.AddressExpand.country
    world.do(lambda: client.get_visit(id_="p_1", expand=[people]))
    first, second = world.asked.contexts
    assert first.correlation_id == second.correlation_id != ""
    assert first.switches == second.switches == {4, 9}
    assert second.deadline is not None
    world.asked.contexts.clear()
    reply = world.do(lambda: client.with_options(correlation_id="mine").get_stays(expand=[country]))
    assert reply.at.country.name == "the AT"
    (asked,) = world.asked.contexts
    assert (asked.correlation_id, asked.switches) == ("mine", {4})  # 9 would select another contract


def test_middleware_is_around_the_calls_for_objects_too(world: World) -> None:
    seen: list[str] = []

    def on_action(call: Any, next: Any) -> Any:
        seen.append(f"action {call.service}.{call.action.name}")
        return next(call)

    def on_job(job: Any, next: Any) -> Any:
        seen.append(f"job {job.service}")
        return next(job)

    def layer(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        async def on_asyncio(asked: Any, next: Any) -> Any:
            return await function(asked, next)

        return function if world.kind == "blocking" else on_asyncio

    client = world.client(action_middleware=[layer(on_action)], job_middleware=[layer(on_job)])
    expand = world.api.visits.VisitExpand
    call = client.calls.get_visit(id_="full", expand=[expand.people, expand.or_raise_])
    visit = world.do(call.run).visit
    assert (visit.people.id_, len(visit.or_raise)) == ("p_1", 1)
    assert seen[:2] == ["action visits.get_visit", "job visits"]
    assert sorted(seen[2:]) == ["action people.get_people", "action people.get_pets", "job people", "job people"]
    started = call.start().result(10) if world.kind == "blocking" else world.do(call.start)
    assert started.visit.people.id_ == "p_1"


def test_more_may_be_started_than_there_are_threads(api: ModuleType) -> None:
    """A call that waits for its objects holds a thread; the calls for these must not wait for one of the same."""
    world = World(api, "blocking", None)
    client = world.client(action_middleware=[lambda call, next: next(call)])
    expand: Any = world.api.visits.VisitExpand
    call = client.calls.get_visit(id_="full", expand=[expand.people, expand.or_raise_])
    started = [call.start() for _ in range(MOST_THREADS + 6)]
    assert {future.result(30).visit.people.id_ for future in started} == {"p_1"}
    world.close()


# --- routes


def test_routes_lead_to_other_brokers(world: World) -> None:
    if isinstance(world.transport, RedisTransport):
        pytest.skip("two brokers in memory will do")
    places, people, visits = world.servers
    expand = [world.api.visits.VisitExpand.people, world.api.places.AddressExpand.country]
    elsewhere = LocalTransport(people)
    client = world.client(Routes({"people": elsewhere, "also_people": elsewhere}, LocalTransport(places, visits)))
    reply = world.do(lambda: client.get_stays(expand=expand))
    assert (reply.stays["b"][0].people.id_, reply.at.country.code) == ("p_2", "AT")
    client = world.client(Routes({"visits": LocalTransport(visits)}))
    assert world.do(lambda: client.get_visit(id_="p_1")).visit
    with pytest.raises(soagen.ConfigurationError, match="there is no route to people, only to visits"):
        world.do(lambda: client.get_visit(id_="p_1", expand=expand[:1]))


@pytest.mark.parametrize("services", [{}, {"people": "http://crm"}])
def test_routes_to_nowhere_are_refused(services: dict[str, str]) -> None:
    with pytest.raises(soagen.ConfigurationError, match=r"routes lead somewhere|is no URL of a broker"):
        Routes(services)


def test_a_stub_answers_for_the_objects(api: Any) -> None:
    people = importlib.import_module("expansions.people.testing")
    visits = importlib.import_module("expansions.visits.testing")
    home = api.places.Address(street="Home", country_code="DE")
    person = api.people.Person(id_="p_2", name="Stub", friend_ids=[], home=home)
    with people.stub_people() as stub, visits.stub_visits() as other:
        other.get_visit.returns(visit=api.visits.Visit(secret="p_1", class_="p_2"))
        stub.get_people.returns(people={"p_2": person})
        client = api.visits.VisitsClient(LocalTransport())
        assert client.get_visit(id_="v", expand=[api.visits.VisitExpand.self_]).visit.self_.name == "Stub"
        assert [request.ids for request in stub.get_people.requests] == [["p_2"]]
