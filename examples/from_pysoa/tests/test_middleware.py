"""`before/test_middleware.py`."""

from __future__ import annotations

import pytest
from soagen_runtime import JobError, LocalTransport, ServerError

from after import middleware
from after.api.example import ExampleClient
from after.middleware import GuardedExample, with_token


def client(token: str) -> ExampleClient:
    middleware.times.clear()
    middleware.reported.clear()
    server = GuardedExample(LocalTransport())  # where the users are not
    return ExampleClient(LocalTransport(server), job_middleware=[with_token(token)])


def test_who_has_a_token_gets_in() -> None:
    assert client("let me in").square(number=4).square == 16
    assert [action for action, _ in middleware.times] == ["square"]


def test_who_has_none_does_not() -> None:
    with pytest.raises(JobError) as caught:
        client("?").square(number=4)
    assert caught.value.code == "NOT_AUTHORIZED"


def test_errors_of_the_service_are_reported() -> None:
    with pytest.raises(ServerError):
        client("let me in").call_service(user_id="1")
    assert len(middleware.reported) == 1
