"""Health checks, versions, and what of the built-in actions shows without a transport."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from soagen_runtime import (
    ConfigurationError,
    Diagnostic,
    Health,
    HealthError,
    HealthWarning,
    JobInvalid,
    LocalTransport,
    ReplyInvalid,
    health_check,
)
from soagen_runtime.context import Context
from soagen_runtime.core.published import Publication
from soagen_runtime.server import AsyncServer, Server
from soagen_runtime.server.builtin import status, status_async
from soagen_runtime.standard import SERVICE as STANDARD
from soagen_runtime.standard import ContractPart, HealthReport, IntrospectResponse, StatusRequest, StatusResponse
from soagen_runtime.standard.fetching import fetch_contract

from soagen.generate import Options, generate
from soagen.load import load

ERROR, WARNING = HealthError("E", "error"), HealthWarning("W", "warning")


class Bare(Server):
    """Serves nothing but what every server does."""

    service = replace(STANDARD, name="bare", actions=())


class AsyncBare(AsyncServer):
    """The same."""

    service = Bare.service


def generator(findings: Sequence[Health], end: Exception | None = None) -> Iterator[Health]:
    yield from findings
    if end is not None:
        raise end


NO_FINDING = "a health check finds HealthError, HealthWarning and Diagnostic, and not (True, 'E', 'error')"

# What a check does, and what comes of it: errors, warnings, diagnostics.
CHECKS: dict[str, tuple[Callable[[], Any], list[list[str]], list[list[str]], dict[str, Any]]] = {
    "nothing": (lambda: None, [], [], {}),
    "an empty list": (list, [], [], {}),
    "one": (lambda: ERROR, [["E", "error"]], [], {}),
    "several": (lambda: [WARNING, ERROR, Diagnostic("d", 1)], [["E", "error"]], [["W", "warning"]], {"d": 1}),
    "yields": (lambda: generator([WARNING]), [], [["W", "warning"]], {}),
    "raises": (lambda: generator([], WARNING), [], [["W", "warning"]], {}),
    "yields, then raises": (lambda: generator([WARNING], ERROR), [["E", "error"]], [["W", "warning"]], {}),
    "fails": (
        lambda: generator([WARNING], LookupError("x")),
        [["CHECK_FAILED", "LookupError: x"]],
        [["W", "warning"]],
        {},
    ),
    "finds no finding": (
        lambda: [(True, "E", "error")],
        [["CHECK_FAILED", f"TypeError: {NO_FINDING}"]],
        [],
        {},
    ),
}


def checks() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CHECKS)


def report_of(case: str) -> HealthReport:
    return HealthReport(errors=CHECKS[case][1], warnings=CHECKS[case][2], diagnostics=CHECKS[case][3])


@checks()
def test_a_check_of_a_blocking_server(case: str) -> None:
    class Checked(Bare):
        @health_check
        def check(self) -> Any:
            return CHECKS[case][0]()

        @health_check
        def last(self) -> Health:
            return Diagnostic("last", "runs whatever the others do")

    report = status(Checked(), StatusRequest()).healthcheck
    assert report is not None
    assert report.diagnostics.pop("last")
    assert report == report_of(case)


@checks()
def test_a_check_of_an_asyncio_server(case: str) -> None:
    class Checked(AsyncBare):
        @health_check
        async def check(self) -> Any:
            return CHECKS[case][0]()

        @health_check
        async def last(self) -> AsyncIterator[Health]:
            yield Diagnostic("last", "runs whatever the others do")

    report = asyncio.run(status_async(Checked(), StatusRequest())).healthcheck
    assert report is not None
    assert report.diagnostics.pop("last")
    assert report == report_of(case)


def test_checks_are_inherited_replaced_and_taken_away() -> None:
    class Base(Bare):
        @health_check
        def first(self) -> Health:
            return Diagnostic("first", "base")

        @health_check
        def second(self) -> Health:
            return Diagnostic("second", "base")

        @health_check
        def third(self) -> Health:
            return Diagnostic("third", "base")

    class Derived(Base):
        @health_check
        def fourth(self) -> Health:
            return Diagnostic("fourth", "derived")

        @health_check
        def second(self) -> Health:
            return Diagnostic("second", "derived")

        def third(self) -> Health:
            return Diagnostic("third", "no check any more")

    report = status(Derived(), StatusRequest()).healthcheck
    assert report is not None
    assert list(report.diagnostics.items()) == [("first", "base"), ("second", "derived"), ("fourth", "derived")]


def test_a_check_of_the_wrong_kind_is_refused_when_the_server_is_made() -> None:
    class Blocking(Bare):
        @health_check
        async def database(self) -> None:
            """Is never run."""

    class Asyncio(AsyncBare):
        @health_check
        def database(self) -> Iterable[Health]:
            return ()

    with pytest.raises(ConfigurationError, match=r"Blocking.database is an `async def`: make it a `def`"):
        Blocking().dispatcher()
    with pytest.raises(ConfigurationError, match=r"Asyncio.database is a `def`: make it an `async def`"):
        Asyncio().dispatcher()


def test_a_check_takes_nothing_but_self() -> None:
    class AsPySOAHasIt(Bare):
        @health_check  # type: ignore[type-var]  # the mistake that is tested
        def database(self, request: object) -> None: ...

    with pytest.raises(ConfigurationError, match=r"AsPySOAHasIt.database takes nothing but self \(.*'request'\)"):
        AsPySOAHasIt().dispatcher()


@pytest.mark.parametrize(
    ("package", "own", "expected"),
    [
        ({}, {}, ("unknown", None)),
        ({"__version__": "1.0", "__build__": "b"}, {}, ("1.0", "b")),
        ({"__version__": "1.0", "__build__": "b"}, {"version": "2.0", "build": "c"}, ("2.0", "c")),
    ],
)
def test_the_version_is_that_of_the_server_or_of_its_package(
    package: dict[str, str], own: dict[str, str], expected: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "a_package", SimpleNamespace(**package))
    server = type("Versioned", (Bare,), {**own, "__module__": "a_package.services.bare"})()
    answer = status(server, StatusRequest(verbose=False))
    assert (answer.version, answer.build) == expected


def test_a_table_made_by_hand_is_introspected_by_its_names() -> None:
    by_hand = replace(STANDARD, name="by_hand", module="", actions=())
    server = type("ByHand", (Bare,), {"service": by_hand})()
    client = client_of(by_hand, server)
    assert client.introspect().action_names == ["introspect", "status"]
    assert client.introspect().documentation is None
    assert fetch_contract(client) is None


def client_of(service: Any, server: Any) -> Any:
    from soagen_runtime.client import Client

    return type("AClient", (Client,), {"service": service})(LocalTransport(server))


# --- the context that a contract wants


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A service that nobody may call without a token."""
    folder = tmp_path_factory.mktemp("guarded")
    contract = folder / "guarded.soa.yaml"
    contract.write_text("soa: 1\nservice: guarded\ncontext: {token: string}\nactions: {ping: {}}\n")
    loaded = load([str(contract)])
    assert loaded.project is not None, loaded.diagnostics
    for name, text in generate(loaded.project, Options(package="guarded_generated")).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("guarded_generated.guarded")
    sys.path.remove(str(folder))


