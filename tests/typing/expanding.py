"""Expansions as a user writes them, right and wrong. Where a checker must object, the line says so (``# E: ...``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_type

from expansions.people import Household, PeopleClient, Person, PersonExpand
from expansions.places import AddressExpand, Country
from expansions.visits import (
    AsyncVisitsClient,
    GetVisitResponse,
    TheLongestNameThatAnybodyEverGaveToAThingExpand,
    Visit,
    VisitExpand,
    VisitsClient,
)
from soagen_runtime import Expand, job


def right(visits: VisitsClient, people: PeopleClient) -> None:
    reply = visits.get_visit(id_="v", expand=[VisitExpand.people, VisitExpand.people.manager.manager.friends])
    assert_type(reply, GetVisitResponse)
    assert_type(reply.visit.people, Person | None)
    assert_type(reply.visit.then, Household | None)
    if reply.visit.people:
        assert_type(reply.visit.people.friends, list[Person])
        assert_type(reply.visit.people.home.country, Country | None)
    visits.get_stays(expand=[VisitExpand.confidant.or_raise(), AddressExpand.country])
    visits.get_visit(id_="v", expand=[VisitExpand.people.then(AddressExpand.country).or_raise()])
    people.get_people(ids=["p"], expand=[PersonExpand.friends, AddressExpand.country])
    (one,) = job(visits.calls.get_visit(id_="v", expand=[VisitExpand.people])).run()
    assert_type(one.visit, Visit)


async def right_async(visits: AsyncVisitsClient) -> None:
    reply = await visits.get_visit(id_="v", expand=(VisitExpand.people, VisitExpand.self_.manager))
    assert_type(reply.visit.self_, Person | None)


def passed_on(visits: VisitsClient, expand: Iterable[Expand[Visit]]) -> Visit:
    return visits.get_visit(id_="v", expand=expand).visit


def unknown(visits: VisitsClient) -> None:
    visits.get_visit(id_="v", expand=[VisitExpand.person])  # E: attr-defined
    visits.get_visit(id_="v", expand=[VisitExpand.people.boss])  # E: attr-defined
    visits.get_visit(id_="v", expand=[VisitExpand.or_raise_.owner])  # E: attr-defined
    visits.get_visit(id_="v", expand=["people"])  # E: list-item


def elsewhere(visits: VisitsClient) -> None:
    """Paths that begin at something which that response can't hold."""
    visits.get_visit(id_="v", expand=[PersonExpand.manager])  # E: list-item
    visits.get_visit(id_="v", expand=[VisitExpand.people, AddressExpand.country])  # E: list-item
    visits.get_stays(expand=[PersonExpand.manager])  # E: list-item
    visits.get_stays(expand=[TheLongestNameThatAnybodyEverGaveToAThingExpand])  # E: list-item
    visits.calls.get_visit(id_="v", expand=[PersonExpand.manager])  # E: list-item
    visits.get_visit(id_="v", expand=[VisitExpand.then_.then(VisitExpand.people)])  # E: arg-type


def misplaced(visits: VisitsClient, visit: Visit) -> None:
    visits.note(visit=visit, expand=[VisitExpand.people])  # E: call-arg
    Visit(secret="s", class_="p_1", people=None)  # E: call-arg
    str(visit.people.name)  # E: union-attr
