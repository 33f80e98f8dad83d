"""What runs as a baseline: workers of one or more versions at a real Redis, and `soagen check` that asks for them."""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.core.stepping import run_blocking
from soagen_runtime.errors import Error
from soagen_runtime.transport.redis.masters import masters_of
from soagen_runtime.transport.redis.publishing import running
from soagen_runtime.transport.redis.serving import BlockingServerEnd
from soagen_runtime.wire import keys

from soagen.baselines import Unavailable
from soagen.live.running import baselines
from soagen.load import load
from tests.compat.building import Builder
from tests.compat.conftest import Repo
from tests.conftest import start_redis
from tests.interop.serving import served

ORDERS = "service: orders\nactions: {a: {request: {x: int}}}\n"
STOCK = "service: stock\nactions: {t: {request: {sku: string}}}\n"
WITH_COMMON = "service: %s\nimports: {c: common.soa.yaml}\nactions: {a: {request: {at: c.Place}}}\n"
COMMON = "package: common\ntypes: {Place: {fields: {city: string%s}}}\n"


class Worker:
    """A worker process as far as Redis knows of it: registered, with a lease that outlives the test."""

    def __init__(self, service: Any, url: str) -> None:
        self.end = BlockingServerEnd(masters_of(url), lease=60)
        run_blocking(self.end.start(service, request_bytes=100_000))
        self._seat = self.end.seat(1)
        self.take()

    def take(self) -> None:
        run_blocking(self._seat.take(1, 0.001))

    def leave(self) -> None:
        run_blocking(self._seat.leave())
        run_blocking(self.end.close())


class Fleet:
    """Versions of services, built and running."""

    def __init__(self, folder: Repo, builder: Builder, url: str) -> None:
        self._folder = folder
        self._builder = builder
        self.url = url
        self.workers: list[Worker] = []

    def service(self, name: str, **files: str) -> Any:
        """The table of a service whose contract, and what it imports, are given."""
        self._folder.write({f"{each}.soa.yaml": text for each, text in files.items()})
        project = load([str(self._folder.root / f"{name}.soa.yaml")]).project
        assert project is not None
        return self._builder.build(project).module(name, "service").SERVICE

    def run(self, service: Any, url: str | None = None) -> Worker:
        self.workers.append(Worker(service, url or self.url))
        return self.workers[-1]

    def serve(self, name: str, **files: str) -> Worker:
        return self.run(self.service(name, **files))


@pytest.fixture
def fleet(folder: Repo, builder: Builder, redis_url: str) -> Iterator[Fleet]:
    fleet = Fleet(folder, builder, redis_url)
    yield fleet
    for worker in fleet.workers:
        worker.leave()