def test_built_in_actions_want_no_context(guarded: ModuleType) -> None:
    seen: list[Context] = []

    class Guarded(guarded.GuardedServer):  # type: ignore[misc, name-defined]  # generated while the tests run
        def ping(self, request: Any, ctx: Any) -> None:
            seen.append(ctx)

        def status(self, request: StatusRequest, ctx: Context) -> StatusResponse:
            """A server's own words on its status."""
            seen.append(ctx)
            answer: StatusResponse = super().status(request, ctx)
            return replace(answer, version="of its own")

    client = guarded.GuardedClient(LocalTransport(Guarded()))
    assert client.status().version == "of its own"
    assert client.introspect(action_name="ping").action_names == ["ping"]
    assert seen[0].correlation_id
    with pytest.raises(JobInvalid, match="Missing key: token"):
        client.ping()
    with pytest.raises(JobInvalid, match="Missing key: token"):
        client.calls.ping().run()


# --- contracts in parts


PUBLISHED = Publication("bare", "0" * 64, "bare.soa.yaml", {"bare.soa.yaml": "x" * 40})
OTHER = replace(PUBLISHED, files={"bare.soa.yaml": "y" * 80})


def parts(publication: Publication, size: int) -> list[ContractPart]:
    text = publication.text
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [ContractPart(digest=publication.digest, parts=len(pieces), text=piece) for piece in pieces]


class Servers:
    """Servers of several versions, which answer in turn."""

    def __init__(self, *versions: Sequence[ContractPart]) -> None:
        self.versions = versions
        self.asked = 0

    def introspect(self, *, contract_part: int) -> IntrospectResponse:
        version = self.versions[self.asked % len(self.versions)]
        self.asked += 1
        part = version[contract_part] if contract_part < len(version) else None
        return IntrospectResponse(action_names=[], actions={}, contract=part)


def test_parts_of_different_contracts_are_kept_apart() -> None:
    fetched = fetch_contract(Servers(parts(PUBLISHED, 40), parts(OTHER, 40)))
    assert fetched in (PUBLISHED, OTHER)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (ContractPart(digest="0", parts=1, text="{}"), "do not make what its digest says"),
        (ContractPart(digest=PUBLISHED.digest, parts=2, text="{}"), "never make one"),
        (
            ContractPart(digest="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", parts=1, text="{}"),
            "can't be read: it is no published contract",
        ),
    ],
)
def test_what_makes_no_contract_is_told(part: ContractPart, reason: str) -> None:
    with pytest.raises(ReplyInvalid, match=reason):
        fetch_contract(Servers([part]))
