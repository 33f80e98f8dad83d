"""A worker that dies at each point of a request's way: one reply, no second start of what may not run twice, nothing
left.
"""

from __future__ import annotations

import pytest
import redis
import soagen_runtime as soagen
from soagen_runtime.wire import keys

from tests.delivery.conftest import Stage, wait_for
from tests.delivery.failing import POINTS

# How often an action is started whose worker dies at a point, and every worker that takes it again.
STARTS = {"taken": 0, "running": 1, "done": 1, "settling": 1, "settled": 1}


@pytest.mark.parametrize("target", ["blocking", "asynchronous"])
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_at_a_point_costs_no_reply(stage: Stage, target: str, point: str) -> None:
    server = stage.serve("--workers", "2", target=f"tests.delivery.failing:{target}")
    stage.client.call("once", "warm")
    fate = "die" if point == "running" else ""
    for action, attempts in (("once", 1), ("again", 3)):
        token = f"at-{point}-{action}"
        if point == "settled":  # the reply was out before
            assert stage.client.call(action, token) == token
            attempts = 1
        else:
            with pytest.raises(soagen.WorkerLost):
                stage.client.call(action, token, fate=fate)
        assert stage.ledger.starts()[token] == STARTS[point] * attempts
    # A worker that dies of its last request may hold this one already.
    assert stage.client.call("again", "next") == "next"
    with redis.Redis.from_url(stage.redis_url) as broker:
        wait_for(lambda: not broker.keys("*:sg:p:*"), "the last slot's end")
        assert broker.llen(keys.request_list("tally")) == 0
    assert server.process.poll() is None
