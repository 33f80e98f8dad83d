"""Expansions without anybody who is called: what is asked, level by level, and where it goes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soagen_runtime import ConfigurationError, ServerError
from soagen_runtime.action import Action, Service
from soagen_runtime.context import Context
from soagen_runtime.core.expanding import MOST_IDS, Expanding, Lookup
from soagen_runtime.core.outcome import Outcome
from soagen_runtime.errors import Error
from soagen_runtime.expansions import Expand, Expansion, joined, paths


@dataclass(slots=True, kw_only=True)
class Person:
    id: str
    boss_id: str | None = None
    friend_ids: list[str] = field(default_factory=list[str])
    badge_number: int | None = None
    boss: Person | None = field(default=None, init=False, compare=False)
    friends: list[Person] = field(default_factory=list["Person"], init=False, compare=False)
    badge: Badge | None = field(default=None, init=False, compare=False)


@dataclass(slots=True, kw_only=True)
class Badge:
    number: int
    key: uuid.UUID | None = None
    holder_id: str = ""
    holder: Person | None = field(default=None, init=False, compare=False)
    lock: Person | None = field(default=None, init=False, compare=False)


@dataclass(slots=True, kw_only=True)
class Ids:
    ids: list[Any]


@dataclass(slots=True, kw_only=True)
class People:
    people: dict[str, Person | None] | None = None
    others: dict[str, Person] = field(default_factory=dict[str, Person])


@dataclass(slots=True, kw_only=True)
class Badges:
    badges: list[Badge]


@dataclass(slots=True, kw_only=True)
class Team:
    """A response that holds people in every way in which it could."""

    lead: Person | None = None
    listed: list[Person | None] = field(default_factory=list["Person | None"])
    mapped: dict[str, list[Person]] = field(default_factory=dict[str, list["Person"]])
    raw: Any = None


def _action(name: str) -> Action[Any, Any]:
    def coded(value: Any, strict: bool) -> Any:
        raise AssertionError("nothing is sent")

    return Action(
        name=name,
        wire=name,
        method=name,
        encode_request=coded,
        decode_request=coded,
        encode_response=coded,
        decode_response=coded,
    )


GET_PEOPLE, GET_BADGES, GET_LOCKS = _action("get_people"), _action("get_badges"), _action("get_locks")
SERVICE: Service[Any] = Service(
    name="people",
    contract_hash="",
    context=Context,
    encode_context=lambda context, strict: {},
    decode_context=lambda data, strict: Context(),
    actions=(GET_PEOPLE, GET_BADGES, GET_LOCKS),
)


def _by_map(owner: type[Any], name: str, ids: str, many: bool = False, max_ids: int | None = None) -> Expansion:
    return Expansion(
        owner=owner,
        name=name,
        ids=ids,
        many=many,
        service=SERVICE,
        action=GET_LOCKS if name == "lock" else GET_PEOPLE,
        request=Ids,
        request_field="ids",
        response_field="people",
        max_ids=max_ids,
    )


BOSS = _by_map(Person, "boss", "boss_id")
FRIENDS = _by_map(Person, "friends", "friend_ids", many=True)
HOLDER = _by_map(Badge, "holder", "holder_id")
LOCK = _by_map(Badge, "lock", "key")
BADGE = Expansion(
    owner=Person,
    name="badge",
    ids="badge_number",
    service=SERVICE,
    action=GET_BADGES,
    request=Ids,
    request_field="ids",
    response_field="badges",
    key="number",
)

Answer = Callable[[Lookup], Outcome[Any]]
Path = Expand[Any]


def _path(*steps: Expansion) -> Path:
    return Expand(*steps)


class Office:
    """Answers from what it knows, and notes what it was asked, level by level."""

    def __init__(self, people: Mapping[str, Person], badges: Mapping[int, Badge] | None = None) -> None:
        self.people = people
        self.badges = badges or {}
        self.levels: list[list[tuple[str, list[Any]]]] = []
        self.failing: dict[str, Exception] = {}

    def expand(self, value: Any, *wanted: Path) -> Any:
        expanding = Expanding([(value, wanted)])
        self.run(expanding)
        if expanding.errors[0] is not None:
            raise expanding.errors[0]
        return value

    def run(self, expanding: Expanding) -> None:
        while lookups := expanding.lookups():
            self.levels.append([(each.action.name, list(each.request.ids)) for each in lookups])
            expanding.settle([self.answer(each) for each in lookups])

    def answer(self, lookup: Lookup) -> Outcome[Any]:
        failure = self.failing.get(lookup.action.name)
        if failure is not None:
            return Outcome(None, failure)  # type: ignore[arg-type]  # a `CallError`, in every test
        ids = lookup.request.ids
        if lookup.action is GET_BADGES:
            return Outcome(Badges(badges=[_copy(self.badges[each]) for each in ids if each in self.badges]))
        return Outcome(People(people={str(each): _copy(self.people.get(str(each))) for each in ids}))


def _copy(value: Any) -> Any:
    """What a service answers is new each time."""
    if isinstance(value, Person):
        return Person(
            id=value.id,
            boss_id=value.boss_id,
            friend_ids=list(value.friend_ids),
            badge_number=value.badge_number,
        )
    return value if value is None else Badge(number=value.number, key=value.key, holder_id=value.holder_id)


def _people(**bosses: str | None) -> dict[str, Person]:
    return {name: Person(id=name, boss_id=boss) for name, boss in bosses.items()}


def test_objects_are_put_beside_their_ids_wherever_these_stand() -> None:
    people = _people(ada="bob", bob="cyd", cyd=None)
    office = Office(people)
    ada, bob = Person(id="a", boss_id="ada"), Person(id="b", boss_id="bob")
    nested = Person(id="n", boss_id="ada")
    team = Team(lead=ada, listed=[bob, None], mapped={"x": [nested]}, raw={"lead": [1, {"boss_id": "cyd"}]})
    office.expand(team, _path(BOSS))
    assert (ada.boss, bob.boss, nested.boss) == (people["ada"], people["bob"], people["ada"])
    assert ada.boss is nested.boss
    assert office.levels == [[("get_people", ["ada", "bob"])]]


def test_a_level_asks_each_action_once_and_the_next_looks_only_into_what_came() -> None:
    badges = {7: Badge(number=7, holder_id="cyd")}
    office = Office(_people(ada="bob", bob="cyd", cyd=None), badges)
    person = Person(id="p", boss_id="ada", friend_ids=["bob", "ada", "nobody", "bob"], badge_number=7)
    office.expand(person, _path(BOSS, BOSS), _path(FRIENDS), _path(BADGE, HOLDER))
    assert person.boss
    assert person.boss.boss
    assert (person.boss.id, person.boss.boss.id, person.boss.boss.boss) == ("ada", "bob", None)
    assert [friend.id for friend in person.friends] == ["bob", "ada", "bob"]
    assert person.badge
    assert person.badge.holder
    assert person.badge.holder.id == "cyd"
    assert office.levels == [
        [("get_people", ["ada", "bob", "nobody"]), ("get_badges", [7])],
        [("get_people", ["bob", "cyd"])],
    ]


def test_expansions_by_one_action_share_its_call_whatever_they_take_of_the_answer() -> None:
    badge = Badge(number=1, holder_id="ada")
    other = replace(HOLDER, name="lock", response_field="others")
    expanding = Expanding([(badge, [_path(HOLDER), _path(other)])])
    (lookup,) = expanding.lookups()
    assert (lookup.request.ids, lookup.wanted_for) == (["ada"], "Badge.holder, Badge.lock")
    expanding.settle([Outcome(People(people={"ada": Person(id="ada")}, others={"ada": Person(id="eva")}))])
    assert (badge.holder, badge.lock) == (Person(id="ada"), Person(id="eva"))


def test_nothing_is_asked_where_there_are_no_ids() -> None:
    office = Office({})
    person = office.expand(Person(id="p", boss_id="", friend_ids=[]), _path(BOSS), _path(FRIENDS, BOSS), _path(BADGE))
    assert (person.boss, person.friends, person.badge, office.levels) == (None, [], None, [])


def test_a_response_that_holds_no_map_holds_nothing() -> None:
    expanding = Expanding([(person := Person(id="p", boss_id="ada"), [_path(BOSS, BOSS)])])
    (lookup,) = expanding.lookups()
    assert lookup.wanted_for == "Person.boss"
    expanding.settle([Outcome(People())])
    assert expanding.lookups() == []
    assert person.boss is None


def test_the_keys_of_a_map_are_the_texts_of_ids() -> None:
    key = uuid.UUID("6FA459EA-EE8A-3CA4-894E-DB77E160355E")
    badge = Badge(number=1, key=key)
    office = Office({str(key): Person(id="k")})
    office.expand(badge, _path(LOCK))
    assert badge.lock == Person(id="k")
    assert office.levels == [[("get_locks", [key])]]


@pytest.mark.parametrize(
    ("max_ids", "sizes"), [(None, [MOST_IDS, 5]), (MOST_IDS * 2, [MOST_IDS, 5]), (400, [400, 400, 205])]
)
def test_ids_are_split_where_a_request_takes_no_more(max_ids: int | None, sizes: Sequence[int]) -> None:
    names = [f"p{number}" for number in range(MOST_IDS + 5)]
    office = Office({name: Person(id=name) for name in names})
    person = Person(id="p", friend_ids=names)
    office.expand(person, _path(_by_map(Person, "friends", "friend_ids", many=True, max_ids=max_ids)))
    assert [friend.id for friend in person.friends] == names
    assert [len(ids) for _, ids in office.levels[0]] == sizes


def _failure() -> ServerError:
    return ServerError([Error(code="SERVER_ERROR", message="no")])


def test_what_fails_is_left_out_and_what_does_not_is_there() -> None:
    office = Office(_people(ada=None), {7: Badge(number=7)})
    office.failing["get_people"] = _failure()
    person = office.expand(Person(id="p", boss_id="ada", badge_number=7), _path(BOSS, BOSS), _path(BADGE, HOLDER))
    assert (person.boss, person.badge) == (None, Badge(number=7))


@pytest.mark.parametrize(
    ("wanted", "raises"),
    [
        ([_path(BOSS)], False),
        ([_path(BOSS).or_raise()], True),
        ([_path(BOSS), _path(BOSS, BADGE).or_raise()], True),
        ([_path(BADGE).or_raise(), _path(BOSS)], False),
    ],
)
def test_an_error_is_raised_where_a_path_says_so(wanted: list[Path], raises: bool) -> None:
    office = Office({}, {7: Badge(number=7)})
    failure = office.failing["get_people"] = _failure()
    person = Person(id="p", boss_id="ada", badge_number=7)
    if raises:
        with pytest.raises(ServerError) as raised:
            office.expand(person, *wanted)
        assert raised.value is failure
    else:
        office.expand(person, *wanted)
    assert person.boss is None


def test_an_error_is_that_of_the_responses_that_need_what_failed() -> None:
    office = Office({}, {})
    office.failing["get_people"] = _failure()
    path = _path(BOSS).or_raise()
    expanding = Expanding([(Person(id="a", boss_id="x"), [path]), (Person(id="b"), [path]), (Person(id="c"), [])])
    office.run(expanding)
    assert [bool(error) for error in expanding.errors] == [True, False, False]


def test_responses_are_expanded_together() -> None:
    office = Office(_people(ada=None, bob=None))
    one, other = Person(id="a", boss_id="ada"), Person(id="b", boss_id="bob", friend_ids=["ada"])
    office.run(Expanding([(one, [_path(BOSS)]), (other, [_path(FRIENDS)]), (other, [_path(BOSS)])]))
    assert office.levels == [[("get_people", ["ada", "bob"])]]
    assert (one.boss, other.boss, other.friends) == (Person(id="ada"), Person(id="bob"), [Person(id="ada")])


def test_a_path_says_what_it_is() -> None:
    assert repr(_path(BOSS, BADGE)) == "PersonExpand.boss.badge"
    assert repr(joined(_path(BOSS), _path(BADGE, HOLDER))) == "PersonExpand.boss.badge.holder"


def test_only_paths_can_be_expanded() -> None:
    assert paths(iter([_path(BOSS)]))
    wrong: Any = ["boss"]
    with pytest.raises(ConfigurationError, match=r"`expand` takes paths, .*, and not 'boss'"):
        paths(wrong)
    wrong = _path(BOSS)
    with pytest.raises(ConfigurationError, match="put brackets around it"):
        paths(wrong)


# --- any graph, any paths

NAMES = [f"p{number}" for number in range(6)]
_names = st.sampled_from([*NAMES, "missing"])
_person = st.builds(
    lambda boss, friends, badge: Person(id="", boss_id=boss, friend_ids=friends, badge_number=badge),
    st.none() | _names,
    st.lists(_names, max_size=3),
    st.none() | st.integers(0, 4),
)
_step: Mapping[type[Any], st.SearchStrategy[Expansion]] = {
    Person: st.sampled_from([BOSS, FRIENDS, BADGE]),
    Badge: st.just(HOLDER),
}
_LEADS_TO: Mapping[str, type[Any]] = {"boss": Person, "friends": Person, "badge": Badge, "holder": Person}


@st.composite
def _any_path(draw: st.DrawFn) -> Path:
    steps: list[Expansion] = []
    here: type[Any] = Person
    for _ in range(draw(st.integers(1, 4))):
        steps.append(draw(_step[here]))
        here = _LEADS_TO[steps[-1].name]
    return Expand(*steps)


def _naive(office: Office, owner: Any, steps: Sequence[Expansion]) -> Any:
    """What a path leads to, asked one by one: as nested lists of what was found."""
    if not steps:
        return owner
    step, *rest = steps
    held = getattr(owner, step.ids)
    known: Mapping[Any, Any] = office.badges if step is BADGE else office.people
    found = [known[each] for each in (held if step.many else [held]) if each in known]
    return [(each, _naive(office, each, rest)) for each in found]


def _there(owner: Any, steps: Sequence[Expansion]) -> Any:
    """What stands there."""
    if not steps:
        return owner
    step, *rest = steps
    value = getattr(owner, step.name)
    found = value if step.many else [value] if value is not None else []
    return [(each, _there(each, rest)) for each in found]


@given(
    st.lists(_person, min_size=6, max_size=6),
    st.lists(_names, min_size=4, max_size=4),
    st.lists(_person, max_size=4),
    st.lists(_any_path(), min_size=1, max_size=4),
)
def test_what_is_there_is_what_asking_one_by_one_would_give(
    people: list[Person], holders: list[str], roots: list[Person], wanted: list[Path]
) -> None:
    known = dict(zip(NAMES, people, strict=True))
    for name, person in known.items():
        person.id = name
    badges = {number: Badge(number=number, holder_id=holder) for number, holder in enumerate(holders)}
    office = Office(known, badges)
    office.expand(Team(listed=list(roots)), *wanted)
    for root in roots:
        for path in wanted:
            assert _there(root, path._steps) == _naive(office, root, path._steps)
        asked = {path._steps[0].name for path in wanted}
        assert {name for name in ("boss", "friends", "badge") if getattr(root, name)} <= asked
    assert len(office.levels) <= max(len(path._steps) for path in wanted)
    for level in office.levels:
        actions = [action for action, _ in level]
        assert len(actions) == len(set(actions))
        assert all(ids and len(ids) == len(set(ids)) for _, ids in level)
