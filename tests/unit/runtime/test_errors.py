"""Errors are values: they can be copied, pickled and shown without giving away what is sensitive."""

from __future__ import annotations

import copy
import pickle
from typing import Any, Self

import pytest
from soagen_runtime import ConfigurationError, errors
from soagen_runtime.action import Service
from soagen_runtime.client import Client
from soagen_runtime.context import Context
from soagen_runtime.switches import switch_ids


class Plain(errors.ContractError):
    CODE = "PLAIN"

    def __init__(self, *, n: int) -> None:
        super().__init__(f"plain {n}")
        self.n = n

    @classmethod
    def from_variables(cls, data: Any, strict: bool) -> Self:
        return cls(n=data["n"])


ERROR = errors.Error(code="X", message="m", variables={"secret": "hush"})
FAULT = errors.Fault("INVALID", "a.b", "Not an integer")
ERRORS: list[errors.SoagenError] = [
    Plain(n=3),
    Plain(n=3).at("items.0"),
    Plain(n=3).received([ERROR]),
    errors.InvalidRequest([ERROR]),
    errors.JobError([ERROR]).as_remote(),
    errors.RequestInvalid("a.b", [FAULT]),
    errors.RequestTooLarge(5, 4),
    errors.CallTimeout("late"),
    errors.NotSerializable([FAULT]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_can_be_copied_and_pickled(error: errors.SoagenError, again: Any) -> None:
    other = again(error)
    assert (type(other), str(other), other.args, vars(other)) == (type(error), str(error), error.args, vars(error))


def test_the_fields_of_an_error_are_not_shown() -> None:
    assert "hush" not in repr(errors.ActionError([ERROR]).errors)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300, "3"])
def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    class AnyClient(Client[Any]):
        service = Service(
            name="any",
            contract_hash="",
            context=Context,
            encode_context=lambda context, strict: {},
            decode_context=lambda data, strict: Context(),
            actions=(),
        )

    client = AnyClient("redis://127.0.0.1:1/0")
    with pytest.raises(ConfigurationError, match="a timeout is a number of seconds"):
        client.with_options(timeout=timeout)


def test_a_switch_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'x' is no switch"):
        switch_ids(["x"])  # type: ignore[list-item]  # the mistake that is tested


@pytest.mark.parametrize("transport", [5, None])
def test_a_transport_that_is_none_is_refused(transport: Any) -> None:
    class AnyClient(Client[Any]): ...

    with pytest.raises(ConfigurationError, match="a broker's URL or a transport"):
        AnyClient(transport)
