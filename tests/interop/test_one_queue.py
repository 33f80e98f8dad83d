"""A PySOA worker and a soagen worker on one queue, with clients of both kinds: whoever serves whom, all is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.interop.conftest import SHARED
from tests.interop.peers import PySOAClient, PySOAServer, Site
from tests.interop.serving import messages_in, served
from tests.interop.soagen_services import LabLogic, lab_client, lab_server
from tests.interop.soak.__main__ import soak

ROUNDS = 60
ROUND = 5


class Signing(LabLogic):
    """Says who has served: PySOA's workers answer a body as it was."""

    def echo(self, body: dict[str, Any], ctx: Any) -> dict[str, Any]:
        return {**body, "by": "soagen"}


@pytest.fixture
def shared_queue(
    api: ModuleType,
    pysoa_server: Callable[..., PySOAServer],
    serve: Callable[..., None],
    site: Callable[[int], Site],
    server_kind: str,
) -> Site:
    """A lab that one worker of each kind serves."""
    pysoa_server("lab", site(SHARED))
    serve(lab_server(api, server_kind, Signing(api)), site(SHARED))
    return site(SHARED)


def test_all_are_served_by_both(
    api: ModuleType, pysoa_client: Callable[..., PySOAClient], shared_queue: Site, broker: Callable[[int], Any]
) -> None:
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    call = pysoa_client(shared_queue)
    with lab_client(api, "blocking", shared_queue.url) as client, ThreadPoolExecutor(4) as pool:
        done = pool.map(client.echo, [{"i": i} for i in range(ROUNDS * ROUND)])
        for number in range(ROUNDS):
            # Some that fail are among them, and none is owed in the end.
            actions = [{"action": "echo", "body": {"i": i}} for i in range(ROUND)] + [{"action": "fail", "body": {}}]
            outcome = call("call_actions_parallel", "lab", actions, raise_action_errors=False)
            *answers, failure = outcome.returned
            assert [answer["body"]["i"] for answer in answers] == list(range(ROUND))
            assert [(e["code"], e["variables"]["limit"]) for e in failure["errors"]] == [("ORDER_REJECTED", 5)]
            assert outcome.outstanding == {"lab": 0}, number
            theirs.update(answer["body"].get("by", "PySOA") for answer in answers)
        for i, body in enumerate(done):
            assert body["i"] == i
            ours[body.get("by", "PySOA")] += 1
    assert set(ours) == set(theirs) == {"PySOA", "soagen"}
    assert messages_in(broker(shared_queue.db)) == []


def test_a_worker_that_leaves_takes_nothing_along(
    api: ModuleType, pysoa_server: Callable[..., PySOAServer], site: Callable[[int], Site], server_kind: str
) -> None:
    here = site(SHARED)
    pysoa_server("lab", here)
    with lab_client(api, "blocking", here.url) as client, ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(client.with_options(timeout=20).echo, {"i": i}) for i in range(150)]
        with served(lab_server(api, server_kind, LabLogic(api)), here.url):
            calls[10].result()
        # The soagen worker has gone; what was waiting is PySOA's to serve.
        assert [call.result()["i"] for call in calls] == list(range(150))


def test_no_call_can_tell_the_difference(tmp_path: Path) -> None:
    """The soak, in its short form: `python -m tests.interop.soak` goes on for longer, and takes more workers away."""
    verdict = soak(6.0, 1, tmp_path, pause=1.0, absence=0.0)
    assert verdict.is_good, verdict.table()