def test_a_change_is_held_against_what_runs(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    assert folder.check("--against", fleet.url).code == 0
    folder.write({"schemas/orders.soa.yaml": ORDERS.replace("x: int", "x: string")})
    ended = folder.check("--against", fleet.url)
    assert ended.code == 1
    assert f"before {fleet.url}: orders.soa.yaml:3:25\n       3 | actions" in ended.out
    assert ended.out.endswith(f"against {fleet.url}\n")


def test_every_version_that_runs_counts(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    assert folder.check("--against", fleet.url).code == 0
    other = fleet.serve("orders", orders=ORDERS.replace("x: int", "x: int?"))
    ended = folder.check("--against", fleet.url, "--format", "json")
    report = json.loads(ended.out)
    assert (ended.code, len(report["baselines"])) == (1, 2)
    assert sorted(each["passed"] for each in report["baselines"]) == [False, True]
    assert all(each["name"].startswith(f"{fleet.url} (orders ") for each in report["baselines"])
    other.leave()
    fleet.workers.remove(other)
    assert folder.check("--against", fleet.url).code == 0


def test_what_services_share_is_one_finding_as_long_as_they_agree(folder: Repo, fleet: Fleet) -> None:
    for name in ("orders", "stock"):
        fleet.serve(name, **{name: WITH_COMMON % name, "common": COMMON % ""})
    folder.write({f"schemas/{name}.soa.yaml": WITH_COMMON % name for name in ("orders", "stock")})
    folder.write({"schemas/common.soa.yaml": COMMON % ", zip: string"})
    report = json.loads(folder.check("--against", fleet.url, "--format", "json").out)
    ((finding,),) = [each["findings"] for each in report["baselines"]]
    assert (finding["rule"], finding["verdict"]) == ("required-field-added", "breaking")

    fleet.serve("stock", stock=WITH_COMMON % "stock", common=COMMON % ", zip: string")
    report = json.loads(folder.check("--against", fleet.url, "--format", "json").out)
    assert [[each["rule"] for each in one["findings"]] for one in report["baselines"]] == [
        ["required-field-added"],
        [],
    ]


def test_a_service_that_nobody_serves_is_new(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    folder.write({"schemas/stock.soa.yaml": STOCK})
    ended = folder.check("--against", fleet.url)
    assert ended.code == 0
    assert ended.err == f"soagen: nobody serves stock at {fleet.url}: taken as new\n"
    assert "the service `stock` was added" in ended.out


def test_services_that_run_and_are_not_asked_for_are_none_of_its_business(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    fleet.serve("stock", stock=STOCK)
    ended = folder.check("schemas/orders.soa.yaml", "--against", fleet.url)
    assert (ended.code, ended.err) == (0, "")
    assert "stock" not in ended.out


def test_several_baselines_of_several_kinds(repo: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    ended = repo.check("--against", "HEAD", "--against", fleet.url)
    assert ended.code == 0
    assert f"against HEAD, {fleet.url}" in ended.out
    assert repo.run("diff", "--against", fleet.url).out == f"against {fleet.url}: nothing has changed\n"


# --- what is no baseline


def refused(folder: Repo, url: str) -> str:
    """The one line that is said, and nothing else; with the exit code for a baseline that can't be had."""
    ended = folder.check("--against", url)
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    return ended.err.removeprefix("soagen: ").rstrip("\n")


def test_nobody_there(folder: Repo, redis_url: str) -> None:
    expected = f"nobody serves orders at {redis_url}. Is it the right Redis, with the right number behind it?"
    assert refused(folder, redis_url) == expected


def test_somebody_was_there_a_moment_ago(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    fleet.workers.pop().leave()
    expected = f"no worker of orders lives at {fleet.url} now, and one did 0 s ago. Ask again when it is back."
    assert refused(folder, fleet.url) == expected


def test_a_worker_that_does_not_say_what_it_serves(folder: Repo, fleet: Fleet) -> None:
    service = fleet.service("orders", orders=ORDERS)
    old = fleet.run(replace(service, module=""))
    mend = "Build and release it with this soagen once, or compare with a git ref."
    expected = f"the process that serves orders at {fleet.url} does not say which contract. {mend}"
    assert refused(folder, fleet.url) == expected
    fleet.run(service)
    assert refused(folder, fleet.url).startswith("1 of the 2 processes that serve orders")
    old.leave()
    fleet.workers.remove(old)
    assert folder.check("--against", fleet.url).code == 0


def test_a_worker_of_a_later_soagen(folder: Repo, fleet: Fleet) -> None:
    fleet.serve("orders", orders=ORDERS)
    with redis.Redis.from_url(fleet.url) as broker:
        ((member, _),) = broker.zscan_iter(keys.serves("orders"))
        digest = member.decode().partition(":")[2]
        broker.set(keys.contract("orders", digest), '{"form":99}')
    assert refused(folder, fleet.url).startswith("the process that serves orders")


# What a service answers of which no worker is registered.
ANSWERS: dict[str, tuple[Callable[[], Any], str]] = {
    "a server without introspection": (
        lambda: soagen.UnknownAction([Error(code="UNKNOWN", message="not found")]),
        "the server of orders at {url} has no `introspect`.",
    ),
    "PySOA, which does not know the option": (
        lambda: soagen.InvalidRequest([Error(code="UNKNOWN", message="Extra keys present: contract_part")]),
        "orders is served by PySOA at {url}, which has no contract.",
    ),
    "a server that publishes nothing": (
        lambda: None,
        "the server of orders at {url} does not publish its contract.",
    ),
    "something that breaks off": (
        lambda: soagen.ConnectionFailed("no connection"),
        "what runs can't be asked: no connection.",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_server_that_can_only_be_asked(
    case: str, folder: Repo, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, expected = ANSWERS[case]

    def answer(client: Any) -> Any:
        made = make()
        if isinstance(made, Exception):
            raise made
        return made

    monkeypatch.setattr("soagen.live.running.fetch_contract", answer)
    assert refused(folder, redis_url).startswith(expected.format(url=redis_url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://somebody:secret@127.0.0.1:1/0", "what runs can't be asked: no connection to redis://somebody:***@"),
        ("rediss://:secret@127.0.0.1:1", "what runs can't be asked: no connection to rediss://:***@127.0.0.1:1:"),
        ("unix:///nowhere/redis.sock", "what runs can't be asked: no connection to unix:///nowhere/redis.sock:"),
        ("redis://127.0.0.1:no/0", "redis://127.0.0.1:no/0 is no URL of a Redis: "),
        ("http://127.0.0.1:1/0", "http://127.0.0.1:1/0 is neither a file or folder, nor a commit"),
    ],
)
def test_a_redis_that_can_not_be_asked(folder: Repo, url: str, expected: str) -> None:
    said = refused(folder, url)
    assert said.startswith(expected)
    assert "secret" not in said
    assert not said.endswith("..")


def test_todays_contracts_come_first_if_they_do_not_compile(folder: Repo, redis_url: str) -> None:
    folder.write({"schemas/orders.soa.yaml": "service: orders\nactions: {a: {request: {x: itn}}}\n"})
    assert folder.check("--against", redis_url).code == 3


# --- real servers


def test_two_versions_of_real_servers_and_a_third_that_may_follow(folder: Repo, builder: Builder, fleet: Fleet) -> None:
    second = ORDERS.replace("x: int", "x: int, note: string?")
    with ExitStack() as stack:
        stops = []
        for text in (ORDERS, second):
            service = fleet.service("orders", orders=text)
            base = beside(service, "server").OrdersServer
            server = type("Orders", (base,), {"a": lambda self, request, ctx: None, "clients": ()})()
            stops.append(stack.enter_context(served(server, fleet.url)))
        with beside(service, "client").OrdersClient(fleet.url) as orders:
            hashes = {orders.status(verbose=False).contract for _ in range(20)}
        assert hashes <= {each.contract_hash for each, _ in running(fleet.url, ["orders"])["orders"].contracts}
        folder.write({"schemas/orders.soa.yaml": second.replace("note: string?", "note: string?, tag: string?")})
        assert folder.check("--against", fleet.url).code == 0
        folder.write({"schemas/orders.soa.yaml": second.replace("note: string?", "note: string")})
        assert folder.check("--against", fleet.url, "--allow", "clients-first").code == 1
        for stop in stops:
            stop()


def beside(service: Any, module: str) -> Any:
    """Another module of the package that a table stands in."""
    return importlib.import_module(f"{service.module.rpartition('.')[0]}.{module}")


def test_a_redis_that_lost_everything_is_told_again(fleet: Fleet) -> None:
    worker = fleet.serve("orders", orders=ORDERS)
    with redis.Redis.from_url(fleet.url) as broker:
        broker.flushall()
        assert running(fleet.url, ["orders"])["orders"].contracts == ()
        worker.end.beat()  # its lease is lost
        worker.take()  # so that it registers anew
        ((publication, count),) = running(fleet.url, ["orders"])["orders"].contracts
        assert (publication.service, count) == ("orders", 1)
        broker.delete(keys.contract("orders", publication.digest))
        worker.end.beat()
        assert running(fleet.url, ["orders"])["orders"].contracts == ((publication, 1),)


@pytest.fixture
def second_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of another Redis."""
    process, port = start_redis(tmp_path_factory.mktemp("second"))
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


def test_several_masters(fleet: Fleet, second_redis: str) -> None:
    both = fleet.url.removesuffix("/0") + second_redis.replace("redis://", ",")
    service = fleet.service("orders", orders=ORDERS)
    fleet.run(service, second_redis)
    assert running(fleet.url, ["orders"])["orders"].contracts == ()
    assert [count for _, count in running(both, ["orders"])["orders"].contracts] == [1]
    (baseline,) = baselines(both, ["orders"], lambda line: None)
    assert "," in baseline.name


def test_a_redis_that_refuses_to_keep_it_keeps_nobody_from_serving(
    fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    service = fleet.service("orders", orders=ORDERS)
    with redis.Redis.from_url(fleet.url) as broker:
        patterns = ["~pysoa:*", "~*:sg:[abd-z]*"]
        broker.execute_command("ACL", "SETUSER", "limited", "on", ">secret", "+@all", *patterns)
        try:
            with caplog.at_level(logging.WARNING, "soagen.server"):
                worker = fleet.run(service, fleet.url.replace("redis://", "redis://limited:secret@"))
                worker.end.beat()
            assert len([each for each in caplog.records if "nobody can ask which contract" in each.message]) == 1
            found = running(fleet.url, ["orders"])["orders"]
            assert (found.contracts, found.silent) == ((), 1)
        finally:
            broker.execute_command("ACL", "DELUSER", "limited")
            fleet.workers.remove(worker)


def test_nobody_is_told_where_it_can_not_be_known(redis_url: str) -> None:
    told: list[str] = []
    with pytest.raises(Unavailable):
        baselines(redis_url, ["orders"], told.append)
    assert told == []
